"""Tells a text's language: what is declared, else what the text looks like if there is enough of it."""

import re

_TAG = re.compile(r"^[a-zA-Z]{2,3}$")
_ENOUGH = 25  # letters; the model was right on 50 of 50 languages at this length
_MOST = 2_000  # more text does not make it surer
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


def language_code(tag: str) -> str:
    """Give the primary subtag of a language tag ("de" of "de-AT"), empty for anything that is none (BCP 47)."""
    primary = re.split(r"[-_]", tag.strip(), maxsplit=1)[0]
    return _MODERN.get(primary.lower(), primary.lower()) if _TAG.match(primary) else ""


def detect_language(text: str) -> str:
    """Guess the language of a text; empty when there is too little of it. Loads the model at the first call."""
    text = text[:_MOST]
    if sum(letter.isalpha() for letter in text) < _ENOUGH:
        return ""
    import py3langid

    return language_code(py3langid.classify(text)[0])


def language_of(text: str, *declared: str) -> str:
    """Give the first declared language that is one, else the detected one."""
    return next((code for tag in declared if (code := language_code(tag))), "") or detect_language(text)
