"""The countries of ISO 3166-1 in a reader's language. Pure."""

import re
import unicodedata

from babel import Locale

_TWO_LETTERS = re.compile(r"[A-Z]{2}")
# In CLDR, and no country of ISO 3166-1: exceptional reservations, groupings, private use.
_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"})


def countries(locale: Locale, chosen: str = "") -> list[tuple[str, str]]:
    """Give code and name, by name; what somebody chose or an import brought stays to be chosen."""
    names = {str(code): str(name) for code, name in locale.territories.items()}
    codes = {code for code in names if _TWO_LETTERS.fullmatch(code)} - _NO_COUNTRIES
    if chosen:
        codes.add(chosen)
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda one: _order(one[1]))


def _order(name: str) -> str:
    """Give what a name is sorted by: without accents, so that Österreich stands with O."""
    letters = unicodedata.normalize("NFD", name.casefold())
    return "".join(one for one in letters if not unicodedata.combining(one))
