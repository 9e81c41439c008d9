"""The words of a reason, as the cards print them."""

from binascii import a2b_qp

from newsletter.issues.digest import Chosen
from newsletter.rendering.edition import Edition


def reason_words(edition: Edition, one: Chosen) -> str:
    """Give the words for one chosen story, from the very bytes of the text part."""
    return a2b_qp(edition.text.reason(one)).decode().strip()
