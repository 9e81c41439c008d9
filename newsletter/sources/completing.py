"""Completes the items of one reading: from their pages, and from the calendar files that those name.

Bounded: so many pages a reading, and none of a server that failed twice meanwhile: what waits is asked for next time.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from newsletter.base.errors import SourceError
from newsletter.sources.details.find_details import find_details, may_have_details
from newsletter.sources.errors import ProgramEnds, may_pass
from newsletter.sources.fetched_post import FetchedPost, OwnPage
from newsletter.sources.fetching.fetch import Fetcher
from newsletter.sources.fetching.hosts import host_of
from newsletter.sources.post import PostState
from newsletter.sources.reading.complete import Completed, called_by_address, complete, needs_page
from newsletter.sources.reading.read_source import is_web
from newsletter.sources.source import Source, SourceKind

SHOWN_STATES = frozenset({PostState.CANDIDATE, PostState.HELD})
_MOST_PAGES = 30  # of posts, asked of one site at one reading; what needs more waits for the next
_MOST_FAILURES = 2  # of one server; each may take as long as its time-out


class Completing:
    """Reads the pages of one source's items. `problems` tells in words what could not be read."""

    def __init__(self, fetcher: Fetcher, source: Source, *, now: datetime) -> None:
        self._fetcher = fetcher
        self._source = source
        self._now = now
        self._pages_left = _MOST_PAGES
        self._failures: Counter[str] = Counter()
        self.page: OwnPage | None = None  # of a source that is a single page
        self.problems: list[str] = []

    def complete(self, post: FetchedPost, state: PostState) -> Completed | None:
        """Add what the post's page tells; None if that has to wait for the next reading.

        The first reading of an index asks for the pages of the newest links: nothing else tells how old they are.
        """
        if self.page is not None:
            return Completed(post=post, page=self.page)  # the source is this page, and was just read
        is_undated_link = self._source.kind is SourceKind.INDEX and post.published is None
        if not (needs_page(post) or (is_web(post.url) and may_have_details(post))) or not (
            state in SHOWN_STATES or is_undated_link
        ):
            return Completed(post=called_by_address(post) if state is PostState.SEEN else post)
        if self._pages_left == 0:
            return None if state in SHOWN_STATES else Completed(post=called_by_address(post))
        completed = self._ask(post)
        if self._source.kind is SourceKind.FOLDER:
            return replace(completed, may_pass=False)  # what somebody wrote here is whole without a page elsewhere
        is_bare = completed.may_pass and state is PostState.SEEN
        return Completed(post=called_by_address(post), may_pass=True) if is_bare else completed

    def detailed(self, completed: Completed, state: PostState) -> tuple[FetchedPost, bool]:
        """Add the event or the call that the post, its page, or the calendar file that it names tells of.

        Tells beside whether its calendar could not be had this time.
        """
        post, calendar, waits = completed.post, b"", False
        if post.calendar_url and post.event is None and state in SHOWN_STATES:
            try:
                calendar = self._fetcher.get(post.calendar_url).content
            except ProgramEnds:
                raise
            except SourceError as error:
                waits = may_pass(error)
                self.problems.append(f"the calendar of {post.title!r} could not be read: {error}")
        return find_details(post, page=completed.page, seen_at=self._now, calendar=calendar), waits

    def _ask(self, post: FetchedPost) -> Completed:
        host = host_of(post.url)
        if self._failures[host] >= _MOST_FAILURES:
            return Completed(post=post, may_pass=True)
        self._pages_left -= 1
        completed = complete(self._fetcher, post, now=self._now)
        if completed.may_pass:
            self._failures[host] += 1
            if self._failures[host] == 1 and self._source.kind is not SourceKind.FOLDER:
                self.problems.append(f"a page could not be read and is asked for again: {completed.problem}")
        return completed
