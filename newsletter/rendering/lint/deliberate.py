"""Features that a mail may use although some clients lack them: without them it reads as well. Each with its reason.

The one place where that is decided, for our layouts and for an operator's. `only` names the places that the reason
holds for; anywhere else the feature is told of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Deliberate:
    """Why a feature may be used."""

    why: str
    only: tuple[str, ...] = ()  # places as mail_features.py names them; empty: everywhere


_INLINE = Deliberate("all that is needed to read the mail stands inline; style sheets add phones, dark and hover")
_STAYS_LIGHT = Deliberate("without it the mail stays light, or the program darkens it in its own way")
_UNDERLINE = Deliberate("the underline is drawn in the program's own way")
_NAMES = Deliberate("what it tells a screen reader is told in words too, or was not worth telling")
_PREVIEW = ('<div class="preview">',)
_PICTURES = (
    "<img>",
    '<img class="light">',
    '<img class="dark">',
    "style sheet, img",
    "style sheet, .p, .p img",
    "style sheet, .s img",
    "style sheet, .dark",
)

DELIBERATE: Mapping[str, Deliberate] = MappingProxyType(
    {
        "css-at-media": _INLINE,
        "css-important": _INLINE,
        "css-pseudo-class-hover": _INLINE,
        "css-pseudo-class-last-child": Deliberate("a last paragraph keeps its margin"),
        "css-selector-child": _INLINE,
        "css-selector-class": _INLINE,
        "css-selector-descendant": _INLINE,
        "css-selector-grouping": _INLINE,
        "css-selector-id": _INLINE,
        "css-selector-type": _INLINE,
        "html-style": _INLINE,
        "css-at-media-prefers-color-scheme": _STAYS_LIGHT,
        "css-color-scheme": _STAYS_LIGHT,
        "html-meta-color-scheme": _STAYS_LIGHT,
        "css-text-decoration": _UNDERLINE,
        "css-text-decoration-color": _UNDERLINE,
        "css-text-decoration-thickness": _UNDERLINE,
        "css-text-underline-offset": _UNDERLINE,
        "css-border-radius": Deliberate("corners are square then"),
        "css-word-break": Deliberate("only a word longer than the line sticks out"),
        "css-word-spacing": Deliberate("the compiler puts it at its default", only=("<body>",)),
        "css-outline": Deliberate("mails have no focus to draw; the compiler resets it", only=("style sheet, img",)),
        "css-display-none": Deliberate(
            "the preheader is seen as a first line, or both logos are",
            only=(*_PREVIEW, *_PICTURES, "style sheet, .light"),
        ),
        "css-opacity": Deliberate("the preheader is hidden in three other ways", only=_PREVIEW),
        "css-overflow": Deliberate("the compiler writes it with border-radius; the preheader has other ways"),
        "css-max-height": Deliberate(
            "pictures have a width too; the preheader other ways", only=(*_PREVIEW, *_PICTURES)
        ),
        "css-height": Deliberate("width and height attributes say the same", only=_PICTURES),
        "html-width": Deliberate("styles say the same"),
        "html-height": Deliberate("styles say the same", only=_PICTURES),
        "html-dir": Deliberate("sections and columns say their direction in styles too"),
        "html-lang": Deliberate("a screen reader goes by its own guess then"),
        "html-bdi": Deliberate("only a name in another direction may pull a mark to its other side"),
        "html-role": _NAMES,
        "html-aria-hidden": _NAMES,
        "html-aria-label": _NAMES,
    }
)
