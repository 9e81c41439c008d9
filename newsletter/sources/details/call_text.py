"""Finds the call for applications that a text tells of: a title that names one, or a text that does, with a deadline.

A title that tells of results, winners or an end is news of a call, and no call.
"""

from datetime import datetime

from newsletter.sources.details.countries import countries_in
from newsletter.sources.details.deadline_text import is_deadline
from newsletter.sources.details.hours_in_text import WrittenHours, hours_after
from newsletter.sources.details.telling_words import call_words, cancelled_words, closed_words, work_words
from newsletter.sources.details.told_post import ToldDays, ToldPost, end_of_day
from newsletter.sources.post import CallDetails

_HEAD = 800  # characters of a text that show what it is about


def is_call_title(title: str) -> bool:
    """Tell whether a title names a call that may be open."""
    return call_words().search(title) is not None and not _is_over(title)


def names_call(post: ToldPost) -> bool:
    """Tell whether a title, or the beginning of a text under a title of no end, names a call."""
    head = " ".join((post.title, *post.blocks))[:_HEAD]
    return not _is_over(post.title) and call_words().search(head) is not None


def call_in_text(post: ToldPost, days: list[list[ToldDays]]) -> CallDetails | None:
    """Give the call, or None. Of several deadlines the first that is still to come counts: whoever misses it is out."""
    is_named = is_call_title(post.title)
    if not (is_named or any(days)) or not names_call(post):
        return None
    ends = [one for line in days for one in line if is_deadline(one.lead)]
    since = post.published or post.seen
    ahead = sorted((one for one in ends if one.last >= since), key=lambda one: one.last)
    if not is_named and not ahead:
        return None
    countries = next((codes for block in post.blocks if (codes := countries_in(block))), ())
    last = ahead[0] if ahead else max(ends, key=lambda one: one.last, default=None)
    return _details(last, countries) if last else CallDetails(countries=countries)


def _is_over(title: str) -> bool:
    return any(words.search(title) for words in (closed_words(), cancelled_words(), work_words()))


def _details(one: ToldDays, countries: tuple[str, ...]) -> CallDetails:
    hours = hours_after(one.line, one.written.end) or _hours_before(one)
    if hours is None or hours.zone is None:
        return CallDetails(deadline=end_of_day(one.last, ""), all_day=True, countries=countries)
    name, clock = hours.zone
    return CallDetails(deadline=datetime.combine(one.last, hours.first, tzinfo=clock), zone=name, countries=countries)


def _hours_before(one: ToldDays) -> WrittenHours | None:
    """Give the hour of "by 17:00 CET on 28 January"."""
    lead = one.lead[-45:]
    tails = (
        hours_after(lead, place)
        for place in range(len(lead))
        if lead[place].isdigit() and not lead[place - 1 : place].isdigit()
    )
    small = {
        "",
        "on",
        "am",
        "le",
        "del",
        "di",
        "do",
        "dia",
        "de",
        "of",
        "the",
        "il",
        "el",
        "del día",
        "do dia",
        "on the",
        "vom",
    }
    return next((found for found in tails if found and lead[found.end :].strip(" ,()").lower() in small), None)
