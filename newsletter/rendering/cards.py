"""What a card says, in the words of one language: plain, cleaned strings for the HTML and the text alike."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from urllib.parse import quote

from babel.lists import format_list

from newsletter.issues.frozen import FrozenIssue
from newsletter.rendering.dates import (
    Tile,
    deadline_tile,
    event_tile,
    event_when,
    local_day,
    long_date,
    moment_when,
    told_day,
)
from newsletter.rendering.strings import Strings, direction
from newsletter.rendering.values import language_tag, one_line, web_link
from newsletter.sources.post import CallDetails, EventDetails, Picture, Post, PostKind

SMALL_WIDTH = 168  # pixels of a picture beside its text
SMALL_HEIGHT = 168
WIDE_WIDTH = 560  # across the sheet
WIDE_HEIGHT = 420
WIDE_MIN_WIDTH = 400  # a smaller picture would be blown up


class Direction(StrEnum):
    """The writing direction of a text; auto where the language is unknown."""

    LTR = "ltr"
    RTL = "rtl"
    AUTO = "auto"


class Side(StrEnum):
    """A side of the mail."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facing:
    """Language and direction of a text, and the sides where its lines start and end."""

    language: str
    direction: Direction
    start: Side
    end: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Pixels, as a picture is shown."""

    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFacts:
    """A picture in the sizes that layouts choose from: small beside the text, or across the sheet if it bears that."""

    src: str
    alt: str
    small: Size
    wide: Size | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """When and where, in words."""

    tile: Tile
    when: str
    place: str
    livestream: str
    calendar: str  # address of the .ics
    register_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """The deadline and who may apply, in words; and where more is to be had."""

    tile: Tile | None
    deadline: str
    countries: str
    page: str  # address of the call's own page
    calendar: str  # address of the deadline's .ics; empty without one


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """All that a card says."""

    id: int
    kind: PostKind
    own: Facing  # of title and excerpt
    title: str
    url: str
    source: str
    date: str
    label: str  # Paper, Video; empty for plain news
    excerpt: str
    picture: PictureFacts | None
    event: EventFacts | None
    call: CallFacts | None


StoryLink = Callable[[FrozenIssue, Post, str], str]


def facing(language: str, direction_: Direction) -> Facing:
    """Give the sides of a direction; `auto` starts where a left-to-right text does."""
    start, end = (Side.RIGHT, Side.LEFT) if direction_ == Direction.RTL else (Side.LEFT, Side.RIGHT)
    return Facing(language=language, direction=direction_, start=start, end=end)


def story_link(frozen: FrozenIssue, post: Post, public_url: str) -> str:
    """Give where a mail's story leads: its own address, or ours that counts and sends on. The same for every reader."""
    direct = web_link(post.url)
    if direct and frozen.recipe.clicks == "counted":
        return f"{public_url}/r/{frozen.issue_id}/{post.id}"
    return direct


def card_maker(
    frozen: FrozenIssue, strings: Strings, public_url: str, link: StoryLink = story_link
) -> Callable[[Post], CardFacts]:
    """Give the function that tells what a post's card says in this issue and language."""
    zone = frozen.recipe.zone

    def make(post: Post) -> CardFacts:
        return CardFacts(
            id=post.id,
            kind=post.kind,
            own=_own_facing(post.language),
            title=one_line(post.title),
            url=link(frozen, post, public_url),
            source=one_line(post.source_name),
            date=_published(post, strings, zone),
            label=_label(post.kind, strings),
            excerpt=one_line(post.excerpt),
            picture=_picture(post.picture, public_url) if post.picture else None,
            event=_event(post.event, post, strings, zone, public_url) if post.event else None,
            call=_call(post.call, post, strings, zone, public_url) if post.call else None,
        )

    return make


def _own_facing(language: str) -> Facing:
    tag = language_tag(language)
    return facing(tag, Direction(direction(tag)) if tag else Direction.AUTO)


def _published(post: Post, strings: Strings, zone: str) -> str:
    """The day it was published; beside an event's or a deadline's own date it would only confuse."""
    if post.event or post.call or not post.published_at:
        return ""
    return long_date(local_day(post.published_at, zone), strings.locale)


def _label(kind: PostKind, strings: Strings) -> str:
    labels = {
        PostKind.PAPER: strings.text("Paper"),
        PostKind.EVENT: strings.text("Event"),
        PostKind.CALL: strings.text("Funding call"),
        PostKind.VIDEO: strings.text("Video"),
    }
    return labels.get(kind, "")


def _picture(picture: Picture, public_url: str) -> PictureFacts:
    real = Size(width=max(picture.width, 1), height=max(picture.height, 1))
    is_wide = real.width >= WIDE_MIN_WIDTH and real.width > real.height
    return PictureFacts(
        src=f"{public_url}/media/{quote(one_line(picture.name), safe='')}",
        alt=one_line(picture.alt),
        small=_scaled(real, min(SMALL_WIDTH / real.width, SMALL_HEIGHT / real.height, 1.0)),
        wide=_scaled(real, min(WIDE_WIDTH / real.width, WIDE_HEIGHT / real.height)) if is_wide else None,
    )


def _scaled(size: Size, scale: float) -> Size:
    return Size(width=max(round(size.width * scale), 1), height=max(round(size.height * scale), 1))


def _event(event: EventDetails, post: Post, strings: Strings, zone: str, public_url: str) -> EventFacts:
    register_by = ""
    if event.register_by:
        day = long_date(told_day(event.register_by, event.zone), strings.locale)
        register_by = strings.text("Register by {date}", date=day)
    return EventFacts(
        tile=event_tile(event, strings.locale, zone),
        when=event_when(event, strings.locale, zone),
        place=one_line(event.place),
        livestream=web_link(event.livestream_url),
        calendar=_calendar(post, public_url),
        register_by=register_by,
    )


def _call(call: CallDetails, post: Post, strings: Strings, zone: str, public_url: str) -> CallFacts:
    page = web_link(call.page_url)
    return CallFacts(
        tile=deadline_tile(_deadline_day(call, call.deadline, zone), strings.locale) if call.deadline else None,
        deadline=_deadline(call, call.deadline, strings, zone) if call.deadline else "",
        countries=strings.text("Open to: {countries}", countries=_countries(call, strings)) if call.countries else "",
        page="" if page == web_link(post.url) else page,
        calendar=_calendar(post, public_url) if call.deadline else "",
    )


def _calendar(post: Post, public_url: str) -> str:
    return f"{public_url}/events/{post.id}.ics"


def _deadline(call: CallDetails, deadline: datetime, strings: Strings, zone: str) -> str:
    if call.all_day:
        when = long_date(_deadline_day(call, deadline, zone), strings.locale)
    else:
        when = moment_when(deadline, strings.locale, call.zone or zone)
    return strings.text("Deadline: {date}", date=when)


def _deadline_day(call: CallDetails, deadline: datetime, zone: str) -> date:
    return told_day(deadline, call.zone) if call.all_day else local_day(deadline, call.zone or zone)


def _countries(call: CallDetails, strings: Strings) -> str:
    names = [strings.locale.territories.get(code.upper(), one_line(code)) for code in call.countries]
    return format_list(names, locale=strings.locale)
