"""Finds the page of a call itself: a link of the post whose words name the call's text, or where to apply."""

import re
from functools import cache

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line, storable
from newsletter.sources.reading.tame import parse_document

# One pattern a line.
_WORDS = r"""
calls? (?:text|page|website|documents?|announcement|for (?:proposals|applications))
full call
text of the call
open call
submission (?:portal|system|platform|tool)
application (?:portal|form|system)
apply (?:here|now|online)
guide for applicants
ausschreibung\w*
bekanntmachung\w*
förderaufruf
antragsportal
einreichungsportal
zur einreichung
texte de l['\u2019]appel
page de l['\u2019]appel
appel à (?:projets|candidatures)
déposer (?:un|votre) (?:projet|dossier)
(?:testo del )?bando
presentare domanda
portale
(?:texto de la )?convocatoria
bases de la
presentar solicitud
texto d[ao] (?:chamada|edital|aviso)
edital
submeter (?:uma )?candidatura
aviso de abertura
"""


def call_page(markup: str, *, base: str) -> str:
    """Give the address of the call's page; empty where no link says so, or it is the post's own."""
    document = parse_document(storable(markup)) if "<a" in markup else None
    if document is None:
        return ""
    for link in document.iter("a"):
        if _words().search(one_line("".join(link.itertext()))[:200]):
            found = web_address(link.get("href") or "", base=base)
            if found and found.partition("#")[0] != base.partition("#")[0]:
                return found
    return ""


@cache
def _words() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(_WORDS.strip().splitlines())})\b", re.IGNORECASE)
