"""Brings the forms of a word together: "grants" and "grant", "Förderungen" and "Förderung". Pure but for a cache.

Stems are Snowball's. What it leaves apart in French and Portuguese, where many plurals change more than their end, is
brought together before.
"""

import re
from collections.abc import Callable
from functools import lru_cache

_MOST_REMEMBERED = 50_000  # words of one language: a few megabytes
# Letters, digits, and the marks that belong to letters: accents, Hebrew and Arabic vowels, the signs of Indic scripts,
# and the joiner of Persian. Everything else parts words, hyphens and apostrophes too.
_WORD = re.compile(
    "(?:\\w|[\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff\u200c])+"
)
# Languages whose stemmer may take something off the beginning of a word, too: their words cannot be told apart by it.
CHANGES_BEGINNINGS = frozenset({"ar", "id", "nl", "ne", "st", "ta"})
_STEMMERS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "st": "sesotho",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
_PLURALS = {
    "fr": (("eaux", "eau"), ("aux", "al"), ("s", ""), ("x", "")),
    "pt": (("ões", "ão"), ("ães", "ão"), ("ais", "al"), ("éis", "el"), ("eis", "el"), ("óis", "ol"), ("ns", "m")),
}
_SHORTEST_PLURAL = 5  # letters: "bras", "mais" and "prix" are no plurals


def words_of(text: str) -> list[str]:
    """Cut text into its words, as they stand."""
    return _WORD.findall(text)


def stemmer_of(language: str) -> Callable[[str], str]:
    """Give what brings the forms of a (case-folded) word of a language together; the word itself where nothing does.

    Not to be shared between threads: Snowball's stemmers have a state.
    """
    name = _STEMMERS.get(language)
    if name is None:
        return lambda word: word
    import snowballstemmer

    stem: Callable[[str], str] = snowballstemmer.stemmer(name).stemWord
    endings = _PLURALS.get(language, ())
    return lru_cache(maxsize=_MOST_REMEMBERED)(lambda word: stem(_singular(word, endings)))


def _singular(word: str, endings: tuple[tuple[str, str], ...]) -> str:
    if len(word) >= _SHORTEST_PLURAL:
        for ending, instead in endings:
            if word.endswith(ending):
                return word[: -len(ending)] + instead
    return word
