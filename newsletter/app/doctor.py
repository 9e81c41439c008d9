"""What is wrong with a home, and how to mend it: settings, database, keys, providers, sources, what waits for somebody.

It changes nothing and sends nothing. Each check gives findings; a check that fails stops no other.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Literal

from newsletter.app import dkim
from newsletter.app.app import App, open_app
from newsletter.app.dmarc import judge_dmarc
from newsletter.app.dns import text_records
from newsletter.app.dns_words import LookUp, LookUpFailed, Published
from newsletter.app.earlier_yes import REMEDY as COVER
from newsletter.app.earlier_yes import unasked
from newsletter.app.holds import REMEDY, why_held
from newsletter.app.segments import HeadCount, reader_count
from newsletter.app.source_health import healths, remedy_of
from newsletter.app.spf import judge_spf
from newsletter.app.telling import waiting_for_somebody
from newsletter.app.words import counted
from newsletter.base.errors import NewsletterError
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.issues.recipe import schedule_in_words
from newsletter.outbox import lane_store
from newsletter.rendering.specimen import layout_faults
from newsletter.sources.health import Health, failing_words, is_failing
from subscribers.lists.keep import all_lists
from subscribers.segments.keep import all_segments

_LEAST_FREE = 500_000_000  # bytes
_RECORDS = {
    "SPF": "one TXT record at {domain} like: v=spf1 a:relay.{domain} -all (or what your provider says to include)",
    "DMARC": "one TXT record at _dmarc.{domain}, to begin with: v=DMARC1; p=none; rua=mailto:dmarc@{domain}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    verdict: Literal["good", "warning", "bad"]
    words: str
    remedy: str = ""


def examine(home: Path, look_up: LookUp = text_records) -> Iterator[Finding]:
    """Look at everything; a home that cannot be opened is one finding, and the last."""
    try:
        app = open_app(home)
    except NewsletterError as error:
        yield Finding(what="home", verdict="bad", words=str(error))
        return
    try:
        yield Finding(what="settings", verdict="good", words=f"{home / 'newsletter.toml'} can be used")
        yield from look_over(app, look_up)
    finally:
        app.close()


def look_over(app: App, look_up: LookUp) -> Iterator[Finding]:
    """Look at an opened home."""
    yield from _keys(app)
    yield from _database(app)
    yield from _web(app)
    yield from _providers(app)
    yield from _signatures(app, look_up)
    yield from _records(app, look_up)
    yield from _newsletters(app)
    yield from _layouts(app)
    yield from _unasked(app)
    yield from _sources(app)
    yield from _waiting(app)


def _keys(app: App) -> Iterator[Finding]:
    try:
        app.keys  # noqa: B018 - reading them is the check
    except NewsletterError as error:
        yield Finding(what="keys", verdict="bad", words=str(error))
        return
    loose = (app.home / "keys.json").stat().st_mode & 0o077
    if loose:
        yield Finding(
            what="keys",
            verdict="bad",
            words="keys.json can be read by others",
            remedy=f"chmod 600 {app.home / 'keys.json'}",
        )
    else:
        yield Finding(what="keys", verdict="good", words="keys.json is there, readable by its owner only")


def _database(app: App) -> Iterator[Finding]:
    yield Finding(what="database", verdict="good", words=f"{app.engine.dialect.name}, at this program's schema")
    free = shutil.disk_usage(app.home).free
    if free < _LEAST_FREE:
        words = f"only {free // 1_000_000} MB are free where the home lies"
        yield Finding(what="disk", verdict="warning", words=words, remedy="make room: a full disk stops the sending")


def _web(app: App) -> Iterator[Finding]:
    url = app.settings.web.public_url
    if url.startswith("https://"):
        yield Finding(what="public_url", verdict="good", words=url)
    else:
        words = f"{url} can be opened on this machine only: readers elsewhere can neither leave nor see pictures"
        yield Finding(
            what="public_url", verdict="warning", words=words, remedy="set [web] public_url to an https address"
        )


def _providers(app: App) -> Iterator[Finding]:
    if not app.provider_names:
        yield Finding(
            what="provider", verdict="bad", words="there is none", remedy="add a [[provider]] to newsletter.toml"
        )
    for name in app.provider_names:
        what = f"provider {name}"
        try:
            provider = app.provider(name)
            yield Finding(what=what, verdict="good", words=provider.check())
        except NewsletterError as error:
            yield Finding(what=what, verdict="bad", words=str(error))
        else:
            for words in provider.alters:
                yield Finding(what=f"headers {name}", verdict="warning", words=words)


def _signatures(app: App, look_up: LookUp) -> Iterator[Finding]:
    for setting, found, remedy in dkim.findings(app.settings, app.home, look_up):
        what = f"signature {setting.domain}"
        yield Finding(what=what, verdict=found.verdict, words=found.words, remedy=remedy)
    try:
        unsigned = sorted(sender for sender in _senders(app) if app.signers.for_sender(sender) is None)
    except NewsletterError:
        return  # said above, key by key
    for sender in unsigned:
        domain = sender.rpartition("@")[2]
        words = f"mail from {sender} is not signed here: right only if the relay or provider signs for {domain}"
        yield Finding(what=f"signature {domain}", verdict="good", words=words)


def _senders(app: App) -> set[str]:
    with reading(app.engine) as db:
        return {parseaddr(one.recipe.sender)[1] for one in issue_store.all_newsletters(db)}


def _records(app: App, look_up: LookUp) -> Iterator[Finding]:
    """Look at what receivers of bulk mail ask of a domain beside a signature; of folders nobody asks."""
    leaving = [one for one in app.settings.provider if not one.url.startswith("maildir:")]
    domains = sorted({sender.rpartition("@")[2].lower() for sender in _senders(app)}) if leaving else []
    returning = app.settings.bounces.address.rpartition("@")[2].lower()
    asked: list[tuple[str, Callable[[str, LookUp], Published], str]] = [
        *(("SPF", judge_spf, domain) for domain in ([returning] if returning else domains) if leaving),
        *(("DMARC", judge_dmarc, domain) for domain in domains),
    ]
    for what, judge, domain in asked:
        try:
            found = judge(domain, look_up)
        except LookUpFailed as error:
            yield Finding(what="DNS", verdict="warning", words=f"it could not be asked for {domain}: {error}")
            return  # one wait is enough
        remedy = "" if found.verdict == "good" else _RECORDS[what].format(domain=domain)
        yield Finding(what=f"{what} {domain}", verdict=found.verdict, words=found.words, remedy=remedy)


def _newsletters(app: App) -> Iterator[Finding]:
    with reading(app.engine) as db:
        newsletters = issue_store.all_newsletters(db)
        lists = {one.slug for one in all_lists(db)} | {one.slug for one in all_segments(db)}
        counts = {one.slug: reader_count(db, one.recipe) for one in newsletters if lists.issuperset(one.recipe.lists)}
    if not newsletters:
        yield Finding(what="newsletters", verdict="warning", words="there is none", remedy="newsletter apply FILE.toml")
    for one in newsletters:
        missing = [slug for slug in one.recipe.lists if slug not in lists]
        words = f"{schedule_in_words(one.recipe)}; {_readers(counts.get(one.slug))}"
        if missing:
            yield Finding(
                what=f"newsletter {one.slug}", verdict="bad", words=f"there is no list or segment {', '.join(missing)}"
            )
        elif one.is_paused(app.clock.now()):
            yield Finding(what=f"newsletter {one.slug}", verdict="warning", words=f"paused; {words}")
        else:
            yield Finding(what=f"newsletter {one.slug}", verdict="good", words=words)


def _layouts(app: App) -> Iterator[Finding]:
    """Fill each newsletter's layout with made-up stories: a template of the operator's may be wrong."""
    with reading(app.engine) as db:
        newsletters = issue_store.all_newsletters(db)
    for one in newsletters:
        public_url = app.settings.web.public_url
        for fault in layout_faults(one.recipe, public_url=public_url, environment=app.templates):
            remedy = "mend the template, see docs/layouts.md; a file of yours that is taken away gives way to ours"
            what = f"layout {one.recipe.layout} of {one.slug}"
            yield Finding(what=what, verdict="bad", words=fault, remedy=remedy)


def _unasked(app: App) -> Iterator[Finding]:
    with reading(app.engine) as db:
        found = [one for newsletter in issue_store.all_newsletters(db) for one in unasked(db, newsletter)]
    for one in found:
        yield Finding(what=f"newsletter {one.newsletter}", verdict="warning", words=one.words, remedy=COVER)


def _readers(count: HeadCount | None) -> str:
    if count is not None and count.number is None:
        return f"{count.words} readers"
    return counted(count.number or 0 if count else 0, "reader")


def _sources(app: App) -> Iterator[Finding]:
    all_of_them = healths(app)
    for one in all_of_them:
        yield from _trouble_of(one)
    if all_of_them and not any(is_failing(one.source) for one in all_of_them):
        yield Finding(what="sources", verdict="good", words=f"{len(all_of_them)}, none of them failing")


def _trouble_of(one: Health) -> Iterator[Finding]:
    what, source = f"source {one.source.name}", one.source
    remedy = f"newsletter source check {source.name!r}"
    if is_failing(source):
        yield Finding(what=what, verdict="warning", words=failing_words(source), remedy=remedy_of(source))
        return
    for problem in source.last_problems.splitlines():
        yield Finding(what=what, verdict="warning", words=problem)
    if one.quiet_since:
        words = f"is read, but quiet: no post since {one.quiet_since:%Y-%m-%d}, longer than usual for it"
        yield Finding(what=what, verdict="warning", words=words, remedy=remedy)


def _waiting(app: App) -> Iterator[Finding]:
    why = why_held(app)
    if why:
        yield Finding(what="sending", verdict="bad", words=f"held: {why}", remedy=REMEDY)
    for alert in waiting_for_somebody(app):
        words = f"{alert.words} (since {alert.since:%Y-%m-%d %H:%M} UTC)"
        yield Finding(what="waiting for somebody", verdict="warning", words=words, remedy=alert.remedy)
    with reading(app.engine) as db:
        for lane, until, reason in lane_store.all_holds(db, now=app.clock.now()):
            yield Finding(what=f"lane {lane}", verdict="warning", words=f"rests until {until:%H:%M:%S} UTC: {reason}")
