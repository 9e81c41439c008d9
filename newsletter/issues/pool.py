"""A Pool: a frozen issue's stories as `choose` reads them, worked out once for all readers.

All that does not depend on the reader stands here: order, section, pick, points, translations. The input order of
posts never matters. Points compare with the issue's slot, not with the clock: a retried delivery ranks alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from newsletter.base.ids import PostId, SourceId, StoryId
from newsletter.issues.digest import LeftOut, Reason
from newsletter.issues.frozen import FrozenIssue, discreet_sources
from newsletter.issues.order import editors_order, newest_at, topic_order
from newsletter.issues.points import StandingPoints, remind_from, standing_points
from newsletter.issues.slots import slot_instant
from newsletter.sources.post import Post, PostState

RANK_SHIFT = 16  # points stand above this bit of a rank, the place from oldest to newest below: it decides ties

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledStory:
    """One story that may be chosen."""

    id: StoryId
    post_id: PostId  # its first post in the editors' order; of a selection, the picked one
    # By lower-case language and by its first part, best first; "" where the language is unknown.
    posts: Mapping[str, tuple[PostId, ...]]
    sources: frozenset[str]  # names of those that have it
    roles: frozenset[str]  # that these write for, case-folded
    countries: frozenset[str]  # that a call is open to; else of its sources
    reasons: tuple[tuple[str, Reason, int], ...]  # for each topic what following it is called; the first is told
    section: int  # its place among the sections
    topic: int  # the same where it is a topic's; 0: it fits under none
    place: int  # of a pick, from 1; 0 for others
    points: StandingPoints
    is_update: bool
    remind_from: datetime | None  # from then on its date is near; None: it has none, or it is far
    rank: int  # the sum of these; see RANK_SHIFT


class Row:
    """Stories in one order, and sets of them as the bits of integers: bit 0 is the first story."""

    def __init__(self, stories: Sequence[PooledStory], posts_of: Mapping[StoryId, Sequence[PostId]]) -> None:
        self.stories = tuple(stories)
        self.everything = (1 << len(self.stories)) - 1
        picked = [(story.place, 1 << place, story) for place, story in enumerate(self.stories) if story.place]
        self.first = tuple((bit, story) for _, bit, story in sorted(picked, key=lambda pick: pick[0]))
        self.picks = sum(bit for bit, _ in self.first)
        self.topics: dict[str, int] = {}
        self.languages: dict[str, int] = {}
        self.sources: dict[str, int] = {}
        self.roles: dict[str, int] = {}
        self.countries: dict[str, int] = {}
        self.updates = sum(1 << place for place, story in enumerate(self.stories) if story.is_update)
        self.reminders = sum(1 << place for place, story in enumerate(self.stories) if story.remind_from)
        self.bit_of: dict[PostId, int] = {}  # dead posts too: to have been shown one is to know the story
        for place, story in enumerate(self.stories):
            bit = 1 << place
            _mark(self.topics, (topic for topic, _, _ in story.reasons), bit)
            _mark(self.languages, story.posts, bit)
            _mark(self.sources, story.sources, bit)
            _mark(self.roles, story.roles, bit)
            _mark(self.countries, story.countries, bit)
            self.bit_of.update(dict.fromkeys(posts_of[story.id], bit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """All stories of an issue, in the two orders that readers get them."""

    kind: str  # digest | selection | letter
    out: Mapping[StoryId, LeftOut]  # for everybody: dropped by an editor, or not alive
    editors: Row  # picks by their places, then value, then newest
    ranked: Row  # by rank: for readers who follow topics
    sources: Mapping[PostId, SourceId]  # of each post that may be chosen
    source_names: Mapping[PostId, str]
    discreet_sources: frozenset[SourceId]  # that are never named as a reason
    reminders: Mapping[PostId, tuple[StoryId, datetime]]  # the story, and since when its date is near
    has_text: bool  # a letter's


def make_pool(frozen: FrozenIssue, *, withdrawn: AbstractSet[PostId], now: datetime) -> Pool:
    """Prepare a frozen issue for choosing at `now`. Posts withdrawn since, or past by now, only leave."""
    sorting = _Sorting(frozen)
    out = dict.fromkeys(frozen.dropped, LeftOut.DROPPED)
    posts_of: dict[StoryId, list[PostId]] = {}
    stories = []
    for recency, posts in enumerate(_stories_by_age(frozen.posts)):
        posts_of[posts[0].story_id] = [post.id for post in posts]
        alive = [post for post in posts if _is_alive(post, withdrawn, now)]
        if alive:
            stories.append((editors_order(alive[0]), sorting.story(posts, alive, recency)))
        else:
            out[posts[0].story_id] = LeftOut.NOT_ALIVE
    stories.sort(key=lambda pair: (pair[1].place or len(frozen.picks) + 1, pair[0]))
    in_editors_order = [story for _, story in stories]
    by_rank = sorted(in_editors_order, key=lambda story: story.rank, reverse=True)
    return Pool(
        kind=frozen.kind,
        out=out,
        editors=Row(in_editors_order, posts_of),
        ranked=Row(by_rank, posts_of),
        sources={post.id: post.source_id for post in frozen.posts},
        source_names={post.id: post.source for post in frozen.posts},
        discreet_sources=discreet_sources(frozen),
        reminders={
            post_id: (story.id, story.remind_from)
            for story in in_editors_order
            if story.remind_from
            for post_id in posts_of[story.id]
        },
        has_text=frozen.kind == "letter" and has_intro(frozen),
    )


class _Sorting:
    """What placing one story needs of the whole issue."""

    def __init__(self, frozen: FrozenIssue) -> None:
        self.topics = topic_order(frozen.topics)
        self._section_of_post = frozen.sections
        self._section_places = {topic.slug: place for place, topic in enumerate(self.topics)}
        self._picks = {post_id: place for place, post_id in enumerate(frozen.picks, 1)}
        self._updates = frozenset(frozen.updates)
        self._slot_at = slot_instant(frozen.slot, frozen.recipe.zone)

    def story(self, posts: Sequence[Post], alive: Sequence[Post], recency: int) -> PooledStory:
        last = len(self._section_places)
        places = [self._section_places.get(self._section_of_post.get(post.id, ""), last) for post in posts]
        points = standing_points(alive, self._slot_at)
        return PooledStory(
            id=alive[0].story_id,
            post_id=min(alive, key=lambda post: self._picks.get(post.id, len(self._picks) + 1)).id,
            posts=_by_language(alive),
            sources=frozenset(post.source for post in alive if post.source),
            roles=frozenset(role.casefold() for post in alive for role in post.roles),
            countries=frozenset(country.upper() for post in alive for country in _countries(post)),
            reasons=self._reasons({topic for post in posts for topic in post.topics}),
            section=min(places),
            topic=min(places) + 1 if min(places) < last else 0,
            place=min((self._picks[post.id] for post in posts if post.id in self._picks), default=0),
            points=points,
            is_update=any(post.id in self._updates for post in posts),
            remind_from=remind_from(alive, self._slot_at),
            rank=points.sum << RANK_SHIFT | recency,
        )

    def _reasons(self, slugs: set[str]) -> tuple[tuple[str, Reason, int], ...]:
        """Order a story's topics as reasons: by section, then the sensitive and the unknown, which are never named."""
        known = [topic for topic in self.topics if topic.slug in slugs and not topic.sensitive]
        discreet = sorted(slugs - {topic.slug for topic in known})
        named = [(topic.slug, Reason.TOPIC, topic.id) for topic in known]
        return (*named, *((slug, Reason.DISCREET, 0) for slug in discreet))


def _stories_by_age(posts: Iterable[Post]) -> list[list[Post]]:
    """Group posts by story, each in the editors' order; stories from oldest to newest."""
    stories: dict[StoryId, list[Post]] = {}
    for post in sorted(posts, key=editors_order):
        stories.setdefault(post.story_id, []).append(post)
    return sorted(stories.values(), key=lambda story: max((newest_at(post), post.id) for post in story))


def _is_alive(post: Post, withdrawn: AbstractSet[PostId], now: datetime) -> bool:
    present = post.id not in withdrawn and post.state not in {PostState.WITHDRAWN, PostState.HELD}
    return present and post.visible_from <= now < post.alive_until


def union(sets: Mapping[_Key, int], keys: Iterable[_Key]) -> int:
    union = 0
    for key in keys:
        if key in sets:
            union |= sets[key]
    return union


def _mark(sets: dict[str, int], keys: Iterable[str], bit: int) -> None:
    for key in keys:
        sets[key] = sets.get(key, 0) | bit


def _countries(post: Post) -> tuple[str, ...]:
    """Give whom a call is open to; where that is not said, the country of the source."""
    if post.call and post.call.countries:
        return post.call.countries
    return (post.country,) if post.country else ()


def _by_language(posts: Sequence[Post]) -> dict[str, tuple[PostId, ...]]:
    """Give the posts for each language, best first; "pt-BR" serves readers of "pt" where nothing nearer does."""
    found: dict[str, dict[PostId, None]] = {}
    for post in posts:
        found.setdefault(post.language.lower(), {})[post.id] = None
    for post in posts:
        found.setdefault(post.language.lower().partition("-")[0], {})[post.id] = None
    return {language: tuple(ids) for language, ids in found.items()}


def has_intro(frozen: FrozenIssue) -> bool:
    """Tell whether an issue has a text of its own or of the recipe."""
    standing = frozen.recipe.intro
    texts = [standing] if isinstance(standing, str) else list(standing.values())
    return any(text.strip() for text in [*texts, *frozen.texts.intro.values()])
