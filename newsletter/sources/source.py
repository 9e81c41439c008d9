"""A Source: a place posts come from; and a Topic: a subject that readers follow or mute."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from newsletter.base.ids import SourceId

EDITORS = "editors"  # the built-in source of posts added by hand: a folder without a path, so nothing ever fetches it


class SourceKind(StrEnum):
    """What is read at the source's address. `auto`: not found out yet; the first good reading decides."""

    AUTO = "auto"
    FEED = "feed"
    PAGE = "page"
    INDEX = "index"
    FOLDER = "folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place posts come from, with its health."""

    id: SourceId
    name: str
    url: str  # http(s) address, or an absolute path
    kind: SourceKind
    topics: tuple[str, ...]
    language: str
    owner: str
    backfill_days: int
    etag: str
    last_modified: str
    next_fetch_at: datetime | None
    last_fetch_at: datetime | None
    last_good_at: datetime | None
    last_error: str  # empty: the last fetch was good
    error_count: int  # in a row
    categories: Mapping[str, str] = field(default_factory=dict)  # the publisher's category -> topic slug
    roles: tuple[str, ...] = ()  # whom it writes for: its posts come first to readers of these roles
    country: str = ""  # likewise of this country; ISO 3166-1 alpha-2
    form_key: str = ""  # secret part of its submission form; empty: it has none
    link_pattern: str = ""  # which links of an index page lead to posts, as reading/parse_index.py writes it
    moved_to: str = ""  # where its address redirects for good; empty: nowhere
    moving_to: str = ""  # where it redirects for good and that is not remembered yet
    moving_since: datetime | None = None
    moving_polls: int = 0  # that saw it
    own_asked_at: datetime | None = None  # when its own address was asked last, of one that has moved
    validators_of: str = ""  # the address that etag and last_modified are of
    document_hash: str = ""  # of the feed that was parsed last: the same bytes are not parsed again that day
    fresh_until: datetime | None = None  # as its server said: not asked again before
    failing_since: datetime | None = None  # the first of the errors in a row
    last_problems: str = ""  # items of the last good reading that could not be used, a line each


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A subject readers follow or mute. The id is stable and small: choices are packed with it."""

    id: int
    slug: str
    name: str
    names: dict[str, str]  # by language
    keywords: tuple[str, ...]
    sensitive: bool  # may tell a diagnosis: never printed as a reason
    position: int

    def name_in(self, language: str) -> str:
        return self.names.get(language, self.name)
