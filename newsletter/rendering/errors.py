"""What can be wrong with a layout, a text or an address before a mail is made.

RenderingError
|-- InvalidLayout      a template cannot be used; names the template and what to change
|-- EmptyDigest        there is nothing to show: such a mail is never made
|-- InvalidHeader      a header value that could break out of its line
`-- InvalidDkimKey     a private key that cannot sign
"""

from newsletter.base.errors import NewsletterError


class RenderingError(NewsletterError):
    """Base of what rendering raises."""


class InvalidLayout(RenderingError):
    """A template, its colours or its translations cannot be used."""


class EmptyDigest(RenderingError):
    """A digest without a story, or a letter without a text."""


class InvalidHeader(RenderingError):
    """A header value holds what a header must not hold."""


class InvalidDkimKey(RenderingError):
    """A private key cannot be read, or is too weak."""
