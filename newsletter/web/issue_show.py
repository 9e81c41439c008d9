"""GET /issues/NEWSLETTER/NUMBER: an approved issue for anybody, without anybody's token."""

from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.archive import is_public
from newsletter.base.errors import NotFound
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.web.context import LARGEST_ID, web_of
from newsletter.web.issue_page import FOUND, asked_language, mail_response, public_html
from newsletter.web.pages import nothing_here


def issue_show(request: Request) -> Response:
    """Show the public page of an issue; one that is not approved is as if it were not there."""
    web = web_of(request)
    if request.path_params["number"] > LARGEST_ID:
        return nothing_here(request)
    name = f"{request.path_params['newsletter']}/{request.path_params['number']}"
    try:
        with reading(web.app.engine) as db:
            issue = issue_store.issue_by_name(db, name)
    except NotFound:
        return nothing_here(request)
    html = public_html(web, issue, asked_language(web, request)) if is_public(issue) else ""
    if not html:
        return nothing_here(request)
    response = mail_response(web, html, "public, max-age=60")
    response.headers.update(FOUND)
    return response
