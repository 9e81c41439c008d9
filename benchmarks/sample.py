"""Made-up content for the benchmarks: posts, an issue, readers. The same on every machine."""

import random
from datetime import UTC, datetime, timedelta

from newsletter.base.ids import IssueId, PostId, SourceId, StoryId
from newsletter.issues.digest import Chosen, Reason
from newsletter.issues.freeze import freeze
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import Issue, IssueState, Texts
from newsletter.issues.recipe import Recipe
from newsletter.sources.post import Picture, Post, PostKind, PostState
from newsletter.sources.source import Topic

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
_WORDS = [
    "patients",
    "research",
    "funders",
    "genome",
    "clinic",
    "data",
    "registry",
    "call",
    "partners",
    "trial",
    "prevention",
    "training",
    "policy",
    "cohort",
    "diagnosis",
    "network",
    "hospital",
    "consent",
    "access",
    "biomarker",
]


def topics(count: int = 8) -> list[Topic]:
    """Give topics t1, t2, ..."""
    return [
        Topic(id=n, slug=f"t{n}", name=f"Topic {n}", names={}, keywords=(), sensitive=False, position=n)
        for n in range(1, count + 1)
    ]


def posts(count: int, chance: random.Random) -> list[Post]:
    """Give posts with pictures and excerpts of the usual length."""
    return [_post(number, chance) for number in range(1, count + 1)]


def issue(count: int, *, seed: int = 1) -> FrozenIssue:
    """Give a frozen issue of so many posts."""
    chance = random.Random(seed)
    recipe = Recipe.model_validate(
        {
            "slug": "weekly",
            "name": "Personalised Medicine Weekly",
            "from": "Newsroom <news@example.org>",
            "postal_address": "Example Street 1, 53227 Bonn, Germany",
            "lists": ["members"],
            "intro": "What our partners published lately, chosen for you.",
        }
    )
    return freeze(_issue(), recipe, topics(), posts(count, chance), [], layout_hash="")


def choices(frozen: FrozenIssue, cards: int, readers: int, *, seed: int = 2) -> list[tuple[Chosen, ...]]:
    """Give a random choice of so many cards for each reader."""
    chance = random.Random(seed)
    ids = [post.id for post in frozen.posts]
    return [
        tuple(Chosen(post_id, Reason.TOPIC, chance.randint(1, 8)) for post_id in chance.sample(ids, cards))
        for _ in range(readers)
    ]


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(words)).capitalize()


def _post(number: int, chance: random.Random) -> Post:
    seen = NOW - timedelta(days=chance.randint(0, 6), hours=chance.randint(0, 23))
    return Post(
        id=PostId(number),
        source_id=SourceId(1 + number % 40),
        source_name=f"Partner {1 + number % 40}",
        story_id=StoryId(number),
        kind=PostKind.NEWS,
        state=PostState.CANDIDATE,
        url=f"https://partner{number % 40}.example.org/news/{number}",
        title=_sentence(chance, 9),
        byline="",
        excerpt=f"{_sentence(chance, 14)}. {_sentence(chance, 16)}.",
        body="",
        language="en",
        topics=(f"t{chance.randint(1, 8)}",),
        published_at=seen,
        first_seen_at=seen,
        visible_from=seen,
        alive_until=seen + timedelta(days=35),
        picture=Picture(name=f"{number:064x}.jpg", width=600, height=340, alt="") if number % 3 else None,
        event=None,
        call=None,
        value=chance.randint(0, 3),
        revision=1,
    )


def _issue() -> Issue:
    fields = Issue.__dataclass_fields__
    known = {
        "id": IssueId(1),
        "newsletter_id": 1,
        "newsletter_slug": "weekly",
        "number": 1,
        "kind": "digest",
        "slot": "2026-11-23T08:00",
        "slot_at": NOW,
        "state": IssueState.COLLECTING,
        "state_reason": "",
        "paused_reason": "",
        "cutoff_at": NOW,
        "approve_by": NOW,
        "texts": Texts(subject={}, preheader={}, intro={}),
        "created_at": NOW,
        "approved_by": "",
        "planned_after": 0,
        "scheduled": True,
    }
    return Issue(**{name: known.get(name) for name in fields})  # type: ignore[arg-type]  # the rest is None: not yet
