"""Finds when and where a post's event is, and until when its call is open. Pure.

In the order of trust: front matter, which is never overruled; what the page says for machines; its calendar file; and
the text, where it leaves no doubt. A post whose event was called off is news, whatever its text still says.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.language import language_code
from newsletter.sources.cleaning.plain_text import plain_title, text_blocks
from newsletter.sources.details.call_of_items import call_of_items
from newsletter.sources.details.call_page import call_page
from newsletter.sources.details.call_text import call_in_text, is_call_title, names_call
from newsletter.sources.details.dates_in_text import MOST_TEXT
from newsletter.sources.details.event_of_calendar import event_of_calendar
from newsletter.sources.details.event_of_items import event_of_items
from newsletter.sources.details.event_text import event_in_text, names_event
from newsletter.sources.details.linked_items import Item, items_of
from newsletter.sources.details.livestream import livestream_of
from newsletter.sources.details.telling_words import event_words, may_tell
from newsletter.sources.details.told_post import ToldPost, told_days
from newsletter.sources.fetched_post import FetchedPost, OwnPage
from newsletter.sources.post import CallDetails, EventDetails, PostKind

_SLACK = timedelta(days=1)  # a date of publication may be told in another zone than the event's


def find_details(post: FetchedPost, *, page: OwnPage | None, seen_at: datetime, calendar: bytes = b"") -> FetchedPost:
    """Give the post with its event or its call, where the document leaves no doubt; else as it is.

    `page` is the post's own, if that was read; `calendar` the iCalendar file that it names, if that was.
    """
    if post.event is not None or post.call is not None or post.kind not in {None, PostKind.EVENT, PostKind.CALL}:
        return post
    items = [*(page.items if page else ()), *items_of(post.html)]
    markup = page.markup if page else ""
    if post.kind is not PostKind.CALL:
        addresses = tuple(address for address in (post.url, post.canonical) if address)
        found = event_of_items(items, title=post.title, addresses=addresses)
        if found.is_off:
            return replace(post, kind=post.kind or PostKind.NEWS)
        event = found.event or (event_of_calendar(calendar) if calendar else None)
        if event is not None:
            return _with_event(post, event, markup)
    return _from_text(post, markup, items, seen_at)


def may_have_details(post: FetchedPost) -> bool:
    """Tell whether a post's title names an event or a call that nothing is known of yet: its page may say more."""
    is_open = post.event is None and post.call is None and post.kind in {None, PostKind.EVENT, PostKind.CALL}
    title = plain_title(post.title)
    return is_open and (event_words().search(title) is not None or is_call_title(title))


def _from_text(post: FetchedPost, page: str, items: list[Item], seen_at: datetime) -> FetchedPost:
    call = call_of_items(items) if post.kind is not PostKind.EVENT else None
    markup = post.html or post.summary
    if not may_tell(f"{post.title} {markup[: 2 * MOST_TEXT]}".lower()):
        return _with_call(post, call) if call else post
    told = _told(post, markup, seen_at)
    if not (names_event(told) or names_call(told)):
        return _with_call(post, call) if call else post
    days = told_days(told)
    is_call = post.kind is PostKind.CALL or is_call_title(told.title)
    event = event_in_text(told, days) if post.kind is not PostKind.CALL and not is_call and call is None else None
    if event is not None:
        return _with_event(post, event, page)
    if post.kind is PostKind.EVENT:
        return post
    call = call or call_in_text(told, days)
    return _with_call(post, call) if call else post


def _told(post: FetchedPost, markup: str, seen_at: datetime) -> ToldPost:
    left, blocks = MOST_TEXT, []
    for block in text_blocks(markup[: 4 * MOST_TEXT]):
        blocks.append(block[:left])
        left -= len(blocks[-1])
        if left <= 0:
            break
    return ToldPost(
        title=plain_title(post.title),
        blocks=tuple(blocks),
        language=language_code(post.language or post.document_language),
        published=post.published.date() if post.published else None,
        seen=seen_at.date(),
    )


def _with_event(post: FetchedPost, event: EventDetails, page: str) -> FetchedPost:
    """Give the post its event, unless it was over when the post was published: then the post reports of it."""
    last: date = (event.ends_at or event.starts_at).date()
    if post.published is not None and last < post.published.date() - _SLACK:
        return post
    base = web_address(post.url)
    livestream = event.livestream_url or livestream_of(post.html or post.summary, page, base=base)
    return replace(post, kind=post.kind or PostKind.EVENT, event=replace(event, livestream_url=livestream))


def _with_call(post: FetchedPost, call: CallDetails) -> FetchedPost:
    link = call.page_url or call_page(post.html or post.summary, base=web_address(post.url))
    return replace(post, kind=post.kind or PostKind.CALL, call=replace(call, page_url=link))
