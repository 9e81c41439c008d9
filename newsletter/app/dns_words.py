"""What the DNS is asked by `doctor`, and how its answers are judged."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

LookUp = Callable[[str], list[str]]  # the TXT records of a name; LookUpFailed when nobody answers


class LookUpFailed(Exception):
    """The DNS gave no answer: that says nothing about the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What the DNS says, judged."""

    verdict: Literal["good", "warning", "bad"]
    words: str


def tags_of(record: str) -> dict[str, str]:
    """Read a tag list (RFC 6376, section 3.2; RFC 9989 has the same): blanks within a value mean nothing."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip(): "".join(value.split()) for name, equals, value in pairs if equals}
