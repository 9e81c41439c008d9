"""The health of sources: as lists show it, as words beside an issue, and as an alert when somebody is needed."""

from collections.abc import Collection, Sequence

from newsletter.app.app import App
from newsletter.db.engine import reading, writing
from newsletter.outbox import alert_store
from newsletter.sources import source_store
from newsletter.sources.health import COUNTED, Health, failing_words, health_of, is_failing, needs_somebody
from newsletter.sources.source import EDITORS, Source

_ALERT = "source:"


def healths(app: App, names: Sequence[str] = ()) -> list[Health]:
    """Give how sources are, by name; all of them without a name, NotFound for one that is not there."""
    now = app.clock.now()
    with reading(app.engine) as db:
        sources = [source_store.source_by_name(db, name) for name in names] or source_store.all_sources(db)
        counts = source_store.count_posts_since(db, since=now - COUNTED, until=now)
        return [health_of(one, source_store.post_dates(db, one.id), counts.get(one.id, 0), now=now) for one in sources]


def stale_words(app: App, names: Collection[str]) -> str:
    """Say which of these sources could not be read lately, and since when; empty when all could."""
    with reading(app.engine) as db:
        failing = [one for one in source_store.all_sources(db) if is_failing(one) and one.name in names]
    if not failing:
        return ""
    told = ", ".join(f"{one.name} ({_since(one)})" for one in failing)
    return f"{len(failing)} {'source' if len(failing) == 1 else 'sources'} stale: {told}"


def alert_of_sources(app: App) -> None:
    """Open an alert for each source that has failed for a day, and close those whose source is read again or gone."""
    now = app.clock.now()
    with reading(app.engine) as db:
        sources = source_store.all_sources(db)
        told = {alert.key for alert in alert_store.open_alerts(db) if alert.key.startswith(_ALERT)}
    failing = {f"{_ALERT}{one.id}": one for one in sources if needs_somebody(one, now=now)}
    still = {f"{_ALERT}{one.id}" for one in sources if is_failing(one)}
    if told <= still and failing.keys() <= told:
        return
    with writing(app.engine) as db:
        for key in told - still:
            alert_store.close_alert(db, key, now=now)
        for key in failing.keys() - told:
            alert_store.raise_alert(db, key, _alert_words(failing[key]), remedy=remedy_of(failing[key]), now=now)


def names_in(recipe_sources: Collection[str], sources: Sequence[Source]) -> set[str]:
    """Give the names of the sources that a recipe takes from; "*" stands for all."""
    known = {source.name for source in sources if source.name != EDITORS}
    return known if "*" in recipe_sources else known & set(recipe_sources)


def _alert_words(source: Source) -> str:
    return f"source {source.name} {'fails: ' if source.last_error else ''}{failing_words(source)}"


def _since(source: Source) -> str:
    return f"since {source.last_good_at:%Y-%m-%d %H:%M} UTC" if source.last_good_at else "never read yet"


def remedy_of(source: Source) -> str:
    """Say what a person can do about a source: look again, give it its new address, or let it go.

    What waits for its server needs nobody: a look at it is all.
    """
    check = f"newsletter source check {source.name!r}"
    if not source.last_error:
        return check
    return (
        f"{check} asks again now. If it has a new address: write it into your set-up file and `newsletter apply` it, "
        f"or newsletter source remove {source.name!r} and newsletter source add ADDRESS --name {source.name!r}. "
        f"If it is gone for good: newsletter source remove {source.name!r}"
    )
