"""A form's stamp: when it was shown, signed, so that what comes back too soon, too late or without one is noticed.

Programs that fill in forms do so at once. A person who is that quick is asked once more, and loses nothing.
"""

import hmac
from datetime import UTC, datetime, timedelta

LEAST, MOST = timedelta(seconds=2), timedelta(hours=24)
_PROOF = 20  # hexadecimal digits: 80 bits


def stamp(key: bytes, now: datetime) -> str:
    """Give the stamp of a form that is shown now."""
    seconds = f"{int(now.timestamp()):x}"
    return f"{seconds}.{_proof(key, seconds)}"


def is_timely(key: bytes, text: str, now: datetime) -> bool:
    """Tell whether a form comes back in a person's time: after two seconds, and within a day."""
    seconds, _, proof = text.partition(".")
    if (
        not seconds.isascii()
        or len(seconds) > 12
        or not hmac.compare_digest(proof.encode(), _proof(key, seconds).encode())
    ):
        return False
    shown = datetime.fromtimestamp(int(seconds, 16), UTC)
    return LEAST <= now - shown <= MOST


def _proof(key: bytes, seconds: str) -> str:
    return hmac.new(key, f"form stamp:{seconds}".encode(), "sha256").hexdigest()[:_PROOF]
