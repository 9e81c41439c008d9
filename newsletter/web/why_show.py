"""GET /w/TOKEN: why these stories, in points that anybody can add up, and what would have been next."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.archive import is_public
from newsletter.app.why_these import WhyStory, why_these
from newsletter.db.engine import reading
from newsletter.rendering.reasons import ReasonsToday
from newsletter.rendering.strings import Strings
from newsletter.sources import topic_store
from newsletter.sources.source import Topic
from newsletter.web.bearer import bearer_of
from newsletter.web.context import web_of
from newsletter.web.pages import nothing_here, preview_page, public_page


@dataclass(frozen=True, slots=True)
class _Line:
    """One story as the page tells it."""

    title: str
    language: str
    why: str
    points: list[str]


def why_show(request: Request) -> Response:
    """Explain the digest of the person whom the link belongs to. An inert link leads to nobody."""
    web = web_of(request)
    bearer = bearer_of(web, request)
    if bearer is None:
        return nothing_here(request)
    if bearer.inert:
        return preview_page(request, bearer.strings)
    if bearer.person is None or not is_public(bearer.issue):
        return nothing_here(request)
    found = why_these(web.app, bearer.issue, bearer.person.address)
    with reading(web.app.engine) as db:
        topics = topic_store.all_topics(db)
    return public_page(
        request,
        "why",
        bearer.strings,
        token=bearer.token,
        newsletter=bearer.recipe.name,
        stories=_lines(bearer.strings, found.stories, topics),
        next=_lines(bearer.strings, found.next, topics),
    )


def _lines(strings: Strings, stories: Sequence[WhyStory], topics: Sequence[Topic]) -> list[_Line]:
    reasons = ReasonsToday(topics, strings)
    return [
        _Line(
            one.title,
            one.language,
            reasons.words(one.reason, one.topic_id, source_name=one.source_name, topics=one.topics),
            _points(strings, one),
        )
        for one in stories
    ]


def _points(strings: Strings, one: WhyStory) -> list[str]:
    """Say each of the points that there are, then their sum; none that would tell the reader's role or country.

    A mail is forwarded easily, and the page belongs to whoever has it.
    """
    if one.points is None or one.points.role or one.points.country:
        return []
    said = (
        ("Topics you follow: {points}", one.points.topics),
        ("Sources you follow: {points}", one.points.source),
        ("The editors find it important: {points}", one.points.value),
        ("It is new: {points}", one.points.freshness),
        ("A date comes soon: {points}", one.points.soon),
    )
    told = [strings.text(message, points=str(points)) for message, points in said if points]
    return [*told, strings.text("Together: {points}", points=str(one.points.sum))]
