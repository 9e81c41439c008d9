"""How many people there are, by how they stand. Numbers only."""

from dataclasses import dataclass

from sqlalchemy import Connection

from subscribers.people import figures_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """People in numbers."""

    people: int
    subscriptions: dict[str, int]  # by state: active, pending, left
    suppressions: dict[str, int]  # open ones, by kind
    consents: int


def figures(db: Connection) -> Figures:
    """Count people, subscriptions by state, open suppressions by kind, and consent records."""
    return Figures(
        people=figures_store.people(db),
        subscriptions=figures_store.subscriptions_by_state(db),
        suppressions=figures_store.suppressions_by_kind(db),
        consents=figures_store.consent_records(db),
    )


def languages_spoken(db: Connection) -> list[str]:
    """Give the interface languages that people have, the most frequent first."""
    return [language for language in figures_store.languages(db) if language]
