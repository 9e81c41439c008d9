"""Asks a site as a client does, over ASGI and without a network."""

import asyncio
from dataclasses import replace
from functools import cache
from typing import Any

import httpx
import jinja2

from newsletter.app.app import App
from newsletter.web.pages import page_environment
from newsletter.web.site import make_site


@cache
def _pages() -> jinja2.Environment:
    """Give the environment of all sites with our own templates, so that each page is compiled once a process."""
    return page_environment(None)


class Asking:
    """A client of one home's site."""

    def __init__(self, app: App) -> None:
        self._site = make_site(app)
        if not app.settings.templates_dir:
            self._site.state.web = replace(self._site.state.web, pages=_pages())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self("POST", path, **more)

    def __call__(
        self, method: str, path: str, *, client: str = "127.0.0.1", host: str = "127.0.0.1:8000", **more: Any
    ) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self._site, client=(client, 50_000))
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as asking:
                return await asking.request(method, path, **more)

        return asyncio.run(go())
