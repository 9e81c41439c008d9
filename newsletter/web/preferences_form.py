"""Reads the form of the preference page: pure. What was not sent stays as it is; nothing that is not offered is taken.

Values are read where all profiles are read (subscribers.profile). With one fault nothing is saved, and what was typed
comes back.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, cast

from newsletter.app.preferring import FOLLOW, MUTE, NO_WISH, Choices, stored
from subscribers.errors import InvalidProfile
from subscribers.subscriber import Subscriber
from subscribers.wishes.profile import (
    DAYS,
    Profile,
    read_day,
    read_days,
    read_frequency,
    read_hour,
    read_language,
    read_languages,
    read_length,
    read_zone,
)

READING, DAY, LEAVE, RETURN, LEAVE_LIST = "reading:", "day:", "leave:", "return:", "leave-list:"
SENT_DAYS = "days"  # says that the boxes of the days were there: an empty box sends nothing
FOR_EVERYTHING, FOR_NEWSLETTER = "everything", "newsletter"
PAUSE_WEEKS = (1, 2, 4, 8)
NO_PAUSE, UNTIL = "none", "until"
LONGEST_PAUSE = timedelta(days=366)
_CHOOSE_AGAIN = "Please choose again."
_NO_DATE = "This is no date."


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What the page offers to one person."""

    wishes: Collection[str]  # keys of topics and sources; never of what is sensitive
    languages: Collection[str]  # of mails and pages
    reading: Collection[str]
    newsletters: Collection[str]  # that come to them, or came until they left them
    lists: Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A form that was read. With faults (field to a message of the catalogues) nothing of it counts."""

    choices: Choices
    everywhere: bool
    leaving: tuple[str, ...]  # newsletters
    returning: tuple[str, ...]
    leaving_lists: tuple[str, ...]
    faults: dict[str, str] = field(default_factory=dict)


def read_preferences(form: Mapping[str, str], offered: Offered, person: Subscriber, *, today: date) -> Read:
    """Read what was sent. `person` is who they are now, as they want this newsletter; `today` is their own day."""
    faults: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, reader in _readers(offered).items():
        if name in form:
            _take(name, form[name], reader, values, faults)
    _read_languages(form, offered, values, faults)
    if SENT_DAYS in form:
        values["days"] = read_days(";".join(day for day in DAYS if DAY + day in form))
    _read_pause(form, person.paused_until, today, values, faults)
    wishes = _wishes(form, offered.wishes, faults)
    scope = form.get("scope", FOR_NEWSLETTER)
    if scope not in {FOR_EVERYTHING, FOR_NEWSLETTER}:
        faults["scope"] = _CHOOSE_AGAIN
    return Read(
        choices=Choices(wishes=wishes, values=cast("Profile", values)),
        everywhere=scope == FOR_EVERYTHING,
        leaving=tuple(slug for slug in offered.newsletters if LEAVE + slug in form),
        returning=tuple(slug for slug in offered.newsletters if RETURN + slug in form),
        leaving_lists=tuple(slug for slug in offered.lists if LEAVE_LIST + slug in form),
        faults=faults,
    )


def as_form(person: Subscriber, wishes: Mapping[str, str]) -> dict[str, str]:
    """Give what is kept of a person, and their wishes that the page offers, as the form would send it."""
    form = {
        "language": person.language,
        "zone": person.zone,
        "hour": "" if person.hour is None else str(person.hour),
        "frequency": person.frequency,
        "length": person.length,
        "plain_text": "yes" if person.plain_text else "no",
        "pause": UNTIL if person.paused_until else NO_PAUSE,
        "paused_until": person.paused_until,
        "scope": FOR_NEWSLETTER,
        SENT_DAYS: "sent",
    }
    form |= {READING + str(place): code for place, code in enumerate(person.reading_languages, 1)}
    form |= {DAY + day: "yes" for day in stored(person, "days").split(";") if day}
    return form | dict(wishes)


def choice_of(name: str) -> str:
    """Tell which choice a field of the form is a part of: boxes and rows count together, and so does a pause."""
    if name == SENT_DAYS or name.startswith(DAY):
        return DAY
    if name.startswith(READING):
        return READING
    return "pause" if name == "paused_until" else name


def with_typed(kept: Mapping[str, str], typed: Mapping[str, str]) -> dict[str, str]:
    """Lay what was typed over what is kept: nothing typed is lost when a form comes back."""
    boxes = DAY if SENT_DAYS in typed else None
    return {**{name: value for name, value in kept.items() if boxes is None or not name.startswith(boxes)}, **typed}


def _readers(offered: Offered) -> dict[str, Callable[[str], object]]:
    return {
        "language": lambda text: _among(text, offered.languages) if text else "",
        "zone": lambda text: read_zone(text) if text else "",
        "hour": lambda text: read_hour(text) if text else None,
        "frequency": read_frequency,
        "length": read_length,
        "plain_text": lambda text: _among(text, ("yes", "no")) == "yes",
    }


def _take(
    name: str, text: str, reader: Callable[[str], object], values: dict[str, Any], faults: dict[str, str]
) -> None:
    try:
        values[name] = reader(text)
    except InvalidProfile:
        faults[name] = _CHOOSE_AGAIN


def _among(text: str, known: Collection[str]) -> str:
    if text not in known:
        raise InvalidProfile("it is not offered")
    return text


def _read_languages(form: Mapping[str, str], offered: Offered, values: dict[str, Any], faults: dict[str, str]) -> None:
    """Take the languages in the order of their fields; gaps close, and one chosen twice counts once."""
    sent = {name: form[name].strip() for name in sorted(form, key=_place) if name.startswith(READING)}
    if not sent:
        return
    for name, code in sent.items():
        if code:
            _take(name, code, lambda text: read_language(_among(text, offered.reading)), {}, faults)
    if not any(name in faults for name in sent):
        values["reading_languages"] = read_languages(";".join(sent.values()))


def _place(name: str) -> tuple[int, str]:
    place = name.removeprefix(READING)
    return (int(place) if place.isascii() and place.isdigit() and len(place) < 3 else 0, name)


def _read_pause(
    form: Mapping[str, str], now_until: str, today: date, values: dict[str, Any], faults: dict[str, str]
) -> None:
    """Take a pause: none, some weeks, or until a day. A day that was typed counts though nobody chose the word."""
    chosen, typed = form.get("pause"), form.get("paused_until", "").strip()
    is_new_day = typed not in {"", now_until}
    if chosen is None and not is_new_day:
        return
    if chosen in {None, NO_PAUSE} and is_new_day and not now_until:
        chosen = UNTIL
    weeks = {str(count): count for count in PAUSE_WEEKS}.get(chosen or "")
    if chosen == NO_PAUSE:
        values["paused_until"] = ""
    elif weeks is not None and is_new_day:
        faults["pause"] = "Please choose some weeks or a day, not both."
    elif weeks is not None:
        values["paused_until"] = (today + timedelta(weeks=weeks)).isoformat()
    elif chosen in {None, UNTIL}:
        _read_until(typed, now_until, today, values, faults)
    else:
        faults["pause"] = _CHOOSE_AGAIN


def _read_until(typed: str, now_until: str, today: date, values: dict[str, Any], faults: dict[str, str]) -> None:
    if typed == now_until:  # as it is, be it over meanwhile
        if not typed:
            faults["paused_until"] = "This is needed."
        return
    try:
        day = date.fromisoformat(read_day(typed))
    except InvalidProfile:
        faults["paused_until"] = _NO_DATE
        return
    if day <= today:
        faults["paused_until"] = "Please choose a day that is still to come."
    elif day > today + LONGEST_PAUSE:
        faults["paused_until"] = "This is too far ahead."
    else:
        values["paused_until"] = day.isoformat()


def _wishes(form: Mapping[str, str], offered: Collection[str], faults: dict[str, str]) -> dict[str, str]:
    wishes = {key: form[key] for key in offered if key in form}
    faults |= {key: _CHOOSE_AGAIN for key, wish in wishes.items() if wish not in {FOLLOW, MUTE, NO_WISH}}
    return wishes
