"""Reads the dates of a feed that no standard knows: month names, AM and PM, numbers only. Never a guess.

Which of two numbers is the day is decided once for a whole feed: a part over 12 anywhere in it tells. Where none does,
such a date is a missing date.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from newsletter.sources.cleaning.plain_text import one_line
from newsletter.sources.reading.page_date import month_number

Order = Literal["day", "month", ""]

_LONGEST = 80
_WEEKDAY = r"(?:[^\W\d_]{2,13}(?:-feira)?\.?,?\s+)?"
_WORD = r"(?P<word>[^\W\d_]{3,12})\.?"
_YEAR = r"(?P<year>\d{4}|\d\d)"
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?(?:\s*(?P<half>[ap])\.?m\b\.?)?"
_ZONE = r"(?:\s*(?P<zone>(?:UTC|GMT|UT)?[+-]\d\d:?\d\d|[A-Za-z]{1,5}))?"
_REST = rf"(?:(?:\s*[,T-]\s*|\s+)(?:(?:at|um|à|alle|a las|às)\s+)?{_TIME}{_ZONE})?"
_DAY_FIRST = rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|º|°|\.)?[\s-]+(?:de\s+)?{_WORD},?[\s-]+(?:de\s+)?{_YEAR}"
_MONTH_FIRST = rf"{_WORD}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})"
_NAMED = tuple(re.compile(f"{_WEEKDAY}{date}{_REST}", re.IGNORECASE) for date in (_DAY_FIRST, _MONTH_FIRST))
_ISO = r"(?P<year>\d{4})(?P<sign>[-/.])(?P<month>\d{1,2})(?P=sign)(?P<day>\d{1,2})"
_YEAR_FIRST = re.compile(f"{_ISO}{_REST}", re.IGNORECASE)
_NUMBERS = r"(?P<one>\d{1,2})(?P<sign>[-/.])(?P<two>\d{1,2})(?P=sign)(?P<year>\d{4})"
_NUMERIC = re.compile(f"{_WEEKDAY}{_NUMBERS}{_REST}", re.IGNORECASE)
# What the parser of feeds reads as another day: "2019/01/02" as 1 November, "02-01-2019" as 20 January 2002; and a year
# or a month alone as its first day. Of a time with AM or PM it keeps the figures only.
_MISREAD = re.compile(
    r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b|\d{4}[/.]\d|\d{9,13}$|\d{4}(?:-\d\d)?$|.*\d\s*[ap]\.?m\b", re.IGNORECASE
)
_HOURS = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}  # RFC 5322, 4.3
_HOURS |= {"wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3}
_TURN = 69  # two-digit years from here on are of the last century, as POSIX has it


def is_misread(text: str) -> bool:
    """Tell whether a date is written so that feedparser takes it for another day or hour, or for none."""
    return _MISREAD.match(one_line(text[: 4 * _LONGEST])) is not None


def order_of(texts: Iterable[str]) -> Order:
    """Tell which comes first in a feed's dates of numbers only: what a part over 12 proves, and nothing speaks against.

    Dots are written by those who write the day first.
    """
    found = [date for text in texts if (date := _NUMERIC.fullmatch(one_line(text[: 4 * _LONGEST])))]
    is_day_first = any(int(date["one"]) > 12 for date in found)
    is_month_first = any(int(date["two"]) > 12 for date in found)
    if is_day_first == is_month_first:
        has_dots_only = bool(found) and not is_day_first and all(date["sign"] == "." for date in found)
        return "day" if has_dots_only else ""
    return "day" if is_day_first else "month"


def read_date(text: str, order: Order) -> datetime | None:
    """Read a date, taken as UTC where it names no zone; None if it could be another day."""
    line = one_line(text[: 4 * _LONGEST])
    if len(line) > _LONGEST:
        return None
    for pattern in (*_NAMED, _YEAR_FIRST, _NUMERIC):
        if found := pattern.fullmatch(line):
            return _moment(found, order)
    return None


def _moment(found: re.Match[str], order: Order) -> datetime | None:
    told = found.groupdict()
    month, day = _month_and_day(told, order)
    year = int(told["year"])
    year += 0 if year > 99 else 1900 if year >= _TURN else 2000
    hour = int(told["hour"] or 0)
    if told["half"]:
        is_afternoon = told["half"] in "pP"
        if hour > 12 and not is_afternoon:
            return None
        hour = hour if hour > 12 else hour % 12 + (12 if is_afternoon else 0)
    try:
        local = datetime(year, month, day, hour, int(told["minute"] or 0), int(told["second"] or 0), tzinfo=UTC)
        return (local.replace(tzinfo=_zone(told["zone"] or ""))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _month_and_day(told: dict[str, str | None], order: Order) -> tuple[int, int]:
    """Give 0 for a month that nobody can tell."""
    if told.get("word"):
        return month_number(told["word"] or ""), int(told["day"] or 0)
    if told.get("month"):
        return int(told["month"] or 0), int(told["day"] or 0)
    one, two = int(told["one"] or 0), int(told["two"] or 0)
    if order == "day" or one > 12 or one == two:
        return two, one
    return (one, two) if order == "month" or two > 12 else (0, 0)


def _zone(name: str) -> timezone:
    """Give the zone that a feed names; an unknown name is UTC, as feedparser has it."""
    if offset := re.search(r"([+-])(\d\d):?(\d\d)$", name):
        return timezone((1 if offset[1] == "+" else -1) * timedelta(hours=int(offset[2]), minutes=int(offset[3])))
    return timezone(timedelta(hours=_HOURS.get(name.casefold(), 0)))
