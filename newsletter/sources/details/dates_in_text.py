"""Reads the dates in running text, in six languages, as they stand there: a year that is not written is not given.

Numbers alone count where their order is known: the year first, dots (the day first everywhere), a part above 12, or a
language that writes the day first. English does both, so that 3/4/2027 is no date in it.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from newsletter.sources.details.months import LANGUAGES, alternatives, english_months, month_numbers, weekday_numbers

FIRST_YEAR, LAST_YEAR = 1990, 2100
MOST_TEXT = 20_000  # characters that are looked at
_WORD = re.compile(r"[^\W\d_]+")
_NUMERIC = re.compile(r"\d[./-]{1,2}\d")
_NUMBER = re.compile(r"\d+")
_MOST_NUMBERS = 1_000  # a text with more is a table
_BEFORE, _AFTER = 15, 30  # characters around a number: the month before it, or after it with the year
_AHEAD = timedelta(days=304)  # ten months: a day without a year is near
_DAY_FIRST = frozenset(LANGUAGES) - {"en"}

_DAY = r"(0?[1-9]|[12]\d|3[01])(?!\d)(?:st\b|nd\b|rd\b|th\b|er\b|º|°|ª|\.(?!\d))?"
_YEAR = rf"((?:19|20)\d\d|{LAST_YEAR})(?!\d)"
_DASH = r"[-\u2010-\u2014/]"
_WORD_TO = r"(?:and|to|until|till|through|und|bis(?: zum)?|et|au|jusqu['\u2019]au|e|ed|al|y|a|ao|&|\+)"
_TO = rf"\s{{0,3}}(?:{_DASH}|{_WORD_TO}\s)\s{{0,3}}"
_OF = r"\s{0,3}(?:(?:of|de|del|di|do)\s{1,3}|-)?"
_COMMA_OF = r"\.?,?\s{0,3}(?:(?:of|de|del|do)\s{1,3}|-)?"
_ARTICLE = r"(?:(?:the|den|dem|le|il|el|dia)\s{1,3})?"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDays:
    """A day or the first and last of several, as written. `year` is None where none stands; it is the last day's."""

    start: int  # place in the text
    end: int
    day: tuple[int, int]  # month, day
    last: tuple[int, int]
    year: int | None
    first_year: int | None = None  # where the first day has its own
    weekday: int | None = None  # of the first day, Monday 0

    def days(self, year: int) -> tuple[date, date] | None:
        """Give the first and last day, the last one in `year`; None if there are no such days."""
        first_year = self.first_year or (year - 1 if self.day > self.last else year)
        try:
            first, last = date(first_year, *self.day), date(year, *self.last)
        except ValueError:
            return None
        return (first, last) if first <= last and FIRST_YEAR <= first.year <= last.year <= LAST_YEAR else None


def written_days(text: str, language: str) -> list[WrittenDays]:
    """Give the dates in the order of the text. `language` tells the order of numbers; empty where unknown."""
    found: list[WrittenDays] = []
    free_from = 0
    for one in sorted(_all_days(text[:MOST_TEXT], language), key=lambda one: (one.start, -one.end)):
        if one.start >= free_from:
            found.append(replace(one, weekday=_weekday_before(text, one.start)))
            free_from = one.end
    return found


def days_of(written: WrittenDays, *, published: date | None, is_announced: bool) -> tuple[date, date] | None:
    """Give the days that are meant; None where that takes a guess.

    Without a year, the post must tell its own date, and the day lie within the ten months after it. That it lies ahead
    at all must be said: by the weekday, which fits one year only, or by words that announce.
    """
    if written.year is not None:
        return written.days(written.year)
    if published is None or not (is_announced or written.weekday is not None):
        return None
    readings = [
        days for year in (published.year, published.year + 1, published.year + 2) if (days := written.days(year))
    ]
    ahead = [days for days in readings if published <= days[0] <= published + _AHEAD]
    if written.weekday is not None:
        ahead = [days for days in ahead if days[0].weekday() == written.weekday]
    return ahead[0] if len(ahead) == 1 else None


def _all_days(text: str, language: str) -> Iterator[WrittenDays]:
    places = [place for place in _around_numbers(text) if _may_be_date(text[slice(*place)])]
    for pattern, reader in _grammar():
        for start, end in places:
            for match in pattern.finditer(text, start, end):
                one = reader(match, language)
                if one is not None:
                    yield one


def _around_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Give the parts of the text that can hold a date: numbers and what stands around them."""
    start = end = -1
    for number in itertools.islice(_NUMBER.finditer(text), _MOST_NUMBERS):
        if start >= 0 and number.start() - _BEFORE <= end:
            end = number.end() + _AFTER
            continue
        if start >= 0:
            yield start, end
        start, end = max(0, number.start() - _BEFORE), number.end() + _AFTER
    if start >= 0:
        yield start, end


def _may_be_date(text: str) -> bool:
    """Tell quickly whether there can be a date: most numbers count something."""
    return _NUMERIC.search(text) is not None or not month_numbers().keys().isdisjoint(_WORD.findall(text.lower()))


_Reader = Callable[[re.Match[str], str], WrittenDays | None]


@cache
def _grammar() -> tuple[tuple[re.Pattern[str], _Reader], ...]:
    # A name of three letters may be an English word ("out", "set"); it counts with a year only (_is_word).
    month = rf"({alternatives(frozenset(month_numbers()))})(?![^\W\d_])"
    english = rf"\b({alternatives(english_months())})\b\.?\s{{1,3}}{_DAY}"
    weekday = rf"{_ARTICLE}(?:(?:{alternatives(weekday_numbers())})\.?,?\s{{1,3}})?{_ARTICLE}"
    start = r"(?<![\d.,:/\u20ac$-])"
    more_days = r"(?:,\s{0,2}\d{1,2}\.?(?=[\s,])){0,5}"
    written = rf"{_DAY}{_OF}{month}(?:{_COMMA_OF}{_YEAR})?"
    iso = rf"{_YEAR}-(\d\d)-(\d\d)(?!\d)"
    number, separated = r"(\d{1,2})", rf"(\d{{1,2}})\2(\d{{1,2}})\2{_YEAR}"
    texts: tuple[tuple[str, _Reader], ...] = (
        (rf"{start}{written}{_TO}{weekday}{written}", _two_dates),
        (rf"{start}{_DAY}{more_days}(?:{_TO}{weekday}{_DAY})?{_OF}{month}(?:{_COMMA_OF}{_YEAR})?", _days_of_month),
        (rf"{english},?(?:\s{{1,2}}{_YEAR})?{_TO}{weekday}{english}(?:,?\s{{1,2}}{_YEAR})?", _english_dates),
        (rf"{english}(?:{_TO}{_DAY})?(?:,?\s{{1,2}}{_YEAR})?", _english_days),
        (rf"{start}{iso}(?:{_TO}{iso})?", _iso_days),
        (rf"{start}{number}\.(?:{number}\.)?(?:{_YEAR})?{_TO}{weekday}{number}\.{number}\.{_YEAR}", _dotted_range),
        (rf"{start}{number}{_TO}{number}/{number}/{_YEAR}", _days_of_number),
        (rf"{start}{number}([./-]){number}\2{_YEAR}(?:{_TO}{separated})?", _numbers),
    )
    return tuple((re.compile(text, re.IGNORECASE), reader) for text, reader in texts)


def _two_dates(match: re.Match[str], _: str) -> WrittenDays | None:
    day, month, first_year, last_day, last_month, year = match.groups()
    return _written(match, (month, day), (last_month, last_day), year, first_year)


def _days_of_month(match: re.Match[str], _: str) -> WrittenDays | None:
    day, last, month, year = match.groups()
    return _written(match, (month, day), (month, last or _last_listed(match)), year)


def _last_listed(match: re.Match[str]) -> str:
    """Give the last of "20, 21 November"."""
    listed = re.findall(r"\d{1,2}", match[0][: match.start(3) - match.start()])
    return str(listed[-1])


def _english_dates(match: re.Match[str], _: str) -> WrittenDays | None:
    month, day, first_year, last_month, last_day, year = match.groups()
    return _written(match, (month, day), (last_month, last_day), year, first_year)


def _english_days(match: re.Match[str], _: str) -> WrittenDays | None:
    month, day, last, year = match.groups()
    return _written(match, (month, day), (month, last or day), year)


def _iso_days(match: re.Match[str], _: str) -> WrittenDays | None:
    year, month, day, last_year, last_month, last_day = match.groups()
    if last_year is None:
        return _numbered(match, (month, day), (month, day), year)
    return _numbered(match, (month, day), (last_month, last_day), last_year, year)


def _dotted_range(match: re.Match[str], _: str) -> WrittenDays | None:
    day, month, first_year, last_day, last_month, year = match.groups()
    return _numbered(match, (month or last_month, day), (last_month, last_day), year, first_year)


def _numbers(match: re.Match[str], language: str) -> WrittenDays | None:
    first, mark, second, year, *rest = match.groups()
    swap = _is_month_first(int(first), int(second), mark, language)
    if swap is None:
        return None
    month, day = (first, second) if swap else (second, first)
    if rest[0] is None:
        return _numbered(match, (month, day), (month, day), year)
    last_month, last_day = (rest[0], rest[1]) if swap else (rest[1], rest[0])
    return _numbered(match, (month, day), (last_month, last_day), rest[2], year)


def _days_of_number(match: re.Match[str], language: str) -> WrittenDays | None:
    day, last_day, month, year = match.groups()
    is_known = _is_month_first(int(last_day), int(month), "/", language) is False
    return _numbered(match, (month, day), (month, last_day), year) if is_known else None


def _is_month_first(first: int, second: int, mark: str, language: str) -> bool | None:
    """Tell the order of two numbers, None where it is not known."""
    if mark == "." or first > 12 or language in _DAY_FIRST:
        return False
    return True if second > 12 and mark == "/" else None


def _written(
    match: re.Match[str], first: tuple[str, str], last: tuple[str, str], year: str | None, first_year: str | None = None
) -> WrittenDays | None:
    if year is None and (first_year is not None or _is_word(first[0]) or _is_word(last[0])):
        return None
    numbers = month_numbers()
    months = [numbers[name.lower()] for name in (first[0], last[0])]
    return _numbered(match, (str(months[0]), first[1]), (str(months[1]), last[1]), year, first_year)


def _is_word(month: str) -> bool:
    """Tell whether the name may be a word that is no month."""
    return len(month) <= 3 and month != "May" and month not in {"Mai", "mai"}


def _numbered(
    match: re.Match[str], first: tuple[str, str], last: tuple[str, str], year: str | None, first_year: str | None = None
) -> WrittenDays | None:
    day, last_day = (int(first[0]), int(first[1])), (int(last[0]), int(last[1]))
    found = WrittenDays(
        start=match.start(), end=match.end(), day=day, last=last_day,
        year=int(year) if year else None, first_year=int(first_year) if first_year else None,
    )  # fmt: skip
    is_real = found.days(found.year or 2024) is not None  # 2024 has a 29 February
    if year is None and day > last_day:
        is_real = True
    return found if is_real else None


def _weekday_before(text: str, start: int) -> int | None:
    found = _weekday().search(text[max(0, start - 25) : start])
    return weekday_numbers()[found[1].lower()] if found else None


@cache
def _weekday() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_])({alternatives(weekday_numbers())})\.?,?\s{{1,3}}{_ARTICLE}$", re.IGNORECASE)
