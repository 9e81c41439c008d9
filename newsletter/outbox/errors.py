"""Errors of the outbox.

NewsletterError
`-- OutboxError
    |-- NoProvider       a newsletter names a provider that newsletter.toml does not have, or there is none
    |-- OfficeLost       this sender was taken for dead, and others have taken over what it had
    `-- SendingHeld      this home must not send (restored, moved) until somebody says so
"""

from newsletter.base.errors import NewsletterError


class OutboxError(NewsletterError):
    """Base of the outbox's errors."""


class NoProvider(OutboxError):
    """There is no way out for this mail."""


class OfficeLost(OutboxError):
    """This sender was taken for dead though it lives: what it claimed now, nobody would recover."""


class SendingHeld(OutboxError):
    """This home must not send until somebody says so."""
