"""How other systems write their exports: which columns mean what. Data only.

An export is known by its marks, columns that no other file has together. What it guesses about people (a zone from an
IP address) and what it calls by a name of ours for something else (a postal `Address`) stays an attribute; where it
believes somebody to be, and its own numbers for people, are not taken over (GDPR, Article 5: no more than is needed).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ANY_VALUE = "*"  # any value but an empty one


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The columns of one system's export, in lower case."""

    name: str
    marks: frozenset[str]
    columns: Mapping[str, str]  # theirs to ours; two that become `name` are joined
    statuses: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # column: its values to our status
    left_aside: frozenset[str] = frozenset()
    nested: str = ""  # a column of JSON objects: what stands in them is as good as columns


_BUTTONDOWN_TYPES = {
    "regular": "subscribed",
    "premium": "subscribed",
    "gifted": "subscribed",
    "trialed": "subscribed",
    "churned": "subscribed",  # pays no longer, reads on
    "churning": "subscribed",
    "unpaid": "subscribed",
    "past_due": "subscribed",
    "paused": "subscribed",  # pauses paying, not reading
    "unactivated": "pending",
    "unsubscribed": "unsubscribed",
    "removed": "unsubscribed",
    "blocked": "unsubscribed",
    "spammy": "unsubscribed",  # by their own judgement; no word of a reader
    "undeliverable": "bounced",
    "complained": "complained",
}
_BEEHIIV_WORDS = {"active": "active", "inactive": "unsubscribed", "validating": "pending", "pending": "pending"}
_OWN_COLUMNS = (
    *("address", "name", "language", "reading_languages", "zone", "hour", "days", "frequency", "paused_until"),
    *("length", "plain_text", "role", "country", "topics", "mutes", "opt_outs", "status", "consent_at", "consent_ip"),
)
# What only our own export has, and only there means this.
EVIDENCE, NEWSLETTERS, FURTHER = "evidence", "newsletters", "further"
OWN = Export(
    name="newsletter",
    marks=frozenset({"address", "mutes", "opt_outs", "consent", "newsletters", "attributes"}),
    columns={
        **{name: name for name in _OWN_COLUMNS},
        "consent": EVIDENCE,
        "newsletters": NEWSLETTERS,
        "attributes": FURTHER,
    },
    statuses={
        "status": {
            word: word
            for word in ("subscribed", "pending", "left", "unsubscribed", "bounced", "complained", "forbidden")
        }
    },
)
EXPORTS = (
    OWN,
    Export(
        name="Mailchimp",
        marks=frozenset({"leid", "euid"}),
        columns={
            "email address": "address",
            "email": "address",  # the column's name can be changed there
            "first name": "name",
            "last name": "name",
            # Of two columns that say it, the later in the file counts where it is filled: confirming is the better
            # evidence than filling in the form.
            "optin_time": "consent_at",
            "optin_ip": "consent_ip",
            "confirm_time": "consent_at",
            "confirm_ip": "consent_ip",
        },
        left_aside=frozenset({"latitude", "longitude", "gmtoff", "dstoff", "leid", "euid"}),
        statuses={"unsub_time": {ANY_VALUE: "unsubscribed"}, "clean_time": {ANY_VALUE: "cleaned"}},
    ),
    Export(
        name="Substack",
        marks=frozenset({"email", "active_subscription"}),
        columns={"email": "address", "name": "name"},
        statuses={"email_disabled": {"true": "unsubscribed", "false": "subscribed"}},
    ),
    Export(
        name="Ghost",
        marks=frozenset({"email", "subscribed_to_emails"}),
        columns={"email": "address", "name": "name"},
        statuses={
            "subscribed_to_emails": {"false": "unsubscribed", "true": "subscribed"},
            "deleted_at": {ANY_VALUE: "unsubscribed"},
        },
    ),
    Export(
        name="listmonk",
        marks=frozenset({"uuid", "email", "attributes", "status"}),
        columns={"email": "address", "name": "name"},
        # `disabled` has neither said yes nor no to us: pending.
        statuses={"status": {"enabled": "subscribed", "disabled": "pending", "blocklisted": "unsubscribed"}},
        left_aside=frozenset({"uuid"}),
        nested="attributes",
    ),
    Export(
        name="Buttondown",
        marks=frozenset({"email_address", "type", "creation_date"}),
        columns={"email_address": "address"},
        statuses={"type": _BUTTONDOWN_TYPES},
    ),
    Export(
        name="Buttondown, before 2024",
        marks=frozenset({"email", "subscriber_type", "creation_date"}),
        columns={"email": "address"},
        statuses={"subscriber_type": _BUTTONDOWN_TYPES},
    ),
    # beehiiv's columns are ours (email, status); its words for a status are not. The first is the file that it exports,
    # as another system's migration reads it (TryGhost/migrate, mg-beehiiv-members); the second has its API's names.
    Export(
        name="beehiiv",
        marks=frozenset({"email", "status", "tier", "stripe_customer_id"}),
        columns={"email": "address", "first name": "name", "last name": "name"},
        statuses={"status": _BEEHIIV_WORDS, "unsubscribed_at": {ANY_VALUE: "unsubscribed"}},
    ),
    Export(
        name="beehiiv, its API",
        marks=frozenset({"email", "status", "subscription_tier"}),
        columns={"email": "address", "name": "name"},
        statuses={"status": _BEEHIIV_WORDS},
    ),
)
