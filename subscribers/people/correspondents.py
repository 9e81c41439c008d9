"""Keeps the addresses of people who are written to but are no subscribers, so that outboxes hold ids only."""

from sqlalchemy import Connection

from subscribers.address import parse_address
from subscribers.doors import refusal_of_notice
from subscribers.people import person_store
from subscribers.subscriber import Correspondent, NotMailable
from subscribers.suppression import suppression_store


def correspondent_id(db: Connection, address: str) -> int:
    """Find or make the id of a correspondent. Raises InvalidAddress."""
    return person_store.put_correspondent(db, parse_address(address))


def correspondent(db: Connection, correspondent_id: int) -> Correspondent | NotMailable:
    """Say whom an id means, or why they get no notice: a suppression holds for them as for anybody."""
    address = person_store.correspondent_address(db, correspondent_id)
    if address is None:
        return NotMailable("erased")
    parsed = parse_address(address)
    refusal = refusal_of_notice(suppression_store.open_kinds(db, parsed))
    return refusal or Correspondent(id=correspondent_id, address=address, domain=parsed.domain)
