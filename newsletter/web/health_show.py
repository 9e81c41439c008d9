"""GET /healthz: 200 when the database answers."""

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from newsletter.app.holds import why_held
from newsletter.base.log import get_log
from newsletter.web.context import web_of


def health_show(request: Request) -> Response:
    """Ask the database for a fact, whatever it says."""
    try:
        why_held(web_of(request).app)
    except SQLAlchemyError as error:
        get_log("web").error("health.database", error=str(error))
        return PlainTextResponse("the database does not answer\n", 503)
    return PlainTextResponse("ok\n")
