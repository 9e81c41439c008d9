"""Links: each leads somewhere that a reader can reach, and says where."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from types import MappingProxyType
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from newsletter.rendering.lint.finding import LintFinding, error, warning
from newsletter.rendering.lint.page import Page, card_of, name_of, shown

# Names that say nothing where links are read one after the other (WCAG 2.2, 2.4.4), in the languages of our catalogues.
_EMPTY_NAMES = frozenset(
    (
        *("here", "click here", "read more", "more", "link", "this page", "hier", "mehr", "weiterlesen", "mehr lesen"),
        *("ici", "cliquez ici", "lire la suite", "aquí", "leer más", "qui", "leggi tutto", "aqui", "ler mais", "هنا"),
    )
)
NOWHERE_ELSE: Mapping[str, str] = MappingProxyType({})
_MAILABLE = {"https", "http", "mailto", "tel"}
_LOCAL_ENDINGS = (".local", ".localhost", ".internal", ".test", ".lan")


def check_links(page: Page, *, public_url: str, leads_to: Mapping[str, str] = NOWHERE_ELSE) -> Iterator[LintFinding]:
    """Give what is wrong with the links of a mail. Our own are as reachable as public_url is: `doctor` says that.

    `leads_to`: what lies behind a link of ours that sends on.
    """
    names: dict[str, set[str]] = {}
    for link in page.all("a"):
        href, name = _target_of(link, leads_to), name_of(link)
        where = card_of(link) or shown(name) or shown(href)
        yield from _target(href, where, public_url)
        if not name:
            yield error("link-unnamed", where, f"a link to {shown(href)} has no words: a screen reader says nothing")
        elif name.casefold().strip(" .…»>→") in _EMPTY_NAMES:
            yield warning("link-name", where, f"the link {name!r} does not say where it leads")
        names.setdefault(name.casefold(), set()).add(href)
    for name, targets in names.items():
        if name and len(targets) > 1 and name not in _EMPTY_NAMES:
            yield warning("link-same-name", shown(name), f"{len(targets)} links have the same name and lead elsewhere")


def links_outward(page: Page, *, public_url: str, leads_to: Mapping[str, str] = NOWHERE_ELSE) -> dict[str, str]:
    """Give the web addresses of a mail that are not ours, each with where it stands first."""
    found: dict[str, str] = {}
    for link in page.all("a"):
        href = _target_of(link, leads_to)
        if urlsplit(href).scheme in {"http", "https"} and not _is_ours(href, public_url):
            found.setdefault(href, card_of(link) or shown(name_of(link)))
    return found


def _target_of(link: HtmlElement, leads_to: Mapping[str, str]) -> str:
    href = str(link.get("href") or "").strip()
    return leads_to.get(href, href)


def _target(href: str, where: str, public_url: str) -> Iterator[LintFinding]:
    if href in {"", "#"}:
        yield error("link-empty", where, "a link leads nowhere")
        return
    try:
        parts = urlsplit(href)
        host = parts.hostname or ""
    except ValueError:
        yield error("link-broken", where, f"{shown(href)} cannot be an address")
        return
    if parts.scheme not in _MAILABLE:
        kind = f"{parts.scheme}:" if parts.scheme else "an address without https://"
        yield error("link-kind", where, f"{shown(href)}: mail programs do not open {kind}")
    elif _is_ours(href, public_url):
        return
    elif parts.scheme in {"http", "https"} and _is_local(host):
        # On a machine where newsletters are tried out, everything is local.
        find = warning if _is_local(urlsplit(public_url).hostname or "") else error
        yield find("link-local", where, f"{shown(href)} can be opened on a machine of yours only")
    elif parts.scheme == "http":
        yield warning("link-insecure", where, f"{shown(href)} is not https: some mail programs warn of it")


def _is_ours(href: str, public_url: str) -> bool:
    return href == public_url or href.startswith(f"{public_url}/")


def _is_local(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or "." not in host or host.endswith(_LOCAL_ENDINGS)
