"""`newsletter serve`: desk, public pages, scheduler, and the sender as a child process."""

import json
import logging
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

import typer

from newsletter.base.errors import UsageError
from newsletter.cli.output import Json, home_of, talk

if TYPE_CHECKING:
    from newsletter.app.app import App

_GRACE_SECONDS = 5  # for requests under way when the service ends
_HELD_SECONDS = 5.0  # between two looks whether sending is free again


def serve(context: typer.Context, *, as_json: Json = False) -> None:
    """Serve the desk and the public pages, do what is due, and send, until SIGTERM or Ctrl-C."""
    app = _open(context)
    with closing(app), _listen(app.settings.web.bind) as listening:
        _serve(app, listening, as_json=as_json)


def send_loop(context: typer.Context) -> None:
    """Send what is due until the parent process ends: what `serve` keeps as its child."""
    from newsletter.app.sender import send_forever, sending
    from newsletter.jobs.keeper import watch_parent
    from newsletter.outbox.errors import OfficeLost, SendingHeld

    stop = threading.Event()
    _on_signals(stop.set)
    watch_parent(stop.set)
    with closing(_open(context)) as app:
        while not stop.is_set():
            try:
                with sending(app) as outbox:
                    send_forever(app, outbox, stop=stop)
            except OfficeLost as lost:
                talk(f"{lost}. It does so by itself")
            except SendingHeld:
                stop.wait(_HELD_SECONDS)  # an open alert says so until it is ended


def _serve(app: "App", listening: socket.socket, *, as_json: bool) -> None:
    import uvicorn

    from newsletter.app.clicks import count_last_clicks
    from newsletter.jobs.keeper import Keeper, sender_command
    from newsletter.jobs.timetable import Timetable
    from newsletter.web.site import make_site

    config = uvicorn.Config(
        make_site(app),
        lifespan="off",
        log_config=None,
        access_log=False,  # paths hold readers' tokens
        proxy_headers=False,  # X-Forwarded-For counts by [web] trusted_proxies alone
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    # uvicorn ends on these signals, then raises them again for whoever handled them before: for us, who do nothing.
    _on_signals(lambda: None)
    keeper, timetable = Keeper(sender_command(app.home)), Timetable(app)
    keeper.start()
    timetable.start()
    _tell_where(app, listening, as_json=as_json)
    try:
        server.run(sockets=[listening])
    finally:
        talk("Ending: what is in flight comes to its end.")
        keeper.stop()
        timetable.stop()
        count_last_clicks(app)


def _open(context: typer.Context) -> "App":
    from newsletter.app.app import open_app
    from newsletter.base.log import configure_log

    app = open_app(home_of(context))
    configure_log(json=not sys.stderr.isatty(), level=app.settings.log.level)
    logging.basicConfig(handlers=[_ToOurLog()], level=logging.WARNING)
    return app


class _ToOurLog(logging.Handler):
    """Hands on what libraries say, so that it is masked and written like all else."""

    def emit(self, record: logging.LogRecord) -> None:
        from newsletter.base.log import get_log

        get_log(record.name).log(record.levelno, record.getMessage(), exc_info=record.exc_info or None)


def _on_signals(act: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: act())


def _listen(bind: str) -> socket.socket:
    """Open the port before anything else starts; UsageError in words when it is taken."""
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family)
    except (OSError, OverflowError) as error:  # OverflowError: a port above 65535
        raise UsageError(
            f"{bind} cannot be listened on ({error}): end what uses it, or set another [web] bind in newsletter.toml"
        ) from error


def _tell_where(app: "App", listening: socket.socket, *, as_json: bool) -> None:
    from newsletter.db.engine import reading
    from newsletter.issues.store import all_newsletters

    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)  # noqa: S104 - only told, not bound
    if as_json:  # one line at once, for whoever started the service and reads its output
        where = {"desk": f"http://{shown}:{port}/desk", "readers": app.settings.web.public_url}
        print(json.dumps(where), flush=True)  # noqa: T201 - emit's lines wait in a pipe until the end
        return
    talk(f"Desk: http://{shown}:{port}/desk (on this machine only)")
    with reading(app.engine) as db:
        slugs = [one.slug for one in all_newsletters(db)]
    for slug in slugs:
        talk(f"Sign-up: {app.settings.web.public_url}/join/{slug}")
    talk("Ctrl-C ends it.")
