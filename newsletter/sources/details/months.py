"""Names of months and weekdays in English, German, French, Italian, Spanish and Portuguese, from the Unicode CLDR."""

from collections.abc import Mapping
from functools import cache

from babel import Locale

LANGUAGES = ("en", "de", "fr", "it", "es", "pt")
# What people write beside the names of CLDR: without accents, Austrian names, other short forms.
_MORE_MONTHS = {
    "sept": 9, "maerz": 3, "mrz": 3, "jänner": 1, "feber": 2, "fevrier": 2, "aout": 8, "decembre": 12, "fevereiro": 2,
    "setiembre": 9, "juill": 7,
}  # fmt: skip
_MORE_WEEKDAYS = {
    "tues": 1, "thur": 3, "thurs": 3, "sonnabend": 5, "segunda": 0, "terça": 1, "quarta": 2, "quinta": 3, "sexta": 4,
}  # fmt: skip


@cache
def month_numbers() -> Mapping[str, int]:
    """Give the number of each month's name, long and short, lower case, without the dot of an abbreviation."""
    found = dict(_MORE_MONTHS)
    for language in LANGUAGES:
        months = Locale(language).months
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                found |= {name.lower().rstrip("."): number for number, name in months[form][width].items()}
    return found


@cache
def english_months() -> frozenset[str]:
    """Give the English names alone: only English writes the month before the day."""
    months = Locale("en").months["format"]
    return frozenset({name.lower() for width in ("wide", "abbreviated") for name in months[width].values()} | {"sept"})


@cache
def weekday_numbers() -> Mapping[str, int]:
    """Give the number of each weekday's name, Monday 0, lower case; a name that means two days is left out."""
    found: dict[str, set[int]] = {name: {number} for name, number in _MORE_WEEKDAYS.items()}
    for language in LANGUAGES:
        days = Locale(language).days["format"]
        for width in ("wide", "abbreviated"):
            for number, name in days[width].items():
                found.setdefault(name.lower().rstrip("."), set()).add(number)
    # Two letters are words too: Italian "di", Portuguese "do", German "so".
    return {name: min(numbers) for name, numbers in found.items() if len(numbers) == 1 and len(name) > 2}


def alternatives(words: Mapping[str, int] | frozenset[str]) -> str:
    """Give a pattern's alternatives, the longest first, so that no name hides a longer one."""
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))
