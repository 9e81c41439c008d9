"""From an edition and one reader's choice to a mail: joined bytes, nothing compiled, parsed or searched.

The preview is decoded from the same bytes.
"""

from binascii import a2b_qp
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from newsletter.base.ids import PostId
from newsletter.base.tokens import TOKEN_LENGTH
from newsletter.issues.digest import Chosen, is_widened
from newsletter.rendering.arrange import Arranged, announcement_place, arrange
from newsletter.rendering.dkim import Signer
from newsletter.rendering.edition import Edition, Face, more_line, subject_line
from newsletter.rendering.errors import EmptyDigest
from newsletter.rendering.headers import DeliveryHeaders, checked_address, header_lines, provider_headers
from newsletter.rendering.message import Parts
from newsletter.rendering.numbered import NumberedPart
from newsletter.rendering.quoted import Piece
from newsletter.rendering.textpart import name_lines
from newsletter.rendering.values import LIST_NAME_LENGTH, greeting_name, one_line, shorten

_PLAIN_FIELDS = (b"Content-Type: text/plain; charset=utf-8\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n")
_PLAIN = b"".join(_PLAIN_FIELDS)
_HTML = b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"

Fields = tuple[bytes, ...]
Join = Callable[[Iterable[bytes]], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """What one reader brings to an edition."""

    token: str  # 24 characters; live or inert, it is only a value here
    name: str  # to greet with; may be empty
    list_name: str
    chosen: tuple[Chosen, ...]
    more: int = 0
    plain_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A mail in its two halves: complete header fields, and the body with the header of its parts."""

    header: tuple[bytes, ...]
    body: bytes


def compose(edition: Edition, personal: Personal, delivery: DeliveryHeaders, signer: Signer | None = None) -> bytes:
    """Give the mail: CRLF only, no line over 998, none that begins with a dot. EmptyDigest when nothing was chosen."""
    composed = compose_lines(edition, personal, delivery)
    signatures = signer.sign(composed.header, composed.body, delivery.date) if signer else ()
    return b"".join((*signatures, *composed.header, b"\r\n", composed.body))


def compose_lines(edition: Edition, personal: Personal, delivery: DeliveryHeaders) -> Composed:
    """Give header and body apart, for the signature."""
    reader = _Reader(edition, personal)
    content_fields, body = _plain_body(reader) if personal.plain_text else _both_bodies(reader)
    return Composed(
        header=header_lines(edition.headers, reader.subject(), delivery, personal.token, content_fields), body=body
    )


def compose_parts(edition: Edition, personal: Personal, delivery: DeliveryHeaders) -> Parts:
    """Give the mail for an HTTP API, from the same bytes."""
    reader = _Reader(edition, personal)
    return Parts(
        sender=edition.headers.sender,
        to=checked_address(delivery.to),
        reply_to=edition.headers.reply_to,
        subject=subject_of(edition, personal),
        html="" if personal.plain_text else _decode(reader.splice(edition.html)),
        text=_decode(reader.splice(edition.text)),
        headers=provider_headers(edition.headers, delivery, personal.token),
    )


def page_html(edition: Edition, personal: Personal) -> str:
    """Give the HTML of the mail, decoded from the bytes that are sent."""
    return _decode(_Reader(edition, personal).splice(edition.html))


def text_of(edition: Edition, personal: Personal) -> str:
    """Give the text part of the mail, decoded from the bytes that are sent."""
    return _decode(_Reader(edition, personal).splice(edition.text))


def subject_of(edition: Edition, personal: Personal) -> str:
    """Give the subject in words."""
    first, second = _first_two(arrange(personal.chosen, edition.places))
    template = edition.subjects.template
    titles = [edition.titles[post] if post is not None else None for post in (first, second)]
    return template.fill(*titles) or titles[0] or edition.fallback_subject


def preheader_of(edition: Edition, personal: Personal) -> str:
    """Give the preheader in words; empty where a title is missing that it needs."""
    first, second = _first_two(arrange(personal.chosen, edition.places))
    titles = [edition.titles[post] if post is not None else None for post in (first, second)]
    return edition.text.preheaders.template.fill(*titles)


class _Reader:
    """One reader's mail in the making."""

    def __init__(self, edition: Edition, personal: Personal) -> None:
        if len(personal.token) != TOKEN_LENGTH or not (personal.token.isascii() and personal.token.isalnum()):
            raise ValueError(f"a token has {TOKEN_LENGTH} letters and digits")
        if not personal.chosen and not (edition.kind == "letter" and edition.html.intro):
            raise EmptyDigest("nothing was chosen for this reader; such a digest is not sent")
        self.edition = edition
        self.personal = personal
        self.arranged = arrange(personal.chosen, edition.places)
        self.first, self.second = _first_two(self.arranged)
        self.announced = announcement_place(self.arranged, edition.announcement_after)
        self.join: Join = personal.token.encode("ascii").join
        self.name = greeting_name(personal.name)
        self.list_name = shorten(one_line(personal.list_name), LIST_NAME_LENGTH)

    def subject(self) -> bytes:
        edition = self.edition
        made = edition.subjects.take(self.first, self.second, edition.titles)
        return made or subject_line(subject_of(edition, self.personal))

    def splice(self, face: Face) -> list[bytes]:
        """Give the encoded pieces of one body in order."""
        out: list[bytes] = []
        self._open(face, out)
        if face.numbered:
            self._put_numbered(face, face.numbered, out)
        else:
            self._put_sections(face, out)
        if self.personal.more > 0 and face.more:
            self._put(out, face.more, self._more_line(face))
        self._put(out, face.tail, face.value(name_lines(self.list_name) if face.numbered else self.list_name))
        return out

    def _put_sections(self, face: Face, out: list[bytes]) -> None:
        cards, reason = face.leads, face.reason
        for at, section in enumerate(self.arranged):
            if at == self.announced:
                out.append(face.announcement)
            out.append(face.headings[section.index])
            for one in section.chosen:
                before, after = cards[one.post_id]
                out += (before, reason(one), after)
                cards = face.cards
        if self.announced == len(self.arranged):
            out.append(face.announcement)

    def _put_numbered(self, face: Face, part: NumberedPart, out: list[bytes]) -> None:
        """Number the links from the first card to the last; each section ends with its addresses."""
        number, announcement = part.first, part.announcement
        for at, section in enumerate(self.arranged):
            if announcement and at == self.announced:
                out.append(announcement.fill(part.numbers, number))
                number += announcement.count
            out.append(face.headings[section.index])
            links: list[bytes] = []
            for one in section.chosen:
                number = _put_card(part, number, one.post_id, face.reason(one), out, links)
            if links:
                out += (b"\r\n", *links)
        if announcement and self.announced == len(self.arranged):
            out.append(announcement.fill(part.numbers, number))

    def _open(self, face: Face, out: list[bytes]) -> None:
        self._put(out, face.head, b"")
        preheader = face.preheaders.take(self.first, self.second, self.edition.titles)
        if face.preheader and preheader:
            self._put(out, face.preheader, preheader)
        self._put(out, face.header, b"")
        if self.name and face.named:
            self._put(out, face.named, face.value(self.name))
        elif face.greeting:
            self._put(out, face.greeting, b"")
        if face.intro:
            self._put(out, face.intro, b"")
        if face.widen and is_widened(self.personal.chosen):
            self._put(out, face.widen, b"")

    def _more_line(self, face: Face) -> bytes:
        more = self.personal.more
        return (
            face.more_lines[more] if more < len(face.more_lines) else face.value(more_line(self.edition.strings, more))
        )

    def _put(self, out: list[bytes], piece: Piece, value: bytes) -> None:
        runs = piece.runs
        out.append(self.join(runs[0]))
        for run in runs[1:]:
            out += (value, self.join(run))


def _put_card(
    part: NumberedPart, number: int, post: PostId, reason: bytes, out: list[bytes], links: list[bytes]
) -> int:
    """Put a card with its numbers, its addresses aside; give the next number."""
    card = part.cards[post]
    digits = b""
    if card.is_linked:
        digits = part.digits[number]
        links += (b"[", digits, card.address)
        number += 1
    if not card.more:
        out += (card.title, digits, card.end_of_title, reason, card.after)
        return number
    numbers = part.numbers[number : number + card.more]
    out += (card.title, digits, card.end_of_title, reason, card.after % numbers)
    links.append(card.more_links % numbers)
    return number + card.more


def _plain_body(reader: _Reader) -> tuple[Fields, bytes]:
    return _PLAIN_FIELDS, b"".join(reader.splice(reader.edition.text))


def _both_bodies(reader: _Reader) -> tuple[Fields, bytes]:
    edition = reader.edition
    dashes = b"--" + edition.boundary
    body = b"".join(
        (
            dashes + b"\r\n" + _PLAIN + b"\r\n",
            *reader.splice(edition.text),
            b"\r\n" + dashes + b"\r\n" + _HTML + b"\r\n",
            *reader.splice(edition.html),
            b"\r\n" + dashes + b"--\r\n",
        )
    )
    return (b'Content-Type: multipart/alternative;\r\n boundary="' + edition.boundary + b'"\r\n',), body


def _first_two(arranged: list[Arranged]) -> tuple[PostId | None, PostId | None]:
    """The first two stories as the reader sees them."""
    posts = [one.post_id for section in arranged[:2] for one in section.chosen[:2]]
    return (posts[0] if posts else None), (posts[1] if len(posts) > 1 else None)


def _decode(pieces: list[bytes]) -> str:
    return a2b_qp(b"".join(pieces)).decode().replace("\r\n", "\n")
