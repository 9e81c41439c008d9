"""The privacy sheet of a home: what is stored of whom, why, how long, and who processes it, from the running settings.

It has the items that a record of processing activities has (GDPR, Article 30(1), a to g). What a program cannot know it
asks for in square brackets.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.base.settings import ProviderSettings
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.providers.registry import api_title
from subscribers.consent.asking_rest import ASKING_REST
from subscribers.importing.undo import UNDO_LIFE
from subscribers.people.figures import Figures, figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A heading with its lines."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyReport:
    """The whole sheet."""

    chapters: tuple[Chapter, ...]
    figures: Figures


def privacy_report(app: App) -> PrivacyReport:
    """Fill in the sheet from settings, set-up and database."""
    with reading(app.engine) as db:
        found = figures(db)
        chapters = (
            _controller(db),
            _purposes(db),
            _people(app),
            _recipients(app),
            _transfers(app),
            _periods(app),
            _measures(app),
        )
    return PrivacyReport(chapters=chapters, figures=found)


def _controller(db: Connection) -> Chapter:
    recipes = [one.recipe for one in issue_store.all_newsletters(db)]
    lines = [f"{one.name}: {one.sender}; {one.postal_address or '[postal address]'}" for one in recipes]
    return Chapter(
        heading="Who is responsible (Article 30(1)(a))",
        lines=(*(lines or ["[no newsletter is set up]"]), "[name of the data protection officer, if there is one]"),
    )


def _clicks(db: Connection) -> str:
    counting = [one.recipe.name for one in issue_store.all_newsletters(db) if one.recipe.clicks == "counted"]
    if not counting:
        return "Which links are opened is not recorded; mails hold no pixel and no redirect."
    return (
        f"Of {', '.join(counting)} it is counted how often each story is opened on a day, by a link that is the same "
        "for every reader; who opened it is not recorded. Mails hold no pixel."
    )


def _purposes(db: Connection) -> Chapter:
    return Chapter(
        heading="What for (b)",
        lines=(
            "Sending newsletters to people who asked for them: each gets the stories on the topics that they follow.",
            "Proving who agreed to that, and when, and keeping those who left from being mailed again.",
            _clicks(db),
            (
                "Legal ground: consent (Article 6(1)(a)); the proof of it and the suppressions: legal obligation and "
                "legitimate interest (Article 6(1)(c) and (f), Article 7(1))."
            ),
        ),
    )


def _people(app: App) -> Chapter:
    return Chapter(
        heading="Whose data, and which (c)",
        lines=(
            (
                "Readers: address; if they gave it or an import brought it: name, language, zone, country, role, "
                "wishes on topics, hour and frequency, and further columns of imports (attributes)."
            ),
            (
                "For each mail: when it was handed over, which stories it held, and the mail server's answer with the "
                "address masked."
            ),
            "For each yes and no: the words that were shown, when, where, from which network; by whom imported.",
            "Those who left or must not be mailed: a hash of the address (SHA-256) and why.",
            (
                "A topic that is marked sensitive may tell something of a person's health (Article 9): it is never "
                "printed as a reason, in a log, or in a count under 10, and is asked for only behind a fresh link."
            ),
            "People who send in posts by a form: their name, kept with the post.",
            f"Operators: {len(app.settings.alerts.to)} addresses for alerts.",
        ),
    )


def _recipients(app: App) -> Chapter:
    lines = [f"{one.name}: {_where(one)}" for one in app.settings.provider]
    database = app.settings.database.url.partition(":")[0]
    host = urlsplit(app.settings.database.url).hostname
    where = f"a {database} database on {host}" if host else "a database file in the home, on this machine"
    return Chapter(
        heading="Who gets them (d)",
        lines=(
            *(lines or ["no provider is set up: nothing leaves this machine"]),
            f"Stored in {where}.",
            *_alerts(app),
        ),
    )


def _alerts(app: App) -> list[str]:
    host = urlsplit(app.settings.alerts.webhook).hostname
    return [f"Alerts, which hold no reader's address, go to {host}."] if host else []


def _where(provider: ProviderSettings) -> str:
    title = api_title(provider)
    if title:
        return f"{title}, a processor: it gets the address and the mail [contract under Article 28]"
    if provider.url.startswith("maildir:"):
        return "a folder on this machine: nothing is sent"
    host = urlsplit(provider.url).hostname or "?"
    if host in {"localhost", "127.0.0.1", "::1"}:
        return "a mail server on this machine"
    return f"the mail server {host}: it gets the address and the mail [contract under Article 28, if it is not yours]"


def _transfers(app: App) -> Chapter:
    outside = [one.name for one in app.settings.provider if api_title(one)]
    words = (
        f"[in which country {', '.join(outside)} stores data, and on what ground (Articles 44 to 49)]"
        if outside
        else "None by this program: mail goes to the servers that readers chose themselves."
    )
    return Chapter(heading="To other countries (e)", lines=(words,))


def _periods(app: App) -> Chapter:
    privacy = app.settings.privacy
    return Chapter(
        heading="For how long (f)",
        lines=(
            f"People who never confirmed: {privacy.unconfirmed_days} days, then their row is removed.",
            f"Wishes not to be asked to join again, by hash: {ASKING_REST.days} days.",
            (
                "Readers: until they leave and ask for erasure, or you erase them. Erasing removes every row with the "
                "address at once, and the masked address from the servers' answers; the record of consent and the "
                "suppression stay under a hash of the address: nobody can read it, and who has the address can make it."
            ),
            (
                f"Deliveries, servers' answers, bounces and departures as they were told: {privacy.deliveries_days} "
                "days; then each issue's numbers alone stay."
            ),
            f"What an import replaced, so that it can be taken back: {UNDO_LIFE.days} days.",
            "What operators did to people, by number and without addresses: with no end, to be accountable.",
            f"Network addresses in the record of consent: {privacy.network_addresses_days} days.",
            "Links that were mailed to confirm or to see one's data: until 30 days after their end.",
            "Backups: as long as you keep them. A restored one forgets again whoever left since (leaves.log).",
        ),
    )


def _measures(app: App) -> Chapter:
    secure = app.settings.web.public_url.startswith("https://")
    return Chapter(
        heading="How they are protected (g)",
        lines=(
            "Addresses stand in the tables of people only; logs, attempts and screens mask them.",
            (
                f"Pages are reached by {'https' if secure else 'http on this machine only'}; they set no cookie, load "
                "nothing from elsewhere, send no referrer, and are not indexed."
            ),
            (
                "The link of a mail changes wishes and leaves; address, role, data and erasure need a link mailed "
                "fresh, which works once."
            ),
            "What operators do to people is kept in an audit log.",
            "[who has access to this machine, its disk encryption, its backups]",
        ),
    )
