"""The preview is the mail: the same choice, edition and splice as sending, with a token that changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr

from newsletter.app.app import App
from newsletter.app.content import content_of
from newsletter.app.readers import SeenAs, seen_as
from newsletter.base.errors import NotAllowedNow
from newsletter.base.ids import PostId
from newsletter.db.engine import reading
from newsletter.issues.choose import Sizes, choose
from newsletter.issues.digest import Digest, LeftOut
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import Issue
from newsletter.issues.pool import make_pool
from newsletter.rendering.compose import Personal, compose, page_html, page_text, reason_words
from newsletter.rendering.edition import Edition
from newsletter.rendering.headers import DeliveryHeaders
from newsletter.sources import store as source_store


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


def preview(app: App, issue: Issue, *, address: str | None = None) -> Preview:
    """Compose the issue as the person with an address would get it, or as a reader who has said nothing."""
    with reading(app.engine) as db:
        frozen = content_of(app, db, issue)
        eyes = seen_as(app, db, frozen, issue, address)
        withdrawn = source_store.withdrawn_among(db, [post.id for post in frozen.posts])
    edition = app.build_edition(frozen, eyes.reader.language)
    sizes = Sizes(frame=edition.frame_size, card=edition.card_size)
    pool = make_pool(frozen, withdrawn=frozenset(withdrawn), now=app.clock.now())
    digest = choose(pool, eyes.reader, eyes.shown, sizes)
    why_nothing = eyes.left_out or (_why_empty(digest) if digest.is_empty else "")
    return _compose(app, issue, frozen, edition, eyes, digest, why_nothing)


def _compose(
    app: App, issue: Issue, frozen: FrozenIssue, edition: Edition, eyes: SeenAs, digest: Digest, why_nothing: str
) -> Preview:
    titles = {post.id: post.title for post in frozen.posts}
    first_post = {post.story_id: post.id for post in reversed(frozen.posts)}
    html = text = subject = ""
    mime = b""
    if not why_nothing:
        personal = _personal(app, issue, eyes, digest)
        headers = preview_headers(frozen, eyes.address or "reader@example.org", app.clock.now())
        html, text, mime = page_html(edition, personal), page_text(edition, personal), compose(edition, personal, headers)
        subject = edition.subject(personal)
    return Preview(
        issue=issue,
        address=eyes.address,
        subject=subject,
        html=html,
        text=text,
        mime=mime,
        chosen=[
            Shown(
                post_id=one.post_id,
                title=titles[one.post_id],
                section=frozen.sections.get(one.post_id, ""),
                reason=one.reason.name.lower(),
                words=reason_words(edition, one),
            )
            for one in ([] if why_nothing else digest.chosen)
        ],
        left_out=[
            (first_post[story], titles[first_post[story]], why.name.lower())
            for story, why in digest.left_out.items()
            if story in first_post
        ],
        more=digest.more,
        why_nothing=why_nothing,
    )


def preview_headers(frozen: FrozenIssue, to: str, now: datetime) -> DeliveryHeaders:
    """Headers like those of a delivery, with a Message-ID that is nobody's."""
    domain = parseaddr(frozen.recipe.sender)[1].rpartition("@")[2]
    return DeliveryHeaders(to=to, message_id=f"<preview.{frozen.issue_id}@{domain}>", date=now)


def _personal(app: App, issue: Issue, eyes: SeenAs, digest: Digest) -> Personal:
    return Personal(
        token=app.keys.tokens.encode([(issue.id, eyes.reader.id)], inert=True)[0],
        name=eyes.name,
        list_name=eyes.list_name,
        chosen=digest.chosen,
        more=digest.more,
        plain_text=eyes.plain_text,
    )


def _why_empty(digest: Digest) -> str:
    return "too_few" if LeftOut.TOO_FEW in digest.left_out.values() else "nothing_new"


def need_mail(preview: Preview) -> Preview:
    """Insist that there is a mail; NotAllowedNow says why there is none."""
    if preview.why_nothing:
        raise NotAllowedNow(
            f"issue {preview.issue.name} has no mail for {preview.address or 'this reader'}: {preview.why_nothing}"
        )
    return preview
