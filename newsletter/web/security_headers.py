"""The headers of every answer: closed by default, opened by a handler that says what it needs.

No page loads anything from elsewhere, runs a script, is framed by others, or tells where its reader came from.
"""

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DESK_POLICY = f"{PAGE_POLICY}; frame-src 'self'"
# A mail in the desk's frame: its own inline styles, our pictures, links in new windows; no script, no form, no cookie.
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
_DEFAULTS = (
    ("Content-Security-Policy", _CLOSED),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex"),
    ("Referrer-Policy", "no-referrer"),  # a token in the path must not travel
    ("Cache-Control", "no-store"),
)


def framed_policy(frame_ancestors: Sequence[str]) -> str:
    """Give the policy of a page that other sites may show in a frame: those that are named, and no others."""
    ancestors = " ".join(frame_ancestors) or "'none'"
    return PAGE_POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {ancestors}")


def mail_policy(origin: str) -> str:
    """Give the policy of a mail shown as a page: its inline styles, and pictures below the public address."""
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' {origin}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


class SecurityHeaders:
    """Adds the defaults to each answer that does not say otherwise. A path with U+0000 names nothing of ours."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _DEFAULTS:
                    headers.setdefault(name, value)
            await send(message)

        if "\0" in scope.get("path", ""):
            await PlainTextResponse("there is nothing at this address", 404)(scope, receive, sending)
            return
        await self._app(scope, receive, sending)
