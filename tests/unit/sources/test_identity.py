"""Which items are the same post."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.stories.identity import canonical_url, content_key, distinct, identify, url_key

POST = FetchedPost(
    guid="g1", url="https://example.org/a", title="A", html="<p>text</p>", published=datetime(2026, 11, 1, tzinfo=UTC)
)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/a?b=1&c=2", "https://www.example.org/a/?c=2&b=1", "HTTPS://Example.ORG:443/a?b=1&c=2#top",
        "https://example.org/a?utm_source=x&b=1&fbclid=y&c=2&gclid=z&mc_cid=1&mc_eid=2&utm_id=9",
        "https://example.org/%61?b=1&c=2",
    ],
)  # fmt: skip
def test_spellings_of_an_address_compare_equal(url: str) -> None:
    """Scheme, www, port, order, tracking and a fragment do not make another page."""
    assert canonical_url(url) == "https://example.org/a?b=1&c=2"


@pytest.mark.parametrize(
    "url", ["https://example.org/b?b=1&c=2", "https://example.org/a?b=1", "https://example.org/a?b=1&c=2#!/x"]
)
def test_other_pages_compare_unequal(url: str) -> None:
    """Path, meaningful parameters and "#!" pages count."""
    assert canonical_url(url) != canonical_url("https://example.org/a?b=1&c=2")


@given(st.text(max_size=80) | st.text(max_size=60).map(lambda text: f"https://example.org/{text}"))
@settings(max_examples=150)
def test_canonical_is_its_own_canonical(url: str) -> None:
    """Any text gives an address that stays as it is, or none."""
    once = canonical_url(url)
    assert canonical_url(once) == once
    once.encode()


def test_an_id_that_two_items_share_is_no_key() -> None:
    """guid and link count only where they are unique in the document."""
    other = replace(POST, title="B", html="<p>other</p>")
    (_, first), (_, second) = identify([POST, other])
    assert set(first) & set(second) == set()
    assert all(key.startswith("hash:") for key in (*first, *second))


def test_all_three_keys_count_when_unique() -> None:
    """A usual item is known by its id, its address and its content."""
    ((_, keys),) = identify([POST])
    assert [key.partition(":")[0] for key in keys] == ["guid", "url", "hash"]
    assert url_key(keys) == "https://example.org/a"


def test_a_front_page_is_no_key() -> None:
    """A feed whose items link to the site's front page does not fold into one post."""
    ((_, keys),) = identify([replace(POST, url="https://example.org/")])
    assert url_key(keys) == ""


def test_the_hash_does_not_depend_on_markup() -> None:
    """Other tags, spaces and case around the same words are the same content; another date or word is not."""
    assert content_key(POST) == content_key(
        replace(POST, html="<div> Text </div>", title="<b>a</b>", guid="x", url="y")
    )
    assert content_key(POST) != content_key(replace(POST, html="<p>texts</p>"))
    assert content_key(POST) != content_key(replace(POST, published=None))


def test_items_that_stand_twice_count_once() -> None:
    """The same item twice in a document is one item, in its first place."""
    other = replace(POST, guid="g2", title="B")
    assert distinct([POST, other, POST]) == [POST, other]


def test_keys_fit_an_index() -> None:
    """An id of a megabyte becomes a short key that still tells ids apart."""
    ((_, keys), (_, others)) = identify(
        [replace(POST, guid="x" * 10**6), replace(POST, guid="x" * 10**6 + "y", title="B")]
    )
    assert max(map(len, keys)) < 600
    assert keys[0] != others[0]


@given(st.from_regex(r"https?://(www\.){0,3}[a-z0-9.-]{0,12}(/[A-Za-z0-9!$'()*,;:@._~/-]{0,20})?", fullmatch=True))
def test_a_plain_address_has_the_form_that_it_has_with_tracking(url: str) -> None:
    """The quick way for addresses with nothing to be settled gives what the long way gives."""
    assert canonical_url(url) == canonical_url(f"{url}?utm_source=feed")
