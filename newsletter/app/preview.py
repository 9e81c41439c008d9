"""The preview is the mail: the same choice, edition and splice as sending, with a token that changes nothing."""

from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.content import content_of
from newsletter.app.readers import SeenAs, seen_as
from newsletter.base.errors import NotAllowedNow
from newsletter.base.ids import PostId
from newsletter.db.engine import reading
from newsletter.issues.choose import choose, widened
from newsletter.issues.digest import Digest, LeftOut
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import Issue
from newsletter.issues.limits import Sizes, limits_of
from newsletter.issues.pool import Pool, make_pool
from newsletter.rendering.compose import Personal, compose, page_html, subject_of, text_of
from newsletter.rendering.edition import Edition
from newsletter.rendering.headers import DeliveryHeaders
from newsletter.rendering.reasons import reason_words
from newsletter.sources import post_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One story of a preview, and why it is there."""

    post_id: PostId
    title: str
    section: str
    reason: str  # code
    words: str  # as the card says it


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What one reader would get of an issue now. Empty html, text and mime: this reader gets no mail; `why_nothing`."""

    issue: Issue
    address: str
    subject: str
    html: str
    text: str
    mime: bytes
    chosen: list[Shown]
    left_out: list[tuple[PostId, str, str]]  # post, title, why
    more: int
    why_nothing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything that composes one reader's mail of an issue, short of the headers."""

    frozen: FrozenIssue
    pool: Pool
    edition: Edition
    eyes: SeenAs
    digest: Digest
    personal: Personal
    why_nothing: str  # empty: there is a mail


def prepare(app: App, issue: Issue, *, address: str | None = None) -> Prepared:
    """Choose as the claim does, for the person with an address or for a reader who has said nothing."""
    with reading(app.engine) as db:
        frozen = content_of(app, db, issue)
        pool = _pool(app, db, frozen)
        eyes = seen_as(app, db, frozen, issue, address, pool)
    return _prepared(app, issue, frozen, eyes, pool)


def prepare_in(app: App, issue: Issue, language: str) -> Prepared:
    """Choose for a reader who has said nothing but their language."""
    with reading(app.engine) as db:
        frozen = content_of(app, db, issue)
        pool = _pool(app, db, frozen)
        eyes = seen_as(app, db, frozen, issue, None, pool)
    reads = tuple(dict.fromkeys((language, *eyes.reader.reading_languages)))
    reader = replace(eyes.reader, language=language, reading_languages=reads)
    return _prepared(app, issue, frozen, replace(eyes, reader=reader), pool)


def _pool(app: App, db: Connection, frozen: FrozenIssue) -> Pool:
    withdrawn = frozenset(post_store.withdrawn_among(db, [post.id for post in frozen.posts]))
    return make_pool(frozen, withdrawn=withdrawn, now=app.clock.now())


def _prepared(app: App, issue: Issue, frozen: FrozenIssue, eyes: SeenAs, pool: Pool) -> Prepared:
    edition = app.build_edition(frozen, eyes.reader.language)
    sizes = Sizes(frame=edition.frame_size, card=edition.card_size)
    limits = limits_of(frozen.recipe)
    digest = choose(pool, eyes.reader, eyes.shown, sizes, limits=limits, remind=eyes.remind)
    if digest.is_empty and eyes.reader.follows_anything and eyes.is_dry:
        digest = widened(pool, eyes.reader, eyes.shown, sizes, limits=limits, remind=eyes.remind)
    personal = Personal(
        token=app.keys.tokens.encode([(issue.id, eyes.reader.id)], inert=True)[0],
        name=eyes.name,
        list_name=eyes.list_name,
        chosen=digest.chosen,
        more=digest.more,
        plain_text=eyes.plain_text,
    )
    why_nothing = eyes.left_out or (_why_empty(digest) if digest.is_empty else "")
    return Prepared(
        frozen=frozen,
        pool=pool,
        edition=edition,
        eyes=eyes,
        digest=digest,
        personal=personal,
        why_nothing=why_nothing,
    )


def preview(app: App, issue: Issue, *, address: str | None = None) -> Preview:
    """Compose the issue as the person with an address would get it, or as a reader who has said nothing."""
    ready = prepare(app, issue, address=address)
    html = text = subject = ""
    mime = b""
    if not ready.why_nothing:
        headers = _headers(ready, ready.eyes.address or "reader@example.org", app.clock.now())
        html, text = page_html(ready.edition, ready.personal), text_of(ready.edition, ready.personal)
        mime = compose(ready.edition, ready.personal, headers)
        subject = subject_of(ready.edition, ready.personal)
    return Preview(
        issue=issue,
        address=ready.eyes.address,
        subject=subject,
        html=html,
        text=text,
        mime=mime,
        chosen=_chosen(ready),
        left_out=_left_out(ready),
        more=ready.digest.more,
        why_nothing=ready.why_nothing,
    )


def _chosen(ready: Prepared) -> list[Shown]:
    if ready.why_nothing:
        return []
    titles = {post.id: post.title for post in ready.frozen.posts}
    return [
        Shown(
            post_id=one.post_id,
            title=titles[one.post_id],
            section=ready.frozen.sections.get(one.post_id, ""),
            reason=one.reason.name.lower(),
            words=reason_words(ready.edition, one),
        )
        for one in ready.digest.chosen
    ]


def _left_out(ready: Prepared) -> list[tuple[PostId, str, str]]:
    first = {post.story_id: post for post in reversed(ready.frozen.posts)}
    return [
        (first[story].id, first[story].title, why.name.lower())
        for story, why in ready.digest.left_out.items()
        if story in first
    ]


def _headers(ready: Prepared, to: str, now: datetime) -> DeliveryHeaders:
    domain = parseaddr(ready.frozen.recipe.sender)[1].rpartition("@")[2]
    return DeliveryHeaders(to=to, message_id=f"<preview.{ready.frozen.issue_id}@{domain}>", date=now)


def _why_empty(digest: Digest) -> str:
    return "too_few" if LeftOut.TOO_FEW in digest.left_out.values() else "nothing_new"


def need_mail(ready: Prepared) -> Prepared:
    """Insist that there is a mail; NotAllowedNow says why there is none."""
    if ready.why_nothing:
        who = ready.eyes.address or "a reader who follows nothing"
        raise NotAllowedNow(f"issue {ready.frozen.name} has no mail for {who}: {ready.why_nothing}")
    return ready
