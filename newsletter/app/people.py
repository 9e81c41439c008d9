"""People by an operator's hand: add."""

from collections.abc import Collection
from typing import Any

from newsletter.app.app import App
from newsletter.base.errors import NotFound
from newsletter.db import audit
from newsletter.db.engine import writing
from newsletter.sources import source_store, topic_store
from subscribers.people.add import add_subscriber
from subscribers.people.find import find_by_id
from subscribers.people.show import show
from subscribers.suggest import suggest_address
from subscribers.wishes.profile import Profile, read_language, read_name, read_zone
from subscribers.wishes.wish import follow


def add_person(
    app: App,
    address: str,
    list_slug: str,
    *,
    consent: str,
    name: str,
    language: str,
    zone: str,
    follows: tuple[str, ...],
    by: str,
) -> dict[str, Any]:
    """Put one person on a list, with the evidence of their consent; gives how they stand.

    What they follow is keys: `topic:funding`, `source:Secretariat`.
    """
    profile: Profile = {}
    if name:
        profile["name"] = read_name(name)
    if language:
        profile["language"] = read_language(language)
    if zone:
        profile["zone"] = read_zone(zone)
    now = app.clock.now()
    with writing(app.engine) as db:
        _known("topic", follows, {topic.slug for topic in topic_store.all_topics(db)})
        _known("source", follows, {source.name for source in source_store.all_sources(db)})
        person = add_subscriber(db, address, list_slug, consent=consent, by=by, now=now, profile=profile)
        for key in follows:
            follow(db, person, key, now=now)
        audit.record(db, at=now, who=by, act="subscriber.add", subject=f"subscriber:{person}", details=list_slug)
        standing = {one.list_slug: one.state.value for one in show(db, find_by_id(db, person).address).subscriptions}
    meant = suggest_address(address)
    return {"subscriber": person, "list": list_slug, "state": standing[list_slug], "did_you_mean": meant or ""}


def _known(kind: str, keys: Collection[str], known: Collection[str]) -> None:
    named = {key.removeprefix(f"{kind}:") for key in keys if key.startswith(f"{kind}:")}
    unknown = sorted(named - set(known))
    if unknown:
        raise NotFound(f"there is no {kind} {', '.join(unknown)}; there are: {', '.join(sorted(known)) or 'none'}")
