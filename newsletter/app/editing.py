"""An editor's hand on an issue: the changes go to the issue, once it is known that their posts exist."""

from newsletter.app.app import App
from newsletter.app.content import content_of
from newsletter.app.status import find_issue
from newsletter.base.errors import NotFound
from newsletter.db.engine import reading
from newsletter.issues import edit
from newsletter.issues.issue import Issue, IssueChanges
from newsletter.sources import store as source_store


def edit_issue(app: App, name: str, changes: IssueChanges, *, by: str) -> Issue:
    """Carry out an editor's changes, all or none."""
    issue = find_issue(app, name)
    named = {*changes.pick, *changes.unpick, *changes.drop, *changes.restore, *changes.values}
    with reading(app.engine) as db:
        offered = {post.id for post in content_of(app, db, issue).posts} if issue.kind == "digest" else named
        known = {post.id for post in source_store.posts_by_ids(db, sorted(named))}
    unknown = sorted(named - known)
    if unknown:
        raise NotFound(f"there is no post {unknown[0]}; newsletter post list shows them")
    strange = sorted({*changes.pick} - offered)
    if strange:
        raise NotFound(f"post {strange[0]} is no candidate of issue {issue.name}; newsletter post show {strange[0]}")
    return edit.edit_issue(app.engine, issue.id, changes, by=by, now=app.clock.now())
