"""Tells what the publisher of a source is called: its site's name, without the words that name a part of the site.

The one rule: of a name there is always something left. Pure but for `name_at`, which asks a site's front page once.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from newsletter.base.errors import SourceError
from newsletter.sources.cleaning.plain_text import one_line, storable
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.reading.page_head import PageHead, head_of
from newsletter.sources.reading.page_title import folded
from newsletter.sources.reading.parse_page import page_text
from newsletter.sources.reading.read_source import is_web, load_page
from newsletter.sources.reading.tame import parse_document

_LONGEST = 200  # characters of a publisher's name
_LONGEST_TAIL = 60  # characters of what can be a site's name behind a page's title
_LEAST_LETTERS = 4  # of a part that is looked for in the host: "who" stands in many
_SIGN = r"[|\u2013\u2014\u00b7\u2022\u00bb\u203a\u00ab\u2039:/<>~-]"
_SEPARATOR = re.compile(rf"\s+{_SIGN}{{1,2}}\s+|\s*(?:\|+|::|\u00bb)\s*")
# What programs write around a name: "RSS: X", "RSS feed of X", "Flux RSS de X", "X RSS-Feed".
_MACHINE = (
    r"(?:(?:rss|atom|json)(?:[\s-]*(?:news)?feeds?)?|(?:news)?feeds?|flux(?:\s+(?:rss|atom))?|"
    r"(?:canal|fuente|feed)\s+(?:rss|atom))"
)
_MACHINE_FIRST = re.compile(
    rf"^{_MACHINE}\s*(?:[:|\u2013\u2014-]\s*"
    r"|\s(?:of|from|for|der|des|von|vom|de la|de|du|del|della|di|da|do)\s+)(?=\S)",
    re.IGNORECASE,
)
_MACHINE_LAST = re.compile(r"(?<=\S)\s+(?:rss|atom)(?:[\s-]*(?:news)?feeds?)?$", re.IGNORECASE)
_NEWS_OF = re.compile(
    r"^(?:(?:the\s+)?latest\s+(?:news|posts|updates)\s+(?:from|of)|news\s+from"
    r"|(?:aktuelles|neues|neuigkeiten|nachrichten)\s+(?:aus|von)\s+(?:dem|der|den)|(?:aktuelles|neues)\s+vom"
    r"|actualit\u00e9s\s+(?:de\s+la|de\s+l['\u2019]|du|des)|(?:ultime\s+)?notizie\s+(?:dal|dalla)"
    r"|(?:\u00faltimas\s+)?noticias\s+(?:del|de\s+la)|(?:\u00faltimas\s+)?not\u00edcias\s+(?:do|da))"
    r"\s*(?:the\s+)?(?=\S)",
    re.IGNORECASE,
)
# Words that name a part of a site, or what it holds, in English, German, French, Italian, Spanish and Portuguese.
_GENERIC_WORDS = """
news newsroom latest recent all press release releases media blog blogs post posts article articles story stories
update updates announcement announcements event events home homepage page website welcome start index archive
archives category overview feed feeds rss atom xml json newsfeed sitemap publications newsletter
untitled directory listing
aktuelles aktuell aktuelle neues neuigkeiten nachrichten meldung meldungen pressemitteilung pressemitteilungen
presse presseinformationen medien medienmitteilungen mitteilungen veranstaltungen termine startseite willkommen
übersicht beiträge artikel archiv alle
actualité actualités actus nouvelles nouvelle communiqué communiqués dernières toutes accueil bienvenue articles
événements agenda médias flux
notizie notizia novità comunicati comunicato stampa ultime tutte eventi benvenuti articoli primo piano
noticias noticia novedades actualidad comunicados comunicado prensa últimas todas inicio bienvenidos eventos
portada sala
notícias notícia novidades atualidade imprensa início destaques artigos página principal inicial
"""
_JOINING_WORDS = """
a an and the of for from our to und der die das von vom zu zur et de du des la le les l d di del della e y el los las o
os as da do dos das en em in su à al &
"""
_GENERIC, _JOINING = frozenset(_GENERIC_WORDS.split()), frozenset(_JOINING_WORDS.split())
# They host others' pages; what those are called is not told by the platform's name.
_PLATFORMS = frozenset({"youtube", "medium", "linkedin", "facebook", "instagram", "vimeo", "x", "substack", "blogger"})


def publisher_name(title: str, *, host: str = "") -> str:
    """Give a title without the words that every site has: of "News | Genome Alliance" the latter.

    Of several parts that could be a name, the one that the host spells is it. Nothing else to say: the title as it is.
    """
    whole = one_line(title)[:_LONGEST]
    bare = _without_label(_NEWS_OF.sub("", _MACHINE_LAST.sub("", _MACHINE_FIRST.sub("", whole))).strip())
    parts = [(start, end) for start, end in _parts(bare) if not is_generic(bare[start:end])]
    if not parts:
        return whole
    spelled = [bare[start:end] for start, end in parts if _is_spelled(bare[start:end], host)]
    name = spelled[0] if len(spelled) == 1 else bare[parts[0][0] : parts[-1][1]]
    return _MACHINE_LAST.sub("", name).strip()


def is_generic(title: str) -> bool:
    """Tell whether a title names no publisher: "News", "All press releases", "RSS feed"; an empty one names none."""
    words = folded(title).split()
    return all(word in _GENERIC or word in _JOINING for word in words) and (
        not words or any(word in _GENERIC for word in words)
    )


def site_of_page(page: Any, head: PageHead, *, url: str) -> str:  # lxml has no types
    """Give the name of a page's site: as it declares it, else as the tail of its title bar; empty if neither tells."""
    declared = publisher_name(head.site, host=host_of_site(url))
    if declared and folded(declared) not in _PLATFORMS and not is_generic(declared):
        return declared
    bar = one_line("".join(page.xpath("string((//head/title | /html/title | /html/body/title)[1])")))
    return _tail(bar, head.title, host_of_site(url))


def site_of(content: bytes, *, url: str, charset: str = "") -> str:
    """Do the same for a page as it came; its own title counts where it is the front page's."""
    page = parse_document(storable(page_text(content, charset)))
    if page is None:
        return ""
    head = head_of(page, url=url)
    name = site_of_page(page, head, url=url)
    return name if name or urlsplit(url).path.strip("/") else name_of_front(head, url=url)


def name_of_front(head: PageHead, *, url: str) -> str:
    """Give the title of a front page as its site's name, if it can be one."""
    name = publisher_name(head.title, host=host_of_site(url))
    return "" if is_generic(name) or len(name) > _LONGEST_TAIL else name


def name_at(fetcher: Fetcher, url: str) -> str:
    """Ask the front page of a site for its name, if its robots.txt lets programs; empty where it does not tell."""
    if not is_web(url):
        return ""
    try:
        front = load_page(fetcher, urljoin(url, "/"))
    except SourceError:
        return ""  # a name is no reason to fail: whoever adds the source is told that none was found
    return site_of(front.content, url=front.url, charset=front.charset)


def host_of_site(url: str) -> str:
    """Give the host of an address without "www."; empty for a path."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.") if is_web(url) else ""
    except ValueError:
        return ""


def _tail(bar: str, title: str, host: str) -> str:
    """Give what stands behind, or in front of, a page's own title in its title bar."""
    pieces = [bar[start:end] for start, end in _parts(bar)]
    others = [piece for piece in pieces if folded(piece) != folded(title) and not is_generic(piece)]
    if len(pieces) < 2 or not others:
        return ""
    spelled = [piece for piece in others if _is_spelled(piece, host)]
    name = (spelled or others)[-1]
    return name if len(name) <= _LONGEST_TAIL else ""


def _without_label(text: str) -> str:
    """Take "News:" away in front, and ": News" behind; a colon within a name is part of it."""
    first, colon, rest = text.partition(": ")
    if colon and rest.strip() and is_generic(first):
        return rest.strip()
    start, colon, last = text.rpartition(": ")
    return start.strip() if colon and start.strip(" :") and not start.endswith(":") and is_generic(last) else text


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Give where the parts of a title begin and end, those between its separators."""
    start = 0
    for mark in _SEPARATOR.finditer(text):
        if mark.start() > start:
            yield start, mark.start()
        start = mark.end()
    if start < len(text):
        yield start, len(text)


def _is_spelled(part: str, host: str) -> bool:
    """Tell whether a host holds a name's letters: "genome-alliance.org" those of "Genome Alliance"."""
    letters = folded(part).replace(" ", "")
    return len(letters) >= _LEAST_LETTERS and letters in re.sub(r"[^a-z0-9]", "", host.casefold())
