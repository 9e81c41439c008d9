"""Why a source could not be read. All are SourceErrors: shown as the source's health, they change nothing else.

SourceError                  (newsletter.base.errors)
|-- FetchFailed              the address did not give what was asked for
|   |-- NoSuchName           no server has its name
|   |-- RobotsForbid         its server asks programs not to read it (robots.txt)
|   `-- HostRests            its server wants to be left alone, or is busy with us: nothing was requested
|       |-- HostIsTaken      another request of ours keeps it busy: the source has nothing to do with it
|       `-- ProgramEnds      we are ending: the server has nothing to do with it
`-- NotUnderstood            it gave something that is no feed, page or post
    `-- Obstacle             programs cannot read it: its owner could change that
"""

from datetime import timedelta

from newsletter.base.errors import SourceError


class FetchFailed(SourceError):
    """The address did not give what was asked for. `temporary`: the same request may work later."""

    def __init__(self, words: str, *, temporary: bool, retry_after: timedelta | None = None, status: int = 0) -> None:
        super().__init__(words)
        self.status = status  # of the answer; 0: there was none
        self.temporary = temporary
        self.retry_after = retry_after


class NoSuchName(FetchFailed):
    """The system's resolver says that no server has this name. It may have one again; nobody waits for it."""


class RobotsForbid(FetchFailed):
    """The server's robots.txt asks programs like this one not to read the page (RFC 9309)."""


class HostRests(FetchFailed):
    """The server asked to be left alone, or another request of ours keeps it busy: nothing was requested, nothing is
    wrong, and no error is counted. Since when the source waits is noted.
    """


class HostIsTaken(HostRests):
    """Another request of ours kept the server busy for as long as we may wait: that says nothing about the source."""


class ProgramEnds(HostRests):
    """This program is ending: what it did not ask, or broke off, changes nothing about the source."""


class NotUnderstood(SourceError):
    """What was read is no feed, page or post that this program understands."""


class Obstacle(NotUnderstood):
    """A page that programs cannot read. Its message ends with a sentence that can be mailed to the site's owner."""

    def __init__(self, words: str, *, for_the_owner: str) -> None:
        super().__init__(f"{words}. Write to the site's owner: \u201c{for_the_owner}\u201d")
        self.words = words
        self.for_the_owner = for_the_owner


def may_pass(error: SourceError) -> bool:
    """Tell whether the same request is likely to work within days, so that what needs it should wait."""
    has_no_name = isinstance(error, NoSuchName) or isinstance(error.__cause__, NoSuchName)  # of its robots.txt
    return isinstance(error, FetchFailed) and error.temporary and not has_no_name
