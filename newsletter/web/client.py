"""The network address of a request's client, as consent records keep it."""

from starlette.requests import Request

from newsletter.web.context import web_of
from newsletter.web.network_address import network_address


def client_address(request: Request) -> str:
    """Give the address; behind a trusted proxy the one that it names."""
    peer = request.client.host if request.client else ""
    return network_address(peer, request.headers.getlist("x-forwarded-for"), web_of(request).proxies)
