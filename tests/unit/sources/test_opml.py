"""OPML: whatever feed readers export is read, bombs are refused, and no line is lost silently."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.errors import SourceError
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.reading.opml import OpmlEntry, parse_opml

LIST = """<opml version=1.0><body><outline text="Partners"><outline TEXT="Research &amp; Health" TYPE="rss"
 XMLURL="https://a.example.org/feed?x=1&y=2" category="/health/funding,policy"/></outline>
<outline title="Ministère" xmlUrl="https://b.example.org/rss"/><outline text="No address"/>
<outline text="Again" xmlUrl="https://b.example.org/rss"/></body></opml>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_a_malformed_list_is_read(encoding: str) -> None:
    """Without head, declaration and quotes, with bare ampersands and capitals, in any encoding: each address once."""
    found = parse_opml(LIST.replace("version=1.0", 'version="1.0"').encode(encoding))
    assert found.entries == (
        OpmlEntry(
            name="Research & Health",
            url="https://a.example.org/feed?x=1&y=2",
            topics=("health", "funding", "policy", "Partners"),
        ),
        OpmlEntry(name="Minist\u00e8re", url="https://b.example.org/rss"),
    )
    assert found.without_address == ("No address",)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("feed://a.example.org/x", "http://a.example.org/x"),
        ("feed:https://a.example.org/x", "https://a.example.org/x"),
        ("FEED:http://a.example.org/x", "http://a.example.org/x"),
    ],
)
def test_the_scheme_of_feeds_is_understood(written: str, url: str) -> None:
    """As some browsers wrote the addresses of feeds."""
    found = parse_opml(f"<opml><body><outline text='a' xmlUrl='{written}'/></body></opml>".encode())
    assert [entry.url for entry in found.entries] == [url]


@pytest.mark.parametrize("content", [b"", b"<html>", b"<rss/>", b'<!DOCTYPE x [<!ENTITY a "b">]><opml>&a;</opml>'])
def test_what_is_no_list_is_refused(content: bytes) -> None:
    """Other documents, and those that declare entities, are refused in words."""
    with pytest.raises(NotUnderstood):
        parse_opml(content)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_survived(noise: bytes) -> None:
    """Whatever stands in the file, there are entries or a SourceError."""
    with suppress(SourceError):
        parse_opml(b"<opml>" + noise)
