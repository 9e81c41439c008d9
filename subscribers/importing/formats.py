"""How other systems write their exports: which columns mean what. Data only.

An export is known by its marks, columns that no other file has together. What it guesses about people (a zone from an
IP address) and what it calls by a name of ours for something else (a postal `Address`) stays an attribute. Where it
believes somebody to be, its own numbers for people, what they paid and which mails they opened are not taken over,
unless the operator names the column (GDPR, Article 5: no more than is needed).
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
    no_times: Mapping[str, str] = field(default_factory=dict)  # when somebody said no: column, to its status here
    left_aside: frozenset[str] = frozenset()  # not taken over, and told
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
    "malformed": "bounced",  # until July 2025; undeliverable since
    "complained": "complained",
}
_BUTTONDOWN_TIMES = {"unsubscription_date": "unsubscribed", "undeliverability_date": "bounced"}
_BUTTONDOWN_ASIDE = frozenset(
    {
        *("id", "secondary_id", "subscriber_import_id", "referral_code", "avatar_url", "ip_address"),
        *("stripe_customer_id", "stripe_customer", "stripe_coupon", "upgrade_date", "churn_date", "purchased_by"),
        *("purchased_message", "gift_subscription_message", "last_open_date", "last_click_date", "delivered_count"),
        *("open_count", "click_count", "open_rate", "click_rate", "risk_score", "firewall_reasons", "transitions"),
        "email_transitions",
    }
)
# The table of people that Substack's dashboard exports, by the columns that public programs which read it name alike.
_SUBSTACK_PAYING = frozenset(
    {
        *("type", "stripe plan", "subscription interval", "paid upgrade date", "first paid date", "expiration date"),
        *("revenue", "subscriptions gifted", "subscription source (paid)", "can see paid content", "bestseller"),
        *("bundle", "bundle origin"),
    }
)
_SUBSTACK_WATCHED = frozenset(
    {
        *("emails received (6mo)", "emails dropped (6mo)", "num_emails_opened", "last email open", "links clicked"),
        *("last clicked at", "days active (30d)", "activity", "post views", "comments", "shares"),
        *(f"emails opened ({period})" for period in ("6mo", "7d", "30d")),
        *(f"unique emails seen ({period})" for period in ("6mo", "7d", "30d")),
        *(f"{what} ({days}d)" for what in ("post views", "comments", "shares") for days in (7, 30)),
        *("unique posts seen", "unique posts seen (7d)", "unique posts seen (30d)"),
    }
)
_BEEHIIV_WORDS = {"active": "active", "inactive": "unsubscribed", "validating": "pending", "pending": "pending"}
_BEEHIIV_ASIDE = frozenset(
    {
        *("id", "stripe_customer_id", "tier", "subscription_tier", "subscription_premium_tiers", "free tier"),
        "premium tier",
    }
)
_OWN_COLUMNS = (
    *("address", "name", "language", "reading_languages", "zone", "hour", "days", "frequency", "paused_until"),
    *(
        "length",
        "plain_text",
        "role",
        "country",
        "topics",
        "mutes",
        "opt_outs",
        "status",
        "consent_at",
        "consent_ip",
        "no_at",
    ),
)
# What only our own export has, and only there means this.
EVIDENCE, NEWSLETTERS, FURTHER, TOLD_OF_NO = "evidence", "newsletters", "further", "told_of_no"
OWN = Export(
    name="newsletter",
    marks=frozenset({"address", "mutes", "opt_outs", "consent", "newsletters", "attributes"}),
    columns={
        **{name: name for name in _OWN_COLUMNS},
        "consent": EVIDENCE,
        "newsletters": NEWSLETTERS,
        "attributes": FURTHER,
        "no": TOLD_OF_NO,
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
        no_times={"unsub_time": "unsubscribed", "clean_time": "cleaned"},
    ),
    Export(
        name="Substack",
        marks=frozenset({"email", "active_subscription"}),
        columns={"email": "address", "name": "name"},
        statuses={"email_disabled": {"true": "unsubscribed", "false": "subscribed"}},
        left_aside=frozenset({"active_subscription", "expiry", "plan", "first_payment_at"}),
    ),
    Export(
        name="Substack, all columns",
        marks=frozenset({"email", "start date", "stripe plan"}),
        columns={"email": "address", "name": "name"},
        # Who ended paying reads on, says its help; who left may have this date, too. That is no yes and no no: pending.
        # Nothing else in this table tells who left: the other one does.
        statuses={"cancel date": {ANY_VALUE: "pending"}},
        left_aside=_SUBSTACK_PAYING | _SUBSTACK_WATCHED,
    ),
    Export(
        name="Ghost",
        marks=frozenset({"email", "subscribed_to_emails"}),
        columns={"email": "address", "name": "name"},
        statuses={
            "subscribed_to_emails": {"false": "unsubscribed", "true": "subscribed"},
            "deleted_at": {ANY_VALUE: "unsubscribed"},
        },
        no_times={"deleted_at": "unsubscribed"},
        left_aside=frozenset({"id", "stripe_customer_id", "complimentary_plan", "tiers", "products", "gift_id"}),
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
        no_times=_BUTTONDOWN_TIMES,
        left_aside=_BUTTONDOWN_ASIDE,
    ),
    Export(
        name="Buttondown, before 2024",
        marks=frozenset({"email", "subscriber_type", "creation_date"}),
        columns={"email": "address"},
        statuses={"subscriber_type": _BUTTONDOWN_TYPES},
        no_times=_BUTTONDOWN_TIMES,
        left_aside=_BUTTONDOWN_ASIDE,
    ),
    # beehiiv's columns are ours (email, status); its words for a status are not. The first is the file that it exports,
    # as another system's migration reads it (TryGhost/migrate, mg-beehiiv-members); the second has its API's names.
    Export(
        name="beehiiv",
        marks=frozenset({"email", "status", "tier", "stripe_customer_id"}),
        columns={"email": "address", "first name": "name", "last name": "name"},
        statuses={"status": _BEEHIIV_WORDS, "unsubscribed_at": {ANY_VALUE: "unsubscribed"}},
        no_times={"unsubscribed_at": "unsubscribed"},
        left_aside=_BEEHIIV_ASIDE,
    ),
    Export(
        name="beehiiv, its API",
        marks=frozenset({"email", "status", "subscription_tier"}),
        columns={"email": "address", "name": "name"},
        statuses={"status": _BEEHIIV_WORDS},
        left_aside=_BEEHIIV_ASIDE,
    ),
)
