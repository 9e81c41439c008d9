"""Newsletters that came to a list later than people did: their yes named others.

Whether it covers this one too only the operator knows.
Whoever joins a list gets all its newsletters, and the words they agree to name each. So a newsletter that comes to a
list on which people are already is told of by `apply`, and by `doctor` until none of them is left there, or until
the operator says why their yes covers it; that is kept, with the day.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from newsletter.app.words import counted
from newsletter.db import audit, facts
from newsletter.issues.recipe import Newsletter, Recipe
from subscribers.doors import lists_under
from subscribers.lists.keep import people_on

REMEDY = "give it a list of its own, or say why their yes covers it: newsletter apply FILE.toml --covered WHY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """People of a list who said yes before a newsletter came to it."""

    newsletter: str
    list_slug: str
    people: int

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        people = counted(self.people, "person", "people")
        return f"{people} joined the list {self.list_slug} before {self.newsletter} came to it, and said yes to others"


def unasked(db: Connection, newsletter: Newsletter) -> list[Unasked]:
    """Give the lists on which people are whose yes is not known to cover this newsletter."""
    told = _told(db, newsletter.slug)
    found = []
    for slug in lists_under(db, newsletter.recipe.lists):
        if told.get(slug, {}).get("covered"):
            continue
        # Of homes from before this was noted: earlier than it was made it came to nobody.
        since = datetime.fromisoformat(told[slug]["since"]) if slug in told else newsletter.created_at
        people = people_on(db, slug, since)
        if people:
            found.append(Unasked(newsletter=newsletter.slug, list_slug=slug, people=people))
    return found


def would_come_unasked(
    db: Connection, newsletter: str, before: Newsletter | None, lists: Sequence[str]
) -> list[Unasked]:
    """Give the same of these lists where a newsletter would come to them as something new."""
    counts = ((slug, people_on(db, slug)) for slug in _new_lists(db, before, lists))
    return [Unasked(newsletter=newsletter, list_slug=slug, people=people) for slug, people in counts if people]


def note_lists(db: Connection, before: Newsletter | None, recipe: Recipe, *, now: datetime) -> None:
    """Keep since when a newsletter goes to its lists; one that it leaves and comes back to is new again."""
    told = _told(db, recipe.slug) if before else {}
    new = set(_new_lists(db, before, recipe.lists))
    kept = {slug: told[slug] for slug in lists_under(db, recipe.lists) if slug in told and slug not in new}
    facts.put(db, _name(recipe.slug), json.dumps({**kept, **{slug: {"since": now.isoformat()} for slug in new}}))


def cover(db: Connection, newsletter: Newsletter, why: str, *, now: datetime) -> Iterator[Unasked]:
    """Keep why the yes of people who were there before covers a newsletter; gives each list on which it was open."""
    for one in unasked(db, newsletter):
        told = _told(db, newsletter.slug)
        since = told.get(one.list_slug, {}).get("since", newsletter.created_at.isoformat())
        told[one.list_slug] = {"since": since, "covered": why, "covered_at": now.isoformat()}
        facts.put(db, _name(newsletter.slug), json.dumps(told, ensure_ascii=False))
        audit.record(db, at=now, who="cli", act="setup.covered", subject=one.newsletter, details=f"{one.words}: {why}")
        yield one


def _new_lists(db: Connection, before: Newsletter | None, lists: Sequence[str]) -> list[str]:
    had = set(lists_under(db, before.recipe.lists)) if before else set()
    return [slug for slug in lists_under(db, lists) if slug not in had]


def _told(db: Connection, newsletter: str) -> dict[str, dict[str, str]]:
    told: dict[str, dict[str, str]] = json.loads(facts.get(db, _name(newsletter)) or "{}")
    return told


def _name(newsletter: str) -> str:
    return f"newsletter.{newsletter}.lists"
