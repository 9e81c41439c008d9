"""Finds the event that a text tells of. False ones are worse than missed ones, so each must be proved.

A date is an event's where it stands in a title that names an event; or beside words of taking place, in a post that
names one; or in a sentence that names one, with a place. Where two dates are as good, none is taken. What was called
off, and what was over when the post was published, is no event: such a post tells news.
"""

import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from newsletter.sources.details.deadline_text import is_deadline, is_registration_end, is_until
from newsletter.sources.details.hours_in_text import WrittenHours, hours_after
from newsletter.sources.details.places import labelled_place, place_after, place_before, place_within
from newsletter.sources.details.telling_words import (
    cancelled_words,
    event_words,
    future_words,
    past_words,
    taking_place_words,
    work_words,
)
from newsletter.sources.details.told_post import ToldDays, ToldPost, end_of_day, midnight
from newsletter.sources.details.zones import zone_of_place
from newsletter.sources.post import EventDetails
from newsletter.sources.reading.page_date import names_other_day

LONGEST_EVENT = timedelta(days=60)  # longer is a programme or an exhibition; a text does not tell that
_DATELINE = re.compile(r"\s{0,2}[).]{0,2}\s{0,2}(?:[-\u2013\u2014:|/]|$)")
_MOST_UNDER = 2  # lines under a title in which its event's day may stand alone
_SHORT_REST = 60  # characters of hours and place behind it
_HEAD = 600  # characters of a post that show what it is about


def names_event(post: ToldPost) -> bool:
    """Tell whether the beginning of a post names an event that nobody called off."""
    head = " ".join(post.lines)[:_HEAD]
    is_none = cancelled_words().search(post.title) or work_words().search(post.title)
    return event_words().search(head) is not None and not is_none


def event_in_text(post: ToldPost, days: list[list[ToldDays]]) -> EventDetails | None:
    """Give the event, or None. `days` are the dates of the post's lines, as told_days gives them."""
    if not any(days) or not names_event(post):
        return None
    chosen = _chosen(post, days)
    return _details(post, chosen, [one for line in days for one in line]) if chosen else None


def _chosen(post: ToldPost, days: list[list[ToldDays]]) -> list[ToldDays]:
    """Give the places that tell the event's days, the best proof first; none where two events are as likely."""
    title = [one for one in days[0] if _may_be_event(one, post)]
    body = [one for line in days[1:] for one in line if _may_be_event(one, post) and not _is_dateline(one)]
    beside = [one for one in body if _takes_place(one)]
    named = [
        one for line in days[1:] for one in line if one in body and _is_alone(one, line) and _lies_ahead(one, post)
    ]
    if event_words().search(post.title):
        named = [one for one in named if _is_named(one)]
    else:
        named = [one for one in named if _is_named(one) and _place(one) and future_words().search(one.sentence)]
        title = [one for one in title if _place(one) or beside]
    for proved in (title, beside, named, _under_title(post, days)):
        firsts = {one.first for one in proved}
        if len(firsts) == 1:
            return sorted(proved, key=lambda one: one.first - one.last)
        if len(firsts) > 1:
            return []
    return []


def _under_title(post: ToldPost, days: list[list[ToldDays]]) -> list[ToldDays]:
    """Give the day still to come that stands alone under a title which names an event: no release is dated ahead."""
    if not event_words().search(post.title):
        return []
    under = range(1, min(1 + _MOST_UNDER, len(days)))
    near = [days[place][0] for place in under if len(days[place]) == 1 and not names_other_day(post.lines[place - 1])]
    since = max(post.published or post.seen, post.seen)
    return [one for one in near if one.first > since and _may_be_event(one, post) and _is_whole_line(one)]


def _is_whole_line(one: ToldDays) -> bool:
    before, behind = one.line[: one.written.start].strip(" ,.:"), one.line[one.written.end :].strip(" ,.:|-")
    is_more_of_it = bool(_place(one)) or hours_after(one.line, one.written.end) is not None
    return not before and len(behind) <= _SHORT_REST and (not behind or is_more_of_it)


def _may_be_event(one: ToldDays, post: ToldPost) -> bool:
    if one.last - one.first > LONGEST_EVENT or is_registration_end(one.lead):
        return False
    if is_deadline(one.lead) or is_until(one.lead) or past_words().search(one.sentence):
        return False
    if post.published is not None:
        return one.last >= post.published
    return one.written.year is not None and (one.last >= post.seen or one.line == post.title or bool(_place(one)))


def _takes_place(one: ToldDays) -> bool:
    return taking_place_words().search(one.sentence) is not None


def _is_named(one: ToldDays) -> bool:
    """Tell whether a date's sentence names an event and says more of it; several days with a place do so themselves."""
    is_several, place = one.last > one.first, _place(one)
    if not event_words().search(one.sentence):
        return is_several and bool(place)
    return is_several or bool(place) or future_words().search(one.sentence) is not None


def _is_alone(one: ToldDays, line: list[ToldDays]) -> bool:
    """Tell whether no other date stands in the sentence; ends of registration do not count."""
    begin, end = one.written.start - len(one.lead), one.written.end + len(one.rest)
    near = [other for other in line if begin <= other.written.start < end and other is not one]
    return all(is_registration_end(other.lead) or is_deadline(other.lead) for other in near)


def _is_dateline(one: ToldDays) -> bool:
    """Tell whether a date is that of the press release: "Berlin, 3 November 2026 - The ministry ..."."""
    if one.first != one.last or len(one.line[: one.written.start]) > 60 or not _DATELINE.match(one.rest):
        return False
    return event_words().search(one.lead) is None and not taking_place_words().search(one.lead)


def _lies_ahead(one: ToldDays, post: ToldPost) -> bool:
    return one.last >= (post.published or post.seen)


def _place(one: ToldDays) -> str:
    hours = hours_after(one.line, one.written.end)
    end = hours.end if hours else one.written.end
    return place_after(one.line, end) or place_before(one.line, one.written.start) or place_within(one.sentence)


def _details(post: ToldPost, chosen: list[ToldDays], all_days: list[ToldDays]) -> EventDetails:
    place = _first(_place(one) for one in chosen) or _first(labelled_place(block) for block in post.blocks)
    zone = zone_of_place(place)
    days = chosen[0]
    starts_at, ends_at, told_in = _timed(chosen, zone) or (None, None, "")
    if starts_at is None:
        starts_at, told_in = midnight(days.first, zone), zone or "UTC"
        ends_at = midnight(days.last, zone) if days.last > days.first else None
    return EventDetails(
        starts_at=starts_at,
        ends_at=ends_at,
        all_day=starts_at.time() == time.min and _timed(chosen, zone) is None,
        zone=told_in,
        place=place,
        register_by=_register_by(all_days, starts_at, zone),
    )


def _timed(chosen: list[ToldDays], zone: str) -> tuple[datetime, datetime | None, str] | None:
    """Give the instants where hours are told and their zone is known; an hour without a zone would mislead."""
    for one in chosen:
        hours = hours_after(one.line, one.written.end)
        if hours is None:
            continue
        name, clock = _clock(hours, zone)
        if clock is None:
            return None
        starts_at = datetime.combine(one.first, hours.first, tzinfo=clock)
        return starts_at, _end(one, hours, starts_at, clock), name
    return None


def _end(one: ToldDays, hours: WrittenHours, starts_at: datetime, clock: tzinfo) -> datetime | None:
    if hours.last is not None:
        ends_at = datetime.combine(one.last, hours.last, tzinfo=clock)
        return ends_at if ends_at >= starts_at else ends_at + timedelta(days=1)
    # Of several days only the first one's hour is told: the event goes on until the last one is over.
    return datetime.combine(one.last, time(23, 59), tzinfo=clock) if one.last > one.first else None


def _clock(hours: WrittenHours, zone: str) -> tuple[str, tzinfo | None]:
    if hours.zone is not None:
        return hours.zone
    return (zone, ZoneInfo(zone)) if zone else ("", None)


def _register_by(all_days: Iterable[ToldDays], starts_at: datetime, zone: str) -> datetime | None:
    ends = {one.last for one in all_days if is_registration_end(one.lead)}
    ends = {day for day in ends if day <= starts_at.date()}
    return end_of_day(ends.pop(), zone) if len(ends) == 1 else None


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")
