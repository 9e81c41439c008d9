"""Reads what stands beside a page's title: the day of publication and who wrote it. Pure.

A day counts where it stands alone in its own line next to the title. One in running text, one after "Deadline:", one
that is an event's, and one that is still to come is none.
"""

import itertools
import re
from collections.abc import Sequence
from datetime import datetime

from newsletter.sources.details.places import labelled_place
from newsletter.sources.details.telling_words import event_words
from newsletter.sources.reading.page_date import date_line, dateline, names_other_day
from newsletter.sources.reading.page_lines import Line
from newsletter.sources.reading.page_title import folded
from newsletter.sources.reading.release_labels import is_label, names_release, without_label

_MOST_AFTER = 6  # lines after the title in which the date may stand
_MOST_BEFORE = 2
_RUNNING = 240  # characters; after a line as long as that the text has begun
_SENTENCE = 80  # characters; a line as long may be a lead, two such are text, and a heading after one is another's
_LONGEST_BYLINE = 60
_BY = re.compile(r"(?:written\s+by|by|von|par|di|por)\s*:?\s+", re.IGNORECASE)
_NAME = r"[^\W\d_a-zà-öø-ÿ][\w'\u2019.-]*"
_SMALL = r"(?:de|di|da|do|dos|du|del|della|van|von|der|den|le|la)"
_NAMES = re.compile(rf"{_NAME}(?:\s+(?:{_SMALL}\s+){{0,2}}{_NAME}){{1,4}}")
_HOUR = r"\d{1,2}[:.h]\d\d"
_HOURS = re.compile(rf"{_HOUR}\s?(?:h|uhr)?\s?(?:-|\u2013|to|bis|à|a|alle|às)\s?{_HOUR}", re.IGNORECASE)


def date_beside(lines: Sequence[Line], title: str, *, bar: str, language: str, now: datetime | None) -> datetime | None:
    """Give the day of publication that stands next to the title; None where there is none, or several.

    `bar`: of the page, which may call it a press release; `now`: what lies after it is no day of publication (None:
    any day counts).
    """
    places = _places_of(lines, title)
    found = {
        date
        for place in places
        for date in _dates_near(lines, place, title, bar, language)
        if now is None or date <= now
    }
    return found.pop() if len(found) == 1 else None


def byline_beside(lines: Sequence[Line], title: str) -> str:
    """Give the name in a line "By Ada Example" right after the title; empty for none."""
    near = (line.text for place in _places_of(lines, title) for line in _after(lines, place)[:3])
    return next((name for text in near if (name := written_by(text))), "")


def written_by(line: str) -> str:
    """Give the name that a whole line tells as its author's."""
    by = _BY.match(line) if len(line) <= _LONGEST_BYLINE else None
    return line[by.end() :] if by and _NAMES.fullmatch(line[by.end() :]) else ""


def day_line(text: str, *, language: str) -> datetime | None:
    """Give the day of a line that is nothing but a date, or a place and a date."""
    return date_line(text, language=language) or dateline(text, language=language)


def _places_of(lines: Sequence[Line], title: str) -> list[int]:
    """Give where the title stands: as a heading, else in lines that are no link (trails and lists name it, too)."""
    wanted = folded(title)
    if not wanted:
        return []
    texts = [{folded(line.text), folded(without_label(line.text))} for line in lines]
    found = [place for place, text in enumerate(texts) if wanted in text]
    headings = [place for place in found if lines[place].is_heading and not lines[place].is_link]
    return headings or [place for place in found if not lines[place].is_link] or found[:1]


def _dates_near(lines: Sequence[Line], place: int, title: str, bar: str, language: str) -> set[datetime]:
    """Give the days in the lines after a title; where there is none, those before it."""
    after, before = _after(lines, place), list(lines[max(0, place - _MOST_BEFORE) : place])
    if _tells_event(title, [bar, *(line.text for line in (*before, lines[place], *after))]):
        return set()
    return _days_in(_texts(after), language) or _days_in(_texts(before), language)


def _days_in(texts: Sequence[str], language: str) -> set[datetime]:
    return {
        date
        for lead, text in itertools.pairwise(["", *texts])
        if (is_day_label(lead) or not (lead.endswith(":") or names_other_day(lead)))
        and (date := date_line(text, language=language) or dateline(text, language=language))
    }


def is_day_label(lead: str) -> bool:
    """Tell whether "Published:" or "Date:" stands before a day, and not "Deadline:"."""
    return date_line(f"{lead} 1 January 2020", language="en") is not None


def _after(lines: Sequence[Line], place: int) -> list[Line]:
    """Give the lines between the title and the running text."""
    found: list[Line] = []
    for line in lines[place + 1 : place + 1 + _MOST_AFTER]:
        has_begun = any(len(one.text) >= _SENTENCE and not one.is_heading for one in found)
        if len(line.text) > _RUNNING or (has_begun and (line.is_heading or len(line.text) >= _SENTENCE)):
            break
        found.append(line)
    return found


def _texts(lines: Sequence[Line]) -> list[str]:
    return [text for line in lines for text in (line.pieces or (line.text,))]


def _tells_event(title: str, texts: Sequence[str]) -> bool:
    """Tell whether a day here may be an event's: its title or lines name one, and nothing calls it a press release."""
    if any(labelled_place(text) or _HOURS.search(text) for text in texts if len(text) <= _RUNNING):
        return True
    return event_words().search(title) is not None and not any(is_label(text) or names_release(text) for text in texts)
