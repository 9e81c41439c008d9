"""The preferences page: what a reader gets, and what they can change with the link of a mail.

A mail is forwarded easily, so its link changes wishes and the language only; address, role and country need a fresh
link of their own.
"""

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from newsletter.db.engine import reading
from newsletter.rendering.strings import languages
from newsletter.sources import topic_store
from newsletter.web.bearer import Bearer
from newsletter.web.context import web_of
from newsletter.web.languages import language_name
from newsletter.web.leave_page import Standing, standing_of
from newsletter.web.pages import public_page, words_page
from subscribers.address import mask
from subscribers.lists import list_by_slug
from subscribers.mailing_list import SubscriptionState
from subscribers.show import Known, show

FOLLOW, MUTE, NO_WISH = "follow", "mute", "none"


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """A topic and what the reader wishes of it."""

    slug: str
    name: str
    wish: str  # follow | mute | none


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """A language by its own name."""

    code: str
    name: str


def topic_key(slug: str) -> str:
    """Give the key under which wishes about a topic are kept."""
    return f"topic:{slug}"


def preferences_page(request: Request, bearer: Bearer, *, saved: bool) -> Response:
    """Give the page; with an inert link it shows the choices and takes none."""
    if bearer.person is None and not bearer.inert:
        return words_page(
            request, bearer.strings, "There is nothing to choose", "This address is not kept here any more."
        )
    web = web_of(request)
    with reading(web.app.engine) as db:
        known = show(db, bearer.person.address) if bearer.person else None
        topics = _topics(db, known, bearer.strings.language)
        lists = _list_names(db, known)
        left = bearer.person is not None and standing_of(db, bearer.person, bearer.recipe.slug) is Standing.LEFT
    return public_page(
        request,
        "preferences",
        bearer.strings,
        saved=saved,
        inert=bearer.inert,
        left=left,
        token=bearer.token,
        newsletter=bearer.recipe.name,
        address=mask(bearer.person.address) if bearer.person else "",
        lists=lists,
        topics=topics,
        languages=[LanguageChoice(one, language_name(one, in_language=one)) for one in languages(web.app.templates)],
        chosen_language=bearer.person.language if bearer.person else "",
        default_language=language_name(bearer.recipe.language, in_language=bearer.recipe.language),
    )


def _topics(db: Connection, known: Known | None, language: str) -> list[TopicChoice]:
    wishes = {wish.key: wish.kind for wish in known.wishes} if known else {}
    return [
        TopicChoice(topic.slug, topic.name_in(language), wishes.get(topic_key(topic.slug), NO_WISH))
        for topic in topic_store.all_topics(db)
    ]


def _list_names(db: Connection, known: Known | None) -> list[str]:
    if known is None:
        return []
    active = [one.list_slug for one in known.subscriptions if one.state is SubscriptionState.ACTIVE]
    return [list_by_slug(db, slug).name for slug in active]
