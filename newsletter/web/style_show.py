"""GET /static/NAME.css: the style sheets, the operator's first."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from newsletter.web.context import web_of
from newsletter.web.pages import nothing_here, page_folders

STYLES = frozenset({"public", "desk"})


def style_show(request: Request) -> Response:
    """Send a style sheet; there are only those that pages name."""
    settings, home = web_of(request).app.settings, web_of(request).app.home
    name = request.path_params["name"]
    if name in STYLES:
        for folder in page_folders(home / settings.templates_dir if settings.templates_dir else None):
            path = folder / "static" / f"{name}.css"
            if path.is_file():
                return FileResponse(path, media_type="text/css", headers={"Cache-Control": "public, max-age=300"})
    return nothing_here(request)
