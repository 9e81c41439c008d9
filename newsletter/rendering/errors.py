"""What can be wrong with a layout, a text or an address before a mail is made.

RenderingError
|-- InvalidLayout      a template cannot be used; names the template and what to change
|-- EmptyDigest        there is nothing to show: such a mail is never made
|-- InvalidHeader      a header value that could break out of its line
`-- InvalidDkimKey     a private key that cannot sign
"""

from collections.abc import Sequence

from newsletter.base.errors import NewsletterError

_TOLD = 5  # faults that stand in the message; the rest is counted


class RenderingError(NewsletterError):
    """Base of what rendering raises."""


class InvalidLayout(RenderingError):
    """A template, its colours or its translations cannot be used. `faults`: each by itself, with file and line."""

    def __init__(self, words: str, faults: Sequence[str] = ()) -> None:
        super().__init__(words)
        self.faults = tuple(faults) or (words,)


def faults_of_layout(faults: Sequence[str]) -> InvalidLayout:
    """Make one error of several faults; the message has the first of them."""
    rest = len(faults) - _TOLD
    more = f"; and {rest} more" if rest > 0 else ""
    return InvalidLayout("; ".join(faults[:_TOLD]) + more, faults)


class EmptyDigest(RenderingError):
    """A digest without a story, or a letter without a text."""


class InvalidHeader(RenderingError):
    """A header value holds what a header must not hold."""


class InvalidDkimKey(RenderingError):
    """A private key cannot be read, or is too weak."""
