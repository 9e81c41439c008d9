"""How a person's own data is said to them: rows of words in their language. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date, get_day_names

from newsletter.app.account_data import AccountData
from newsletter.rendering.reader_words import moment
from newsletter.rendering.strings import Strings
from newsletter.web.languages import language_name
from subscribers.lists.mailing_list import Subscription
from subscribers.wishes.profile import DAYS, THE_NEWSLETTERS_HOUR, Preferences

_ACTS = {
    "asked": "You asked to join",
    "confirmed": "You confirmed",
    "imported": "Brought in from a file",
    "added": "Added by hand",
    "left": "You left",
    "undone": "You took it back",
    "suppressed": "Stopped",
    "released": "Allowed again",
    "erased": "Everything was deleted",
    "forgotten": "Forgotten, because it was not confirmed",
    "moved": "The address was changed",
    "merged": "Two entries became one",
}
_STATES = {"active": "On the list", "pending": "Not confirmed", "left": "You left"}
_WHY = {
    "left": "You left",
    "bounced": "Mail came back",
    "complained": "Reported as unwanted",
    "forbidden": "Stopped by the publisher",
}
_WISHES = {"follow": "Follow", "mute": "Mute", "none": "No wish", "opt_out": "You left"}
_OFTEN = {"every": "Every issue", "weekly": "Weekly", "monthly": "Monthly"}
_LENGTHS = {"short": "Short", "normal": "Normal", "full": "Full"}
_SHOWN_MAILS = 100  # the file to download has them all


@dataclass(frozen=True, slots=True)
class Row:
    """What something is, and what of it is kept."""

    what: str
    words: str


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the record, with the words that were shown."""

    at: str
    act: str
    what: str
    evidence: str
    network_address: str
    shown: str


@dataclass(frozen=True, slots=True)
class Account:
    """All that is known, in words."""

    lists: list[Row]
    origins: list[Row]
    wishes: list[Row]
    settings: list[tuple[str, list[Row]]]  # what for (empty: everything), and what
    record: list[Said]
    stops: list[Row]
    mails: list[Row]


def account_of(
    strings: Strings, data: AccountData, topics: Mapping[str, str], newsletters: Mapping[str, str], *, zone: str
) -> Account:
    """Put what is kept into words; topics and newsletters by their keys, times in `zone`."""
    kept, names = data.kept, {**topics, **newsletters}
    own: Preferences = {
        "language": kept.person.language or None,
        "reading_languages": ";".join(kept.person.reading_languages) or None,
        "zone": kept.person.zone or None,
        "hour": kept.person.hour,
        "days": kept.person.days or None,
        "frequency": kept.person.frequency,
        "paused_until": kept.person.paused_until or None,
        "length": kept.person.length,
        "plain_text": kept.person.plain_text or None,
    }
    scopes = [("", own), *((newsletters.get(scope, scope), one) for scope, one in kept.preferences.items())]
    return Account(
        lists=[
            Row(kept.list_names.get(one.list_slug, one.list_slug), _standing(strings, one))
            for one in kept.subscriptions
        ],
        origins=[Row(one.file_name, one.consent) for one in kept.origins],
        wishes=[
            Row(names.get(one.key, one.key), _in(strings, _WISHES[one.kind], newsletters.get(one.scope, one.scope)))
            for one in kept.wishes
        ],
        settings=[(scope, _settings(strings, one)) for scope, one in scopes],
        record=[
            Said(
                moment(strings, one.given_at or one.recorded_at, zone),
                strings.text(_ACTS[one.act.value]),
                kept.list_names.get(one.list_slug, one.list_slug) or names.get(one.key, ""),
                one.evidence,
                one.network_address,
                kept.texts.get(one.text_hash, ""),
            )
            for one in kept.consents
        ],
        stops=[
            Row(strings.text(_WHY[one.kind.value]), _day(strings, one.since))
            for one in kept.suppressions
            if one.ended_at is None
        ],
        mails=[
            Row(f"{one.newsletter} {one.what.rpartition('/')[2]}", moment(strings, one.at, zone))
            for one in data.deliveries
            if one.newsletter and one.state in {"accepted", "in_doubt"}
        ][:_SHOWN_MAILS],
    )


def _settings(strings: Strings, one: Preferences) -> list[Row]:
    """Say only what is set."""
    days = get_day_names("abbreviated", locale=strings.locale)
    language, reading, hour = one.get("language"), one.get("reading_languages"), one.get("hour")
    in_language = strings.language
    said = [
        (strings.text("Language of mails and pages"), language and language_name(language, in_language=in_language)),
        (
            strings.text("Languages you read"),
            reading and ", ".join(language_name(code, in_language=in_language) for code in reading.split(";")),
        ),
        (strings.text("Time zone"), one.get("zone")),
        (strings.text("Hour"), _hour(strings, hour)),
        (strings.text("Days"), ", ".join(days[DAYS.index(day)] for day in (one.get("days") or "").split(";") if day)),
        (
            strings.text("How often"),
            strings.text(_OFTEN[one.get("frequency") or "every"]) if one.get("frequency") else "",
        ),
        (strings.text("Paused until"), one.get("paused_until")),
        (strings.text("Length"), strings.text(_LENGTHS[one.get("length") or "normal"]) if one.get("length") else ""),
        (strings.text("Plain text only"), one.get("plain_text") and "✓"),
    ]
    return [Row(what, words) for what, words in said if words]


def _hour(strings: Strings, hour: int | None) -> str:
    if hour == THE_NEWSLETTERS_HOUR:
        return strings.text("The newsletter's own")
    return "" if hour is None else f"{hour:02}:00"


def _standing(strings: Strings, one: Subscription) -> str:
    return f"{strings.text(_STATES[one.state.value])} · {_day(strings, one.changed_at)}"


def _in(strings: Strings, message: str, newsletter: str) -> str:
    words = strings.text(message)
    return f"{words} · {newsletter}" if newsletter else words


def _day(strings: Strings, at: datetime) -> str:
    return format_date(at.date(), "long", locale=strings.locale)
