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
    r"the (?:post|article) .{1,800}? (?:appeared first|first appeared) (?:on|in) ",
    r"(?:der beitrag|der artikel) .{1,800}? (?:erschien zuerst|ist zuerst erschienen) (?:auf|bei) ",
    r"(?:l['\u2019]article|cet article) .{1,800}? est apparu en premier sur ",
    r"(?:l['\u2019]articolo|questo articolo) .{1,800}? (?:proviene da|sembra essere il primo su) ?",
    r"(?:la entrada|el art[ií]culo) .{1,800}? (?:se public[oó] primero|aparece primero|apareci[oó] primero) en ",
    r"(?:o post|o artigo|o conte[uú]do|a entrada) .{1,800}? (?:apareceu primeiro|surgiu primeiro|aparece primeiro) em ",
    r"het bericht .{1,800}? (?:verscheen eerst op|is eerst verschenen op) ",
)
# The whole of a block, or of the last sentence: what follows is the short name of a site.
_ORIGIN = re.compile(rf"(?:{'|'.join(_ORIGIN_LINES)})[^.!?]{{1,100}}[.!]?\W*", re.IGNORECASE)
_MORE = r"""
(?:continue\ reading|keep\ reading|read\ (?:more|on|the\ (?:rest|full|whole)|full)|(?:find\ out|learn|see)\ more
|weiterlesen|mehr\ (?:lesen|erfahren)|weiter\ lesen|lire\ (?:la\ suite|plus)|en\ savoir\ plus|lire\ l['\u2019]article
|leggi\ (?:tutto|di\ pi[uù]|l['\u2019]articolo)|continua\ a\ leggere|leer\ m[aá]s|seguir\ leyendo|contin[uú]a\ leyendo
|ler\ mais|leia\ mais|continue\ a\ ler|lees\ (?:meer|verder))
"""
_MORE_LINE = re.compile(rf"\W*{_MORE}(?:\W.{{0,120}})?", re.IGNORECASE | re.VERBOSE)
_DOTS = r"(?:\[\s*(?:\.\.\.|\u2026)\s*\]|\.\.\.|\u2026)"
_CUT_END = re.compile(
    rf"(?:{_DOTS}|(?:^|[.!?:)\]\u2026\u00bb])\s*{_MORE}[^.]{{0,80}}|[\[(]{_MORE}[\])])\W*$", re.IGNORECASE | re.VERBOSE
)
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
_ORIGIN_HINT = re.compile(
    r"first|zuerst|premier|proviene|primo|primer|primeir|eerst", re.IGNORECASE
)  # one is in each line
_LAST_LINE = re.compile(r"(?:<br\s*/?>|\n|[.!?\u2026\]])(?=[^.!?]{0,900}[.!?]?[^.!?]{0,60}\Z)", re.IGNORECASE)
_OPEN_END = re.compile(r"(?:<[a-z][a-z0-9]*(?:\s[^<>]{0,200})?>\s*)+\Z", re.IGNORECASE)
_MOST_BLOCKS = 8  # at the end of a text that are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Teaser:
    """A text without its system's own lines, and whether it is only a beginning."""

    markup: str
    is_cut: bool


def read_teaser(markup: str) -> Teaser:
    """Take the lines of publishing systems off the end of a text; tell whether the text goes on elsewhere."""
    told = _without_origin(markup)
    kept = _without_pleas(told)
    return Teaser(markup=kept, is_cut=kept != told or ends_cut(_bare(kept[-_TAIL:])))


def ends_cut(text: str) -> bool:
    """Tell whether a plain text ends in the middle: in an ellipsis, or in an invitation to read on."""
    return _CUT_END.search(text.rstrip()[-300:]) is not None


def _without_origin(markup: str) -> str:
    """Cut off the last block if it says where a post appeared first; it must not be all that there is."""
    start = max(len(markup) - _TAIL, 0)
    if _ORIGIN_HINT.search(markup, start) is None:
        return markup
    places = [start + block.start() for block in _BLOCK.finditer(markup[start:])]
    place = places[-1] if places else 0
    if place and _ORIGIN.fullmatch(_bare(markup[place:])):
        return _OPEN_END.sub("", markup[:place]).rstrip()
    line = _LAST_LINE.search(markup, place)
    if line and line.start() > 0 and _ORIGIN.fullmatch(_bare(markup[line.end() :])):
        return _OPEN_END.sub("", markup[: line.end()]).rstrip()
    return markup


def _without_pleas(markup: str) -> str:
    """Cut off the last blocks that only invite to read on, or to pay for it."""
    start = max(len(markup) - _TAIL, 0)
    places = [start + block.start() for block in _BLOCK.finditer(markup[start:])][-_MOST_BLOCKS:]
    for place in reversed(places):
        line = _bare(markup[place:])
        if line and (len(line) > _LONGEST_PLEA or not (_MEMBERS.fullmatch(line) or _MORE_LINE.fullmatch(line))):
            break
        if line:
            markup = markup[:place].rstrip()
    return markup


def _bare(markup: str) -> str:
    """Give the text of some markup, roughly: quick, because every item of every feed comes by."""
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())
