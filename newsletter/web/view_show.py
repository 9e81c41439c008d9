"""GET /v/TOKEN: the reader's own digest in the browser.

With an inert token it shows the public page, never a person's: anybody can make such a token.
"""

from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.archive import is_public
from newsletter.web.bearer import bearer_of
from newsletter.web.context import web_of
from newsletter.web.issue_page import mail_response, public_html
from newsletter.web.own_view import own_digest
from newsletter.web.pages import nothing_here, preview_page, words_page


def view_show(request: Request) -> Response:
    """Show the digest of the person whom the link belongs to."""
    web = web_of(request)
    bearer = bearer_of(web, request)
    if bearer is None:
        return nothing_here(request)
    public = is_public(bearer.issue)
    if bearer.inert and not public:
        return preview_page(request, bearer.strings)
    html = ""
    if public and bearer.person is not None:
        html = own_digest(web, bearer, bearer.person)
    elif public and bearer.inert:
        html = public_html(web, bearer.issue)
    if html:
        return mail_response(web, html, "no-store")
    return words_page(
        request,
        bearer.strings,
        "There is no digest for you in this issue",
        "Nothing in it was new to you, or it was withdrawn.",
    )
