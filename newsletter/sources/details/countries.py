"""Reads lists of countries in six languages as their ISO 3166-1 codes."""

import re
from collections.abc import Mapping
from functools import cache

from babel import Locale

from newsletter.sources.details.months import LANGUAGES

# What people write beside the names of CLDR.
_MORE = {
    "uk": "GB", "great britain": "GB", "usa": "US", "united states of america": "US", "czech republic": "CZ",
    "turkey": "TR", "türkiye": "TR", "republic of ireland": "IE", "slovak republic": "SK", "republic of moldova": "MD",
    "holland": "NL", "tschechische republik": "CZ", "république tchèque": "CZ", "repubblica ceca": "CZ",
    "república checa": "CZ", "pays bas": "NL", "south korea": "KR",
}  # fmt: skip
_EXPLICIT = r"""
eligible countries
countries eligible
participating countries
teilnahmeberechtigte länder
teilnehmende länder
förderfähige länder
beteiligte länder
pays (?:éligibles|participants)
paesi (?:eleggibili|ammissibili|partecipanti)
países (?:elegibles|participantes|elegíveis)
"""
_IN_SENTENCE = r"""
open to\s(?:\w+\s){0,4}?from\s
eligible are\s(?:\w+\s){0,4}?from\s
(?:researchers|teams|applicants|institutions|consortia|partners)\s(?:based\s)?(?:from|in)\s
(?:antragstell\w+|forschende\w*|teams|partner)\saus\s
(?:équipes|chercheurs|candidats)\s(?:de|d['\u2019]|du)\s?
(?:ricercatori|gruppi|candidati)\s(?:da|di|dall['\u2019])\s?
(?:investigadores|equipos|equipas|solicitantes|candidatos)\s(?:de|da)\s
"""
_BETWEEN = re.compile(r"\s*(?:[,;/•·]|\b(?:and|und|et|ed|e|y|sowie|as well as|or|oder|ou|o)\b)\s*", re.IGNORECASE)
_ARTICLE = re.compile(
    r"^(?:the|die|der|dem|den|la|le|les|il|lo|gli|i|el|los|las|os|as|o|a|aus|from|da|de|du|des|della|do|"
    r"l['\u2019]|d['\u2019]|dall['\u2019])\s*(?=\S{2})",
    re.IGNORECASE,
)
_LONGEST_LIST = 1_500  # characters


def countries_in(text: str) -> tuple[str, ...]:
    """Give the countries that a list in the text names, in its order; empty where there is no list."""
    for found in _list().finditer(text):
        codes = _codes(text[found.end() : found.end() + _LONGEST_LIST])
        if len(codes) >= (1 if found[1] else 2):
            return codes
    return ()


def country_code(name: str) -> str:
    """Give the code of a country's name in any of the six languages, or of a code; empty for what is none."""
    name = " ".join(name.split()).strip(" .()")
    if len(name) == 2 and name.isupper():
        return name if name in Locale("en").territories else ""
    names = _names()
    return names.get(name.lower(), "") or names.get(_ARTICLE.sub("", name).lower(), "")


def _codes(text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    sentence = re.split(r"[.!?:|](?:\s|$)", text, maxsplit=1)[0]
    for name in _BETWEEN.split(sentence):
        bare = re.sub(r"\(.*?\)", "", name).strip()
        if not bare:
            continue
        code = country_code(bare) or _first_words(bare)
        if not code:
            break
        found[code] = None
        if not country_code(bare):
            break  # the sentence goes on with something else
    return tuple(found)


def _first_words(text: str) -> str:
    """Give the country that a text begins with: "Italy may apply"."""
    words = text.split()[:5]
    return next((code for count in range(len(words), 0, -1) if (code := country_code(" ".join(words[:count])))), "")


@cache
def _names() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"}:
                found.setdefault(name.lower(), code)
    return found | _MORE


@cache
def _list() -> re.Pattern[str]:
    explicit, running = ("|".join(lines.strip().splitlines()) for lines in (_EXPLICIT, _IN_SENTENCE))
    return re.compile(
        rf"\b(?:(?:{explicit})(?:\s(?:are|include|sind|sont|sono|son|são))?\s{{0,2}}(:)?\s{{0,2}}|{running})",
        re.IGNORECASE,
    )
