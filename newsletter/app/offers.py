"""Which topics and sources people are offered to follow or mute, and on which page.

The link of a mail shows nothing that tells of a sensitive topic: a source that writes of one is as telling as the topic
itself. These are offered behind a link that was mailed fresh.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from newsletter.issues.recipe import Recipe
from newsletter.sources import source_store, topic_store
from newsletter.sources.source import EDITORS, Source, Topic


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to wish for."""

    key: str  # of the wish: topic:funding, source:Academy
    name: str


@dataclass(frozen=True, slots=True)
class Offers:
    """All that one page offers."""

    topics: tuple[Offer, ...] = ()
    sources: tuple[Offer, ...] = ()

    @property
    def keys(self) -> list[str]:
        return [one.key for one in (*self.topics, *self.sources)]


def open_offers(db: Connection, recipe: Recipe, language: str) -> Offers:
    """Give what the page behind a newsletter's mail offers: its own sources, and all topics, but nothing sensitive.

    A source alone is no choice and is not offered.
    """
    topics = topic_store.all_topics(db)
    discreet = source_store.sources_about(db, [one.slug for one in topics if one.sensitive])
    carried = [one for one in source_store.all_sources(db) if one.name != EDITORS and _is_carried(one, recipe)]
    sources = _of_sources(one for one in carried if one.id not in discreet)
    return Offers(
        _of_topics((one for one in topics if not one.sensitive), language), sources if len(sources) > 1 else ()
    )


def sensitive_offers(db: Connection, language: str) -> Offers:
    """Give what the page behind a fresh link offers: the sensitive topics, and the sources that write of them."""
    topics = [one for one in topic_store.all_topics(db) if one.sensitive]
    discreet = source_store.sources_about(db, [one.slug for one in topics])
    sources = [one for one in source_store.all_sources(db) if one.id in discreet and one.name != EDITORS]
    return Offers(_of_topics(topics, language), _of_sources(sources))


def _is_carried(source: Source, recipe: Recipe) -> bool:
    return "*" in recipe.sources or source.name in recipe.sources


def _of_topics(topics: Iterable[Topic], language: str) -> tuple[Offer, ...]:
    return tuple(Offer(f"topic:{one.slug}", one.name_in(language)) for one in topics)


def _of_sources(sources: Iterable[Source]) -> tuple[Offer, ...]:
    """Name sources as cards do, by who publishes them; where that is the same for two, by their own names too."""
    kept = list(sources)
    shown = [one.owner or one.name for one in kept]
    names = [name if shown.count(name) == 1 else f"{name} ({one.name})" for one, name in zip(kept, shown, strict=True)]
    offers = [Offer(f"source:{one.name}", name) for one, name in zip(kept, names, strict=True)]
    return tuple(sorted(offers, key=lambda one: one.name.casefold()))
