"""An approved issue for anybody: the mail of a reader who has said nothing, with links that change nothing."""

from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, Response

from newsletter.app.preview import prepare
from newsletter.issues.issue import UNAPPROVED, Issue, IssueState
from newsletter.rendering.compose import page_html
from newsletter.web.context import Web
from newsletter.web.security_headers import mail_policy

_NEVER_OUT = UNAPPROVED | {IssueState.SKIPPED, IssueState.CANCELLED, IssueState.FAILED}


def is_public(issue: Issue) -> bool:
    """Tell whether an issue may be seen by anybody: approved, going out or sent."""
    return issue.state not in _NEVER_OUT


def public_html(web: Web, issue: Issue) -> str:
    """Give the HTML of a public issue; empty when it holds nothing for a reader who has said nothing."""

    def make() -> str:
        ready = prepare(web.app, issue)
        return "" if ready.why_nothing else page_html(ready.edition, ready.personal)

    return web.shelf.take(("public", issue.id), str, make, now=web.app.clock.now())


def mail_response(web: Web, html: str, cache: str) -> Response:
    """Answer with a mail's HTML as a page."""
    parts = urlsplit(web.app.settings.web.public_url)
    policy = mail_policy(f"{parts.scheme}://{parts.netloc}")
    return HTMLResponse(html, headers={"Content-Security-Policy": policy, "Cache-Control": cache})
