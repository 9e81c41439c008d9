"""A page as find_details is given it, made of its markup alone."""

from newsletter.sources.details.linked_items import items_of
from newsletter.sources.fetched_post import OwnPage


def own_page(markup: str) -> OwnPage:
    """Give the page with what it says for machines."""
    return OwnPage(markup=markup, items=tuple(items_of(markup)))
