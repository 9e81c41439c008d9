"""Why a delivery was not made, as people read it: the words of the reason codes in the tables. Pure."""

_REASON = {
    "nothing_new": "nothing new for them",
    "too_few": "fewer stories than the newsletter's minimum are new to them",
    "paused": "they paused it",
    "not_due": "they want one a week or a month, and had it",
    "unsubscribed": "left the newsletter or its lists",
    "unconfirmed": "never confirmed",
    "not_in_segment": "not described by the segment's rule",
    "erased": "erased",
    "stale": "too late to be of use",
    "cancelled": "the issue was cancelled",
    "suppressed:bounced": "mail to the address comes back",
    "suppressed:complained": "complained",
    "suppressed:forbidden": "must not be mailed",
    "suppressed:left": "left everything",
}


def reason_words(reason: str) -> str:
    """Give a delivery's reason as people read it; a server's own words stay as they came."""
    return _REASON.get(reason, reason)
