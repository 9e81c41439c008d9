"""RSS, Atom, RDF and JSON Feed in, posts out; nothing invented, nothing that is no feed taken for one."""

import json
import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.errors import SourceError
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.reading.parse_feed import looks_like_feed, looks_like_page, parse_feed
from newsletter.sources.reading.parse_json_feed import parse_json_feed

URL = "https://site.example.org/news/feed.xml"
RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Ministry</title><link>https://site.example.org/</link>
<language>de-DE</language>
<item><title>Förderung für Genomik &amp;amp; Daten</title><link>/news/7</link><guid isPermaLink="false">id-7</guid>
<pubDate>Fri, 20 Nov 2026 09:30:00 +0100</pubDate><dc:creator>Pressestelle</dc:creator><category>Funding</category>
<description>Kurz &lt;b&gt;gesagt&lt;/b&gt;.</description>
<content:encoded>
<![CDATA[<p>Das Ministerium gibt 1,5 Millionen Euro.<img src="/p/lab.jpg" alt="Labor"></p>]]></content:encoded></item>
<item><title>Ohne Datum</title><link>https://site.example.org/news/8</link>
<media:content url="/m/small.jpg" medium="image" width="100"/>
<media:content url="/m/wide.jpg" medium="image" width="900"/></item>
</channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"
 xml:base="https://labo.example.org/actu/">
<title>Laboratoire</title><id>urn:x</id><updated>2026-11-21T10:00:00Z</updated>
<entry><title type="text">Dose &lt; 5 mg</title><id>urn:uuid:1</id><link href="1.html"/>
<updated>2026-11-20T10:00:00+01:00</updated>
<published>2026-11-19T10:00:00+01:00</published><author><name>A. Martin</name></author>
<category term="cancer" label="Cancer"/>
<content type="html">&lt;p&gt;Une étude.&lt;/p&gt;</content></entry>
<entry xml:lang="it"><title type="html">Nuovo &lt;i&gt;bando&lt;/i&gt;</title><id>urn:uuid:2</id><link href="2.html"/>
<updated>2026-11-20T10:00:00Z</updated><summary>Breve</summary></entry></feed>"""
RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://x.example.org/"><title>X</title></channel>
<item rdf:about="https://x.example.org/1"><title>Congreso en Madrid</title><link>https://x.example.org/1</link>
<dc:date>2026-11-18T08:00:00Z</dc:date><dc:language>es</dc:language></item></rdf:RDF>"""


def test_rss_is_read() -> None:
    """Title, address, id, date, author, category, languages and text of an RSS item come as they are told."""
    first, second = parse_feed(RSS.encode(), url=URL)
    assert first == FetchedPost(
        guid="id-7",
        url="https://site.example.org/news/7",
        title="Förderung für Genomik &amp; Daten",
        byline="Pressestelle",
        html='<p>Das Ministerium gibt 1,5 Millionen Euro.<img src="/p/lab.jpg" alt="Labor"></p>',
        summary="Kurz <b>gesagt</b>.",
        published=datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
        document_language="de-DE",
        categories=("Funding",),
        picture_url="https://site.example.org/p/lab.jpg",
        picture_alt="Labor",
    )
    assert (second.published, second.picture_url) == (None, "https://site.example.org/m/wide.jpg")


def test_atom_is_read() -> None:
    """Links are relative to xml:base, plain titles stay plain, an entry's own language goes with it."""
    first, second = parse_feed(ATOM.encode(), url=URL)
    assert (first.title, first.url, first.byline) == (
        "Dose &lt; 5 mg",
        "https://labo.example.org/actu/1.html",
        "A. Martin",
    )
    assert (first.published, first.updated) == (
        datetime(2026, 11, 19, 9, tzinfo=UTC),
        datetime(2026, 11, 20, 9, tzinfo=UTC),
    )
    assert (second.title, second.language) == ("Nuovo <i>bando</i>", "it")
    assert second.published == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_rdf_is_read() -> None:
    """RSS 1.0 with Dublin Core has address, date and language."""
    (post,) = parse_feed(RDF.encode(), url=URL)
    assert (post.url, post.published) == ("https://x.example.org/1", datetime(2026, 11, 18, 8, tzinfo=UTC))


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-16", "windows-1252", "utf-8-sig"])
def test_encodings_are_understood(encoding: str) -> None:
    """A feed in the encoding it declares gives the same words."""
    text = RSS.replace('encoding="utf-8"', f'encoding="{encoding.removesuffix("-sig")}"')
    assert parse_feed(text.encode(encoding), url=URL)[0].title == "Förderung für Genomik &amp; Daten"


def test_a_broken_feed_gives_what_it_holds() -> None:
    """A bare ampersand and a missing end do not lose the items before them."""
    broken = RSS.replace("Ministerium gibt", "Ministerium & gibt").replace("</channel></rss>", "<item><title>Half")
    assert [post.title for post in parse_feed(broken.encode(), url=URL)][:2] == [
        "Förderung für Genomik &amp; Daten",
        "Ohne Datum",
    ]


def test_an_empty_feed_is_a_feed() -> None:
    """A feed without items is read as such; what that means is for the ingest to decide."""
    assert parse_feed(b"<rss version='2.0'><channel><title>x</title></channel></rss>", url=URL) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"<!DOCTYPE html><html><body>Error 500</body></html>", "HTML page"),
        (b"\xef\xbb\xbf<HTML><head><title>Sign in</title>", "HTML page"),
        (b"<html><body><p>see <rss></p>", "HTML page"),
        (b"just words", "no feed"),
        (b"<?xml version='1.0'?><note>x</note>", "no feed"),
        (b"\x00\x01\x02\xff" * 50, "no feed"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel><item><title>&b;', "entities"),
        ('<!DOCTYPE x [<!ENTITY a "aaaa">]><rss><channel/></rss>'.encode("utf-16"), "entities"),
        (b"<?xml version='1.0' encoding='utf-7'?><rss>+ADwAIQ-</rss>", "encoding"),
        (b"<?xml version='1.0' encoding='cp037'?><rss/>", "encoding"),
    ],
)
def test_what_is_no_feed_is_refused(content: bytes, words: str) -> None:
    """Pages, empty documents, entity bombs and encodings that hide markup are errors in words."""
    with pytest.raises(NotUnderstood, match=words):
        parse_feed(content, url=URL)


def test_a_doctype_without_entities_is_accepted() -> None:
    """RSS 0.91 has a DOCTYPE; it declares nothing."""
    doctype = b'<!DOCTYPE rss PUBLIC "-//x//DTD RSS 0.91//EN" "http://x.test/rss.dtd">'
    content = doctype + b'<rss version="0.91"><channel><item><title>A</title></item></channel></rss>'
    assert parse_feed(content, url=URL)[0].title == "A"


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Mon, 99 Foo 2026", "0000-00-00", "9999-99-99T99:99:99Z", "Thu, 01 Jan 1970 00:00:00 GMT"]
)
def test_a_date_is_never_invented(date: str) -> None:
    """What is no date, or the zero of a broken clock, is a missing date."""
    content = f"<rss version='2.0'><channel><item><title>A</title><pubDate>{date}</pubDate></item></channel></rss>"
    assert parse_feed(content.encode(), url=URL)[0].published is None


PIECES = st.sampled_from(
    [
        b"<rss version='2.0'>",
        b"<channel>",
        b"<item>",
        b"</item>",
        b"<title>",
        b"</title>",
        b"<link>",
        b"<guid>",
        b"&amp;",
        b"&x;",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"<feed xmlns='http://www.w3.org/2005/Atom'>",
        b"<entry>",
        b"<content type='xhtml'>",
        b"<pubDate>",
        b"\xff\xfe",
        b"\x00",
        b"Mon, 20 Nov 2026",
        b"<?xml version='1.0' encoding='utf-16'?>",
        b"<a:b:c>",
        b"<enclosure url='x'/>",
        b"<georss:point>",
        b"1 2",
        b"<media:content>",
        b"<itunes:image href=''/>",
        b"</rss>",
        b"text",
        b"<category term='",
        b"<link href='http://[x'/>",
    ]
)


@given(st.lists(PIECES, max_size=20).map(b"".join) | st.binary(max_size=200))
@settings(max_examples=120, deadline=5000)
def test_no_bytes_crash_the_parser(content: bytes) -> None:
    """Whatever a server sends, the answer is posts or a SourceError."""
    try:
        posts = parse_feed(b"<rss>" + content, url=URL)
    except SourceError:
        return
    assert all(post.published is None or post.published.tzinfo is not None for post in posts)


@pytest.mark.parametrize(
    "piece", [b"<item>", b"<title><b>", b"&", b"<!--", b"<![CDATA[", b"<a ", b"<", b"<!DOCTYPE ", b"<?xml "]
)
def test_hostile_feeds_take_no_time(piece: bytes) -> None:
    """Any tag opened again and again is read or refused within seconds."""
    started = time.monotonic()
    with suppress(SourceError):
        parse_feed(b"<rss><channel>" + piece * (60_000 // len(piece)), url=URL)
    assert time.monotonic() - started < 10


def test_kinds_of_documents_are_told_apart() -> None:
    """A feed looks like a feed and a page like a page, whatever stands in their text."""
    assert looks_like_feed(RSS.encode())
    assert looks_like_feed(ATOM.encode())
    assert not looks_like_feed(b"<!doctype html><html><body>about <rss> feeds")
    assert looks_like_page(b"<!-- x --><!DOCTYPE HTML><html>")
    assert not looks_like_page(RSS.replace("Kurz", "&lt;html&gt; <![CDATA[<html>]]>").encode())


JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Institute",
    "language": "en",
    "authors": [{"name": "The institute"}],
    "items": [
        {
            "id": 7,
            "url": "/posts/7",
            "title": "A vision for 2030",
            "content_html": "<p>Five perspectives.</p>",
            "summary": "Five < six",
            "image": "/p.png",
            "date_published": "2026-11-20T09:00:00+01:00",
            "tags": ["policy", 3],
            "language": "en-GB",
        },
        {"id": "8", "content_text": "One & two\n\nthree", "date_published": "soon", "author": {"name": "B. Doe"}},
        "no object",
    ],
}


def test_json_feed_is_read() -> None:
    """Both versions' authors, numbers as ids, plain text and relative addresses are read; broken items are told."""
    reading = parse_json_feed(json.dumps(JSON_FEED).encode(), url=URL)
    first, second = reading.posts
    assert (first.guid, first.url, first.byline) == ("7", "https://site.example.org/posts/7", "The institute")
    assert (first.summary, first.picture_url) == ("Five &lt; six", "https://site.example.org/p.png")
    assert (first.published, first.categories) == (datetime(2026, 11, 20, 8, tzinfo=UTC), ("policy",))
    assert (second.html, second.published, second.byline) == ("<p>One &amp; two</p><p>three</p>", None, "B. Doe")
    assert reading.problems == ("1 items are no JSON objects",)


@pytest.mark.parametrize(
    "content",
    [
        b"{}",
        b"[]",
        b"{",
        b'{"version": "https://jsonfeed.org/version/1"}',
        b'{"items": []}',
        b"[" * 100_000,
        b"\xff{}",
        b"null",
    ],
)
def test_other_json_is_refused(content: bytes) -> None:
    """JSON that is no feed, and what is no JSON, is an error in words."""
    with pytest.raises(NotUnderstood):
        parse_json_feed(content, url=URL)


def test_what_json_can_write_and_no_text_can_hold_is_left_out() -> None:
    """Half of a surrogate pair leaves the parser in no field, and a number without end is no id."""
    whole = {
        "title": "A\ud800 call", "id": "\udfffx", "content_text": "t\ud800", "summary": "\ud800s",
        "language": "\ud800de",
        "authors": [{"name": "\ud800B"}], "tags": ["\ud800policy"],
    }  # fmt: skip
    text = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [whole]})
    (post,) = parse_json_feed(text.encode(), url=URL).posts
    assert (post.guid, post.title, post.html, post.summary) == ("x", "A call", "<p>t</p>", "s")
    assert (post.language, post.byline, post.categories) == ("de", "B", ("policy",))
    endless = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1e999}, {"id": -1e999}, {"id": NaN}]}'
    assert [post.guid for post in parse_json_feed(endless, url=URL).posts] == ["", "", ""]


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["\ud800", "http://[x", "2026-11-20"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "url"]), inner, max_size=2),
    max_leaves=4,
)
JSON_KEYS = st.sampled_from(
    [
        "id",
        "url",
        "title",
        "content_html",
        "image",
        "date_published",
        "tags",
        "authors",
        "author",
        "language",
        "summary",
    ]
)


@given(st.lists(st.dictionaries(JSON_KEYS, JSON_VALUES, max_size=5), max_size=3))
@settings(max_examples=80)
def test_any_values_in_a_json_feed_are_survived(items: list[object]) -> None:
    """Fields of the wrong type are missing fields."""
    content = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
    assert len(parse_json_feed(content, url=URL).posts) == len(items)
