"""The desk has no log-in yet, so it answers on this machine only.

Two locks: the client is on loopback, and the Host names this machine (a page on the web whose name was turned to
127.0.0.1 sends its own name: DNS rebinding). What a proxy hands on is never "this machine", whatever it calls the host.
"""

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.web.network_address import is_loopback

_PROXY_FIELDS = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "forwarded", "via")


class DeskGuard:
    """Lets requests of this machine through and refuses others in words."""

    def __init__(self, app: ASGIApp, *, bind_host: str) -> None:
        self._app = app
        self._bind_host = bind_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        why = refusal(Request(scope), self._bind_host)
        if why:
            words = f"{why}\nOpen it on the machine itself, or through: ssh -L 8000:127.0.0.1:8000 THIS-MACHINE\n"
            await PlainTextResponse(words, status_code=403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def refusal(request: Request, bind_host: str) -> str:
    """Tell why the desk does not answer this request; empty when it does."""
    if request.client is None or not is_loopback(request.client.host):
        return "The desk answers on its own machine only; this request came from another."
    # A proxy on this machine is a client on loopback. Nginx names itself the host and speaks HTTP/1.0 unless told.
    if any(name in request.headers for name in _PROXY_FIELDS) or request.scope.get("http_version") == "1.0":
        return "The desk answers on its own machine only; this request came through a proxy."
    if not _names_this_machine(request.headers.get("host", ""), bind_host):
        return "The desk answers to localhost and 127.0.0.1 only; this request asked for another host."
    return ""


def _names_this_machine(host: str, bind_host: str) -> bool:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    name = name.lower().rstrip(".")
    return name == "localhost" or is_loopback(name) or (bool(name) and name == bind_host.lower())
