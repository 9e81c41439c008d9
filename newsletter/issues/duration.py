"""Reads durations as recipes write them: "30m", "48h", "2d", and "" for none. One unit each, never a bare number."""

import re
from datetime import timedelta

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d{1,6})\s*([mhd])", re.ASCII)
_LONGEST = timedelta(days=366)  # longer than this is a slip of the keyboard


def parse_duration(text: str) -> timedelta:
    """Give the duration that the text tells; ValueError in words for anything else."""
    if not text.strip():
        return timedelta(0)
    found = _DURATION.fullmatch(text.strip().lower())
    if not found:
        raise ValueError(f'{text!r} is no duration; write a number with m, h or d, like "30m", "48h" or "2d"')
    duration = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if duration > _LONGEST:
        raise ValueError(f"{text!r} is longer than a year")
    return duration
