"""Finds a funding call among the items that a page holds for machines: grants with the day that applications end."""

from dataclasses import replace
from typing import Any

from newsletter.sources.details.countries import country_code
from newsletter.sources.details.instants import told_moment
from newsletter.sources.details.linked_items import Item, types_of
from newsletter.sources.details.told_post import end_of_day
from newsletter.sources.post import CallDetails

_CALLS = frozenset({"Grant", "MonetaryGrant", "FundingScheme"})


def call_of_items(items: list[Item]) -> CallDetails | None:
    """Give the page's only call; None where it tells no deadline of one, or several."""
    calls = {call for item in items if _CALLS & set(types_of(item)) and (call := _call(item)) is not None}
    return calls.pop() if len(calls) == 1 else None


def _call(item: Item) -> CallDetails | None:
    told = (told_moment(item.get(key)) for key in ("applicationDeadline", "validThrough"))
    deadline = next((one for one in told if one is not None), None)
    if deadline is None:
        return None
    call = CallDetails(countries=_countries(item))
    if deadline.hour is None or deadline.clock is None:
        return replace(call, deadline=end_of_day(deadline.day, ""), all_day=True)
    return replace(call, deadline=deadline.at(""))


def _countries(item: Item) -> tuple[str, ...]:
    value: Any = item.get("eligibleRegion") or item.get("areaServed")
    values = value if isinstance(value, list) else [value]
    names = [one.get("name") if isinstance(one, dict) else one for one in values]
    return tuple(dict.fromkeys(code for name in names if isinstance(name, str) and (code := country_code(name))))
