"""The demo: the whole main job on sample posts and made-up readers, over real SMTP into a catcher on this machine.

It calls the same functions as the commands do and adds none of its own. Every step may be repeated: a run that was
interrupted is gone on with by the next one, and a run with nothing new mails nobody.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from newsletter.app.app import App, make_home, open_app
from newsletter.app.assembling import assemble_issue
from newsletter.app.content import approve_issue, content_of
from newsletter.app.fetching import ingest_now
from newsletter.app.importing import carry_out_import, prepare_import
from newsletter.app.sending_now import send_issue
from newsletter.app.setup import apply_setup
from newsletter.app.status import IssueStatus
from newsletter.base.clock import SystemClock
from newsletter.db.engine import reading
from newsletter.demo import home as places
from newsletter.demo.catcher import Catcher
from newsletter.demo.home import DemoHome
from newsletter.demo.look import look_at_readers, show_one_mail
from newsletter.demo.outcome import DemoOutcome, IssueOutcome, PeopleOutcome, SourceOutcome
from newsletter.demo.readers import CONSENT
from newsletter.demo.sites import Sites
from newsletter.demo.steps import Steps
from newsletter.issues import store as issue_store
from newsletter.issues.issue import UNAPPROVED, Issue, IssueState
from newsletter.outbox.delivery import DeliveryState
from newsletter.sources import source_store
from newsletter.sources.ingest import IngestReport

NEWSLETTER, LIST = "weekly", "members"
_BY = "newsletter demo"
_KEPT = "maildir:mail"  # after the run the catcher is gone; what the desk sends lands in the same Maildir


def run_demo(home: Path, console: Console) -> DemoOutcome:
    """Run the demo in a home of its own; UsageError, and nothing touched, where the folder is somebody else's."""
    started = time.monotonic()
    demo = places.claim_home(home, now=SystemClock().now())
    steps = Steps(console)
    with Sites(demo.sites, port=demo.site_port) as sites, Catcher(demo.mail) as catcher:
        _furnish(demo, sites, steps)
        with _opened(demo, f"smtp://127.0.0.1:{catcher.port}") as app:
            return _main_job(app, demo, catcher, steps, started=started)


def _furnish(demo: DemoHome, sites: Sites, steps: Steps) -> None:
    """Make the home, and write the sample posts, pictures, web sites and readers into it."""
    drawn = Counter[str]()
    with steps.step("Writing sample posts and drawing pictures", count=drawn.total, total=len(places.PICTURES)):
        places.remember(demo, site_port=sites.port)
        places.write_content(demo, site=sites.address, on_picture=lambda: drawn.update(["picture"]))
        make_home(demo.home, places.settings_text())


@contextmanager
def _opened(demo: DemoHome, way_out: str) -> Iterator[App]:
    places.set_way_out(demo.home, way_out)
    app = open_app(demo.home)
    try:
        yield app
    finally:
        app.close()
        places.set_way_out(demo.home, _KEPT)


def _main_job(app: App, demo: DemoHome, catcher: Catcher, steps: Steps, *, started: float) -> DemoOutcome:
    with steps.step("Applying content/setup.toml: topics, sources, a list, a newsletter"):
        apply_setup(app, demo.setup_file)
    sources = _ingest(app, steps)
    people = _import(app, demo, steps)
    issue = _assemble(app, steps)
    status = _send(app, issue, catcher, people, steps) if issue else None
    with steps.step("Looking at what readers got"):
        readers = look_at_readers(app, status.issue) if status else []
        shown = show_one_mail(app, status.issue, readers, demo) if status else None
    return DemoOutcome(
        home=demo.home,
        is_first=demo.is_new,
        sources=sources,
        people=people,
        issue=_issue_outcome(app, status) if status else None,
        readers=readers,
        caught=catcher.count,
        mail=demo.mail / "new",
        sample_mail=shown.mail if shown else None,
        preview=shown.page if shown else None,
        seconds=round(time.monotonic() - started, 1),
    )


def _ingest(app: App, steps: Steps) -> list[SourceOutcome]:
    with reading(app.engine) as db:
        count = len(source_store.all_sources(db))
    reports: list[IngestReport] = []
    with steps.step("Asking the sources for posts", count=lambda: len(reports), total=count):
        for report in ingest_now(app, []):
            reports.append(report)  # noqa: PERF402 - one after the other, so that the count moves
    with reading(app.engine) as db:
        sources = {source.name: source for source in source_store.all_sources(db)}
    return [
        SourceOutcome(
            source=report.source,
            owner=sources[report.source].owner,
            kind=sources[report.source].kind.value,
            new=report.new,
            updated=report.updated,
            unchanged=report.unchanged,
            error=report.error,
        )
        for report in reports
    ]


def _import(app: App, demo: DemoHome, steps: Steps) -> PeopleOutcome:
    rows = Counter[str]()
    with steps.step("Importing made-up readers", count=rows.total):
        prepared = prepare_import(app, demo.readers_file, LIST, consent=CONSENT, columns={}, without_suppressions=False)
        ((_, report),) = carry_out_import(
            app, prepared, by=_BY, on_progress=lambda done, _total: rows.update(rows=done - rows["rows"])
        )
    return PeopleOutcome(
        added=report.added,
        updated=report.updated,
        unchanged=report.unchanged,
        suppressed=report.suppressed,
        unconfirmed=report.unconfirmed,
        refused=list(report.refused),
    )


def _assemble(app: App, steps: Steps) -> Issue | None:
    """Give the approved issue to send: the one that an interrupted run left, else a new one. None: nothing to say."""
    with steps.step("Assembling and approving an issue"):
        with reading(app.engine) as db:
            newest = issue_store.list_issues(db, limit=1)
        if newest and newest[0].state in {IssueState.APPROVED, IssueState.SENDING}:
            return newest[0]
        issue, posts = assemble_issue(app, NEWSLETTER, by=_BY)
        if not posts:
            return None  # the sample posts are over a month old
        return approve_issue(app, issue, by=_BY) if issue.state in UNAPPROVED else issue


def _send(app: App, issue: Issue, catcher: Catcher, people: PeopleOutcome, steps: Steps) -> IssueStatus:
    known = people.added + people.updated + people.unchanged
    with steps.step("Choosing, composing and sending over SMTP", count=lambda: catcher.count, total=known):
        return send_issue(app, str(issue.id), by=_BY, wait=True)


def _issue_outcome(app: App, status: IssueStatus) -> IssueOutcome:
    with reading(app.engine) as db:
        frozen = content_of(app, db, status.issue)
    names = {topic.slug: topic.name for topic in frozen.topics}
    sections = Counter({post.story_id: names.get(frozen.sections[post.id], "Other") for post in frozen.posts}.values())
    counts = status.counts
    return IssueOutcome(
        name=status.issue.name,
        posts=len(frozen.posts),
        stories=sections.total(),
        languages=dict(Counter(post.language for post in frozen.posts).most_common()),
        sections={name: sections[name] for name in [*names.values(), "Other"] if sections[name]},
        candidates=counts.candidates,
        accepted=counts.accepted,
        waiting=counts.planned + counts.in_flight,
        failed=counts.failed,
        suppressed=counts.suppressed,
        in_doubt=counts.in_doubt,
        left_out={why: count for (state, why), count in status.reasons.items() if state == DeliveryState.SUPPRESSED},
    )
