"""Takes out of an extracted article what belongs to the page around it: menus, counts, cookie texts, "recent posts".

Works on blocks: short lines that are wholly such a text are dropped, a heading like "Recent posts" ends the article, and
a trailing "About us" or press contact stays in the body but is kept out of the excerpt.
"""

import re

from newsletter.sources.plain_text import plain_text

_BLOCK = re.compile(r"<(p|h[1-6]|ul|ol|blockquote|table|pre|dl)(?:\s[^>]*)?>.*?</\1>", re.DOTALL | re.IGNORECASE)
_HEADING = re.compile(
    r"<h[1-6]|<p[^>]*>\s*<(?:strong|b|em)\b[^>]*>(?:(?!</p>).)*</(?:strong|b|em)>\s*:?\s*</p>", re.DOTALL
)
_LONGEST_LINE = 160  # characters; longer text is told, not chrome (cookie notices apart)
_LONGEST_HEADING = 80

_COUNT = r"\d[\d.,\s]*[km]?\s*"
_COUNTED = (
    r"(?:views?|comments?|likes?|shares?|reads?|min(?:ute)?s?(?: read)?|aufrufe|kommentare?|ansichten|vues?|commentaires?"
    r"|visualizzazion[ei]|comment[oi]|vistas?|visualizaciones|comentarios?|me gusta)"
)
_LINES = (
    r"(?:back to |go to )?(?:the )?(?:top|bottom)(?: of (?:the )?page)?|nach oben|zum seitenanfang|haut de (?:la )?page"
    r"|retour en haut|torna (?:su|all'inizio)|inizio pagina|volver arriba|inicio de (?:la )?página",
    r"(?:skip|jump) to (?:main |the )?(?:content|navigation)|(?:zum|direkt zum) inhalt(?: springen)?|aller au contenu(?: principal)?"
    r"|vai al contenuto(?: principale)?|(?:saltar|ir) al contenido(?: principal)?",
    rf"{_COUNT}{_COUNTED}(?:[\s,;|·•.]*(?:{_COUNT}{_COUNTED}|write a comment|post not marked as liked))*",
    r"(?:write|post|leave|add) a (?:comment|reply)|comments?(?: are closed)?|kommentar (?:schreiben|verfassen)|kommentare?"
    r"|post not marked as liked|laisser un commentaire|lascia un commento|deja un comentario",
    r"(?:share|teilen|partager|condividi|compartir|tweet|pin it|print|drucken|imprimer|stampa|imprimir)"
    r"(?:[\s,:|/·•]*(?:this|post|article|page|on|via|with|by|auf|bei|sur|su|en|per|now"
    r"|facebook|twitter|x|linkedin|xing|whatsapp|telegram|e-?mail|link|copy link|print|pinterest|reddit|bluesky|mastodon))*",
    r"(?:facebook|twitter|linkedin|xing|whatsapp|instagram|youtube|e-?mail|rss)"
    r"(?:[\s,|/·•]+(?:facebook|twitter|x|linkedin|xing|whatsapp|instagram|youtube|e-?mail|rss))*",
    r"menu|menü|menú|home|startseite|accueil|inicio|search|suche|rechercher|cerca|buscar|log ?in(?: / sign up)?|sign up|anmelden",
    r"see (?:all|more)|view all|all posts|alle (?:anzeigen|ansehen|beiträge)|tout (?:voir|afficher)|voir tout"
    r"|(?:mostra|vedi) tutti?|ver todo|(?:read|learn) more|mehr(?: lesen| erfahren)?|weiterlesen|lire la suite|en savoir plus"
    r"|leggi (?:tutto|di più)|leer más",
    r"©.*|all rights reserved\.?|alle rechte vorbehalten\.?|tous droits réservés\.?",
    r"(?:updated|aktualisiert|mis à jour|aggiornato|actualizado):? .{3,25}",
)
_LINE = re.compile("|".join(f"(?:{line})" for line in _LINES), re.IGNORECASE)
_END = re.compile(
    r"(?:recent|related|latest|similar|more|other|popular) (?:posts?|articles?|news|stories)|you (?:may|might) also like"
    r"|(?:aktuelle|ähnliche|verwandte|weitere|neueste) (?:beiträge|artikel|meldungen|nachrichten)|das könnte (?:sie|dich) auch .*"
    r"|(?:posts?|articles?) (?:récents?|similaires|associés|liés)|(?:à lire|voir) aussi"
    r"|(?:post|articoli) (?:recenti|correlati|simili)|(?:entradas|artículos|noticias) (?:recientes|relacionad[ao]s)",
    re.IGNORECASE,
)
_COOKIES = re.compile(r"\bcookies?\b", re.IGNORECASE)
_CONSENT = re.compile(
    r"accept|agree|consent|we use|our website uses|preferences|akzeptier|verwende[nt]|zustimm|utilis|accepte|utilizz|accett|aceptar",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:about|über|ueber|à propos(?: de| d')?|chi siamo|informazioni su|acerca de|sobre)\b.*"
    r"|(?:press|media)?[\s-]*(?:contacts?|enquir(?:y|ies)|inquir(?:y|ies))\b.*|(?:notes? (?:to|for) editors?)\b.*"
    r"|(?:for (?:more|further|press|media) (?:information|inquiries|enquiries|details))\b.*"
    r"|(?:presse|medien)?kontakte?\b.*|ansprechpartner(?:in)?\b.*|(?:pour plus d'informations|contatt[oi]|contactos?)\b.*",
    re.IGNORECASE,
)  # fmt: skip


def without_chrome(markup: str) -> str:
    """Give the article without the lines of the page around it."""
    kept = []
    for block in blocks_of(markup):
        text = plain_text(block)
        if kept and len(text) <= _LONGEST_HEADING and _END.fullmatch(text.strip(" :")):
            break
        if text and not is_chrome(text):
            kept.append(block)
    return "\n".join(kept)


def is_chrome(text: str) -> bool:
    """Tell whether a whole block of text belongs to the page and not to the article."""
    if _COOKIES.search(text) and _CONSENT.search(text) and len(text) <= 4 * _LONGEST_LINE:
        return True
    line = text.strip(" .:|•·-–")  # noqa: RUF001 - the dash that pages use
    return len(line) <= _LONGEST_LINE and (_LINE.fullmatch(line) or _END.fullmatch(line)) is not None


def told_part(markup: str) -> str:
    """Give the article without a trailing "About us" or press contact: what an excerpt may be made of."""
    blocks = blocks_of(markup)
    texts = [plain_text(block) for block in blocks]
    for place, text in enumerate(texts[1:], start=1):
        if (
            len(text) <= _LONGEST_HEADING
            and _ABOUT.fullmatch(text)
            and (_HEADING.match(blocks[place]) or _ends_all(texts, place))
        ):
            return "\n".join(blocks[:place])
    return markup


def blocks_of(markup: str) -> list[str]:
    """Give the outer blocks of HTML; text between them becomes paragraphs."""
    found, place = [], 0
    for match in _BLOCK.finditer(markup):
        found += _loose(markup[place : match.start()])
        found.append(match[0])
        place = match.end()
    return found + _loose(markup[place:])


def _loose(markup: str) -> list[str]:
    return [f"<p>{markup.strip()}</p>"] if plain_text(markup) else []


def _ends_all(texts: list[str], place: int) -> bool:
    """Tell whether little follows: a last line "Contact: ..." needs no heading."""
    return sum(len(text) for text in texts[place:]) < sum(len(text) for text in texts[:place])
