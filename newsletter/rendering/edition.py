"""An Edition: an issue compiled for one language, direction and layout, cut into encoded pieces. Made once, then only
joined: nothing here runs per reader."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import PurePosixPath
from urllib.parse import quote

from jinja2 import Environment

from newsletter.base.ids import PostId
from newsletter.issues.digest import Chosen, Reason
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.recipe import in_language
from newsletter.rendering.arrange import FOCUS, MORE_NEWS, NEWS, PLAIN, section_places
from newsletter.rendering.cards import CardFacts, Direction, card_maker, facing
from newsletter.rendering.dates import long_date
from newsletter.rendering.document import (
    OPTIONAL,
    Document,
    IssueFacts,
    Links,
    Look,
    SectionFacts,
    marked,
    print_mjml,
)
from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.headers import StandingHeaders, standing_headers, text_line
from newsletter.rendering.markdown import intro_html, intro_text
from newsletter.rendering.mjml import compile_mjml
from newsletter.rendering.quoted import Piece, encode_piece, encode_value
from newsletter.rendering.sentinels import HOLES, TOKEN, Segment, Sentinels
from newsletter.rendering.strings import Strings, load_strings
from newsletter.rendering.templates import layout_name
from newsletter.rendering.textpart import text_pieces
from newsletter.rendering.theme import dark_theme, font_stack, light_theme
from newsletter.rendering.titles import (
    PREHEADER_LENGTH,
    SUBJECT_LENGTH,
    EncodedTitles,
    encode_titles,
    title_template,
)
from newsletter.rendering.values import LIST_NAME_LENGTH, NAME_LENGTH, lines, one_line

_MARK = re.compile(r"<!--@@([a-z]+(?::-?\d+)?)-->")
# Which hole may stand in which piece.
_HOLE_OF = {"preheader": "preheader", "named": "name", "more": "more", "tail": "list_name", "card": "reason"}
_LONGEST_ESCAPE = 6  # octets of one character of a name, "&#x27;"

ReasonKey = tuple[Reason, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One of the two bodies, HTML or text: pieces ready to be joined."""

    head: Piece
    header: Piece
    preheader: Piece | None
    named: Piece | None
    greeting: Piece | None
    intro: Piece | None
    headings: Mapping[int, Piece]
    cards: Mapping[PostId, Piece]
    more: Piece | None
    tail: Piece
    preheaders: EncodedTitles
    reasons: Mapping[ReasonKey, bytes]
    more_lines: tuple[bytes, ...]  # by the number of stories
    value: Callable[[str], bytes]  # encodes a name

    def reason(self, one: Chosen) -> bytes:
        """Give the words of a reason; a topic that the issue does not know is not named."""
        found = self.reasons.get((one.reason, one.topic_id if one.reason is Reason.TOPIC else 0))
        return self.reasons[Reason.DISCREET, 0] if found is None else found


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
    if not document.issue.intro_html:
        del html_segments["intro"], text_segments["intro"]
    titles = {post.id: one_line(post.title) for post in frozen.posts}
    values = {"newsletter": document.issue.newsletter, "number": str(frozen.number), "date": document.issue.date}
    preheader = title_template(_text_for(frozen, "preheader", language), values, PREHEADER_LENGTH)
    html = _face(html_segments, frozen, document.strings, encode_titles(preheader, titles, _html_value), _html_value)
    text = _face(text_segments, frozen, document.strings, encode_titles(preheader, titles, encode_value), encode_value)
    digest = _hash(html_segments, text_segments)
    subject = title_template(_text_for(frozen, "subject", language), values, SUBJECT_LENGTH)
    return Edition(
        language=language,
        direction=document.strings.direction,
        layout=frozen.recipe.layout,
        kind=frozen.kind,
        html=html,
        text=text,
        titles=titles,
        places=section_places(frozen),
        subjects=encode_titles(subject, titles, subject_line),
        fallback_subject=f"{document.issue.newsletter} {frozen.number}",
        headers=_standing(frozen, document),
        card_size=_card_sizes(html),
        frame_size=_frame_size(html),
        strings=document.strings,
        hash=digest,
        boundary=f"=_{digest[:32]}".encode("ascii"),
    )


def subject_line(text: str) -> bytes:
    """Print the Subject field."""
    return text_line("Subject", text)


def document_of(frozen: FrozenIssue, language: str, base: str, environment: Environment) -> Document:
    """Give the frame of an issue in one language."""
    recipe = frozen.recipe
    strings = load_strings(environment, language)
    light = light_theme(recipe.colour)
    intro = lines(_text_for(frozen, "intro", language))
    return Document(
        layout=recipe.layout,
        strings=strings,
        face=facing(strings.language, Direction(strings.direction)),
        issue=IssueFacts(
            newsletter=one_line(recipe.name),
            title=strings.text("Issue {number}", number=str(frozen.number)),
            date=long_date(date.fromisoformat(frozen.slot[:10]), strings.locale),
            logo=_media(base, recipe.logo),
            logo_dark=_media(base, recipe.logo_dark),
            postal_address=one_line(recipe.postal_address),
            intro_html=intro_html(intro, light.accent),
            intro_text=intro_text(intro),
        ),
        links=Links(
            leave=f"{base}/u/",
            preferences=f"{base}/p/",
            own_view=f"{base}/v/",
            public=f"{base}/issues/{recipe.slug}/{frozen.number}",
        ),
        look=Look(light=light, dark=dark_theme(recipe.colour), font=font_stack(recipe.font)),
    )


def all_sections(frozen: FrozenIssue, strings: Strings, base: str) -> list[SectionFacts]:
    """Give every heading that a reader may get, and each post's card under its own."""
    make = card_maker(frozen, strings, base)
    places = section_places(frozen)
    cards: dict[int, list[CardFacts]] = {PLAIN: [], FOCUS: []}
    for post in frozen.posts:
        cards.setdefault(places[post.id], []).append(make(post))
    if MORE_NEWS in cards:
        cards[NEWS] = []
    headings = section_headings(frozen, strings)
    return [SectionFacts(index=index, heading=headings[index], cards=tuple(cards[index])) for index in sorted(cards)]


def section_headings(frozen: FrozenIssue, strings: Strings) -> dict[int, str]:
    """Give the heading of each section by its place."""
    return {
        PLAIN: strings.text("In this issue"),
        FOCUS: strings.text("In focus"),
        MORE_NEWS: strings.text("More news"),
        NEWS: strings.text("News"),
    } | {at: one_line(topic.name_in(strings.language)) for at, topic in enumerate(frozen.topics, start=1)}


def cut(html: str) -> dict[str, str]:
    """Cut a compiled document at its marks; what stands before the first is the head."""
    head, *rest = _MARK.split(html)
    return {"head": head, **{name: piece.strip(" ") for name, piece in zip(rest[0::2], rest[1::2], strict=True)}}


def _html_segments(
    environment: Environment, document: Document, sections: list[SectionFacts]
) -> dict[str, list[Segment]]:
    sentinels = Sentinels()
    source = print_mjml(environment, document, sections, OPTIONAL, marked, sentinels)
    pieces = cut(compile_mjml(source, layout_name(document.layout)))
    segments = {name: sentinels.fill(piece) for name, piece in pieces.items()}
    _check_pieces(segments, document.layout, sections)
    return segments


def _check_pieces(segments: Mapping[str, list[Segment]], layout: str, sections: list[SectionFacts]) -> None:
    needed = {"header", "greeting", "tail", *(f"section:{section.index}" for section in sections)}
    needed |= {f"card:{card.id}" for section in sections for card in section.cards}
    missing = sorted(needed - set(segments))
    if missing:
        raise InvalidLayout(f'{layout_name(layout)}: marker("{missing[0]}") is missing; see mail/digest.mjml.j2')
    for name, piece in segments.items():
        allowed = {TOKEN, HOLES.get(_HOLE_OF.get(name.split(":")[0], ""))}
        for segment in piece:
            if not isinstance(segment, str) and segment not in allowed:
                raise InvalidLayout(f'{layout_name(layout)}: hole("{segment.name}") cannot stand in the piece "{name}"')
    if not any(segment == TOKEN for segment in segments["tail"]):
        raise InvalidLayout(f"{layout_name(layout)}: the foot has no link to leave with; print links.leave there")


def _face(
    segments: Mapping[str, list[Segment]],
    frozen: FrozenIssue,
    strings: Strings,
    preheaders: EncodedTitles,
    value: Callable[[str], bytes],
) -> Face:
    pieces = {name: encode_piece(piece) for name, piece in segments.items()}
    is_html = value is _html_value
    return Face(
        head=pieces["head"],
        header=pieces["header"],
        preheader=pieces.get("preheader"),
        named=pieces.get("named"),
        greeting=pieces.get("greeting"),
        intro=pieces.get("intro"),
        headings={int(name[8:]): piece for name, piece in pieces.items() if name.startswith("section:")},
        cards={PostId(int(name[5:])): piece for name, piece in pieces.items() if name.startswith("card:")},
        more=pieces.get("more"),
        tail=pieces["tail"],
        preheaders=preheaders,
        reasons={key: value(_reason_text(words, is_html=is_html)) for key, words in _reasons(frozen, strings)},
        more_lines=tuple(value(more_line(strings, count)) for count in range(len(frozen.posts) + 1)),
        value=value,
    )


def _reason_text(words: str, *, is_html: bool) -> str:
    if not words:
        return ""
    return f" · {words}" if is_html else f"{words}\n"


def more_line(strings: Strings, count: int) -> str:
    """Say how many stories there was no room for."""
    return strings.count("{count} more story online", "{count} more stories online", count)


def _reasons(frozen: FrozenIssue, strings: Strings) -> list[tuple[ReasonKey, str]]:
    """Give the words of each reason. A sensitive topic is never named, whatever the code says."""
    discreet = strings.text("Chosen for you")
    words = [
        ((Reason.PICK, 0), strings.text("Editors' choice")),
        ((Reason.EDITORS_ORDER, 0), strings.text("Selected by the editors")),
        ((Reason.DISCREET, 0), discreet),
        ((Reason.SELECTION, 0), ""),
        ((Reason.LETTER, 0), ""),
    ]
    for topic in frozen.topics:
        follow = strings.text("You follow {topic}", topic=one_line(topic.name_in(strings.language)))
        words.append(((Reason.TOPIC, topic.id), discreet if topic.sensitive else follow))
    return words


def _text_for(frozen: FrozenIssue, name: str, language: str) -> str:
    """The editor's text for this issue, else the recipe's: in the language, its base, the newsletter's, or any."""
    recipe_text: str | dict[str, str] = getattr(frozen.recipe, name)
    written: dict[str, str] = getattr(frozen.texts, name)
    base = language.partition("-")[0]
    for texts in (written, recipe_text if isinstance(recipe_text, dict) else {}):
        if texts.get(language) or texts.get(base):
            return texts.get(language) or texts[base]
    return in_language(written, base, frozen.recipe.language) or in_language(recipe_text, base, frozen.recipe.language)


def _media(base: str, file: str) -> str:
    return f"{base}/media/{quote(PurePosixPath(file).name, safe='')}" if file else ""


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


def _card_sizes(html: Face) -> dict[PostId, int]:
    # Encoded lengths are never less than decoded ones: a safe bound for the few values that go into holes.
    reason = max(map(len, html.reasons.values()), default=0)
    return {post: card.size + reason for post, card in html.cards.items()}


def _frame_size(html: Face) -> int:
    pieces = [html.head, html.header, html.preheader, html.named, html.greeting, html.intro, html.more, html.tail]
    fixed = sum(piece.size for piece in pieces if piece) + sum(piece.size for piece in html.headings.values())
    names = (NAME_LENGTH + LIST_NAME_LENGTH + PREHEADER_LENGTH) * _LONGEST_ESCAPE
    return fixed + names + max(map(len, html.more_lines))


def _hash(*faces: Mapping[str, list[Segment]]) -> str:
    digest = hashlib.sha256()
    for face in faces:
        for name, segments in face.items():
            digest.update(f"\0{name}\0".encode())
            for segment in segments:
                digest.update(segment.encode() if isinstance(segment, str) else f"\1{segment.name}\1".encode())
    return digest.hexdigest()
