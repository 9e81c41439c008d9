"""An approved issue for anybody: every story in it, and no link that is a reader's own."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from newsletter.app.archive import public_issue
from newsletter.issues.issue import Issue
from newsletter.rendering.strings import languages
from newsletter.web.context import Web
from newsletter.web.security_headers import mail_policy

# Pages from a mail are kept from search engines; those for everybody are meant to be found.
FOUND = {"X-Robots-Tag": "all"}


def asked_language(web: Web, request: Request) -> str:
    """Give the language that a public page's address asks for; empty: the newsletter's."""
    asked, known = request.query_params.get("language", ""), languages(web.app.templates)
    return next((one for one in (asked, asked.partition("-")[0]) if one in known), "")


def public_html(web: Web, issue: Issue, language: str = "") -> str:
    """Give the HTML of a public issue; empty when nothing is left of it."""
    key = ("public", issue.id, language)
    return web.shelf.take(key, str, lambda: public_issue(web.app, issue, language), now=web.app.clock.now())


def mail_response(web: Web, html: str, cache: str) -> Response:
    """Answer with a mail's HTML as a page."""
    parts = urlsplit(web.app.settings.web.public_url)
    policy = mail_policy(f"{parts.scheme}://{parts.netloc}")
    return HTMLResponse(html, headers={"Content-Security-Policy": policy, "Cache-Control": cache})
