"""Takes out of an extracted article what belongs to the page around it: menus, counts, cookies, "recent posts".

Works on blocks: short lines that are wholly such a text are dropped, a heading like "Recent posts" ends the article,
and a trailing "About us" or press contact stays in the body but is kept out of the excerpt.
"""

import re
from collections.abc import Sequence

from newsletter.sources.cleaning.plain_text import text_of_clean

_BLOCK_NAMES = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "table", "pre", "dl"})
_TAG = re.compile(r"""<(/?)([a-z][a-z0-9]*)(?:[^>"]|"[^"]*")*>""")  # as the sanitiser writes them
_HEADING = re.compile(
    r"<h[1-6]|<p[^>]*>\s*<(?:strong|b|em)\b[^>]*>(?:(?!</p>).)*</(?:strong|b|em)>\s*:?\s*</p>", re.DOTALL
)
_LONGEST_LINE = 160  # characters; longer text is told, not chrome (cookie notices apart)
_LONGEST_HEADING = 80

# Whole lines, in the languages of our sources.
_CHROME = """
top of page | bottom of page | back to top | go to top | to the top | top | skip to content | skip to main content
menu | home | search | log in | login | sign up | log in / sign up | see all | see more | view all | all posts
read more | learn more | write a comment | leave a comment | add a comment | post a comment | comments
comments are closed | post not marked as liked | all rights reserved | accept all | copy link | subscribe
subscribe to our newsletter | follow us
nach oben | zum seitenanfang | seitenanfang | zum inhalt | direkt zum inhalt | zum inhalt springen | menü | startseite
suche | anmelden | alle anzeigen | alle ansehen | alle beiträge | mehr | mehr lesen | mehr erfahren | weiterlesen
kommentar schreiben | kommentar verfassen | kommentare | alle rechte vorbehalten | alle akzeptieren | folgen sie uns
haut de page | haut de la page | retour en haut | aller au contenu | aller au contenu principal | accueil | rechercher
tout voir | voir tout | tout afficher | lire la suite | en savoir plus | laisser un commentaire | tous droits réservés
torna su | inizio pagina | vai al contenuto | vai al contenuto principale | cerca | mostra tutti | mostra tutto
saiba mais | leia mais | ler mais | continuar lendo | voltar ao topo | topo da página | ir para o conteúdo
pular para o conteúdo | página inicial | pesquisar | ver todas | deixe um comentário | comentários
todos os direitos reservados | todos los derechos reservados | tutti i diritti riservati | aceitar todos | entrar
previous | next | previous page | next page | older posts | newer posts | previous post | next post | previous article
next article | zurück | weiter | nächste seite | vorherige seite | précédent | suivant | page précédente | page suivante
précédente | suivante | precedente | successivo | pagina successiva | pagina precedente | anterior | siguiente
seguinte | página siguiente | página anterior | próxima página | próximo | print this page | print page | seite drucken
seite empfehlen | imprimer cette page | stampa questa pagina | listen to this article | listen | vorlesen | écouter
back | back to news | back to overview | back to list | zurück zur übersicht | zur übersicht
retour | retour à la liste | retour aux actualités | torna alle notizie | torna indietro | volver | volver a noticias
voltar | voltar às notícias | advertisement | anzeige | werbung | publicité | pubblicità | publicidad | publicidade
this post is for subscribers only | this post is for paying subscribers only | this post is for members only
this post is for paid members only | this content is for members only | already have an account? sign in | sign in
register | subscribe now | abonnieren | newsletter abonnieren | s'abonner | iscriviti | iscriviti alla newsletter
suscribirse | suscríbete | assine | subscrever | table of contents | inhaltsverzeichnis | you are here
sie sind hier | vous êtes ici | estás aquí | tu sei qui | está aqui
vedi tutti | leggi tutto | leggi di più | lascia un commento | volver arriba | inicio | saltar al contenido
ir al contenido | menú | buscar | ver todo | ver todos | leer más | deja un comentario
"""
_WHOLE_LINES = frozenset(phrase.strip() for phrase in _CHROME.replace("\n", "|").split("|"))
_COUNTED = r"""
views? comments? likes? shares? reads? min(?:ute)?s?(?:\sread)? aufrufe? kommentare? ansichten vues? commentaires?
visualizzazion[ei] comment[oi] vistas? visualizaciones comentarios? visualiza(?:ção|ções) comentários? curtidas?
lecturas? letture partages? condivisioni mi\spiace min(?:uti|utos|uten)?(?:\sde\slectura|\sdi\slettura|\slesezeit)?
"""
# No two parts of these may match the same space: the time would double with each one.
_ONE_COUNT = rf"\d[\d.,]*\s*(?:[km]\s*)?(?:{'|'.join(_COUNTED.split())})"
_COUNTS = re.compile(
    rf"{_ONE_COUNT}(?:[\s,;|·•.]+(?:{_ONE_COUNT}|write a comment|post not marked as liked))*", re.IGNORECASE
)
# "Press office · 3 min read", "12 views | Nov 20": names and dates in a row with a count among them.
_ROW = re.compile(
    rf"(?:[^·|•]{{1,60}}[·|•])*\s*{_ONE_COUNT}\s*(?:[·|•][^·|•]{{1,60}})*",
    re.IGNORECASE,
)
_NETWORKS = r"facebook|twitter|x|linkedin|xing|whatsapp|telegram|instagram|youtube|e-?mail|reddit|bluesky|mastodon|rss"
_SHARE_WORDS = """
share pinterest tumblr teilen partager condividi compartir compartilhar partilhar tweet print drucken imprimer stampa
imprimir
"""
_SHARES = "|".join(_SHARE_WORDS.split())
_SHARE = re.compile(
    rf"(?:(?:{_SHARES}|{_NETWORKS})"
    r"|[\s,:|/·•]|(?:\b(?:this|post|article|page|on|via|with|by|auf|bei|sur|su|en|per|no|link|cet|este|questo|diesen"
    r"|artikel|beitrag|articolo|artículo|artigo)\b))+",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"©.*|(?:(?:last )?(?:updated|modified)|(?:zuletzt )?aktualisiert|letzte änderung|stand|mis à jour|aggiornato"
    r"|actualizado|atualizado)(?: (?:on|am|le|il|el|em))?:? .{0,25}\d.{0,12}",
    re.IGNORECASE,
)
# Headings after which a page lists others.
_END = re.compile(
    r"(?:recent|related|latest|similar|more|other|popular) (?:posts?|articles?|news|stories)"
    r"|you (?:may|might) also like"
    r"|(?:aktuelle|ähnliche|verwandte|weitere|neueste) (?:beiträge|artikel|meldungen|nachrichten)"
    r"|das könnte sie auch .*"
    r"|(?:posts?|articles?) (?:récents?|similaires|associés|liés)|(?:à lire|voir) aussi"
    r"|ähnliche themen|mehr zum thema|articles? recommandés?|dernières actualités|ultime notizie|leggi anche"
    r"|últimas noticias|más noticias|últimas notícias|leia também|veja também|lee también|à lire également"
    r"|(?:posts|artigos|notícias) (?:recentes|relacionad[ao]s)|keep reading|read (?:next|also)|up next|trending now"
    r"|(?:post|articoli) (?:recenti|correlati|simili)|(?:entradas|artículos|noticias) (?:recientes|relacionad[ao]s)",
    re.IGNORECASE,
)
# Lines with words of their own that stand around articles: tags, "read also", trails of links, pages of several.
_APART = re.compile(
    r"(?:tags?|tagged(?: with)?|keywords|categor(?:y|ies)|filed under|posted in|schlag(?:wort|wörter|worte)"
    r"|stich(?:wort|worte|wörter)|kategorien?|mots[- ]clés|catégories?|étiquettes?|etichette|categori[ae]"
    r"|etiquetas?|categorías?|palabras clave|palavras-chave|categorias?)\s*:\s*.{1,140}"
    r"|(?:(?:read|see) (?:also|more|next)|lesen sie (?:auch|mehr)|auch interessant|(?:à )?lire aussi|voir aussi"
    r"|leggi anche|vedi anche|l[ae]e también|ver también|leia também|veja também)\s*:\s*.{3,140}"
    r"|(?:home|homepage|startseite|start|accueil|inicio|início)\s*[>»\u203a\u2192].{2,140}"
    r"|(?:page|seite|pagina|página)\s+\d+\s+(?:of|von|de|sur|di|/)\s+\d+|(?:\d{1,3}[\s|·]+){3,}\d{1,3}"
    r"|[«\u2039\u2190]\s*[^»]{1,80}|[^«]{1,80}[»\u203a\u2192]",
    re.IGNORECASE,
)
_SIGN_UP = re.compile(
    r"(?:sign up|subscribe|register)\b.{0,60}\bnewsletter\b.{0,60}|get (?:our|the) .{0,40}\bin your inbox\b.{0,20}"
    r"|(?:enter|your) e-?mail(?: address)?.{0,20}|melden sie sich .{0,40}newsletter.{0,40}"
    r"|(?:jetzt )?(?:für )?(?:unseren |den )?newsletter (?:anmelden|abonnieren|bestellen).{0,40}"
    r"|(?:abonnez|inscrivez)-vous .{0,40}(?:newsletter|lettre d.information).{0,40}|iscriviti .{0,40}newsletter.{0,40}"
    r"|suscr[ií]b(?:ete|ase) .{0,40}(?:newsletter|boletín).{0,40}"
    r"|(?:assine|subscreva|inscreva-se) .{0,40}newsletter.{0,40}",
    re.IGNORECASE,
)
_COOKIES = re.compile(r"\bcookies?\b", re.IGNORECASE)
_CONSENT = re.compile(
    r"accept|agree|consent|we use|our website uses|preferences"
    r"|akzeptier|verwende[nt]|zustimm|utilis|utilizz|accett|aceptar",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:about|über|à propos|chi siamo|informazioni su|acerca de|sobre)\b.*|notes? (?:to|for) editors?\b.*"
    r"|(?:(?:press|media)[\s-]*)?(?:contacts?|enquir(?:y|ies)|inquir(?:y|ies))\b.*"
    r"|for (?:more|further|press|media) (?:information|inquiries|enquiries|details)\b.*"
    r"|(?:presse|medien)?kontakte?\b.*|ansprechpartner(?:in)?\b.*|pour plus d'informations\b.*"
    r"|contatt[oi]\b.*|contactos?\b.*|contatos?\b.*|rückfragen\b.*"
    r"|contacts? (?:presse|médias?)\b.*|ufficio stampa\b.*|gabinete de (?:prensa|imprensa)\b.*"
    r"|(?:per (?:maggiori )?informazioni|para (?:más|mais) (?:información|informações))\b.*"
    r"|zur person\b.*|l'autore\b.*",
    re.IGNORECASE,
)
_LINES = (_COUNTS, _ROW, _SHARE, _FOOTER, _END, _APART, _SIGN_UP)


def without_chrome(markup: str) -> str:
    """Give a sanitised article without the lines of the page around it."""
    blocks = blocks_of(markup)
    texts = [text_of_clean(block) for block in blocks]
    kept: list[str] = []
    is_listing = False  # of other posts, in the middle of the text
    for place, (block, text) in enumerate(zip(blocks, texts, strict=True)):
        if kept and len(text) <= _LONGEST_HEADING and _END.fullmatch(text.strip(" :")):
            if _told(blocks[place:], texts[place:]) <= _told(blocks[:place], texts[:place]):
                break
            is_listing = True
        is_listing = is_listing and not _is_told(block, text)
        if text and not is_listing and not is_chrome(text):
            kept.append(block)
    return "\n".join(kept)


def _told(blocks: Sequence[str], texts: Sequence[str]) -> int:
    return sum(len(text) for block, text in zip(blocks, texts, strict=True) if _is_told(block, text))


def _is_told(block: str, text: str) -> bool:
    """Tell running text from the lines and teasers of a list."""
    return len(text) > _LONGEST_LINE and not block.startswith(("<ul", "<ol", "<table"))


def is_chrome(text: str) -> bool:
    """Tell whether a whole block of text belongs to the page and not to the article."""
    if _COOKIES.search(text) and _CONSENT.search(text) and len(text) <= 4 * _LONGEST_LINE:
        return True
    line = text.strip(" .:|•·-\u2013")
    if len(line) > _LONGEST_LINE:
        return False
    is_known = line.casefold() in _WHOLE_LINES
    return is_known or any(pattern.fullmatch(line) for pattern in _LINES)


def told_part(markup: str) -> str:
    """Give a sanitised article without a trailing "About us" or press contact: what an excerpt may be made of."""
    blocks = blocks_of(markup)
    texts = [text_of_clean(block) for block in blocks]
    for place, text in enumerate(texts[1:], start=1):
        if (
            len(text) <= _LONGEST_HEADING
            and _ABOUT.fullmatch(text)
            and (_HEADING.match(blocks[place]) or _ends_all(texts, place))
        ):
            return "\n".join(blocks[:place])
    return markup


def blocks_of(markup: str) -> list[str]:
    """Give the outer blocks of sanitised HTML; text between them becomes paragraphs."""
    found: list[str] = []
    start = depth = 0
    for tag in _TAG.finditer(markup):
        if tag[2] not in _BLOCK_NAMES:
            continue
        if not tag[1]:
            if depth == 0:
                found += _loose(markup[start : tag.start()])
                start = tag.start()
            depth += 1
        elif depth == 1:
            found.append(markup[start : tag.end()])
            start, depth = tag.end(), 0
        else:
            depth = max(depth - 1, 0)
    return found + _loose(markup[start:])


def _loose(markup: str) -> list[str]:
    return [f"<p>{markup.strip()}</p>"] if text_of_clean(markup) else []


def _ends_all(texts: list[str], place: int) -> bool:
    """Tell whether little follows: a last line "Contact: ..." needs no heading."""
    return sum(len(text) for text in texts[place:]) < sum(len(text) for text in texts[:place])
