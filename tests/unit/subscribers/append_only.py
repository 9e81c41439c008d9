"""Makes SQLite itself keep the record of consent: whatever changes a row of it is refused."""

from sqlalchemy import Connection, text

from subscribers.tables import consents

_RAISE = "BEGIN SELECT RAISE(ABORT, 'consents are append-only'); END"


def guard_consents(db: Connection) -> None:
    """Allow rows to be added, and network addresses to be blanked: nothing else."""
    others = ", ".join(f'"{column.name}"' for column in consents.c if column.name != "network_address")
    for name, when in {
        "consents_stay": "BEFORE DELETE ON consents",
        "consents_say_the_same": f"BEFORE UPDATE OF {others} ON consents",
        "consents_only_forget_places": "BEFORE UPDATE OF network_address ON consents WHEN NEW.network_address != ''",
        "texts_stay": "BEFORE DELETE ON consent_texts",
        "texts_say_the_same": "BEFORE UPDATE ON consent_texts",
    }.items():
        db.execute(text(f"CREATE TRIGGER {name} {when} {_RAISE}"))
