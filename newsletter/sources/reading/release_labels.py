"""Knows what press offices write before, behind and above a heading: "Press release:", "Comunicato stampa".

Such a label is cut off what it labels. One that is all of a title stays: then it is the title.
"""

import re

from newsletter.sources.cleaning.plain_text import one_line

# Names of a press release, however they are written: these label whatever stands beside them.
_RELEASES = r"""
(?:press|media|news)[ -]?releases?
(?:press|media) statements?
press (?:notice|communiqu[eé])
for immediate release
(?:presse|medien)[ -]?(?:mitteilung|information|meldung|erklärung|aussendung|nachricht|notiz)(?:en)?
communiqués?(?: de presse)?
communiqué aux médias
comunicat[oi](?: stampa)?
nota stampa
comunicados?(?: (?:de|a la|à) (?:prensa|imprensa))?
notas? (?:de|à|para a) (?:prensa|imprensa)
gabinete de (?:prensa|imprensa)
"""
# Names of a site's section. A title may begin with such a word: these count where a dash or a bar parts them.
_SECTIONS = r"""
news
latest news
news(?:room| item| article| & events| and events)
press
press room
aktuelles
nachrichten?
neuigkeiten
meldung(?:en)?
presse
actualités?
actus?
notizi[ae]
novità
sala stampa
noticias?
sala de prensa
notícias?
novidades
imprensa
"""
_NUMBERED = r"(?:\s{0,2}(?:no|nr|n[°º]|núm|num|numero|número|numéro)?\.?\s?\d{1,4}(?:\s?[/.-]\s?\d{1,4}){0,2})?"
_LABEL = rf"(?:{'|'.join(_RELEASES.strip().splitlines())}){_NUMBERED}"
_SECTION = rf"(?:{'|'.join(_SECTIONS.strip().splitlines())})"
_PARTED = r"(?:\s*[|\u00b7\u2022»\u203a]\s*|\s+[\u2010-\u2015-]{1,2}\s+|\s*\u2014\s*)"
_COLON = r"(?:\s*:{1,2}\s+)"
_IN_BRACKETS = rf"[\[(]\s*(?:{_LABEL}|{_SECTION})\s*[\])]"
_BEFORE = re.compile(
    rf"(?:{_LABEL}(?:{_PARTED}|{_COLON})|{_SECTION}{_PARTED}|{_IN_BRACKETS}\s*[:-]?\s*)(?=\S)", re.IGNORECASE
)
_BEHIND = re.compile(rf"(?:{_PARTED}(?:{_LABEL}|{_SECTION})|\s+{_IN_BRACKETS})\s*$", re.IGNORECASE)
_ALONE = re.compile(rf"\W*(?:{_LABEL}|{_SECTION})\W*", re.IGNORECASE)
_RELEASE = re.compile(rf"(?<!\w){_LABEL}(?!\w)", re.IGNORECASE)
_LONGEST = 1_000
_LONGEST_LABEL = 80
_MOST_LABELS = 3


def without_label(title: str) -> str:
    """Give the title without the labels before and behind it; a label that goes on as a sentence is none."""
    title = one_line(title[:_LONGEST])
    for _ in range(_MOST_LABELS):
        shorter = _cut(title)
        if shorter == title or not any(letter.isalnum() for letter in shorter):
            return title
        title = shorter
    return title


def is_label(text: str) -> bool:
    """Tell whether a line is nothing but such a label."""
    return len(text) <= _LONGEST_LABEL and _ALONE.fullmatch(text) is not None


def names_release(text: str) -> bool:
    """Tell whether a short line says that what stands here is a press release."""
    return len(text) <= _LONGEST and _RELEASE.search(text) is not None


def _cut(title: str) -> str:
    before = _BEFORE.match(title)
    if before and not _goes_on(title[before.end() :]):
        return title[before.end() :].strip()
    behind = _BEHIND.search(title, max(0, len(title) - _LONGEST_LABEL))
    return title[: behind.start()].strip() if behind else title


def _goes_on(rest: str) -> bool:
    """Tell "Press release: how to write one" from a labelled heading; "eHealth" and "mRNA" are names."""
    word = next(iter(rest.split(maxsplit=1)), "")
    return word.isalpha() and word.islower() and len(word) > 1
