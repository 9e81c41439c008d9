"""The SQL of consent records: added and read, and never changed but for network addresses, which go with time.

Never opens a transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from subscribers.consent.consent import Act, Consent
from subscribers.store import add_rows, insert_new
from subscribers.tables import consent_texts, consents


def record(db: Connection, consent: Consent) -> None:
    db.execute(insert(consents).values(**row_of(consent)))


def record_all(db: Connection, many: Iterable[Consent]) -> None:
    record_rows(db, [row_of(consent) for consent in many])


def record_rows(db: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Record what row_of made before the transaction."""
    add_rows(db, consents, rows)


def last_id(db: Connection) -> int:
    """Give the number of the last record: the same as before where nobody has said anything meanwhile."""
    return int(db.execute(select(func.max(consents.c.id))).scalar_one() or 0)


def consents_of(db: Connection, address_hash: str) -> list[Consent]:
    query = select(consents).where(consents.c.address_hash == address_hash).order_by(consents.c.id)
    found = []
    for row in db.execute(query).mappings():
        values = {name: value for name, value in row.items() if name not in {"id", "act"}}
        found.append(Consent(act=Act(row["act"]), **values))
    return found


def forget_places(db: Connection, address_hash: str) -> None:
    """Remove the network addresses from an address's records."""
    db.execute(update(consents).where(consents.c.address_hash == address_hash).values(network_address=""))


def keep_text(db: Connection, text_hash: str, language: str, text: str, now: datetime) -> None:
    """Keep the words that somebody was shown, once."""
    values = {"hash": text_hash, "language": language, "text": text, "since": now}
    db.execute(insert_new(db, consent_texts).values(**values))


def text_of(db: Connection, text_hash: str) -> str:
    """Give the words that a consent names; empty where it names none."""
    return db.execute(select(consent_texts.c.text).where(consent_texts.c.hash == text_hash)).scalar() or ""


def row_of(consent: Consent) -> dict[str, Any]:
    """Give a record as its row."""
    return {
        "act": consent.act.value,
        "address_hash": consent.address_hash,
        "subscriber_id": consent.subscriber_id,
        "recorded_at": consent.recorded_at,
        "by": consent.by,
        "list_slug": consent.list_slug,
        "key": consent.key,
        "evidence": consent.evidence,
        "text_hash": consent.text_hash,
        "network_address": consent.network_address,
        "given_at": consent.given_at,
    }
