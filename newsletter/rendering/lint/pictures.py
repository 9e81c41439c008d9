"""Pictures: each has an alternative text, empty or not, and none is fetched from somebody else's server."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from newsletter.rendering.lint.finding import LintFinding, error, warning
from newsletter.rendering.lint.page import Page, card_of, shown

_FILE_ENDINGS = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg")


def check_pictures(page: Page, *, public_url: str) -> Iterator[LintFinding]:
    """Give what is wrong with the pictures of a mail (WCAG 2.2, 1.1.1; design: no picture on another's server)."""
    for image in page.all("img"):
        source, alt = str(image.get("src") or "").strip(), image.get("alt")
        where = card_of(image) or shown(source.rpartition("/")[2])
        if alt is None:
            yield error("picture-alt", where, f"the picture {shown(source)} has no alt attribute; an empty one is fine")
        elif alt.casefold().endswith(_FILE_ENDINGS):
            yield warning("picture-file-name", where, f"the picture's alternative text is a file name: {shown(alt)}")
        if not source:
            yield error("picture-empty", where, "a picture has no address")
        elif not source.startswith(f"{public_url}/"):
            host = urlsplit(source).hostname or "its server"
            words = f"the picture {shown(source)} would tell {host} who reads the mail and when"
            yield error("picture-elsewhere", where, words)
