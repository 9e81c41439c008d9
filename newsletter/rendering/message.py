"""A Message in its two forms: `mime` is plain bytes, `parts` is this value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A message for HTTP APIs that take no MIME. `headers` are those a provider lets us set, without From, To, Reply-To
    and Subject."""

    sender: str  # From, "Newsroom <news@example.org>"
    to: str
    reply_to: str
    subject: str
    html: str
    text: str
    headers: tuple[tuple[str, str], ...]
