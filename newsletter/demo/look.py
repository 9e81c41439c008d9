"""Looks at single readers after the sending: what each got and why, one caught mail, and its page for a browser.

What a sensitive topic is called is never printed as a reason; the choice itself holds no name for it.
"""

import email.policy
from collections import Counter
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

from newsletter.app.app import App
from newsletter.app.explain import Explanation, explain
from newsletter.app.preview import preview
from newsletter.db.engine import reading
from newsletter.demo.home import DemoHome
from newsletter.demo.outcome import Got, ReaderOutcome
from newsletter.demo.readers import MadeUpReader, reader_without_news, sample_readers
from newsletter.issues.digest import Chosen, Reason
from newsletter.issues.issue import Issue
from newsletter.outbox.delivery import DeliveryState
from newsletter.sources import topic_store

_WHY = {
    Reason.PICK: "put on top by the editors",
    Reason.SOURCE: "of a source they follow",
    Reason.DISCREET: "on a topic kept private",
    Reason.EDITORS_ORDER: "from all topics (follows none)",
    Reason.REMINDER: "a reminder: its date is near",
    Reason.UPDATE: "updated since they got it",
    Reason.WIDENED: "the editors' choice: their topics had nothing for long",
    Reason.OUTSIDE: "from outside their topics, for variety",
    Reason.SELECTION: "a selection, the same for everybody",
    Reason.LETTER: "a letter to everybody",
}


@dataclass(frozen=True, slots=True)
class ShownMail:
    """One reader's mail as it was caught, and its page."""

    mail: Path | None
    page: Path


def look_at_readers(app: App, issue: Issue) -> list[ReaderOutcome]:
    """Tell what the sample readers got of an issue, and why one got nothing."""
    with reading(app.engine) as db:
        topics = {topic.id: topic.name for topic in topic_store.all_topics(db)}
    return [_reader(app, issue, reader, topics) for reader in (*sample_readers(), reader_without_news())]


def show_one_mail(app: App, issue: Issue, readers: list[ReaderOutcome], demo: DemoHome) -> ShownMail | None:
    """Write the page of the first sample reader who got a mail, with pictures from the home; None if nobody did."""
    reader = next((one for one in readers if one.stories), None)
    if reader is None:
        return None
    made = preview(app, issue, address=reader.address)
    demo.preview.mkdir(exist_ok=True)
    page = demo.preview / "digest.html"
    # In the mail pictures come from the public address; a page in a folder shows them without `serve`.
    page.write_text(made.html.replace(f"{app.settings.web.public_url}/media/", "../media/"), encoding="utf-8")
    (demo.preview / "digest.txt").write_text(made.text, encoding="utf-8")
    (demo.preview / "digest.eml").write_bytes(made.mime)
    return ShownMail(_caught_mail(demo.mail / "new", reader), page)


def _reader(app: App, issue: Issue, reader: MadeUpReader, topics: dict[int, str]) -> ReaderOutcome:
    found = explain(app, reader.address, str(issue.id))
    state = found.delivery.state if found.delivery else None
    got_it = state is DeliveryState.ACCEPTED
    # The dry run chooses as the claim did: what an issue itself showed does not count against it.
    made = preview(app, issue, address=reader.address)
    return ReaderOutcome(
        address=reader.address,
        name=reader.name,
        language=reader.language,
        zone=reader.zone,
        state=state.value if state else "none",
        subject=made.subject if got_it else "",
        stories=[_got(found, one, topics) for one, _ in found.chosen] if got_it else [],
        why_nothing="" if got_it else _why_nothing(found),
        left_out=dict(Counter(why for _, _, why in made.left_out).most_common()),
    )


def _got(found: Explanation, one: Chosen, topics: dict[int, str]) -> Got:
    post = next(post for chosen, post in found.chosen if chosen == one)
    why = f"on {topics[one.topic_id]}" if one.reason is Reason.TOPIC else _WHY[one.reason]
    return Got(title=post.title, source=post.source_name, language=post.language, why=why)


def _why_nothing(found: Explanation) -> str:
    return found.delivery.reason if found.delivery else found.why_none


def _caught_mail(folder: Path, reader: ReaderOutcome) -> Path | None:
    """Find the newest caught mail to a reader: the catcher notes each mail's recipient on top."""
    parser = BytesHeaderParser(policy=email.policy.default)
    for path in sorted(folder.iterdir(), key=lambda path: path.name, reverse=True):
        with path.open("rb") as file:
            if parser.parse(file)["Delivered-To"] == reader.address:
                return path
    return None
