"""GET /a/TOKEN/data.json: everything that is kept about a person, to take along (GDPR, Articles 15 and 20)."""

from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.account_data import as_json, data_of
from newsletter.web.account_page import is_open, over_page, visit_of
from newsletter.web.context import web_of


def account_download(request: Request) -> Response:
    """Give the file."""
    visit = visit_of(request)
    if visit is None or not is_open(request, visit):
        return over_page(request, visit)
    app = web_of(request).app
    content = as_json(data_of(app, visit.person.id), now=app.clock.now())
    headers = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return Response(content, media_type="application/json", headers=headers)
