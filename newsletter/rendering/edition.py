"""An Edition: an issue compiled for one language, direction and layout, cut into encoded pieces. Made once, then only
joined: nothing here runs per reader."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from jinja2 import Environment

from newsletter.base.ids import PostId
from newsletter.issues.digest import Chosen, Reason
from newsletter.issues.frozen import FrozenIssue, discreet_sources
from newsletter.rendering.arrange import announcement_after, section_places
from newsletter.rendering.content import all_sections, document_of, text_for, topic_name
from newsletter.rendering.document import OPTIONAL, Document, SectionFacts, marked, print_mjml
from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.headers import StandingHeaders, standing_headers, text_line
from newsletter.rendering.mjml import compile_layout
from newsletter.rendering.numbered import NumberedPart, numbered_part
from newsletter.rendering.plaintext import wrap
from newsletter.rendering.quoted import Piece, encode_piece, encode_value
from newsletter.rendering.sentinels import (
    LIST_NAME,
    MORE,
    NAME,
    PREHEADER,
    REASON,
    TOKEN,
    Hole,
    Segment,
    Sentinels,
)
from newsletter.rendering.strings import Strings
from newsletter.rendering.templates import layout_name
from newsletter.rendering.textpart import text_pieces
from newsletter.rendering.titles import (
    PREHEADER_LENGTH,
    SUBJECT_LENGTH,
    EncodedTitles,
    encode_titles,
    title_template,
)
from newsletter.rendering.values import LIST_NAME_LENGTH, NAME_LENGTH, one_line
from newsletter.sources.source import Topic

_MARK = re.compile(r"<!--@@([a-z]+(?::-?\d+)?)-->")
# Which holes may stand in which piece; in any other only the token. Headings and cards carry no token: they are joined
# as they are.
_HOLES_OF = {
    "preheader": {PREHEADER},
    "named": {NAME, TOKEN},
    "more": {MORE, TOKEN},
    "tail": {LIST_NAME, TOKEN},
    "card": {REASON},
    "lead": {REASON},
    "section": set[Hole](),
    "announcement": set[Hole](),
}
_VARIANTS = ("card:", "lead:")
_DISCREET = "Chosen for you"
_LONGEST_ESCAPE = 6  # octets of one character of a name, "&#x27;"


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One of the two bodies, HTML or text: pieces ready to be joined."""

    head: Piece
    header: Piece
    preheader: Piece | None
    named: Piece | None
    greeting: Piece | None
    intro: Piece | None
    widen: Piece | None
    announcement: bytes  # of the HTML; empty where there is none
    headings: Mapping[int, bytes]
    cards: Mapping[PostId, tuple[bytes, bytes]]  # before and after the reason
    leads: Mapping[PostId, tuple[bytes, bytes]]  # the same as the first card of a mail
    numbered: NumberedPart | None  # instead of both and of the announcement: the text
    more: Piece | None
    tail: Piece
    preheaders: EncodedTitles
    reasons: Mapping[Reason, bytes]
    topics: Mapping[int, bytes]  # the reason TOPIC by topic
    sources: Mapping[PostId, bytes]  # the reason SOURCE by post
    more_lines: tuple[bytes, ...]  # by the number of stories
    value: Callable[[str], bytes]  # encodes a name

    def reason(self, one: Chosen) -> bytes:
        """Give the words of a reason; a topic that the issue does not know is not named, nor is a discreet source."""
        if one.reason is Reason.TOPIC:
            return self.topics.get(one.topic_id) or self.reasons[Reason.DISCREET]
        if one.reason is Reason.SOURCE:
            return self.sources.get(one.post_id) or self.reasons[Reason.DISCREET]
        return self.reasons[one.reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """An issue for one language, direction and layout."""

    language: str
    direction: str
    layout: str
    kind: str
    html: Face
    text: Face
    titles: Mapping[PostId, str]
    places: Mapping[PostId, int]  # the section of each post
    announcement_after: int | None  # the section behind which it stands; None: the first
    subjects: EncodedTitles
    fallback_subject: str  # where a title is missing that the subject needs
    headers: StandingHeaders
    card_size: Mapping[PostId, int]  # octets of decoded HTML that a card costs, its reason included
    frame_size: int  # all else at its largest
    strings: Strings
    hash: str
    boundary: bytes


def build_edition(frozen: FrozenIssue, language: str, *, public_url: str, environment: Environment) -> Edition:
    """Compile an issue for one language. The same issue, templates and address give the same bytes in any process.

    InvalidLayout when a template cannot be used.
    """
    base = public_url.rstrip("/")
    document = document_of(frozen, language, base, environment)
    sections = all_sections(frozen, document.strings, base)
    html_segments = _html_segments(environment, document, sections)
    text_segments: dict[str, list[Segment]] = {"head": [], **text_pieces(document, sections)}
    for name, is_there in _written(document).items():
        if not is_there:
            html_segments.pop(name, None)
            del text_segments[name]
    titles = {post.id: one_line(post.title) for post in frozen.posts}
    values = {"newsletter": document.issue.newsletter, "number": str(frozen.number), "date": document.issue.date}
    preheader = title_template(text_for(frozen, "preheader", language), values, PREHEADER_LENGTH)
    html_pieces = _encode(html_segments)
    html = _face(html_pieces, frozen, document.strings, encode_titles(preheader, titles, _html_value), _html_value)
    text = _text_face(text_segments, frozen, document.strings, encode_titles(preheader, titles, encode_value))
    digest = _hash(html_segments, text_segments)
    subject = title_template(text_for(frozen, "subject", language), values, SUBJECT_LENGTH)
    return Edition(
        language=language,
        direction=document.strings.direction,
        layout=frozen.recipe.layout,
        kind=frozen.kind,
        html=html,
        text=text,
        titles=titles,
        places=section_places(frozen),
        announcement_after=announcement_after(frozen),
        subjects=encode_titles(subject, titles, subject_line),
        fallback_subject=f"{document.issue.newsletter} {frozen.number}",
        headers=_standing(frozen, document),
        card_size=_card_sizes(html_pieces, html),
        frame_size=_frame_size(html_pieces, html),
        strings=document.strings,
        hash=digest,
        boundary=f"=_{digest[:32]}".encode("ascii"),
    )


def subject_line(text: str) -> bytes:
    """Print the Subject field."""
    return text_line("Subject", text)


def cut(html: str) -> dict[str, str]:
    """Cut a compiled document at its marks; what stands before the first is the head."""
    head, *rest = _MARK.split(html)
    return {"head": head, **dict(zip(rest[0::2], rest[1::2], strict=True))}


def _written(document: Document) -> dict[str, bool]:
    """Tell which of the editor's texts there are."""
    return {"intro": bool(document.issue.intro_html), "announcement": bool(document.issue.announcement_html)}


def _html_segments(
    environment: Environment, document: Document, sections: list[SectionFacts]
) -> dict[str, list[Segment]]:
    sentinels = Sentinels()

    def printed(templates: Environment) -> str:
        return print_mjml(templates, document, sections, OPTIONAL, marked, sentinels)

    pieces = cut(compile_layout(environment, document.layout, printed))
    segments = {name: sentinels.fill(piece) for name, piece in pieces.items()}
    _check_pieces(segments, document, sections)
    return segments


def _check_pieces(segments: Mapping[str, list[Segment]], document: Document, sections: list[SectionFacts]) -> None:
    """See that a layout, perhaps an operator's own, has every piece and each hole where it can be filled."""
    layout = layout_name(document.layout)
    needed = {"header", "greeting", "tail", *(f"section:{section.index}" for section in sections)}
    variants = ("card", "lead") if any(name.startswith("lead:") for name in segments) else ("card",)
    needed |= {"announcement"} if document.issue.announcement_html else set()
    needed |= {f"{one}:{card.id}" for one in variants for section in sections for card in section.cards}
    missing = sorted(needed - set(segments))
    if missing:
        raise InvalidLayout(f'{layout}: marker("{missing[0]}") is missing; see mail/frame.mjml.j2')
    for name, piece in segments.items():
        kind = name.partition(":")[0]
        holes = [segment for segment in piece if isinstance(segment, Hole)]
        wrong = [hole.name for hole in holes if hole not in _HOLES_OF.get(kind, {TOKEN})]
        if wrong:
            raise InvalidLayout(f'{layout}: hole("{wrong[0]}") cannot stand in the piece "{name}"')
        if kind in variants and holes != [REASON]:
            raise InvalidLayout(f'{layout}: a card prints hole("reason") once; "{name}" does not')
    way_out = escape(document.links.leave)
    if not any(
        isinstance(one, str) and one.endswith(way_out) and two == TOKEN for one, two in pairwise(segments["tail"])
    ):
        raise InvalidLayout(f"{layout}: the foot has no link to leave with; print links.leave there")


def _encode(segments: Mapping[str, list[Segment]]) -> dict[str, Piece]:
    return {name: encode_piece(piece) for name, piece in segments.items()}


def _text_face(
    segments: Mapping[str, list[Segment]], frozen: FrozenIssue, strings: Strings, preheaders: EncodedTitles
) -> Face:
    part = numbered_part(segments)
    numbered = ("card:", "links:", "intro", "announcement")
    pieces = _encode({name: piece for name, piece in segments.items() if not name.startswith(numbered)})
    if part.intro:
        pieces["intro"] = Piece(((part.intro,),))
    return _face(pieces, frozen, strings, preheaders, encode_value, part)


def _face(
    pieces: Mapping[str, Piece],
    frozen: FrozenIssue,
    strings: Strings,
    preheaders: EncodedTitles,
    value: Callable[[str], bytes],
    numbered: NumberedPart | None = None,
) -> Face:
    is_html, discreet = value is _html_value, discreet_sources(frozen)
    cards = _variant(pieces, "card:")
    return Face(
        head=pieces["head"],
        header=pieces["header"],
        preheader=pieces.get("preheader"),
        named=pieces.get("named"),
        greeting=pieces.get("greeting"),
        intro=pieces.get("intro"),
        widen=pieces.get("widen"),
        announcement=pieces["announcement"].runs[0][0] if "announcement" in pieces else b"",
        headings={int(name[8:]): piece.runs[0][0] for name, piece in pieces.items() if name.startswith("section:")},
        cards=cards,
        leads=_variant(pieces, "lead:") or cards,
        numbered=numbered,
        more=pieces.get("more"),
        tail=pieces["tail"],
        preheaders=preheaders,
        reasons={
            reason: value(_reason_text(words, is_html=is_html)) for reason, words in plain_reasons(strings).items()
        },
        topics={
            topic: value(_reason_text(words, is_html=is_html))
            for topic, words in topic_reasons(frozen.topics, strings).items()
        },
        sources={
            post.id: value(_reason_text(source_reason(post.source_name, strings), is_html=is_html))
            for post in frozen.posts
            if post.source_id not in discreet
        },
        more_lines=tuple(value(more_line(strings, count)) for count in range(len(frozen.posts) + 1)),
        value=value,
    )


def _reason_text(words: str, *, is_html: bool) -> str:
    if not words:
        return ""
    return f" · {words}" if is_html else f"{wrap(words)}\n"


def more_line(strings: Strings, count: int) -> str:
    """Say how many stories there was no room for."""
    return strings.count("{count} more story online", "{count} more stories online", count)


def plain_reasons(strings: Strings) -> dict[Reason, str]:
    """Give the words of each reason but TOPIC and SOURCE; the same stories for everybody need none."""
    return {
        Reason.PICK: strings.text("Editors' choice"),
        Reason.EDITORS_ORDER: strings.text("From all topics"),
        Reason.DISCREET: strings.text(_DISCREET),
        Reason.REMINDER: strings.text("Reminder: the date is near"),
        Reason.UPDATE: strings.text("Updated since you got it"),
        Reason.WIDENED: strings.text("Editors' choice"),
        Reason.OUTSIDE: strings.text("Outside your topics, for variety"),
        Reason.SELECTION: "",
        Reason.LETTER: "",
    }


def topic_reasons(topics: Iterable[Topic], strings: Strings) -> dict[int, str]:
    """Give the words of TOPIC by topic. A sensitive one is never named, whatever the code of the choice says."""
    return {
        topic.id: strings.text(_DISCREET)
        if topic.sensitive
        else strings.text("You follow {topic}", topic=topic_name(topic, strings))
        for topic in topics
    }


def source_reason(source_name: str, strings: Strings) -> str:
    """Give the words of SOURCE."""
    return strings.text("You follow {topic}", topic=one_line(source_name))


def _html_value(text: str) -> bytes:
    return encode_value(escape(text, quote=True))


def _standing(frozen: FrozenIssue, document: Document) -> StandingHeaders:
    recipe = frozen.recipe
    return standing_headers(
        sender=recipe.sender,
        reply_to=recipe.reply_to,
        newsletter=recipe.name,
        slug=recipe.slug,
        number=frozen.number,
        kind=frozen.kind,
        leave_url=document.links.leave,
    )


def _variant(pieces: Mapping[str, Piece], prefix: str) -> dict[PostId, tuple[bytes, bytes]]:
    return {PostId(int(name[5:])): _halves(piece) for name, piece in pieces.items() if name.startswith(prefix)}


def _halves(card: Piece) -> tuple[bytes, bytes]:
    (before,), (after,) = card.runs
    return before, after


def _card_sizes(html: Mapping[str, Piece], face: Face) -> dict[PostId, int]:
    """Any card may come first, so the larger of its two forms counts."""
    # Encoded lengths are never less than decoded ones: a safe bound for the few values that go into holes.
    reason = max(map(len, [*face.reasons.values(), *face.topics.values()]))
    sizes: dict[PostId, int] = {}
    for name, piece in html.items():
        if name.startswith(_VARIANTS):
            post = PostId(int(name[5:]))
            named = max(reason, len(face.sources.get(post, b"")))
            sizes[post] = max(sizes.get(post, 0), piece.size + named)
    return sizes


def _frame_size(html: Mapping[str, Piece], face: Face) -> int:
    fixed = sum(piece.size for name, piece in html.items() if not name.startswith(_VARIANTS))
    names = (NAME_LENGTH + LIST_NAME_LENGTH + PREHEADER_LENGTH) * _LONGEST_ESCAPE
    return fixed + names + max(map(len, face.more_lines))


def _hash(*faces: Mapping[str, list[Segment]]) -> str:
    digest = hashlib.sha256()
    for face in faces:
        for name, segments in face.items():
            digest.update(f"\0{name}\0".encode())
            for segment in segments:
                digest.update(segment.encode() if isinstance(segment, str) else f"\1{segment.name}\1".encode())
    return digest.hexdigest()
