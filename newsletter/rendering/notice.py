"""Notices: mails that are no issue. One at a time, so the standard library composes them.

To operators they are plain words; to readers the same words stand in HTML as well, with one button. The same notice
composes to the same bytes: the boundary comes from its Message-ID.
"""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from newsletter.rendering.message import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A short mail."""

    sender: str  # From
    to: str
    subject: str
    text: str
    message_id: str
    date: datetime
    html: str = ""  # empty: plain text only
    reply_to: str = ""


def notice_mime(notice: Notice) -> bytes:
    """Compose a notice as bytes: quoted-printable, CRLF, no line that begins with a dot."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _one_line(notice.sender)
    message["To"] = _one_line(notice.to)
    if notice.reply_to:
        message["Reply-To"] = _one_line(notice.reply_to)
    message["Subject"] = _one_line(notice.subject)
    message["Message-ID"] = notice.message_id
    message["Date"] = format_datetime(notice.date)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834, section 5
    message.set_content(notice.text, cte="quoted-printable")
    if notice.html:
        message.add_alternative(notice.html, subtype="html", cte="quoted-printable")
        # "=_" stands in no quoted-printable body (RFC 2045, section 6.7).
        message.set_boundary(f"=_{sha256(notice.message_id.encode()).hexdigest()[:32]}")
    # The engine sends bytes as they are: a leading dot must not look like the end of the mail (RFC 5321, 4.5.2).
    return message.as_bytes().replace(b"\r\n.", b"\r\n=2E")


def notice_parts(notice: Notice) -> Parts:
    """Compose a notice for an API that takes no MIME."""
    return Parts(
        sender=notice.sender,
        to=notice.to,
        reply_to=notice.reply_to,
        subject=_one_line(notice.subject),
        html=notice.html,
        text=notice.text,
        headers=(("Auto-Submitted", "auto-generated"), ("Message-ID", notice.message_id)),
    )


def _one_line(value: str) -> str:
    return " ".join(value.split())
