"""Whether a newsletter can reach a person at all: whether anything of late is in a language that they read."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from newsletter.app.content import source_ids
from newsletter.issues.eyes import readable_languages
from newsletter.issues.recipe import Newsletter
from newsletter.sources import post_store
from subscribers.subscriber import Subscriber

LOOKED_BACK = timedelta(days=90)


def reading_languages(person: Subscriber, newsletter: Newsletter) -> tuple[str, ...]:
    """Give the languages in which somebody gets stories, in order: their own, else the newsletter's defaults."""
    recipe = newsletter.recipe
    defaults = (person.language or recipe.language, *recipe.fallback_languages)
    return person.reading_languages or tuple(dict.fromkeys(defaults))


def could_reach(db: Connection, newsletter: Newsletter, person: Subscriber, *, now: datetime) -> bool:
    """Tell whether a story of the last 90 days was in one of a person's languages; true where there was none at all.

    A selection or a letter is the same for everybody, whatever they read.
    """
    if newsletter.recipe.kind != "digest":
        return True
    written = post_store.languages_since(db, sources=source_ids(db, newsletter), since=now - LOOKED_BACK)
    read = set(readable_languages(reading_languages(person, newsletter)))
    return not written or any(one.lower() in read or one.lower().partition("-")[0] in read for one in written)
