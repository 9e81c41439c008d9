"""ProviderError: a way out that cannot be used, with what to do. Outcomes of single messages are values, not errors."""

from newsletter.base.errors import NewsletterError


class ProviderError(NewsletterError):
    """The provider cannot be reached or does not let us in."""
