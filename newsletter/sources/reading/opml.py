"""Reads OPML, the lists of feeds that feed readers export: bytes in, entries out. Malformed ones too.

Nothing is lost silently: an outline that is no folder and has no address is told by its name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lxml.etree

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line, plain_title, storable
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.reading.parse_page import page_text

_OPML = re.compile(rb"<opml[\s>]", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_HEAD = 4_000  # bytes in which a document shows what it is
_MOST_ENTRIES = 5_000
_DECLARED = re.compile(r"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["'][^>]{0,100}\?>""")
_FEED_SCHEME = re.compile(r"^\s*feed:(//)?(?=(https?:)?)", re.IGNORECASE)  # as some browsers write it
_ADDRESSES = ("xmlurl", "url", "htmlurl")  # as OPML 2.0 has them; "url" is what some wrote before


@dataclass(frozen=True, slots=True, kw_only=True)
class OpmlEntry:
    """One feed of a list. `topics`: what its folders and its category attribute call it."""

    name: str
    url: str
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpmlFile:
    """What a list holds, and the names of the lines without a usable address."""

    entries: tuple[OpmlEntry, ...] = ()
    without_address: tuple[str, ...] = ()


def looks_like_opml(content: bytes) -> bool:
    """Tell whether a document begins like OPML."""
    return _OPML.search(content[:_HEAD].replace(b"\0", b"")) is not None


def parse_opml(content: bytes) -> OpmlFile:
    """Give the entries of an OPML file, each address once; NotUnderstood if it is none."""
    bare = content.replace(b"\0", b"")
    if _ENTITY.search(bare):
        raise NotUnderstood("the file declares XML entities; that is refused, because it is how bombs are built")
    if not looks_like_opml(content):
        raise NotUnderstood("this is no OPML: it does not begin with <opml>")
    entries: dict[str, OpmlEntry] = {}
    without: list[str] = []
    for name, address, topics in _outlines(_tree(content)):
        if address:
            entries.setdefault(address, OpmlEntry(name=name, url=address, topics=topics))
        else:
            without.append(name or "a line without a name")
        if len(entries) + len(without) > _MOST_ENTRIES:
            raise NotUnderstood(f"the file holds more than {_MOST_ENTRIES:,} lines; split it")
    return OpmlFile(entries=tuple(entries.values()), without_address=tuple(without))


def _tree(content: bytes) -> Any:  # lxml has no types
    text = _text(content)
    parser = lxml.etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    escaped = re.sub(r"&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)", "&amp;", text)
    try:
        tree = lxml.etree.fromstring(escaped.encode(errors="replace"), parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise NotUnderstood("the file cannot be read as OPML") from error
    if tree is None:
        raise NotUnderstood("the file cannot be read as OPML")
    return tree


def _text(content: bytes) -> str:
    """Decode the file, as it says or as it is: a wrong declaration is common, so what decodes wins."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = content.decode("utf-16", errors="replace")
    else:
        declared = _DECLARED.match(content[:300].decode("latin-1").removeprefix("\xef\xbb\xbf"))
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = page_text(content, declared[1] if declared and "utf" not in declared[1].lower() else "windows-1252")
    return re.sub(r"^\s*<\?xml[^>]{0,300}\?>", "", storable(text).removeprefix("\ufeff"))


def _outlines(tree: Any) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for node in tree.iter():
        if isinstance(node.tag, str) and node.tag.rpartition("}")[2].lower() == "outline":
            told = {str(key).lower(): str(value) for key, value in node.attrib.items()}
            name = plain_title(told.get("title", "").strip() or told.get("text", ""))
            address = next(
                (
                    found
                    for key in _ADDRESSES
                    if (found := web_address(_FEED_SCHEME.sub(_plain_scheme, told.get(key, ""))))
                ),
                "",
            )
            if address or len(node) == 0:
                yield name, address, _topics(node, told.get("category", ""))


def _plain_scheme(found: re.Match[str]) -> str:
    """ "feed://x" means http://x, "feed:https://x" what stands behind it."""
    return "" if found[2] else "http://"


def _topics(node: Any, category: str) -> tuple[str, ...]:
    """Give the category's parts ("/health/funding,policy" as OPML 2.0 has them) and the folders, inner ones first."""
    parts = [one_line(part) for path in category.split(",") for part in path.split("/")]
    folders = [one_line(above.get("title") or above.get("text") or "") for above in node.iterancestors()]
    return tuple(dict.fromkeys(part for part in [*parts, *folders] if part))
