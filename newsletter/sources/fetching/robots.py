"""Asks robots.txt before a page is read, and keeps the pause between pages that it wishes for (RFC 9309).

For pages only: a feed or sitemap that its publisher offers to programs, and that an operator named, needs no leave.
What a server refuses to show is a RobotsForbid in words; one whose robots.txt cannot be had is asked another time.
"""

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from protego import Protego

from newsletter.base.clock import Clock, SystemClock
from newsletter.sources.errors import FetchFailed, HostRests, RobotsForbid
from newsletter.sources.fetching.answers import shown
from newsletter.sources.fetching.hosts import Host, HostMemory, host_of, origin_of

MOST_BYTES = 500 * 1024  # what is longer is read up to here (section 2.5)
KEPT_FOR = timedelta(hours=24)  # section 2.4
_USED_WHEN_UNREACHABLE = timedelta(days=30)  # section 2.3.1.4
_ASKED_AGAIN = timedelta(minutes=10)  # a server that cannot give its robots.txt is not asked for it before each page
_LONGEST_DELAY = 10.0  # seconds; Crawl-delay is no part of the RFC, and some say a day

_AGENT = re.compile(r"(?i)(\s*user[-\s]*agent(?:\s*:\s*|\s+))([a-z_-]+)")  # in all the ways that Protego reads it
_NOBODY = "nobody-of-that-name"

Read = Callable[[str], bytes]


class Robots:
    """The robots.txt of all servers that pages are read from."""

    def __init__(self, memory: HostMemory, clock: Clock, product: str, read: Read) -> None:
        self._memory = memory
        self._clock = clock
        self._product = product
        self._read = read
        self._failed: dict[str, tuple[datetime, FetchFailed]] = {}

    def admit(self, url: str) -> None:
        """Come back when this page may be read; RobotsForbid if never, a temporary FetchFailed if not now."""
        rules = self.check(url)
        delay = rules.crawl_delay(self._product) or 0.0
        self._wait(host_of(url), timedelta(seconds=min(max(float(delay), 0.0), _LONGEST_DELAY)))

    def check(self, url: str) -> Protego:
        """Give the rules that hold for an address; RobotsForbid where they forbid it."""
        origin = origin_of(url)
        rules = parse(self._text(origin), self._product)
        if not rules.can_fetch(url, self._product):
            raise RobotsForbid(
                f"{origin}/robots.txt asks programs not to read {shown(url)}; "
                f"ask its owner to allow {self._product!r} there, or for a feed",
                temporary=False,
            )
        return rules

    def _wait(self, host: str, pause: timedelta) -> None:
        """Wait for the next moment that is free for a page of this host, over all processes of a home, and take it.

        By the wall's clock: the home's may stand still (`tick --at`), and no pause would ever end.
        """
        if pause:
            now = SystemClock().now()
            time.sleep(max((self._memory.reserve_page(host, pause, now=now) - now).total_seconds(), 0.0))

    def _text(self, origin: str) -> str:
        host = self._memory.load(origin)
        now = self._clock.now()
        if host.robots_at and timedelta() <= now - host.robots_at < KEPT_FOR:
            return host.robots
        failed_at, failure = self._failed.get(origin, (None, None))
        if failed_at and failure and timedelta() <= now - failed_at < _ASKED_AGAIN:
            return _kept_or_raise(host, failure, now)
        return self._asked(origin, host, now)

    def _asked(self, origin: str, host: Host, now: datetime) -> str:
        try:
            text = self._read(f"{origin}/robots.txt").decode("utf-8", "replace")
        except FetchFailed as error:
            if not _is_unavailable(error):
                if not isinstance(error, HostRests):
                    self._failed[origin] = (now, error)
                return _kept_or_raise(host, error, now)
            text = ""  # it has none: everything may be read (section 2.3.1.3)
        self._failed.pop(origin, None)
        self._memory.keep_robots(origin, text, at=now)
        return text


def parse(text: str, product: str) -> Protego:
    """Read a robots.txt; lines that are none are passed over, as the RFC asks (section 2.2).

    Groups bind by the whole product token (section 2.2.1); Protego takes a prefix of it for a match, too.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    return Protego.parse("\n".join(_unless_shorter(line, product.casefold()) for line in lines))


def _unless_shorter(line: str, product: str) -> str:
    """Give a line as it is, or, where it names a program whose name ours only begins with, with nobody's name."""
    agent = _AGENT.match(line)
    if agent is None or agent[2].casefold() == product or not product.startswith(agent[2].casefold()):
        return line
    return f"{agent[1]}{_NOBODY}"


def product_of(user_agent: str) -> str:
    """Give the product token that robots.txt knows us by: "newsletter" of "newsletter/1.0 (+https://...)"."""
    return user_agent.partition("/")[0].strip()


def _is_unavailable(error: FetchFailed) -> bool:
    """Tell whether the server answered that there is no robots.txt. "Too many requests" is no such answer."""
    return 0 < error.status < 500 and error.status != 429


def _kept_or_raise(host: Host, error: FetchFailed, now: datetime) -> str:
    if host.robots_at and timedelta() <= now - host.robots_at < _USED_WHEN_UNREACHABLE:
        return host.robots
    if isinstance(error, HostRests) or not (error.status or error.temporary):
        raise error  # it rests, or it leads where we may not go: the page would say the same
    words = f"its robots.txt must be read first, and cannot be now: {error}"
    raise FetchFailed(words, temporary=True, retry_after=error.retry_after, status=error.status) from error
