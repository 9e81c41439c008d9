"""A ToldPost: what a post says, as plain lines, and when; what the readers of text look at."""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from newsletter.sources.details.dates_in_text import WrittenDays, days_of, written_days
from newsletter.sources.details.telling_words import future_words

LAST_SECOND = time(23, 59, 59)  # of a day that something is open until, as front matter has it


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPost:
    """The title and the lines of a post in plain text, its language, its own date, and the day it was found."""

    title: str
    blocks: tuple[str, ...]
    language: str
    published: date | None
    seen: date

    @property
    def lines(self) -> tuple[str, ...]:
        """Give the title and the blocks."""
        return (self.title, *self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDays:
    """Days that a line tells, with the line and the sentence around them."""

    line: str
    written: WrittenDays
    first: date
    last: date
    lead: str  # of the sentence, before the date
    rest: str  # of the sentence, after it

    @property
    def sentence(self) -> str:
        """Give the sentence without the date."""
        return f"{self.lead} {self.rest}"


def told_days(post: ToldPost) -> list[list[ToldDays]]:
    """Give the dates of each line, the title first; those whose year would be a guess are left out."""
    written = [written_days(line, post.language) for line in post.lines]
    is_open = any(one.year is None for line in written for one in line)
    is_announced = is_open and future_words().search(" ".join(post.lines)) is not None
    return [
        [days for one in found if (days := _told(line, one, post, is_announced=is_announced)) is not None]
        for line, found in zip(post.lines, written, strict=True)
    ]


def _told(line: str, written: WrittenDays, post: ToldPost, *, is_announced: bool) -> ToldDays | None:
    days = days_of(written, published=post.published, is_announced=is_announced)
    if days is None:
        return None
    lead, rest = sentence_around(line, written.start, written.end)
    return ToldDays(line=line, written=written, first=days[0], last=days[1], lead=lead, rest=rest)


def sentence_around(line: str, start: int, end: int) -> tuple[str, str]:
    """Give what stands in the sentence before and after a place. The dot of "20. November" or "Dr." ends none."""
    before, after = line[max(0, start - 240) : start], line[end : end + 240]
    begins = max((place + len(mark) for mark in _ENDS if (place := _last_end(before, mark)) >= 0), default=0)
    stops = [place for mark in _ENDS if (place := after.find(mark)) >= 0]
    return before[begins:], after[: min(stops)] if stops else after


_ENDS = (". ", "! ", "? ")


def _last_end(text: str, mark: str) -> int:
    place = text.rfind(mark)
    while place > 0 and mark == ". " and _is_abbreviation(text[:place]):
        place = text.rfind(mark, 0, place)
    return place


def _is_abbreviation(before: str) -> bool:
    word = before.rsplit(maxsplit=1)[-1] if before.split() else ""
    return len(word) <= (2 if word.isdigit() else 3)


def midnight(day: date, zone: str) -> datetime:
    """Give the beginning of a day in a zone; in UTC where none is known."""
    return datetime.combine(day, time.min, tzinfo=_clock(zone))


def end_of_day(day: date, zone: str) -> datetime:
    """Give the last second of a day in a zone; in UTC where none is known."""
    return datetime.combine(day, LAST_SECOND, tzinfo=_clock(zone))


def _clock(zone: str) -> tzinfo:
    return ZoneInfo(zone or "UTC")
