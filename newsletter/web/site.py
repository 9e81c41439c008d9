"""Composes the pages of a home into one site."""

from datetime import timedelta

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from newsletter.app.app import App
from newsletter.web.account_again import account_again
from newsletter.web.account_ask import account_ask
from newsletter.web.account_download import account_download
from newsletter.web.account_erase import account_erase, account_erase_show
from newsletter.web.account_find import account_find, account_find_post
from newsletter.web.account_save import account_save
from newsletter.web.account_show import account_show
from newsletter.web.address_ask import address_ask
from newsletter.web.address_show import address_show
from newsletter.web.address_take import address_take
from newsletter.web.archive_atom import archive_atom
from newsletter.web.archive_json import archive_json
from newsletter.web.archive_show import archive_show
from newsletter.web.confirm_post import confirm_post
from newsletter.web.confirm_show import confirm_show
from newsletter.web.context import Web
from newsletter.web.desk_guard import DeskGuard
from newsletter.web.desk_issue_show import desk_issue_show
from newsletter.web.desk_mail_show import desk_mail_show
from newsletter.web.desk_show import desk_enter, desk_show
from newsletter.web.event_show import event_show
from newsletter.web.health_show import health_show
from newsletter.web.issue_show import issue_show
from newsletter.web.join_post import join_post
from newsletter.web.join_show import join_show
from newsletter.web.leave_again import leave_again
from newsletter.web.leave_everything import leave_everything
from newsletter.web.leave_less import leave_less
from newsletter.web.leave_pause import leave_pause
from newsletter.web.leave_post import leave_post
from newsletter.web.leave_show import leave_show
from newsletter.web.leave_undo import leave_undo
from newsletter.web.media_show import media_show
from newsletter.web.network_address import read_networks
from newsletter.web.no_more_asking import no_more_post, no_more_show
from newsletter.web.pages import not_understood, nothing_here, out_of_order, page_environment
from newsletter.web.preferences_save import preferences_save
from newsletter.web.preferences_show import preferences_show
from newsletter.web.security_headers import SecurityHeaders
from newsletter.web.shelf import Shelf
from newsletter.web.story_open import story_open
from newsletter.web.style_show import style_show
from newsletter.web.submit_post import submit_post
from newsletter.web.submit_show import submit_show
from newsletter.web.view_show import view_show
from newsletter.web.why_show import why_show

_SHELF_LIMIT = 32  # editions, public pages, catalogues
_FINDINGS_LIMIT = 8  # issues that the desk looked over last
_SHELF_LIFE = timedelta(minutes=1)  # how long a withdrawn post may stay on the public page


def make_site(app: App) -> Starlette:
    """Give the ASGI application of an opened home."""
    settings = app.settings
    site = Starlette(
        routes=[*public_routes(), *_desk_routes(settings.web.bind.rpartition(":")[0].strip("[]"))],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: _http_error, Exception: out_of_order},
    )
    # A one-click POST must never be answered with a redirect (RFC 8058, section 3.1), not even for a slash too many.
    site.router.redirect_slashes = False
    site.state.web = Web(
        app=app,
        pages=page_environment(app.home / settings.templates_dir if settings.templates_dir else None),
        proxies=read_networks(settings.web.trusted_proxies),
        shelf=Shelf(limit=_SHELF_LIMIT, life=_SHELF_LIFE),
        findings=Shelf(limit=_FINDINGS_LIMIT, life=_SHELF_LIFE),
    )
    return site


def public_routes() -> list[BaseRoute]:
    """Give the pages for readers: what a proxy lets pass (docs/install.md)."""
    return [
        Route("/u/{token}", leave_show, methods=["GET"]),
        Route("/u/{token}", leave_post, methods=["POST"]),
        Route("/u/{token}/undo", leave_undo, methods=["POST"]),
        Route("/u/{token}/everything", leave_everything, methods=["POST"]),
        Route("/u/{token}/again", leave_again, methods=["POST"]),
        Route("/u/{token}/less", leave_less, methods=["POST"]),
        Route("/u/{token}/pause", leave_pause, methods=["POST"]),
        Route("/p/{token}", preferences_show, methods=["GET"]),
        Route("/p/{token}", preferences_save, methods=["POST"]),
        Route("/p/{token}/account", account_ask, methods=["POST"]),
        *_account_routes(),
        Route("/v/{token}", view_show, methods=["GET"]),
        Route("/w/{token}", why_show, methods=["GET"]),
        Route("/join/{newsletter}", join_show, methods=["GET"]),
        Route("/join/{newsletter}", join_post, methods=["POST"]),
        Route("/c/{token}", confirm_show, methods=["GET"]),
        Route("/c/{token}", confirm_post, methods=["POST"]),
        Route("/c/{token}/no", no_more_show, methods=["GET"]),
        Route("/c/{token}/no", no_more_post, methods=["POST"]),
        Route("/s/{key}", submit_show, methods=["GET"]),
        Route("/s/{key}", submit_post, methods=["POST"]),
        Route("/issues/{newsletter}", archive_show, methods=["GET"]),
        Route("/issues/{newsletter}/feed.atom", archive_atom, methods=["GET"]),
        Route("/issues/{newsletter}/feed.json", archive_json, methods=["GET"]),
        Route("/issues/{newsletter}/{number:int}", issue_show, methods=["GET"]),
        Route("/r/{issue:int}/{post:int}", story_open, methods=["GET"]),
        Route("/media/{name}", media_show, methods=["GET"]),
        Route("/events/{post:int}.ics", event_show, methods=["GET"]),
        Route("/static/{name}.css", style_show, methods=["GET"]),
        Route("/healthz", health_show, methods=["GET"]),
    ]


def _account_routes() -> list[BaseRoute]:
    return [
        Route("/account", account_find, methods=["GET"]),
        Route("/account", account_find_post, methods=["POST"]),
        Route("/a/{token}", account_show, methods=["GET"]),
        Route("/a/{token}", account_save, methods=["POST"]),
        Route("/a/{token}/data.json", account_download, methods=["GET"]),
        Route("/a/{token}/address", address_ask, methods=["POST"]),
        Route("/a/{token}/erase", account_erase_show, methods=["GET"]),
        Route("/a/{token}/erase", account_erase, methods=["POST"]),
        Route("/a/{token}/again", account_again, methods=["POST"]),
        Route("/n/{token}", address_show, methods=["GET"]),
        Route("/n/{token}", address_take, methods=["POST"]),
    ]


def _desk_routes(bind_host: str) -> list[BaseRoute]:
    guard = [Middleware(DeskGuard, bind_host=bind_host)]
    return [
        Route("/", desk_enter, methods=["GET"], middleware=guard),
        Route("/desk", desk_show, methods=["GET"], middleware=guard),
        Mount(
            "/desk",
            routes=[
                Route("/issues/{issue:int}", desk_issue_show, methods=["GET"]),
                Route("/issues/{issue:int}/mail", desk_mail_show, methods=["GET"]),
            ],
            middleware=guard,
        ),
    ]


def _http_error(request: Request, error: Exception) -> Response:
    """Say what is wrong with a request in a page instead of a bare word."""
    assert isinstance(error, HTTPException)
    response = nothing_here(request) if error.status_code == 404 else not_understood(request, error.status_code)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response
