"""Tells a text's language: what is declared, checked by what the text looks like.

Declarations lie: publishing systems write their own language into every feed. So the look of a long enough text wins
over a document's declaration where it is sure, and over a post's or a source's own where it is beyond doubt.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from babel import Locale
from babel.core import get_global

_TAG = re.compile(r"^[a-zA-Z]{2,3}$")
_ENOUGH = 25  # letters to guess by where nothing is declared
_ENOUGH_TO_DOUBT = 60  # letters to doubt a document's declaration by: less is a title, with names in it
_ENOUGH_TO_OVERRULE = 120  # and to overrule what somebody said of this very post or source
_LIKELY, _SURE, _BEYOND_DOUBT = 0.25, 0.8, 0.95  # probabilities
_UNLIKELY = 0.05  # of the declared language, where another is sure
_MOST = 400  # characters; more text does not make it surer
# Retired codes that publishing systems still write, and codes that say nothing.
_MODERN = {
    "iw": "he",
    "in": "id",
    "ji": "yi",
    "jw": "jv",
    "mo": "ro",
    "nb": "no",
    "nn": "no",
    "und": "",
    "mul": "",
    "zxx": "",
    "mis": "",
}
# Written so much alike that a declaration tells them apart better than statistics do.
_ALIKE = (
    ("da", "no"),
    ("bs", "hr", "sr"),
    ("cs", "sk"),
    ("id", "jv", "ms"),
    ("an", "es", "ext"),
    ("gl", "pt"),
    ("de", "lb"),
    ("af", "nl"),
    ("bg", "mk"),
    ("ar", "ary", "arz"),
    ("wuu", "yue", "zh"),
)
_SCRIPTS = {
    "Latn": "LATIN",
    "Cyrl": "CYRILLIC",
    "Arab": "ARABIC",
    "Hebr": "HEBREW",
    "Grek": "GREEK",
    "Deva": "DEVANAGARI",
    "Thai": "THAI",
    "Geor": "GEORGIAN",
    "Armn": "ARMENIAN",
    "Beng": "BENGALI",
    "Jpan": "CJK HIRAGANA KATAKANA",
    "Kore": "HANGUL CJK",
    "Hans": "CJK",
    "Hant": "CJK",
}
_SEVERAL_SCRIPTS = frozenset({"az", "bs", "kk", "ku", "ky", "mn", "pa", "sr", "tg", "tk", "ug", "uz"})


def language_code(tag: str) -> str:
    """Give the primary subtag of a language tag ("de" of "de-AT"), empty for anything that is none (BCP 47)."""
    primary = re.split(r"[-_]", tag.strip(), maxsplit=1)[0].lower()
    if primary in _MODERN:
        return _MODERN[primary]
    if not _TAG.match(primary):
        return ""
    modern = str(_codes("language_aliases").get(primary, primary)).partition("_")[0]
    return modern if modern in _known_languages() else ""


def nearest_code(text: str) -> str:
    """Give the language that somebody may have meant: of a country's code or a language's English name; else empty."""
    likely = _codes("likely_subtags").get(f"und_{text.strip().upper()}", "")
    names = {name.casefold(): code for code, name in _known_languages().items()}
    return language_code(likely.partition("_")[0]) or names.get(text.strip().casefold(), "")


def detect_language(text: str) -> str:
    """Guess the language of a text; empty when there is too little of it. Loads the model at the first call."""
    if _letters(text[:_MOST]) < _ENOUGH:
        return ""
    code, probability = next(iter(_ranked(text[:_MOST]).items()))
    return code if probability >= _LIKELY else ""


def language_of(text: str, *, post: str = "", source: str = "", document: str = "") -> str:
    """Give a text's language, where the post itself, its source (an operator said so) or the document declare one."""
    own = language_code(post) or language_code(source)
    declared = own or language_code(document)
    if not declared:
        return detect_language(text)
    seen = text[:_MOST]
    letters = _letters(seen)
    if letters >= _ENOUGH and _is_other_script(declared, seen):
        return detect_language(text) or declared
    if letters < (_ENOUGH_TO_OVERRULE if own else _ENOUGH_TO_DOUBT):
        return declared
    if _code_of_label(_identifier().classify(seen)[0]) == declared:
        return declared  # nearly always, and quicker than all probabilities
    return _checked(declared, _ranked(seen), sure=_BEYOND_DOUBT if own else _SURE)


def _checked(declared: str, ranked: Mapping[str, float], *, sure: float) -> str:
    """Give the declared language unless the text is surely in another."""
    found = next(iter(ranked))
    alike = next((group for group in _ALIKE if found in group), (found,))
    if declared in alike or ranked.get(declared, 0.0) > _UNLIKELY or not found:
        return declared
    return found if sum(ranked.get(one, 0.0) for one in alike) >= sure else declared


def _ranked(text: str) -> dict[str, float]:
    """Give languages by probability, the likeliest first; those that are spelled as one here are added up."""
    added: Counter[str] = Counter()
    for label, probability in _identifier().rank(text):
        added[_code_of_label(label)] += probability
    return dict(added.most_common())


def _is_other_script(language: str, text: str) -> bool:
    """Tell whether nearly no letter is of the script that a language is written in."""
    likely = _codes("likely_subtags").get(language, "")
    names = _SCRIPTS.get(likely.split("_")[1] if likely.count("_") else "", "").split()
    if not names or language in _SEVERAL_SCRIPTS:
        return False
    seen = {letter: count for letter, count in Counter(text).items() if letter.isalpha()}
    fitting = sum(count for letter, count in seen.items() if unicodedata.name(letter, "").startswith(tuple(names)))
    return fitting < sum(seen.values()) / 10


def _letters(text: str) -> int:
    return sum(count for letter, count in Counter(text).items() if letter.isalpha())


@cache
def _code_of_label(label: str) -> str:
    """Give the code of one of the model's labels: there are some hundred, asked about for each post."""
    return language_code(label)


@cache
def _identifier() -> Any:
    """Load the model once: it takes most of a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@cache
def _known_languages() -> Mapping[str, str]:
    """Give the codes that CLDR knows (all that anybody writes news in), with their English names."""
    return {code: name for code, name in Locale("en").languages.items() if "_" not in code}


def _codes(kind: Any) -> Mapping[str, str]:
    codes: Mapping[str, str] = get_global(kind)
    return codes
