"""GET /desk/issues/ID/mail: the mail itself, for the desk's frame: sandboxed, with a policy of its own."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from newsletter.web.context import web_of
from newsletter.web.desk_issue_show import find_desk_issue
from newsletter.web.desk_preview import see
from newsletter.web.looks import dress, read_look
from newsletter.web.pages import nothing_here
from newsletter.web.security_headers import FRAME_POLICY


def desk_mail_show(request: Request) -> Response:
    """Show one reader's mail of an issue, in the look asked for."""
    app = web_of(request).app
    issue = find_desk_issue(app, request)
    sight = see(app, issue, request.query_params.get("as", "").strip()) if issue else None
    if sight is None or sight.preview is None or not sight.preview.html:
        return nothing_here(request)
    look = read_look(request.query_params.get("look", ""))
    html = dress(sight.preview.html, look, app.settings.web.public_url)
    return HTMLResponse(html, headers={"Content-Security-Policy": FRAME_POLICY})
