"""Freezes an issue: lays the editors' decisions over the posts, so that any process builds the same editions of it.

Pure, and used for previews too: the preview is the mail because both come from this value.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pydantic import TypeAdapter

from newsletter.base.ids import PostId, StoryId
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import Issue, PostEdit
from newsletter.issues.order import editors_order, topic_order
from newsletter.issues.recipe import Recipe
from newsletter.sources.post import Post
from newsletter.sources.source import Topic

_FROZEN = TypeAdapter(FrozenIssue)


def freeze(
    issue: Issue,
    recipe: Recipe,
    topics: Sequence[Topic],
    posts: Iterable[Post],
    edits: Sequence[PostEdit],
    *,
    layout_hash: str,
) -> FrozenIssue:
    """Give the issue's content. Drops and values count for the whole story, so that no translation slips past them.

    A selection or letter holds only the posts that a person picked.
    """
    candidates = {post.id: post for post in posts}
    dropped = {candidates[edit.post_id].story_id for edit in edits if edit.dropped and edit.post_id in candidates}
    kept = [post for post in _with_values(candidates, edits) if post.story_id not in dropped]
    picks = _picks(edits, {post.id for post in kept})
    if issue.kind != "digest":
        kept = [post for post in kept if post.id in picks]
    ordered = topic_order(topics)
    return FrozenIssue(
        issue_id=issue.id,
        name=issue.name,
        number=issue.number,
        slot=issue.slot,
        kind=issue.kind,
        recipe=recipe,
        texts=issue.texts,
        topics=tuple(ordered),
        posts=tuple(sorted(kept, key=editors_order)),
        sections=_sections(kept, ordered),
        picks=picks,
        dropped=tuple(sorted(dropped)),
        updates=tuple(sorted(edit.post_id for edit in edits if edit.updated and edit.post_id in candidates)),
        edits=tuple(edits),
        layout_hash=layout_hash,
    )


def frozen_to_json(frozen: FrozenIssue) -> str:
    """Write a frozen issue for the database."""
    return _FROZEN.dump_json(frozen, by_alias=True).decode()


def frozen_from_json(text: str) -> FrozenIssue:
    """Read a frozen issue back: equal to what was written."""
    return _FROZEN.validate_json(text)


def _with_values(candidates: dict[PostId, Post], edits: Iterable[PostEdit]) -> list[Post]:
    values: dict[StoryId, int] = {}
    for edit in edits:
        post = candidates.get(edit.post_id)
        if post is not None and edit.value is not None:
            values[post.story_id] = max(edit.value, values.get(post.story_id, 0))
    return [replace(post, value=values.get(post.story_id, post.value)) for post in candidates.values()]


def _picks(edits: Iterable[PostEdit], present: set[PostId]) -> tuple[PostId, ...]:
    placed = sorted((edit.pick, edit.post_id) for edit in edits if edit.pick is not None and edit.post_id in present)
    return tuple(post_id for _, post_id in placed)


def _sections(posts: Sequence[Post], topics: Sequence[Topic]) -> dict[PostId, str]:
    """Put each story under the first topic, in the order of sections, that any of its posts has; else under none."""
    topics_of: dict[StoryId, set[str]] = {}
    for post in posts:
        topics_of.setdefault(post.story_id, set()).update(post.topics)
    section = {
        story_id: next((topic.slug for topic in topics if topic.slug in found), "")
        for story_id, found in topics_of.items()
    }
    return {post.id: section[post.story_id] for post in sorted(posts, key=lambda post: post.id)}
