"""A Post: one item of a source, cleaned and stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from newsletter.base.ids import PostId, SourceId, StoryId

# No story is offered longer than this after it came in. What was shown is remembered as long (outbox), so that a story
# cannot outlive the memory of having been shown.
LONGEST_LIFE = timedelta(days=35)


class PostKind(StrEnum):
    """What a post is; events and calls carry details of their own."""

    NEWS = "news"
    PAPER = "paper"
    EVENT = "event"
    CALL = "call"
    VIDEO = "video"


class PostState(StrEnum):
    """Whether a post may be chosen. `seen`: back-catalogue of a first fetch; `held`: waits for an editor."""

    CANDIDATE = "candidate"
    SEEN = "seen"
    HELD = "held"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that we serve: /media/NAME below the public address."""

    name: str  # "HASH.jpg" or "HASH.png"
    width: int  # pixels
    height: int
    alt: str  # empty: decoration


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDetails:
    """When and where. `starts_at` is aware; a day without an hour has all_day."""

    starts_at: datetime
    ends_at: datetime | None = None
    all_day: bool = False
    zone: str = ""  # IANA name, as the card prints it
    place: str = ""
    livestream_url: str = ""
    register_by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDetails:
    """A funding call's deadline and who may apply. A day without an hour has all_day: it is that day's end."""

    deadline: datetime | None = None
    all_day: bool = False
    zone: str = ""  # IANA name that the deadline is told in; empty: the newsletter's, and for a day UTC
    countries: tuple[str, ...] = ()  # ISO 3166-1 alpha-2; empty: not said
    page_url: str = ""  # the call's own page, where that is not the post's


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One item of a source, as issues and rendering see it."""

    id: PostId
    source_id: SourceId
    source_name: str  # who publishes it, in words: the owner, else the source's name
    story_id: StoryId
    kind: PostKind
    state: PostState
    url: str
    title: str
    byline: str
    excerpt: str  # plain text
    body: str  # sanitised HTML
    language: str  # "en"; empty: unknown
    topics: tuple[str, ...]  # slugs
    published_at: datetime | None
    first_seen_at: datetime
    visible_from: datetime
    alive_until: datetime
    picture: Picture | None
    event: EventDetails | None
    call: CallDetails | None
    value: int  # the editor's, 0 to 3
    revision: int
    state_reason: str = ""  # why it is in its state, where somebody or the flood guard moved it
    gone_at: datetime | None = None  # found gone at its source; it is not offered until it comes back
    gone_reason: str = ""
    source: str = ""  # the source's own name, as `source list` has it; issues frozen long ago do not tell it
    roles: tuple[str, ...] = ()  # whom its source writes for
    country: str = ""  # its source's: ISO 3166-1 alpha-2; empty: not said
