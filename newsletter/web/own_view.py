"""A reader's own digest as a page: from the stored choice where their mail was made, else what they would get now."""

from dataclasses import replace

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.content import content_of
from newsletter.app.preview import prepare
from newsletter.base.errors import NotFound
from newsletter.db.engine import reading
from newsletter.issues.digest import unpack_choice
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import Issue
from newsletter.outbox import report_store
from newsletter.outbox.delivery import issue_key
from newsletter.rendering.compose import Personal, page_html
from newsletter.rendering.edition import Edition
from newsletter.sources import post_store
from newsletter.web.bearer import Bearer
from newsletter.web.context import Web
from subscribers.doors import first_list_name, still_mailable
from subscribers.subscriber import NotMailable, Subscriber


def own_digest(web: Web, bearer: Bearer, person: Subscriber) -> str:
    """Give the HTML of a reader's digest of an approved issue; empty when there is none for them."""
    with reading(web.app.engine) as db:
        frozen = content_of(web.app, db, bearer.issue)
        personal = _from_choice(db, bearer, frozen, person)
    if personal is None:
        return _as_now(web.app, bearer, person)
    if not personal.chosen:
        return ""
    return page_html(_edition(web, bearer.issue, frozen, _language(bearer, frozen)), personal)


def _from_choice(db: Connection, bearer: Bearer, frozen: FrozenIssue, person: Subscriber) -> Personal | None:
    """Give what the reader was sent, short of what was withdrawn since; None where no choice is stored."""
    try:
        packed = report_store.delivery_by_key(db, issue_key(bearer.issue.id, person.id)).choice
    except NotFound:
        return None
    if packed is None:
        return None
    chosen, more = unpack_choice(packed)
    withdrawn = frozenset(post_store.withdrawn_among(db, [one.post_id for one in chosen]))
    return Personal(
        token=bearer.token,
        name=person.name,
        list_name=_list_name(db, frozen, person),
        chosen=tuple(one for one in chosen if one.post_id not in withdrawn),
        more=more,
    )


def _list_name(db: Connection, frozen: FrozenIssue, person: Subscriber) -> str:
    """Give the list that the reader came through, or for one who has left the newsletter's first."""
    recipe = frozen.recipe
    answer = still_mailable(db, [person.id], recipe.lists, opt_out=f"newsletter:{recipe.slug}")[person.id]
    return first_list_name(db, recipe.lists) if isinstance(answer, NotMailable) else answer.list_name


def _language(bearer: Bearer, frozen: FrozenIssue) -> str:
    return (bearer.wanted.language if bearer.wanted else "") or frozen.recipe.language


def _as_now(app: App, bearer: Bearer, person: Subscriber) -> str:
    ready = prepare(app, bearer.issue, address=person.address)
    return "" if ready.why_nothing else page_html(ready.edition, replace(ready.personal, token=bearer.token))


def _edition(web: Web, issue: Issue, frozen: FrozenIssue, language: str) -> Edition:
    """Build an approved issue's edition once; what is frozen does not change."""
    return web.shelf.take(
        ("edition", issue.id, language),
        Edition,
        lambda: web.app.build_edition(frozen, language),
        now=web.app.clock.now(),
    )
