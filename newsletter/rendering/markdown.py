"""An editor's Markdown as HTML for the mail and as plain text. Raw HTML and pictures in it are not taken over."""

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from newsletter.rendering.plaintext import wrap

_TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "h2", "h3", "h4", "code", "pre", "hr"}
_STYLES = {
    "p": "margin:0px 0px 16px 0px",
    "ul": "margin:0px 0px 16px 0px",
    "ol": "margin:0px 0px 16px 0px",
    "h2": "margin:24px 0px 8px 0px;font-size:20px;line-height:26px",
    "h3": "margin:20px 0px 8px 0px;font-size:17px;line-height:24px",
}

_INDENTS = {"bullet_list_open": "  ", "ordered_list_open": "   ", "blockquote_open": "> "}


def intro_html(markdown: str, accent: str) -> str:
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
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
        set_tag_attribute_values=styles,
    ).strip()


def intro_text(markdown: str) -> str:
    """Give the same as plain text, wrapped; an address of a link stands behind it."""
    blocks: list[str] = []
    is_tight = was_tight = False  # items of a list without blank lines between them
    indents: list[str] = []
    bullet = ""
    for token in _parser().parse(markdown):
        if token.type in _INDENTS:
            indents.append(_INDENTS[token.type])
            is_tight = False
        elif token.type in {"bullet_list_close", "ordered_list_close", "blockquote_close"}:
            indents.pop()
        elif token.type == "list_item_open":
            bullet = f"{token.info}. " if token.info else "- "
        elif token.type == "paragraph_open":
            is_tight, was_tight = token.hidden, is_tight
        elif token.type == "inline":
            blocks.append("\n" if is_tight and was_tight else "\n\n")
            blocks.append(_text_block(_inline_text(token), indents, bullet))
            bullet = ""
        elif token.type in {"fence", "code_block"}:
            blocks += ["\n\n", token.content.rstrip("\n")]
    return "".join(blocks[1:])


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).disable("image")


def _text_block(text: str, indents: list[str], bullet: str) -> str:
    rest = "".join(indents)
    first = "".join(indents[:-1]) + bullet if bullet else rest
    rows = text.split("\n")
    return "\n".join(wrap(row, first=first if at == 0 else rest, rest=rest) for at, row in enumerate(rows))


def _inline_text(token: Token) -> str:
    out: list[str] = []
    links: list[tuple[int, str]] = []
    for child in token.children or []:
        if child.type == "link_open":
            links.append((len(out), str(child.attrGet("href") or "")))
        elif child.type == "link_close":
            start, address = links.pop()
            out[start:] = [_link_text("".join(out[start:]), address)]
        elif child.type in {"hardbreak", "softbreak"}:
            out.append("\n" if child.type == "hardbreak" else " ")
        else:
            out.append(child.content)
    return "".join(out)


def _link_text(label: str, address: str) -> str:
    plain = address.removeprefix("mailto:")
    return label if label in {address, plain} else f"{label} ({plain})"
