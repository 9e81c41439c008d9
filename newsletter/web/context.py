"""What every handler needs: the opened home, the pages' templates, the trusted proxies, and a shelf of dear things."""

from dataclasses import dataclass

import jinja2
from starlette.requests import Request

from newsletter.app.app import App
from newsletter.web.network_address import Networks
from newsletter.web.shelf import Shelf

LARGEST_ID = 2**31 - 1  # of an integer column; a larger one in a path names nothing


@dataclass(frozen=True, slots=True)
class Web:
    """The pages of one home."""

    app: App
    pages: jinja2.Environment
    proxies: Networks
    shelf: Shelf
    findings: Shelf  # of the desk: what takes long to look over must not keep readers waiting


def web_of(request: Request) -> Web:
    """Give the pages that a request belongs to."""
    web = request.app.state.web
    assert isinstance(web, Web)
    return web
