"""Puts pages together: templates with autoescape on, the words of a language, the strict headers.

Every value is escaped where it stands; the only markup is in templates/.
"""

from pathlib import Path

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from newsletter.base.log import get_log
from newsletter.rendering.strings import Strings
from newsletter.rendering.templates import templates_root
from newsletter.web.context import web_of
from newsletter.web.languages import browser_language, strings_in
from newsletter.web.security_headers import DESK_POLICY, PAGE_POLICY


def page_folders(templates_dir: Path | None) -> list[Path]:
    """Give the folders of templates: the operator's first."""
    return [templates_dir, templates_root()] if templates_dir else [templates_root()]


def page_environment(templates_dir: Path | None) -> jinja2.Environment:
    """Give the Jinja environment of pages."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(page_folders(templates_dir)),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def public_page(request: Request, template: str, strings: Strings, *, status: int = 200, **values: object) -> Response:
    """Give a public page in a reader's language."""
    html = (
        web_of(request)
        .pages.get_template(f"public/{template}.html.j2")
        .render(t=strings.text, language=strings.language, direction=strings.direction, root=_root(request), **values)
    )
    return HTMLResponse(html, status, {"Content-Security-Policy": PAGE_POLICY})


def words_page(request: Request, strings: Strings, title: str, *words: str, status: int = 200) -> Response:
    """Give a public page that only says something; title and words are messages of the catalogues."""
    said = [strings.text(one) for one in words]
    return public_page(request, "words", strings, status=status, title=strings.text(title), words=said)


def preview_page(request: Request, strings: Strings) -> Response:
    """Give the page of an inert link."""
    return words_page(
        request,
        strings,
        "This is a preview",
        "This link belongs to a preview or a test mail. It changes nothing.",
    )


def nothing_here(request: Request) -> Response:
    """Give the page of a link that leads nowhere: the same for every reason, so that it tells nothing."""
    return _browser_words(
        request,
        404,
        "There is nothing here",
        "This link is not complete, or it is no link from here.",
        "Please open it again from the mail, without anything missing at its end.",
    )


def not_understood(request: Request, status: int) -> Response:
    """Give the page of a form that could not be read."""
    return _browser_words(request, status, "That could not be read", "Nothing was changed. Please try it once more.")


def out_of_order(request: Request, error: Exception) -> Response:
    """Give the page of a fault of ours; the fault itself goes to the log."""
    get_log("web").error("page.failed", path=request.url.path.split("/")[1], fault=type(error).__name__)
    return _browser_words(
        request, 500, "Something went wrong here", "It is not your fault. Please try again in a few minutes."
    )


def desk_page(request: Request, template: str, *, status: int = 200, **values: object) -> Response:
    """Give a page of the desk."""
    html = web_of(request).pages.get_template(f"web/{template}.html.j2").render(root=_root(request), **values)
    return HTMLResponse(html, status, {"Content-Security-Policy": DESK_POLICY})


def _browser_words(request: Request, status: int, title: str, *words: str) -> Response:
    web = web_of(request)
    strings = strings_in(web, browser_language(web, request.headers.get("accept-language", "")))
    response = words_page(request, strings, title, *words, status=status)
    response.headers["Vary"] = "Accept-Language"
    return response


def _root(request: Request) -> str:
    """Give the way from this page to the root, so that pages work below any path that a proxy gives them."""
    return "../" * (request.url.path.count("/") - 1)
