"""Tells the words of links apart: a post's title, "read more", and the names that pages of lists have."""

import re

from newsletter.sources.cleaning.chrome import is_chrome
from newsletter.sources.cleaning.plain_text import one_line
from newsletter.sources.reading.page_date import looks_like_date

_SHORTEST_TITLE = 8
_MOST_WORDS_OF_A_NAME = 5
# With a title behind them, too: "Read more about the conference".
_LONG_MORE = """
read more | read on | read the (?:full )?(?:article|story|release|news|report) | read (?:full )?(?:article|story)
continue reading | learn more | find out more | view more | see more | view (?:full )?(?:article|details)
mehr lesen | mehr erfahren | mehr dazu | mehr informationen | weitere informationen | weiterlesen | weiter lesen
zum artikel | zur meldung | zur pressemitteilung | zum beitrag | jetzt lesen | lire la suite | lire plus
lire l.article | en savoir plus | voir plus | leggi tutto | leggi di più | leggi l.articolo | continua a leggere
scopri di più | per saperne di più | leer más | leer artículo | seguir leyendo | ver más | más información | saber más
ler mais | leia mais | saiba mais | ver mais | continuar a ler | continuar lendo | lees meer | lees verder
czytaj więcej | czytaj dalej | læs mere | läs mer | les mer | lue lisää | číst více | více | więcej | citește mai mult
"""
_SHORT_MORE = (
    r"more|more info(?:rmation)?|details?|mehr|weiter|suite|la suite|plus|leggi|continua|más|mais|link|here|hier|ici"
)
_LONG = "|".join(phrase.strip() for phrase in re.split(r"[|\n](?![^(]*\))", _LONG_MORE) if phrase.strip())
_SIGNS = r"[\s.\u2026:>\u00bb\u203a\u2192\u2197\u25b6\u25ba+\[\]()\u2013\u2014-]*"
_MORE = re.compile(rf"{_SIGNS}(?:{_LONG}|{_SHORT_MORE}){_SIGNS}", re.IGNORECASE)
_MORE_ABOUT = re.compile(
    rf"{_SIGNS}(?:{_LONG})\b{_SIGNS}(?:(?:about|on|of|über|zu|zum|zur|sur|à propos de|su|sobre|over|o|om)\b[\s:]*)?",
    re.IGNORECASE,
)
_NAMES = """
news newsroom press presse media medien newsfeed releases release blog stories story announcements updates headlines
aktuell aktuelles meldungen nachrichten neuigkeiten neues pressemitteilungen pressemeldungen medienmitteilungen
pressemitteilung mitteilungen presseportal pressestelle beiträge artikel actualités actualites actualité actualite
actus communiqués communiques communiqué nouvelles comunicati comunicato notizie novità novita attualità attualita
stampa noticias notícias novedades actualidad prensa imprensa comunicados novidades sala nieuws persberichten nyheter
nyheder uutiset tiedotteet aktualności aktualnosci aktuality hírek hirek știri stiri vijesti novice zprávy zpravy
articles posts publications archive archiv archives archivio archivo events event veranstaltungen termine agenda
eventi eventos événements evenements calls ausschreibungen bandi convocatorias appels editais
"""
_LIST_NAMES = frozenset(_NAMES.split())


def is_title(text: str) -> bool:
    """Tell whether a text may be a post's title."""
    is_long = len(text) >= _SHORTEST_TITLE and not text.isdigit()
    return is_long and not is_chrome(text) and not is_more(text) and not looks_like_date(text)


def is_more(text: str) -> bool:
    """Tell the text of a link that says "read more" and nothing else."""
    return len(text) < 80 and _MORE.fullmatch(text) is not None


def without_more(text: str) -> str:
    """Take "Read more about" off a link's text, which some pages write out for those who do not see."""
    found = _MORE_ABOUT.match(text[:200])
    return one_line(text[found.end() :]) if found else text


def names_a_list(text: str) -> bool:
    """Tell whether a heading or a part of an address is what pages of lists are called: "News", "press-releases"."""
    words = re.findall(r"[^\W\d_]+", text[:200].casefold())
    return 0 < len(words) <= _MOST_WORDS_OF_A_NAME and any(word in _LIST_NAMES for word in words)
