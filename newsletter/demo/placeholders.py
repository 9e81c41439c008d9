"""Fills the placeholders of the sample content, so that a demo in any year has fresh posts and events to come.

`{{today-3}}` and `{{monday+22 09:00}}` are days before and after that of the demo and the Monday of its week, with an
hour of Berlin; a last word says how it is written: `instant` (RFC 3339), `mail` (RFC 5322), or a language for running
text. `{{site}}` is the address of the sample web sites. The rule it keeps: an unknown placeholder is an error.
"""

import re
from datetime import date, datetime, time, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

ZONE = ZoneInfo("Europe/Berlin")
_ANY = re.compile(r"\{\{(.*?)\}\}")
_DAY = re.compile(r"(today|monday)([+-]\d{1,3})?(?: (\d\d:\d\d))?(?: ([a-z]+))?")


def fill(text: str, *, today: date, site: str) -> str:
    """Replace every placeholder; ValueError names one that is none."""
    return _ANY.sub(lambda found: _value(found[1], today=today, site=site), text)


def _value(words: str, *, today: date, site: str) -> str:
    if words == "site":
        return site
    told = _DAY.fullmatch(words)
    if told is None:
        raise ValueError(f"{{{{{words}}}}} is no placeholder")
    base = today - timedelta(days=today.weekday()) if told[1] == "monday" else today
    day = base + timedelta(days=int(told[2] or 0))
    return _written(day, time.fromisoformat(told[3]) if told[3] else None, told[4] or "")


def _written(day: date, hour: time | None, style: str) -> str:
    at = datetime.combine(day, hour or time(), ZONE)
    match style:
        case "":
            return at.strftime("%Y-%m-%d %H:%M") if hour else day.isoformat()
        case "instant":
            return at.isoformat()
        case "mail":
            return format_datetime(at)
        case _:
            return format_date(day, "long", locale={"en": "en_GB"}.get(style, style))
