"""Tells the beginning of a text from the whole, and takes out what publishing systems write around both.

What counts is how systems sign their teasers (an ellipsis, "read more", a plea to subscribe), in the languages of our
sources. A text that merely is short is whole.
"""

import html
import re
from dataclasses import dataclass

_TAIL = 3_000  # characters of markup at the end of a text in which such lines stand
_LONGEST_PLEA = 300
# "The post X appeared first on Y.": what WordPress plugins put below each item, one line in each language.
_ORIGIN_LINES = (
    r"the (?:post|article) .{1,800}? appeared first on ",
    r"(?:der beitrag|der artikel) .{1,800}? (?:erschien zuerst|ist zuerst erschienen) (?:auf|bei) ",
    r"(?:l['\u2019]article|cet article) .{1,800}? est apparu en premier sur ",
    r"(?:l['\u2019]articolo|questo articolo) .{1,800}? (?:proviene da|sembra essere il primo su) ?",
    r"(?:la entrada|el art[ií]culo) .{1,800}? (?:se public[oó] primero|aparece primero|apareci[oó] primero) en ",
    r"(?:o post|o artigo|o conte[uú]do|a entrada) .{1,800}? (?:apareceu primeiro|surgiu primeiro|aparece primeiro) em ",
    r".{1,400}? was originally published in .{1,200}? on medium, where people are ",
    r"het bericht .{1,800}? (?:verscheen eerst op|is eerst verschenen op) ",
)
_PROSE_TOO = r"the (?:post|article) .{1,800}? first appeared (?:on|in) "  # such a line only where it links
# The whole of a block, or of the last sentence: what follows is the short name of a site.
_NAME = r"[^.!?]{1,100}[.!]?\W*"
_ORIGIN = re.compile(rf"(?:{'|'.join(_ORIGIN_LINES)}){_NAME}", re.IGNORECASE)
_LINKED_ORIGIN = re.compile(_PROSE_TOO + _NAME, re.IGNORECASE)
_MORE = r"""
(?:continue\ reading|keep\ reading|read\ (?:more|on|the\ (?:rest|full|whole)|full)|(?:find\ out|learn|see)\ more
|weiterlesen|mehr\ (?:lesen|erfahren)|weiter\ lesen|lire\ (?:la\ suite|plus)|en\ savoir\ plus|lire\ l['\u2019]article
|leggi\ (?:tutto|di\ pi[uù]|l['\u2019]articolo)|continua\ a\ leggere|leer\ m[aá]s|seguir\ leyendo|contin[uú]a\ leyendo
|ler\ mais|leia\ mais|continue\ a\ ler|lees\ (?:meer|verder))
"""
_MORE_LINE = re.compile(rf"\W*{_MORE}\W*", re.IGNORECASE | re.VERBOSE)
_MORE_LINK = re.compile(rf"\W*{_MORE}(?:\W.{{0,120}})?", re.IGNORECASE | re.VERBOSE)  # "Read more about TITLE"
_LINK = re.compile(r"<a[\s>]", re.IGNORECASE)
_WORD = re.compile(r"\w")
_BRACKETED = r"\[\s*(?:\.\.\.|\u2026)\s*\]"
_DOTS = rf"(?:{_BRACKETED}|\.\.\.|\u2026)"
_CUT_END = re.compile(
    rf"(?:{_BRACKETED}|{_DOTS}\s*{_MORE}[^.]{{0,80}}|(?:^|[.!?:)\]\u00bb])\s*{_MORE}|[\[(]{_MORE}[\])])\W*$",
    re.IGNORECASE | re.VERBOSE,
)
_DOTTED_END = re.compile(rf"{_DOTS}\W*$")
# Of a text that a system cuts after so many words. A shorter or longer one ends in dots because its author wrote them.
_SHORTEST_CUT, _LONGEST_CUT = 40, 1_500
_MEMBERS = re.compile(
    r"\W*(?:(?:this (?:post|article|page|content) is (?:for|only for|available to) "
    r"(?:paying |paid )?(?:subscribers|members)(?: only| on the .{1,60})?"
    r"|dieser (?:beitrag|artikel) ist nur für (?:zahlende )?(?:abonnent(?:en|innen)|mitglieder)"
    r"|cet article est réservé aux (?:abonnés|membres)"
    r"|questo (?:post|articolo) è riservato (?:agli abbonati|ai membri|ai soci)"
    r"|este? (?:post|artículo) es (?:solo|sólo) para (?:suscriptores|miembros)"
    r"|(?:subscribe|upgrade|sign up) (?:now|to (?:continue|read|access)).{0,80}"
    r"|already have an account\??(?: (?:sign|log) in)?)\W*){1,6}",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")
_BLOCK = re.compile(r"<(?:p|div|aside|section|h[1-6])\b", re.IGNORECASE)
# One of these is in each line of origin.
_ORIGIN_HINTS = ("first", "zuerst", "premier", "proviene", "primo", "primer", "primeir", "eerst", "originally")
_LINE_END = re.compile(r"<br\s*/?>|\n|[.!?\u2026\]]", re.IGNORECASE)
_OPEN_END = re.compile(
    r"(?:<(?:p|div|aside|section|article|blockquote|span|small|em|strong|i|b)(?:\s[^<>]{0,200})?>\s*)+\Z", re.IGNORECASE
)
_MOST_BLOCKS = _MOST_LINES = 8  # at the end of a text that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaser:
    """A text without its system's own lines, and whether it is only a beginning."""

    markup: str
    is_cut: bool


def read_teaser(markup: str) -> Teaser:
    """Take the lines of publishing systems off the end of a text; tell whether the text goes on elsewhere."""
    told = _without_origin(markup)
    kept = _without_pleas(told)
    return Teaser(markup=kept, is_cut=kept != told or _ends_in_invitation(kept) or ends_cut(_bare(kept[-_TAIL:])))


def ends_cut(text: str) -> bool:
    """Tell whether a plain text ends in the middle: in an ellipsis, or in an invitation to read on."""
    text = text.rstrip()
    is_dotted = _SHORTEST_CUT <= len(text) <= _LONGEST_CUT and _DOTTED_END.search(text[-20:])
    return bool(is_dotted or _CUT_END.search(text[-300:]))


def _ends_in_invitation(markup: str) -> bool:
    """Tell whether the last words are a link that invites to read on, by whatever title."""
    tail = markup[-_TAIL:]
    place = max((link.start() for link in _LINK.finditer(tail)), default=-1)
    words, end, behind = tail[place:].lower().partition("</a>")
    return bool(place >= 0 and end and not _WORD.search(_bare(behind)) and _MORE_LINK.fullmatch(_bare(words)))


def _without_origin(markup: str) -> str:
    """Cut off the last block if it says where a post appeared first; it must not be all that there is."""
    start = max(len(markup) - _TAIL, 0)
    tail = markup[start:].casefold()
    if not any(hint in tail for hint in _ORIGIN_HINTS):
        return markup
    places = [start + block.start() for block in _BLOCK.finditer(markup[start:])]
    place = places[-1] if places else 0
    if place and _is_origin(markup[place:]):
        return _up_to(place, markup)
    ends = [start + end.end() for end in _LINE_END.finditer(markup[start:])][-_MOST_LINES:]
    for end in reversed([end for end in ends if end > place]):
        if _is_origin(markup[end:]):
            return _up_to(end, markup)
    return markup


def _is_origin(markup: str) -> bool:
    line = _bare(markup)
    return bool(_ORIGIN.fullmatch(line) or ("<a" in markup.lower() and _LINKED_ORIGIN.fullmatch(line)))


def _up_to(place: int, markup: str) -> str:
    """Give the markup before a place without tags left open there; all of it if that would be no text."""
    kept = _OPEN_END.sub("", markup[:place]).rstrip()
    return kept if _bare(kept) else markup


def _without_pleas(markup: str) -> str:
    """Cut off the last blocks that only invite to read on, or to pay for it; they must not be all that there is."""
    start = max(len(markup) - _TAIL, 0)
    places = [start + block.start() for block in _BLOCK.finditer(markup[start:])][-_MOST_BLOCKS:]
    kept = markup
    for place in reversed(places):
        line = _bare(kept[place:])
        if line and not _is_plea(line, kept[place:]):
            break
        if line:
            kept = _OPEN_END.sub("", kept[:place].rstrip())
    return kept if kept == markup or _bare(kept) else markup


def _is_plea(line: str, markup: str) -> bool:
    """Tell an invitation from a sentence that only begins like one: that is no link."""
    if len(line) > _LONGEST_PLEA:
        return False
    is_linked = "<a" in markup.lower() and _MORE_LINK.fullmatch(line) and _ends_in_invitation(markup)
    return bool(is_linked or _MORE_LINE.fullmatch(line) or _MEMBERS.fullmatch(line))


def _bare(markup: str) -> str:
    """Give the text of some markup, roughly: quick, because every item of every feed comes by."""
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())
