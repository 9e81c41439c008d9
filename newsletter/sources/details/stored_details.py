"""Writes the details of events and calls as JSON for their columns, and reads them back equal."""

import json
from datetime import datetime
from typing import Any

from newsletter.sources.post import CallDetails, EventDetails


def event_to_json(event: EventDetails | None) -> str:
    """Give the text of the column `event`; empty for none."""
    if event is None:
        return ""
    return _dump(
        {
            "starts_at": event.starts_at.isoformat(),
            "ends_at": _text(event.ends_at),
            "all_day": event.all_day,
            "zone": event.zone,
            "place": event.place,
            "livestream_url": event.livestream_url,
            "register_by": _text(event.register_by),
        }
    )


def event_from_json(text: str) -> EventDetails | None:
    """Read the column `event`."""
    if not text:
        return None
    stored = json.loads(text)
    return EventDetails(
        starts_at=datetime.fromisoformat(stored["starts_at"]),
        ends_at=_moment(stored["ends_at"]),
        all_day=stored["all_day"],
        zone=stored["zone"],
        place=stored["place"],
        livestream_url=stored["livestream_url"],
        register_by=_moment(stored["register_by"]),
    )


def call_to_json(call: CallDetails | None) -> str:
    """Give the text of the column `call`; empty for none."""
    if call is None:
        return ""
    return _dump(
        {
            "deadline": _text(call.deadline),
            "all_day": call.all_day,
            "zone": call.zone,
            "countries": list(call.countries),
            "page_url": call.page_url,
        }
    )


def call_from_json(text: str) -> CallDetails | None:
    """Read the column `call`."""
    if not text:
        return None
    stored = json.loads(text)
    return CallDetails(
        deadline=_moment(stored["deadline"]),
        all_day=stored["all_day"],
        zone=stored["zone"],
        countries=tuple(stored["countries"]),
        page_url=stored.get("page_url", ""),
    )


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _text(moment: datetime | None) -> str:
    """Keep the offset that was written: "31 January" must not become 1 February on a card."""
    return moment.isoformat() if moment else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
