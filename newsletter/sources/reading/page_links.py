"""Finds the links of a page that may lead to posts, each with what stands around it. Menus and footers are left out.

Bounded: so many links of so many elements, whatever the page holds.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urldefrag, urlsplit

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line
from newsletter.sources.stories.identity import same_site

_MOST_LINKS = 2_000
_MOST_ELEMENTS = 40_000
_STEPS = 4  # elements above a link that tell its place
_AROUND = frozenset({"nav", "footer", "form", "select", "noscript", "template", "script", "style"})
_CONTENT = frozenset({"article", "main", "li"})  # whatever their classes say: systems write a post's tags there
# Whole class names and ids: "has-sidebar" is a page with one, "lang-en" a page in English.
_AROUND_WORDS = re.compile(
    r"(?:(?:main|site|page|top|primary|secondary|global|header|footer)[-_]?)?(?:nav|navbar|navigation|menus?)"
    r"(?:[-_](?:main|list|items?|bar|container|wrapper))?|mainmenu|breadcrumbs?|(?:site|page)?[-_]?footer|pagination|pager"
    r"|paging|language[-_]?(?:switcher|switch|menu|selector)|languages|social(?:[-_]?(?:links|media|icons))?|share|sharing"
    r"|cookie[-_]?(?:banner|notice|consent)|cookies|sidebar|related(?:[-_]?(?:posts|articles|content))?|similar|tags"
    r"|tag[-_]?(?:cloud|list)|tagcloud|skip[-_]?links?|toolbar",
    re.IGNORECASE,
)
_MOST_OF_LINKS = 0.6  # an element that holds as many of the page's links is its content, whatever it is called
_OTHER_PATHS = re.compile(
    r"/(?:tags?|category|categories|kategorie|schlagwort|author|autor|authors|feed|rss|login|log-in|signin|wp-login"
    r"|wp-admin|search|suche|cart|kontakt|contact|contact-us|impressum|imprint|privacy|privacy-policy|datenschutz"
    r"|cookies?|terms|sitemap|accessibility|barrierefreiheit|page|seite)(?:/|$|\.)",
    re.IGNORECASE,
)
_OTHER_FILES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|pdf|zip|docx?|xlsx?|pptx?|mp[34]|ics|xml|rss|json|css|js)$", re.IGNORECASE
)
_DOCUMENTS = re.compile(r"\.(?:pdf|docx?|odt)$", re.IGNORECASE)
_FEWEST_DOCUMENTS = 3  # fewer are no list
_PAGING = frozenset({"page", "p", "paged", "start", "offset", "seite", "lang", "sort", "order", "share", "replytocom"})
_STABLE_CLASS = re.compile(r"[A-Za-z][A-Za-z_-]{2,40}")
_STATES = frozenset({"first", "last", "odd", "even", "active", "current", "new", "sticky"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A link on a page. `place`: the tags and classes above it; `shape`: its address without its own part."""

    url: str
    place: str
    tags: str  # its place without classes: some systems write a post's topics there
    shape: str
    text: str
    node: Any = field(repr=False)  # lxml has no types


def links_of(page: Any, *, url: str) -> list[PageLink]:
    """Give the links of a parsed page that lead to other pages of the same site and stand outside its menus."""
    base = web_address(next((str(href) for href in page.xpath("//base/@href")), ""), base=url) or url
    found: list[PageLink] = []
    around: dict[Any, bool] = {}
    for count, node in enumerate(page.iter()):
        if count > _MOST_ELEMENTS or len(found) >= _MOST_LINKS:
            break
        if node.tag != "a" or not node.get("href"):
            continue
        address = urldefrag(web_address(node.get("href"), base=base)).url
        if address and leads_to_a_post(address, url):
            text = one_line(" ".join(node.itertext()))[:400]
            steps, shape = _steps(node), shape_of(address)
            place, tags = " ".join(steps), " ".join(step.partition(".")[0] for step in steps)
            found.append(PageLink(url=address, place=place, tags=tags, shape=shape, text=text, node=node))
    whole = _holders_of_most([link.node for link in found])
    return [link for link in found if not _is_around(link.node, around, whole)]


def documents_text(page: Any) -> int:
    """Give how many characters of a page are links to files of text (PDF), where it links several; else 0."""
    links = {
        str(node.get("href")): len(one_line(" ".join(node.itertext()))[:400])
        for node in page.xpath("//a[@href]")[:_MOST_LINKS]
        if _DOCUMENTS.search(str(node.get("href")).partition("#")[0].partition("?")[0].strip())
    }
    return sum(links.values()) if len(links) >= _FEWEST_DOCUMENTS else 0


def _holders_of_most(nodes: list[Any]) -> set[Any]:
    held: dict[Any, int] = defaultdict(int)
    for node in nodes:
        for above in node.iterancestors():
            held[above] += 1
    return {node for node, count in held.items() if count > _MOST_OF_LINKS * len(nodes)}


def leads_to_a_post(address: str, page_url: str) -> bool:
    """Tell whether an address may be that of a post: of the same site, deeper than its root, and no list or file."""
    try:
        parts, page = urlsplit(address), urlsplit(page_url)
        told, own = dict(parse_qsl(parts.query)), dict(parse_qsl(page.query))
    except ValueError:
        return False
    is_itself = (parts.path.rstrip("/"), parts.query) == (page.path.rstrip("/"), page.query)
    # "?page=2" of the page itself is its next page; "?p=123" of the root is how some systems address a post.
    differs = {key.lower() for key in told.keys() | own.keys() if told.get(key) != own.get(key)}
    is_next = parts.path.rstrip("/") == page.path.rstrip("/") and bool(differs) and differs <= _PAGING
    is_other = _OTHER_PATHS.search(parts.path) or _OTHER_FILES.search(parts.path) or (is_next and differs != {"p"})
    return same_site(address, page_url) and not is_itself and not is_front_page(address) and not is_other


def is_front_page(address: str) -> bool:
    """Tell the address of a site's root, or of its root in a language ("/en")."""
    parts = urlsplit(address)
    return len(parts.path.strip("/")) <= 2 and not parts.query


def shape_of(address: str) -> str:
    """Give what addresses of one kind share: the folders, numbers as #, the last part as *, the keys of a query."""
    parts = urlsplit(address)
    *folders, last = parts.path.strip("/").split("/")
    ending = re.search(r"\.[a-z]{2,5}$", last)
    told = ["#" if folder.isdigit() else folder for folder in folders]
    keys = sorted({key for key, _ in parse_qsl(parts.query)})
    own = last if keys else f"*{ending[0] if ending else ''}"
    return "/" + "/".join([*told, own]) + (f"?{'&'.join(keys)}" if keys else "")


def _is_around(node: Any, known: dict[Any, bool], whole: set[Any]) -> bool:
    """Tell whether an element stands in what is around a page's content."""
    path = []
    result = False
    for above in (node, *node.iterancestors()):
        if above in known:
            result = known[above]
            break
        path.append(above)
        if above.tag in _AROUND or (above.tag not in _CONTENT and above not in whole and _names_around(above)):
            result = True
            break
    known.update(dict.fromkeys(path, result))
    return result


def _names_around(node: Any) -> bool:
    names = f"{node.get('class') or ''} {node.get('id') or ''}"[:300].split()
    return any(_AROUND_WORDS.fullmatch(name) for name in names)


def _steps(node: Any) -> list[str]:
    steps = [_step(node), *(_step(above) for above, _ in zip(node.iterancestors(), range(_STEPS), strict=False))]
    return steps[::-1]


def _step(node: Any) -> str:
    names = [name for name in (node.get("class") or "")[:300].split() if _STABLE_CLASS.fullmatch(name)]
    own = sorted(name for name in names if name.lower() not in _STATES)[:2]
    return ".".join([str(node.tag), *own])
