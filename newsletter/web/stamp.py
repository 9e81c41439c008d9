"""A form's stamp: when it was shown, in which language and words, signed: what comes back otherwise is noticed.

Programs that fill in forms do so at once. A person who is that quick is asked once more, and loses nothing. So is one
whose page said something else than it says now: a yes is kept with the words that stood beside the button.
"""

import hmac
from datetime import UTC, datetime, timedelta
from hashlib import sha256

LEAST, MOST = timedelta(seconds=2), timedelta(hours=24)
_PROOF = 20  # hexadecimal digits: 80 bits


def stamp(key: bytes, now: datetime, *, language: str = "", words: str = "") -> str:
    """Give the stamp of a form that is shown now. Of the words it holds a proof, and not the words."""
    shown = f"{int(now.timestamp()):x}.{language}"
    return f"{shown}.{_proof(key, shown, words)}"


def is_timely(key: bytes, text: str, now: datetime, *, words: str = "") -> bool:
    """Tell whether a form with these words comes back in a person's time: after two seconds, and within a day."""
    shown, _, proof = text.rpartition(".")
    seconds = shown.partition(".")[0]
    if (
        not seconds.isascii()
        or len(seconds) > 12
        or not hmac.compare_digest(proof.encode(), _proof(key, shown, words).encode())
    ):
        return False
    shown_at = datetime.fromtimestamp(int(seconds, 16), UTC)
    return LEAST <= now - shown_at <= MOST


def shown_language(text: str) -> str:
    """Give the language that a stamp names; nothing is proved until it is timely. Empty where it names none."""
    return text.partition(".")[2].rpartition(".")[0]


def _proof(key: bytes, shown: str, words: str) -> str:
    told = f"form stamp:{shown}:{sha256(words.encode()).hexdigest()}"
    return hmac.new(key, told.encode(), "sha256").hexdigest()[:_PROOF]
