"""An editor's hand on an issue: the changes go to the issue, once it is known that their posts exist."""

from collections.abc import Mapping
from dataclasses import replace

from newsletter.app.app import App
from newsletter.app.content import content_of
from newsletter.app.status import find_issue
from newsletter.base.errors import NotFound, UsageError
from newsletter.db.engine import reading
from newsletter.issues import edit
from newsletter.issues import store as issue_store
from newsletter.issues.issue import UNAPPROVED, Issue, IssueChanges
from newsletter.rendering.titles import SAME_FOR_ALL, TitlePlace, unknown_values
from newsletter.sources import post_store, topic_store


def edit_issue(app: App, name: str, changes: IssueChanges, *, by: str) -> Issue:
    """Carry out an editor's changes, all or none. A text under no language ("") is in the newsletter's own."""
    issue = find_issue(app, name)
    named = {*changes.pick, *changes.unpick, *changes.drop, *changes.restore, *changes.values}
    named |= {*changes.update, *changes.no_update}
    with reading(app.engine) as db:
        offered = {post.id for post in content_of(app, db, issue).posts} if issue.kind == "digest" else named
        language = issue_store.newsletter_by_id(db, issue.newsletter_id).recipe.language
        known = {post.id for post in post_store.posts_by_ids(db, sorted(named))}
        topics = {topic.slug for topic in topic_store.all_topics(db)}
    if changes.announcement_after and changes.announcement_after not in topics:
        known_topics = ", ".join(sorted(topics)) or "none"
        raise NotFound(f"there is no topic {changes.announcement_after!r}; there are: {known_topics}")
    unknown = sorted(named - known)
    if unknown:
        raise NotFound(f"there is no post {unknown[0]}; newsletter post list shows them")
    strange = sorted({*changes.pick, *changes.update} - offered)
    if strange and issue.state in UNAPPROVED:  # else its being approved is the reason to tell
        raise NotFound(f"post {strange[0]} is no candidate of issue {issue.name}; newsletter post show {strange[0]}")
    _check_values({"subject": changes.subject, "preheader": changes.preheader})
    in_its_language = replace(
        changes,
        subject=_placed(changes.subject, language),
        preheader=_placed(changes.preheader, language),
        intro=_placed(changes.intro, language),
        announcement=_placed(changes.announcement, language),
    )
    return edit.edit_issue(app.engine, issue.id, in_its_language, by=by, now=app.clock.now())


def _check_values(texts: Mapping[str, Mapping[str, str]]) -> None:
    for what, by_language in texts.items():
        for name in (name for text in by_language.values() for name in unknown_values(text)):
            known = ", ".join(f"{{{one}}}" for one in (*(place.value for place in TitlePlace), *SAME_FOR_ALL))
            raise UsageError(f"{what}: {{{name}}} is no value that is put in; known are {known}")


def _placed(texts: Mapping[str, str], language: str) -> dict[str, str]:
    return {one or language: text for one, text in texts.items()}
