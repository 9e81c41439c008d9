"""Finds a post's event among the items that its page holds for machines.

A page may list other events beside its own: one counts where its name or address is the post's, or where it is the
only one and the page holds no article besides. Several that fit and differ in their day are a series: none is taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rapidfuzz import fuzz

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import one_line, plain_title
from newsletter.sources.details.instants import times_of, told_moment
from newsletter.sources.details.linked_items import Item, types_of
from newsletter.sources.details.livestream import page_of_player
from newsletter.sources.details.places import LONGEST_PLACE, ONLINE
from newsletter.sources.details.told_post import end_of_day
from newsletter.sources.details.zones import zone_of_place
from newsletter.sources.post import EventDetails
from newsletter.sources.stories.identity import canonical_url

_OTHER_EVENTS = frozenset({"Hackathon", "Festival", "CourseInstance", "EventSeries"})  # kinds not called ...Event
_ARTICLES = frozenset({"Article", "NewsArticle", "BlogPosting", "Report", "TechArticle"})
_OFF = ("cancelled", "canceled", "postponed")
_ALIKE = 85.0  # of 100, rapidfuzz's token_set_ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """What the items say: the event if they tell one, and whether they call it off."""

    event: EventDetails | None = None
    is_off: bool = False


def event_of_items(items: list[Item], *, title: str, addresses: tuple[str, ...]) -> Structured:
    """Give the post's event. Called off or moved to an unknown day, it is none, and its text counts no more."""
    events = [item for item in items if is_event(item)]
    own = [item for item in events if _is_own(item, title, addresses)]
    if not own and len({str(item.get("startDate")) for item in events}) == 1:
        has_article = any(_ARTICLES & set(types_of(item)) for item in items)
        own = [] if has_article else events
    if any(_is_off(item) for item in own):
        return Structured(is_off=True)
    found = [
        event for item in own if (event := event_of_item(item, base=addresses[0] if addresses else "")) is not None
    ]
    if len({event.starts_at.date() for event in found}) != 1:
        return Structured()
    return Structured(event=max(found, key=_fullness))


def is_event(item: Item) -> bool:
    """Tell whether an item is a schema.org Event or one of its kinds."""
    return any(
        (name.endswith("Event") and name != "BroadcastEvent") or name in _OTHER_EVENTS for name in types_of(item)
    )


def event_of_item(item: Item, *, base: str) -> EventDetails | None:
    """Give the details of one event; None without a date that can be read."""
    place = _place(item.get("location")) or (ONLINE if _is_online(item) else "")
    zone = zone_of_place(place)
    start, end = told_moment(_one(item.get("startDate"))), told_moment(_one(item.get("endDate")))
    times = times_of(start, end, zone) if start else None
    if times is None:
        return None
    last = _last_day(item)
    return replace(
        times,
        place=place,
        livestream_url=_livestream(item, base),
        register_by=end_of_day(last, zone) if last and last <= times.starts_at.date() else None,
    )


def _is_own(item: Item, title: str, addresses: tuple[str, ...]) -> bool:
    own = {canonical_url(address) for address in addresses if address}
    named = (_one(item.get(key)) for key in ("url", "@id", "mainEntityOfPage"))
    if any(
        web_address(link) and "#" not in link and canonical_url(link) in own for link in named if isinstance(link, str)
    ):
        return True
    name, title = plain_title(str(_one(item.get("name")) or "")).casefold(), plain_title(title).casefold()
    return bool(name and title) and fuzz.token_set_ratio(name, title) >= _ALIKE


def _is_off(item: Item) -> bool:
    status = str(_one(item.get("eventStatus")) or "").lower()
    return any(word in status for word in _OFF)


def _is_online(item: Item) -> bool:
    mode = str(_one(item.get("eventAttendanceMode")) or "")
    return "Online" in mode or any("VirtualLocation" in types_of(place) for place in _items(item.get("location")))


def _place(location: object) -> str:
    for one in location if isinstance(location, list) else [location]:
        if isinstance(one, str) and not web_address(one):
            return plain_title(one)[:LONGEST_PLACE]
        if isinstance(one, dict) and "VirtualLocation" not in types_of(one):
            parts = [_text(one.get("name")), *_address(one.get("address"))]
            told: list[str] = []
            for part in parts:
                if part and not any(part in other for other in told):
                    told.append(part)
            if told:
                return ", ".join(told)[:LONGEST_PLACE]
    return ""


def _address(address: object) -> list[str]:
    if isinstance(address, list):
        address = next(iter(address), None)
    if isinstance(address, dict):
        return [_text(address.get("addressLocality")), _text(address.get("addressCountry"))][:2]
    return [_text(address)]


def _text(value: object) -> str:
    value = _one(value)
    if isinstance(value, dict):
        value = _one(value.get("name"))
    return plain_title(value) if isinstance(value, str) else ""


def _livestream(item: Item, base: str) -> str:
    """Give where the event can be watched: of a broadcast, a recording's place, or a virtual location."""
    for key in ("subEvent", "publication", "video", "recordedIn", "broadcastOfEvent"):
        for one in _items(item.get(key)):
            if "BroadcastEvent" in types_of(one) or one.get("isLiveBroadcast") or key == "video":
                links = (
                    one,
                    *_items(one.get("video")),
                    *_items(one.get("publishedOn")),
                    *_items(one.get("workFeatured")),
                )
                found = _first_link(links, base)
                if found:
                    return found
    own = {web_address(str(_one(item.get("url")) or ""), base=base), base}
    virtual = [place for place in _items(item.get("location")) if "VirtualLocation" in types_of(place)]
    found = _first_link(virtual, base)
    return "" if found in own else found


def _first_link(items: Iterable[Item], base: str) -> str:
    for one in items:
        for key in ("embedUrl", "url", "contentUrl"):
            link = _one(one.get(key))
            if isinstance(link, str) and (found := web_address(link, base=base)):
                return page_of_player(found) or found
    return ""


def _last_day(item: Item) -> date | None:
    """Give the last day on which tickets are to be had."""
    ends = [
        told_moment(_one(offer.get(key)))
        for offer in _items(item.get("offers"))
        for key in ("validThrough", "availabilityEnds")
    ]
    return max((end.day for end in ends if end), default=None)


def _items(value: object) -> list[dict[str, Any]]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _one(value: object) -> Any:
    return (value[0] if value else None) if isinstance(value, list) else value


def _fullness(event: EventDetails) -> int:
    return sum(
        map(bool, (event.ends_at, not event.all_day, one_line(event.place), event.livestream_url, event.register_by))
    )
