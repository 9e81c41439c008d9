"""An editor's Markdown as HTML for the mail and as plain text. Raw HTML and pictures in it are not taken over."""

from dataclasses import dataclass

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from newsletter.rendering.plaintext import linked, underlined, wrap

_TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "code", "pre", "hr"}
_STYLES = {
    "p": "margin:0px 0px 16px 0px",
    "ul": "margin:0px 0px 16px 0px",
    "ol": "margin:0px 0px 16px 0px",
    "h2": "margin:24px 0px 8px 0px;font-size:20px;line-height:26px",
    "h3": "margin:20px 0px 8px 0px;font-size:17px;line-height:24px",
}

_SCHEMES = {"http", "https", "mailto"}
_LINKED = tuple(f"{scheme}:" for scheme in _SCHEMES)
_INDENTS = {"bullet_list_open": "  ", "ordered_list_open": "   ", "blockquote_open": "> "}
_ENDS = {"bullet_list_close", "ordered_list_close", "blockquote_close"}


def markdown_html(markdown: str, accent: str) -> str:
    """Give safe HTML: headings below the mail's own h1, links in the newsletter's colour, nothing that loads."""
    parser = _parser()
    tokens = parser.parse(markdown)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 1, 4)}"
    styles = {tag: {"style": style} for tag, style in _STYLES.items()} | {"a": {"style": f"color:{accent}"}}
    return nh3.clean(
        parser.renderer.render(tokens, parser.options, {}),
        tags=_TAGS,
        attributes={"*": set(), "a": {"href"}},
        url_schemes=_SCHEMES,
        link_rel=None,
        set_tag_attribute_values=styles,
    ).strip()


@dataclass(frozen=True, slots=True)
class PlainBlock:
    """Plain text, wrapped, with NUMBER_PLACE behind the words of each link, and where the links lead, in order."""

    text: str
    links: tuple[str, ...] = ()


def markdown_text(markdown: str, direction: str = "") -> PlainBlock:
    """Give the same as plain text. An address that is told as itself stays in its place and has no number."""
    writer = _Writer(direction)
    for token in _parser().parse(markdown):
        writer.take(token)
    return PlainBlock("".join(writer.blocks[1:]), tuple(writer.links))


def begins_with_heading(markdown: str) -> bool:
    """Tell whether a text has a heading of its own on top."""
    return next((token.type for token in _parser().parse(markdown)), "") == "heading_open"


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).disable("image")


class _Writer:
    """Writes one block after the other."""

    def __init__(self, direction: str) -> None:
        self.blocks: list[str] = []  # each behind the break that parts it from the one before
        self.links: list[str] = []
        self._direction = direction
        self._is_tight = self._was_tight = False  # items of a list without blank lines between them
        self._is_heading = False
        self._indents: list[str] = []
        self._bullet = ""

    def take(self, token: Token) -> None:
        if token.type in _INDENTS:
            self._indents.append(_INDENTS[token.type])
            self._is_tight = False
        elif token.type in _ENDS:
            self._indents.pop()
        elif token.type == "list_item_open":
            self._bullet = f"{token.info}. " if token.info else "- "
        elif token.type == "paragraph_open":
            self._is_tight, self._was_tight = token.hidden, self._is_tight
        elif token.type == "heading_open":
            self._is_heading = True
        elif token.type == "inline":
            self._write(_inline_text(token, self.links))
        elif token.type in {"fence", "code_block"}:
            self.blocks += ["\n\n", token.content.rstrip("\n")]
        elif token.type == "hr":
            self.blocks += ["\n\n", "* * *"]

    def _write(self, text: str) -> None:
        self.blocks.append("\n" if self._is_tight and self._was_tight else "\n\n")
        if self._is_heading and not self._indents:
            self.blocks.append(underlined(text.replace("\n", " "), "-", direction=self._direction))
        else:
            self.blocks.append(self._indented(text))
        self._bullet, self._is_heading = "", False

    def _indented(self, text: str) -> str:
        rest = "".join(self._indents)
        first = "".join(self._indents[:-1]) + self._bullet if self._bullet else rest
        rows = [(first if at == 0 else rest, row) for at, row in enumerate(text.split("\n"))]
        return "\n".join(wrap(row, first=before, rest=rest, direction=self._direction) for before, row in rows)


def _inline_text(token: Token, links: list[str]) -> str:
    out: list[str] = []
    opened: list[tuple[int, str]] = []
    for child in token.children or []:
        if child.type == "link_open":
            opened.append((len(out), str(child.attrGet("href") or "")))
        elif child.type == "link_close":
            start, address = opened.pop()
            words = "".join(out[start:])
            if address.startswith(_LINKED) and words not in {address, address.removeprefix("mailto:")}:
                out[start:] = [linked(words)]
                links.append(address.removeprefix("mailto:"))
        elif child.type in {"hardbreak", "softbreak"}:
            out.append("\n" if child.type == "hardbreak" else " ")
        else:
            out.append(child.content)
    return "".join(out)
