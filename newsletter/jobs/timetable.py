"""Wakes the portions of work in threads, each looped to zero. A fault in one is logged, and it is woken again."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from newsletter.app.app import App
from newsletter.app.clicks import count_clicks
from newsletter.app.portions import fetch_some, import_some, make_due_issues, read_some
from newsletter.app.retention import forget_some
from newsletter.app.telling import beat_heart, tell_people
from newsletter.base.log import get_log

Portion = Callable[[App], int]


def tell_some(app: App) -> int:
    """Tell people what waits for them; when there is nothing to tell, tell the watchdog that all is well."""
    if not tell_people(app):
        beat_heart(app)
    return 0


# How often each is asked whether something is due; what is not due costs one query. Fetching asks a source no more
# often than [fetch] every_minutes says, whatever stands here.
PORTIONS: Mapping[str, tuple[Portion, timedelta]] = {
    "import": (import_some, timedelta(seconds=15)),
    "issues": (make_due_issues, timedelta(seconds=30)),
    "fetch": (fetch_some, timedelta(minutes=1)),
    "read": (read_some, timedelta(minutes=1)),
    "forget": (forget_some, timedelta(hours=1)),
    "clicks": (count_clicks, timedelta(seconds=15)),
    "tell": (tell_some, timedelta(minutes=1)),
}


class Timetable:
    """The jobs of one home. Start it once, stop it once."""

    def __init__(self, app: App, portions: Mapping[str, tuple[Portion, timedelta]] = PORTIONS) -> None:
        self._app = app
        self._stop = threading.Event()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(portions))},
            # Late is as good as on time, and one call does the work of all that were missed.
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        for name, (portion, every) in portions.items():
            self._scheduler.add_job(
                self._wake,
                "interval",
                args=(name, portion),
                id=name,
                seconds=every.total_seconds(),
                next_run_time=datetime.now(UTC),
            )

    def start(self) -> None:
        """Begin; each portion is woken at once, then at its interval."""
        self._scheduler.start()

    def stop(self) -> None:
        """End: portions under way come to their end, no new one begins."""
        self._stop.set()
        self._scheduler.shutdown(wait=True)

    def _wake(self, name: str, portion: Portion) -> None:
        try:
            while not self._stop.is_set() and portion(self._app):
                pass
        except Exception:  # noqa: BLE001 - whatever went wrong, the next call may go well, and the other jobs go on
            get_log("jobs").exception("job.failed", job=name)
