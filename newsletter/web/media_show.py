"""GET /media/NAME: the pictures of cards. A name is the hash of what it names, so it never changes."""

import re

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from newsletter.web.context import web_of
from newsletter.web.pages import nothing_here

_NAME = re.compile(r"[0-9a-f]{64}\.(jpg|png)", re.ASCII)
_TYPES = {"jpg": "image/jpeg", "png": "image/png"}


def media_show(request: Request) -> Response:
    """Send a picture. Nothing but such names is ever looked for on the disk."""
    name = _NAME.fullmatch(request.path_params["name"])
    path = web_of(request).app.media / name[0] if name else None
    if name is None or path is None or not path.is_file():
        return nothing_here(request)
    return FileResponse(
        path, media_type=_TYPES[name[1]], headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )
