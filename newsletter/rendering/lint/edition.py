"""Looks over a whole edition: the largest mail that a reader can get of it, in both parts."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from newsletter.issues.digest import Chosen, Reason
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.limits import limits_of
from newsletter.rendering.cards import story_link
from newsletter.rendering.compose import Personal, page_html, preheader_of, subject_of, text_of
from newsletter.rendering.edition import Edition
from newsletter.rendering.lint.clients import check_clients
from newsletter.rendering.lint.contrast import check_contrast
from newsletter.rendering.lint.finding import LintFinding, error
from newsletter.rendering.lint.languages import check_languages
from newsletter.rendering.lint.links import check_links
from newsletter.rendering.lint.page import Page, read_page, shown
from newsletter.rendering.lint.page import text_of as words_of
from newsletter.rendering.lint.pictures import check_pictures
from newsletter.rendering.lint.reading_order import check_order
from newsletter.rendering.lint.sizes import check_sizes, largest_digest
from newsletter.rendering.lint.structure import check_structure
from newsletter.rendering.lint.text_part import check_text, check_text_order
from newsletter.rendering.lint.wording import check_wording
from newsletter.rendering.values import web_link


def check_edition(
    frozen: FrozenIssue,
    edition: Edition,
    personal: Personal,
    *,
    public_url: str,
    clients: Collection[str],
    placed: Edition | None = None,
) -> Iterator[LintFinding]:
    """Give all findings of one language. `personal`: what a reader who has said nothing gets, for the subject.

    `clients`: the mail programs that are asked after, "gmail.ios". `placed`: the edition, its tags with their places.
    """
    whole = everything_of(frozen, personal)
    page, text = read_page(page_html(edition, whole)), text_of(edition, whole)
    yield from check_wording(subject_of(edition, personal), preheader_of(edition, personal))
    yield from check_structure(page)
    yield from check_order(page)
    yield from check_languages(page, edition.language)
    yield from check_links(page, public_url=public_url, leads_to=leads_to(frozen, public_url))
    yield from check_pictures(page, public_url=public_url)
    yield from check_contrast(page)
    yield from check_clients(read_page(page_html(placed, whole)) if placed else page, clients)
    limits = limits_of(frozen.recipe)
    titles = {post: shown(title) for post, title in edition.titles.items()}
    yield from check_sizes(
        edition.frame_size, edition.card_size, titles, most=limits.max_posts, max_bytes=limits.max_bytes
    )
    leave = edition.headers.leave_url + personal.token
    shown_titles = [edition.titles[one.post_id] for one in whole.chosen]
    yield from check_text(text, leave_url=leave, titles=shown_titles)
    yield from check_text_order(text, _as_read(page, shown_titles))
    if not frozen.recipe.postal_address.strip():
        words = "the newsletter has no postal_address; many countries demand one in each mail"
        yield error("postal-address", "the foot", words)


def largest_of(frozen: FrozenIssue, edition: Edition) -> int:
    """Give the octets of decoded HTML that no digest of an edition exceeds."""
    limits = limits_of(frozen.recipe)
    return largest_digest(edition.frame_size, edition.card_size, most=limits.max_posts, max_bytes=limits.max_bytes)


def _as_read(page: Page, titles: list[str]) -> list[str]:
    """Give the titles in the order in which a mail's headings and links have them, without those they have not."""
    words = " ".join(words_of(one) for one in page.all("h2", "h3", "h4", "a"))
    places = {title: words.find(" ".join(title.split())) for title in titles}
    return sorted((title for title in titles if places[title] >= 0), key=places.__getitem__)


def everything_of(frozen: FrozenIssue, personal: Personal) -> Personal:
    """Give a reader who gets every story: each card is looked at, whoever may get it."""
    chosen = tuple(Chosen(post.id, Reason.EDITORS_ORDER) for post in frozen.posts)
    return replace(personal, name="Ana", chosen=chosen or personal.chosen, more=1, plain_text=False)


def leads_to(frozen: FrozenIssue, public_url: str) -> dict[str, str]:
    """Give what lies behind the links that are counted: those are the ones to look at."""
    if frozen.recipe.clicks == "off":
        return {}
    return {story_link(frozen, post, public_url): web_link(post.url) for post in frozen.posts}


def page_of(frozen: FrozenIssue, edition: Edition, personal: Personal) -> Page:
    """Parse the mail with every story."""
    return read_page(page_html(edition, everything_of(frozen, personal)))
