"""What a person can say about themselves, and the one place where such values are read from text.

A value that cannot be taken raises InvalidProfile; none is ever replaced by a default in silence.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache
from typing import TypedDict
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global

from subscribers.errors import InvalidProfile


class Profile(TypedDict, total=False):
    """The values to set; a key that is absent keeps what there is."""

    name: str
    language: str
    reading_languages: str  # "fr;en", in order
    zone: str
    hour: int | None
    days: str  # "mon;thu", in the week's order
    frequency: str
    paused_until: str  # a day, ISO 8601
    length: str
    plain_text: bool
    role: str
    country: str


class Preferences(TypedDict, total=False):
    """What may be wanted otherwise in one scope, such as a newsletter; None: as everywhere."""

    language: str | None
    reading_languages: str | None
    zone: str | None
    hour: int | None
    days: str | None
    frequency: str | None
    paused_until: str | None
    length: str | None
    plain_text: bool | None


LONGEST_NAME = 60
# Of the hour in one scope: as the newsletter has it, whatever hour the person wants everywhere. (None: as everywhere.)
THE_NEWSLETTERS_HOUR = -1
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_ROLE = 100
_LONGEST_SOURCE = 200
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")  # BCP 47 (RFC 5646 2.1), and the underscore of locales
_CODE = re.compile(r"[a-z]{2,3}")
_NO_LANGUAGES = frozenset({"und", "mul", "zxx", "mis"})  # codes that say nothing
_TOPIC = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_CELLS = 4096  # of a column whose values come again and again: so many are remembered as they were read
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_HOUR = re.compile(r"[0-9]{1,2}")
# Two letters count in lower case only: "Prof.Dr" is no link.
_LINK = re.compile(
    r"://|\bwww\.|@|\w\.(?:(?i:com|net|org|info|biz|app|dev|xyz|top|site|online|shop|click|link)|[a-z]{2})(?![\w.])"
)
# Directions that would turn round the text after the name. Joiners stay: Persian and Hindi names need them.
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NO_ZONES = frozenset({"localtime", "Factory", "posixrules"})  # files of some hosts, not names of places


def read_name(text: str) -> str:
    """Take a name: control characters go, at most 60 characters, no links."""
    if not (text.isascii() and text.isprintable()):
        text = _TURNING.sub("", unicodedata.normalize("NFC", text))
        text = "".join(" " if unicodedata.category(one) in {"Cc", "Zl", "Zp"} else one for one in text)
    name = " ".join(text.split())
    if len(name) > LONGEST_NAME:
        raise InvalidProfile(f"the name is longer than {LONGEST_NAME} characters: shorten it")
    if _LINK.search(name):
        raise InvalidProfile("the name holds a link or an address: leave it out")
    return name


@lru_cache(maxsize=_CELLS)
def read_language(text: str) -> str:
    """Take the primary language of a BCP 47 tag: `pt` of `pt-BR`. A code that no language has is refused."""
    match = _TAG.fullmatch(text)
    if match is None:
        raise InvalidProfile(f"language: {told(text)} is no language tag such as en or pt-BR")
    code = match[1].lower()
    if code not in _languages():
        raise InvalidProfile(f"language: {told(code)} is no code of ISO 639 that any language has")
    return code


def read_languages(text: str) -> str:
    """Take an ordered list of languages, separated by semicolons."""
    return ";".join(dict.fromkeys(read_language(one.strip()) for one in text.split(";") if one.strip()))


@lru_cache(maxsize=_CELLS)
def read_zone(text: str) -> str:
    """Take the name of an IANA time zone."""
    if text not in _zones():
        raise InvalidProfile(f"zone: {told(text)} is no time zone such as Europe/Lisbon")
    return text


def read_hour(text: str) -> int:
    """Take an hour of the day."""
    if not _HOUR.fullmatch(text) or int(text) > 23:
        raise InvalidProfile(f"hour: {told(text)} is no hour from 0 to 23")
    return int(text)


def read_days(text: str) -> str:
    """Take the days of the week that suit, separated by semicolons; all of them are none in particular."""
    wanted = {one.strip().lower()[:3] for one in text.split(";") if one.strip()}
    unknown = sorted(wanted - set(DAYS))
    if unknown:
        raise InvalidProfile(f"days: {told(unknown[0])} is none of {', '.join(DAYS)}")
    return "" if len(wanted) == len(DAYS) else ";".join(day for day in DAYS if day in wanted)


def read_day(text: str) -> str:
    """Take a day of the calendar, as 2026-12-24."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise InvalidProfile(f"paused_until: {told(text)} is no day such as 2026-12-24") from error


def read_yes(text: str) -> bool:
    """Take yes or no."""
    return _one_of("plain_text", text, ("yes", "no")) == "yes"


def read_frequency(text: str) -> str:
    """Take how often somebody wants mail."""
    return _one_of("frequency", text, ("every", "weekly", "monthly"))


def read_length(text: str) -> str:
    """Take how long a digest somebody wants."""
    return _one_of("length", text, ("short", "normal", "full"))


def read_role(text: str) -> str:
    """Take a role: free text of one line."""
    if not text.isprintable() or len(text) > _LONGEST_ROLE:
        raise InvalidProfile(f"role: at most {_LONGEST_ROLE} characters, and no control characters")
    return text


def read_country(text: str) -> str:
    """Take a country as the two letters of ISO 3166-1."""
    if not _COUNTRY.fullmatch(text):
        raise InvalidProfile(f"country: {told(text)} is no country of two letters such as PT")
    return text.upper()


@lru_cache(maxsize=_CELLS)
def read_topics(text: str) -> tuple[str, ...]:
    """Take topics as keys to follow: `a;b` gives `topic:a` and `topic:b`; `source:Name` stays what it is."""
    return tuple(dict.fromkeys(_read_wish(one.strip()) for one in text.split(";") if one.strip()))


def read_source(text: str) -> str | None:
    """Take `source:Name` as the key of a source; None where the text is something else."""
    kind, _, name = text.partition(":")
    if kind.lower() != "source" or not name.strip():
        return None
    name = name.strip().replace("%3B", ";").replace("%25", "%")
    if not name.isprintable() or len(name) > _LONGEST_SOURCE:
        raise InvalidProfile(f"topics: a source has at most {_LONGEST_SOURCE} characters, and no control characters")
    return f"source:{name}"


def source_cell(key: str) -> str:
    """Write a key so that `read_source` takes that of a source from a cell that is cut at semicolons."""
    return key.replace("%", "%25").replace(";", "%3B") if key.startswith("source:") else key


def _read_wish(text: str) -> str:
    if source := read_source(text):
        return source
    slug = text.lower()
    if not _TOPIC.fullmatch(slug):
        raise InvalidProfile(f"topics: {told(slug)} is no topic; give slugs, separated by semicolons")
    return f"topic:{slug}"


READERS: dict[str, Callable[[str], str | int]] = {
    "name": read_name,
    "language": read_language,
    "reading_languages": read_languages,
    "zone": read_zone,
    "hour": read_hour,
    "days": read_days,
    "frequency": read_frequency,
    "paused_until": read_day,
    "length": read_length,
    "plain_text": read_yes,
    "role": read_role,
    "country": read_country,
}


def told(text: str) -> str:
    """Quote a value for a reason: short, and never an address that slipped into the wrong column."""
    return "what stands here" if "@" in text else repr(text[:40])


def _one_of(column: str, text: str, words: tuple[str, ...]) -> str:
    word = text.lower()
    if word not in words:
        raise InvalidProfile(f"{column}: {told(text)} is none of {', '.join(words)}")
    return word


@cache
def _languages() -> frozenset[str]:
    """Give the languages that Unicode CLDR has a name for, and the older codes of some."""
    known = {*Locale("en").languages, *get_global("language_aliases")}
    return frozenset(code for code in known if _CODE.fullmatch(code)) - _NO_LANGUAGES


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - _NO_ZONES
