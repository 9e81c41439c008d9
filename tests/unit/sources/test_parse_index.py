"""Index pages: the repeated links to posts are learned, and what is around them is not taken for posts."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.base.errors import SourceError
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.reading.overview import is_overview
from newsletter.sources.reading.parse_index import parse_index

URL = "https://ministry.example.org/news/"
MENU = "<nav><ul><li><a href='/news/'>News of the ministry</a></li><li><a href='/our-work-for-you'>Our work for you</a>"
ITEM = """<li class="teaser"><a href="/news/{slug}"><img data-src="/p/{slug}.jpg" src="data:x" alt="A lab"></a>
<h3 class="t"><a href="/news/{slug}">{title}</a></h3><time datetime="2026-11-2{n}">2{n} November</time>
<p>The consortium tells what its partners have worked out since the conference, and what comes next.</p>
<a class="more" href="/news/{slug}">Read more</a></li>"""
TITLES = ("Vision paper for next-generation medicine", "Call for rare diseases opens", "Conference with a livestream")


def overview(item: str = ITEM) -> str:
    items = "".join(
        item.format(n=n, title=title, slug=title.lower().replace(" ", "-")) for n, title in enumerate(TITLES)
    )
    footer = "<footer><a href='/about-the-ministry-and-you'>About the ministry and you</a></footer>"
    return f"<html lang=en><body>{MENU}</ul></nav><main><h1>News</h1><ul>{items}</ul></main>{footer}"


def test_the_links_of_an_overview_are_its_posts() -> None:
    """Each item gives its address, heading, date, summary and picture, once, and says that its page holds more."""
    found = parse_index(overview().encode(), url=URL)
    assert [post.title for post in found.posts] == list(TITLES)
    first = found.posts[0]
    assert first.url == "https://ministry.example.org/news/vision-paper-for-next-generation-medicine"
    assert first.published == datetime(2026, 11, 20, tzinfo=UTC)
    assert first.picture_url.endswith("/p/vision-paper-for-next-generation-medicine.jpg")
    assert (first.picture_alt, first.document_language, first.is_cut) == ("A lab", "en", True)
    assert first.summary.startswith("The consortium tells")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("<span class=date>2{n} November 2026</span>", True),
        ("<p>Press release | 2{n}.11.2026 | Berlin</p>", True),
        ("<p>Deadline: <b>2{n} November 2026</b></p>", False),
        ("<p>Deadline:</p><p>2{n} November 2026</p>", False),
        ("<p>2{n} November</p>", False),
        ("<p>3/4/2026</p>", False),
        ("<p>1 May 2026</p><p>2 May 2026</p>", False),
    ],
)
def test_a_date_in_words_counts_where_it_stands_alone(line: str, told: bool) -> None:
    """With its year, on a line of its own, once; a deadline, or one of two, is no date of publication."""
    page = overview(ITEM.replace('<time datetime="2026-11-2{n}">2{n} November</time>', line))
    dates = [post.published for post in parse_index(page.encode(), url=URL).posts]
    assert dates == ([datetime(2026, 11, 20 + n, tzinfo=UTC) for n in range(3)] if told else [None] * 3)


def test_a_coming_date_is_that_of_an_event() -> None:
    """A list of coming events names the day of each, which is not when it was published."""
    posts = parse_index(overview().encode(), url=URL, now=datetime(2026, 11, 21, 12, tzinfo=UTC)).posts
    assert [post.published is None for post in posts] == [False, False, True]


@pytest.mark.parametrize(
    "around",
    [
        '<article class="post tag-health category-news">',
        '<div class="layout has-sidebar">',
        '<div class="page lang-en">',
        '<div class="sidebar">',
    ],
)
def test_a_class_name_hides_no_list(around: str) -> None:
    """Whole names count, never their parts; and what holds most of a page's links is its content."""
    page = overview().replace("<main>", around).replace("</main>", around.split(maxsplit=1)[0].replace("<", "</") + ">")
    assert len(parse_index(page.encode(), url=URL).posts) == len(TITLES)


def test_a_learned_pattern_finds_a_single_new_link() -> None:
    """By what was learned, one link is enough; what is around the list is not taken for it."""
    pattern = parse_index(overview().encode(), url=URL).pattern
    page = f"<html><body>{MENU}</ul></nav><main><ul>{ITEM.format(n=1, title='One that is new', slug='one-new')}</ul>"
    assert [post.title for post in parse_index(page.encode(), url=URL, pattern=pattern).posts] == ["One that is new"]


def test_a_changed_page_is_learned_anew() -> None:
    """When nothing matches the pattern, the list is looked for again."""
    pattern = '{"place": "table.old tr td a", "shape": "/archive/#/*"}'
    assert len(parse_index(overview().encode(), url=URL, pattern=pattern).posts) == len(TITLES)


@pytest.mark.parametrize("page", ["", f"<html><body>{MENU}</ul></nav><p>Text.</p>", "<p><a href='/a'>b</a>"])
def test_a_page_without_a_list_is_refused(page: str) -> None:
    """Menus and single links are no list of posts."""
    with pytest.raises(NotUnderstood):
        parse_index(page.encode(), url=URL)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(
        st.sampled_from(["<ul>", "<li>", "</li>", "<a href='/n/x-y-z'>", "<a href='http://[x'>", "</a>", "é", "<h2>"])
    ),
    st.binary(max_size=60),
)
def test_any_page_is_survived(parts: list[str], noise: bytes) -> None:
    """Whatever the bytes, there are posts or a SourceError."""
    with suppress(SourceError):
        parse_index("".join(parts).encode() + noise, url=URL, pattern=noise.decode("latin-1"))


def test_an_overview_is_told_from_an_article_with_a_list() -> None:
    """A page that tells more than it lists, or that stands among what it lists, is one post."""
    told = "<p>" + "The ministries tell at length how personalised medicine reaches every patient. " * 40 + "</p>"
    article = overview().replace("<h1>News</h1>", f"<h1>A vision</h1>{told}").encode()
    assert is_overview(parse_index(overview().encode(), url=URL), url=URL)
    assert not is_overview(parse_index(article, url=URL), url=URL)
    post = f"{URL}another-post-of-ours"
    assert not is_overview(parse_index(overview().encode(), url=post), url=post)
