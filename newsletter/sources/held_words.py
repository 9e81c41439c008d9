"""Says which posts of a source are held by a guard of ours, and how they are let go."""

from sqlalchemy import Engine

from newsletter.db.engine import reading
from newsletter.sources import post_store
from newsletter.sources.source import Source
from newsletter.sources.stories.flood import FLOOD

_HELD = "that turned new at once are held"


def held_in_words(engine: Engine, source: Source) -> list[str]:
    """Give a sentence on what came in a flood; none where nothing is held."""
    with reading(engine) as db:
        held = len(post_store.held_for(db, source.id, reason=FLOOD))
    name = source.name
    words = (
        f"{held} posts {_HELD}: `newsletter post list --source {name} --state held` shows "
        f"them, `newsletter post release --source {name} --all-held` lets them go out"
    )
    return [words] if held else []


def tells_of_held(problem: str) -> bool:
    """Tell whether a problem is the sentence on held posts, which each reading makes anew."""
    return _HELD in problem
