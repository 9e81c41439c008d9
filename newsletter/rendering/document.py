"""The MJML document of an issue: what the templates are given, and the marks where the compiled document is cut.

Every string that a template can print is a sentinel: `_seal` sees to it. Only numbers, directions and checked colours
go in as they are.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError

from newsletter.rendering.cards import CardFacts, Facing
from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.markdown import PlainBlock
from newsletter.rendering.sentinels import HOLES, TOKEN, Hole, Sentinels
from newsletter.rendering.strings import NAMES, Strings
from newsletter.rendering.templates import layout_name, syntax_fault
from newsletter.rendering.theme import Theme
from newsletter.rendering.tracing import place_of

# Parts that only some issues have, or only some readers get.
OPTIONAL = ("preheader", "named", "greeting", "intro", "widen", "announcement", "more")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFacts:
    """What the frame says: plain, cleaned strings."""

    newsletter: str
    title: str  # Issue 12
    date: str
    logo: str  # address
    logo_dark: str
    postal_address: str
    intro_html: str  # sanitised
    intro_own: Facing  # of the language that it is written in
    announcement_html: str  # sanitised
    announcement_heading: str  # empty where it has one of its own
    announcement_own: Facing  # of the language that it is written in


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Addresses of the mail's own links. The first four end with the reader's token; a public page has the others."""

    leave: str
    preferences: str
    own_view: str
    why: str
    public: str
    join: str
    archive: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionFacts:
    """A heading with its cards; `index` is its place in the mail."""

    index: int
    heading: str
    cards: tuple[CardFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Colours and fonts."""

    light: Theme
    dark: Theme
    font: str
    has_font: bool  # the newsletter has one of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An issue in one language, ready to be printed by a layout."""

    layout: str
    strings: Strings
    face: Facing
    issue: IssueFacts
    links: Links
    look: Look
    intro: PlainBlock
    announcement: PlainBlock
    announcement_place: int | None = None  # how many sections stand before it; None: all
    is_public: bool = False  # a page for everybody: nobody is greeted, and no link is a reader's own


Marker = Callable[[str], str]
Variants = Callable[[int, Sequence[str]], Sequence[str]]  # which forms of a post's card are printed


def every_variant(_post: int, known: Sequence[str]) -> Sequence[str]:
    """Print each form that the layout has: "card", and "lead" where the first story of a mail is shown larger."""
    return known


def marked(name: str) -> str:
    """Mark where a piece begins; the compiler keeps comments."""
    return f"<!--@@{name}-->"


def print_mjml(
    environment: Environment,
    document: Document,
    sections: Sequence[SectionFacts],
    parts: Collection[str],
    marker: Marker,
    sentinels: Sentinels,
    variants: Variants = every_variant,
) -> str:
    """Print the document as MJML full of sentinels."""
    name = layout_name(document.layout)
    issue = _seal(document.issue, sentinels)
    issue.intro_html = sentinels.html(document.issue.intro_html)
    issue.announcement_html = sentinels.html(document.issue.announcement_html)
    try:
        return environment.get_template(name).render(
            face=_seal(document.face, sentinels),
            issue=issue,
            links=_seal_links(document.links, sentinels),
            light=document.look.light,
            dark=document.look.dark,
            font=document.look.font,
            has_font=document.look.has_font,
            is_public=document.is_public,
            announcement_place=document.announcement_place,
            variants=variants,
            sections=[_seal(section, sentinels) for section in sections],
            parts=parts,
            marker=marker,
            hole=lambda hole: sentinels.hole(_hole(hole)),
            t=_translator(document.strings, sentinels),
        )
    except TemplateSyntaxError as error:
        raise InvalidLayout(syntax_fault(error)) from error
    except Exception as error:
        # A template is a program of the operator's. What it raises is told as its fault, with its place; what our own
        # code raises goes on.
        place = place_of(error) or (layout_name(document.layout) if isinstance(error, TemplateError) else "")
        if not place:
            raise
        raise InvalidLayout(f"{place}: {_told(error)}") from error


def _told(error: Exception) -> str:
    """Say an error of a template in words that its author can act on."""
    if isinstance(error, TemplateNotFound):
        return f"the template {error.name} is missing in templates/ and in templates_dir"
    if isinstance(error, InvalidLayout):
        return str(error)
    if isinstance(error, UndefinedError):
        return f"{error.message or 'something is undefined'}; what there is to print stands in docs/layouts.md"
    if isinstance(error, RecursionError):
        return "templates include each other without an end"
    return f"{type(error).__name__}: {error}"


def _hole(name: str) -> Hole:
    if name not in HOLES:
        raise InvalidLayout(f"there is no hole {name!r}; there are {', '.join(HOLES)}")
    return HOLES[name]


def _translator(strings: Strings, sentinels: Sentinels) -> Callable[..., str]:
    def translate(message: str, **values: str) -> str:
        """Translate; `values` are sentinels, what stands between them becomes one."""
        parts = NAMES.split(strings.template(message))
        words = [sentinels.text(part) if part else "" for part in parts[0::2]]
        names = [values[name] for name in parts[1::2]]
        return "".join(word + name for word, name in zip(words, [*names, ""], strict=True))

    return translate


def _seal_links(links: Links, sentinels: Sentinels) -> SimpleNamespace:
    token = sentinels.hole(TOKEN)
    return SimpleNamespace(
        leave=sentinels.text(links.leave) + token,
        preferences=sentinels.text(links.preferences) + token,
        own_view=sentinels.text(links.own_view) + token,
        why=sentinels.text(links.why) + token,
        public=sentinels.text(links.public),
        join=sentinels.text(links.join),
        archive=sentinels.text(links.archive),
    )


def _seal(value: Any, sentinels: Sentinels) -> Any:
    """Put a sentinel for every string; an empty one stays empty, so that templates can ask for it."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return sentinels.text(value) if value else ""
    if isinstance(value, tuple):
        return [_seal(one, sentinels) for one in value]
    if is_dataclass(value):
        return SimpleNamespace(**{one.name: _seal(getattr(value, one.name), sentinels) for one in fields(value)})
    return value
