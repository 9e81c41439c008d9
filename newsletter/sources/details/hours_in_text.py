"""Reads the hours that stand beside a date: "14:00-16:00 CET", "14.00 Uhr", "14h30", "2 pm (Brussels time)"."""

import re
from dataclasses import dataclass
from datetime import time, tzinfo
from functools import cache

from newsletter.sources.details.zones import zone_of_word, zone_words

_HALVES = r"(?:[ap]\.?m\b\.?)"
_SUFFIX = rf"(?:{_HALVES}|uhr\b|h(?:rs?|eures?|oras?)?\b|heures?\b|noon\b)"
_TIME = rf"(\d{{1,2}})(?:\s?[:.h]\s?([0-5]\d)(?:[:.][0-5]\d)?)?(?!\d)(?:\s{{0,2}}({_SUFFIX}))?"
_LEAD = (
    r"[\s,;:|(\u2013\u2014\u00b7-]{0,4}(?:(?:at|from|between|um|ab|von|à|de|dès|dalle(?: ore)?|alle(?: ore)?|ore|h|"
    r"a las|de las|desde las|às|das|pelas|uhrzeit|time|heure|horario|horário|orario|kl\.?)\b[\s:]{0,2})?"
)
_TO = (
    r"(?:\s{0,2}[-\u2010-\u2014]\s{0,2}|\s{1,2}(?:to|until|till|and|bis|und|à|a|et|alle(?: ore)?|e|y|a las|hasta las|"
    r"às|até às|fino alle)\s{1,2})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenHours:
    """The hours of a day, and the zone that they are told in; None where none is named."""

    end: int  # place in the text
    first: time
    last: time | None
    zone: tuple[str, tzinfo] | None


def hours_after(text: str, place: int) -> WrittenHours | None:
    """Give the hours that stand at this place, with nothing but small words before them."""
    found = _hours().match(text, place, place + 90)
    if found is None:
        return None
    hour, minute, suffix, last_hour, last_minute, last_suffix, word, named, told = found.groups()
    if not (minute or suffix or (last_hour and (last_minute or last_suffix))):
        return None  # a bare number may count anything
    first = _time(hour, minute, suffix or (last_suffix if last_suffix and _is_half(last_suffix) else ""))
    last = _time(last_hour, last_minute, last_suffix) if last_hour else None
    if first is None or (last_hour and last is None):
        return None
    return WrittenHours(end=found.end(), first=first, last=last, zone=zone_of_word(word or named or told or ""))


@cache
def _hours() -> re.Pattern[str]:
    words = "|".join(sorted(zone_words(), key=len, reverse=True))
    city = r"[^\W\d_][\w'-]{2,20}"
    zone = (
        r"(?:\s{0,2}[(,\[]?\s{0,2}(?:"
        rf"((?:utc|gmt)\s?[+\u2212\u2013-]\s?\d{{1,2}}(?::?\d\d)?|(?:{words})\b)"
        rf"|({city})(?:\s(?:local\s)?time\b|er\s(?:orts)?zeit\b|\s(?:orts)?zeit\b)"
        rf"|(?:(?:heure|hora|ora)\s(?:locale\s|local\s)?(?:de\s|di\s|d['\u2019])|(?:time in)\s)({city})"
        r")\s?[)\]]?)?"
    )
    return re.compile(rf"{_LEAD}{_TIME}(?:{_TO}{_TIME})?{zone}", re.IGNORECASE)


def _is_half(suffix: str) -> bool:
    return suffix.lower().replace(".", "") in {"am", "pm"}


def _time(hour: str, minute: str | None, suffix: str | None) -> time | None:
    number = int(hour)
    half = (suffix or "").lower().replace(".", "")
    if half in {"am", "pm", "noon"}:
        if not 1 <= number <= 12:
            return None
        number = number % 12 + (12 if half in {"pm", "noon"} else 0)
    return time(number, int(minute or 0)) if number <= 23 else None
