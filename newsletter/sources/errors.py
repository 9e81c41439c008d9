"""Why a source could not be read. All are SourceErrors: shown as the source's health, they change nothing else.

SourceError                  (newsletter.base.errors)
|-- FetchFailed              the address did not give what was asked for
`-- NotUnderstood            it gave something that is no feed, page or post
"""

from datetime import timedelta

from newsletter.base.errors import SourceError


class FetchFailed(SourceError):
    """The address did not give what was asked for. `temporary`: the same request may work later."""

    def __init__(self, words: str, *, temporary: bool, retry_after: timedelta | None = None) -> None:
        super().__init__(words)
        self.temporary = temporary
        self.retry_after = retry_after


class NotUnderstood(SourceError):
    """What was read is no feed, page or post that this program understands."""
