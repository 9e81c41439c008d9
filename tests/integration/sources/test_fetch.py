"""Fetching: conditional, capped, timed, guarded."""

import gzip
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.base.errors import SourceError
from newsletter.base.settings import FetchSettings
from newsletter.sources.errors import FetchFailed, HostRests
from newsletter.sources.fetching.fetch import Fetcher, shown
from newsletter.sources.fetching.host_turns import HostBusy
from newsletter.sources.fetching.unpack import BrokenPacking, TooLarge, unpack, unpack_start
from tests.fakes.web_server import WebSite


@contextmanager
def limited(*, timeout: float = 5.0, max_bytes: int = 1_000_000, allow: str = "127.0.0.1") -> Iterator[Fetcher]:
    settings = FetchSettings(
        allow_addresses=[allow] if allow else [], timeout_seconds=timeout, max_bytes=max_bytes, every_minutes=60
    )
    with Fetcher(settings, "newsletter-tests/1") as fetcher:
        yield fetcher


def test_a_page_comes_as_bytes_with_its_type(site: WebSite, fetcher: Fetcher) -> None:
    """What a server sends arrives unchanged, with media type, charset and validators, and we say who we are."""
    site.etag("/x", '"v1"')
    fetched = fetcher.get(site.page("/x", "<p>Grüße</p>"))
    assert (fetched.status, fetched.content.decode(), fetched.media_type) == (200, "<p>Grüße</p>", "text/html")
    assert (fetched.charset, fetched.etag, fetched.url) == ("utf-8", '"v1"', site.url("/x"))
    assert "newsletter-tests" in site.requests[0].headers["user-agent"]


def test_an_unchanged_page_is_304(site: WebSite, fetcher: Fetcher) -> None:
    """The validators of the last fetch are sent, and 304 carries no content."""
    site.page("/x", "<p>x</p>")
    site.etag("/x", '"v1"')
    fetched = fetcher.get(site.url("/x"), etag='"v1"', last_modified="Mon, 23 Nov 2026 07:00:00 GMT")
    assert (fetched.status, fetched.content) == (304, b"")
    assert site.requests[0].headers["if-modified-since"] == "Mon, 23 Nov 2026 07:00:00 GMT"


def test_304_to_an_unconditional_request_is_a_failure(site: WebSite, fetcher: Fetcher) -> None:
    """A server that says 'not modified' to a first request has given nothing."""
    with pytest.raises(FetchFailed, match="nothing was asked"):
        fetcher.get(site.status("/x", 304))


@pytest.mark.parametrize(
    ("status", "temporary"), [(404, False), (410, False), (401, False), (429, True), (500, True), (503, True)]
)
def test_a_refusal_says_its_number(site: WebSite, fetcher: Fetcher, status: int, temporary: bool) -> None:
    """Any answer but 200 and 304 is an error that names the status and whether trying again makes sense."""
    with pytest.raises(FetchFailed, match=str(status)) as caught:
        fetcher.get(site.status("/x", status))
    assert caught.value.temporary is temporary


def test_a_server_may_ask_for_patience(site: WebSite, other_site: WebSite, fetcher: Fetcher) -> None:
    """Retry-After is handed on in seconds or from a date, at most a day of it; without a number it says nothing."""
    with pytest.raises(FetchFailed) as caught:
        fetcher.get(site.status("/x", 503, headers={"Retry-After": "120"}))
    assert caught.value.retry_after == timedelta(minutes=2)
    with pytest.raises(FetchFailed) as caught:
        fetcher.get(other_site.status("/y", 429, headers={"Retry-After": "9" * 15}))
    assert caught.value.retry_after == timedelta(days=1)


def test_a_server_that_asks_for_patience_gets_it_for_all_its_addresses(site: WebSite, fetcher: Fetcher) -> None:
    """After 429 or 503 with Retry-After nothing of that server is asked, and the words say until when."""
    site.feed("/other", "<rss/>")
    with pytest.raises(FetchFailed):
        fetcher.get(site.status("/x", 429, headers={"Retry-After": "120"}))
    with pytest.raises(HostRests, match="left alone until") as caught:
        fetcher.get(site.url("/other"))
    assert timedelta(minutes=1) < (caught.value.retry_after or timedelta()) <= timedelta(minutes=2)
    assert [request.path for request in site.requests] == ["/x"]


def test_a_server_rests_by_both_of_its_doors(site: WebSite, fetcher: Fetcher) -> None:
    """What a host wishes by http holds for its https, too: it is one machine."""
    with pytest.raises(FetchFailed):
        fetcher.get(site.status("/x", 503, headers={"Retry-After": "120"}))
    with pytest.raises(HostRests, match="left alone until"):
        fetcher.get(site.url("/x").replace("http:", "https:"))


def test_other_refusals_make_no_server_rest(site: WebSite, fetcher: Fetcher) -> None:
    """A Retry-After that no 429 or 503 carries, and a 503 without one, concern their own address only."""
    for path, status, headers in (("/a", 500, {"Retry-After": "120"}), ("/b", 503, {})):
        with pytest.raises(FetchFailed):
            fetcher.get(site.status(path, status, headers=headers))
    assert fetcher.get(site.page("/x", "x")).status == 200


def test_permanent_redirects_are_told(site: WebSite, fetcher: Fetcher) -> None:
    """301 and 308 lead to an address to remember; 302 to none; behind a 302 nothing counts any more."""
    site.redirect("/old", "/newer", 301)
    site.redirect("/newer", "/new", 308)
    site.redirect("/new-for-now", "/old", 302)
    site.redirect("/moved", "/new-for-now", 301)
    site.page("/new", "x")
    assert fetcher.get(site.url("/old")).moved_to == site.url("/new")
    assert fetcher.get(site.url("/new-for-now")).moved_to == ""
    assert fetcher.get(site.url("/moved")).moved_to == site.url("/new-for-now")
    assert fetcher.get(site.url("/new")).moved_to == ""


def test_an_answer_says_how_long_it_is_good(site: WebSite, fetcher: Fetcher) -> None:
    """Cache-Control's max-age arrives as fresh_for, on 304 as on 200."""
    site.etag("/x", '"v1"')
    site.content("/x", b"x", "text/html", headers={"Cache-Control": "max-age=600"})
    assert fetcher.get(site.url("/x")).fresh_for == timedelta(minutes=10)
    site.in_turn("/y", (304, "", {"Cache-Control": "public, max-age=60"}))
    assert fetcher.get(site.url("/y"), etag='"v1"').fresh_for == timedelta(minutes=1)


def test_one_request_at_a_time_goes_to_a_server(site: WebSite, fetcher: Fetcher) -> None:
    """However many threads ask, a server sees one request at a time."""
    urls = [site.slow(f"/{number}", 0.05) for number in range(5)]
    with ThreadPoolExecutor(5) as pool:
        assert [one.status for one in pool.map(fetcher.get, urls)] == [200] * 5
    assert site.most_at_once == 1


def test_a_server_that_is_busy_for_too_long_is_asked_another_time(site: WebSite) -> None:
    """Who waits for a turn longer than the time-out gives up, in words, and may try again."""

    class Busy:
        def turn(self, host: str, *, timeout: float) -> AbstractContextManager[None]:
            assert timeout == 0.2
            raise HostBusy(host)

        def close(self) -> None:
            """Nothing is held."""

    settings = FetchSettings(allow_addresses=["127.0.0.1"], timeout_seconds=0.2, max_bytes=1000, every_minutes=60)
    with Fetcher(settings, "newsletter-tests/1", turns=Busy()) as fetcher, pytest.raises(FetchFailed) as caught:
        fetcher.get(site.page("/x", "x"))
    assert caught.value.temporary
    assert "another request to its server" in str(caught.value)
    assert site.requests == []


def test_redirects_are_followed_up_to_five(site: WebSite, fetcher: Fetcher) -> None:
    """Five redirects lead to the page and its last address; a sixth is an error."""
    for step in range(6):
        site.redirect(f"/{step}", f"/{step + 1}")
    site.page("/6", "<p>there</p>")
    assert fetcher.get(site.url("/1")).url == site.url("/6")
    with pytest.raises(FetchFailed, match="redirects more than 5 times"):
        fetcher.get(site.url("/0"))


def test_redirects_share_one_time_out(site: WebSite) -> None:
    """A server that takes a little less than the time-out for each redirect gets no time-out for each."""
    for step in range(4):
        site.slow_redirect(f"/{step}", f"/{step + 1}", 0.3)
    site.page("/4", "there")
    with limited(timeout=0.7) as fetcher, pytest.raises(FetchFailed, match=r"0\.7 s"):
        fetcher.get(site.url("/0"))
    assert site.asked("/4") == 0


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/", "javascript:1", "http://"]
)
def test_only_http_is_fetched(site: WebSite, fetcher: Fetcher, target: str) -> None:
    """No other scheme is fetched, neither asked for nor by a redirect."""
    with pytest.raises(SourceError):
        fetcher.get(target)
    with pytest.raises(SourceError):
        fetcher.get(site.redirect("/x", target))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "0x7f000001",
        "2130706433",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "169.254.169.254",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "[fec0::1]",
        "224.0.0.1",
        "[ff02::1]",
        "255.255.255.255",
        "240.0.0.1",
    ],
)
def test_addresses_that_are_not_public_are_refused(site: WebSite, host: str) -> None:
    """However it is written, an inner address is refused before a byte is sent, and the words say what to set."""
    port = site.address.rpartition(":")[2]
    with limited(allow="") as fetcher, pytest.raises(SourceError, match=r"fetch\.allow_addresses"):
        fetcher.get(f"http://{host}:{port}/x")
    assert site.requests == []


def test_a_redirect_does_not_get_round_the_guard(site: WebSite, fetcher: Fetcher) -> None:
    """An allowed site cannot send us to an inner address."""
    with pytest.raises(FetchFailed, match="not public"):
        fetcher.get(site.redirect("/x", "http://169.254.169.254/latest/meta-data/"))


def test_an_allowed_network_is_reached_in_any_spelling(site: WebSite, fetcher: Fetcher) -> None:
    """What the operator allows is allowed by address, not by spelling."""
    site.page("/x", "<p>x</p>")
    port = site.address.rpartition(":")[2]
    assert [fetcher.get(f"http://{host}:{port}/x").status for host in ("localhost", "127.1", "2130706433")] == [200] * 3


def test_a_page_over_the_cap_is_refused(site: WebSite) -> None:
    """Content over max_bytes is an error whether its length was announced or not."""
    with limited(max_bytes=1000) as fetcher:
        assert len(fetcher.get(site.page("/full", "x" * 1000)).content) == 1000
        with pytest.raises(FetchFailed, match="larger than 1,000 bytes"):
            fetcher.get(site.page("/over", "x" * 1001))
        with pytest.raises(FetchFailed, match="larger than 1,000 bytes"):
            fetcher.get(site.drip("/endless", b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001))


def test_a_gzip_bomb_stops_at_the_cap(site: WebSite) -> None:
    """100 MB packed into 100 KB are cut at the cap and never stand in memory."""
    url = site.gzip_bomb("/bomb", 100_000_000)
    with limited(max_bytes=1_000_000) as fetcher:
        tracemalloc.start()
        with pytest.raises(FetchFailed, match="larger than"):
            fetcher.get(url)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 20_000_000


def test_a_brotli_bomb_stops_at_the_cap(site: WebSite) -> None:
    """100 MB packed into a few bytes by brotli are cut at the cap and never stand in memory."""
    packed = brotli.compress(bytes(100_000_000), quality=1)
    url = site.content("/bomb", packed, "text/html", headers={"Content-Encoding": "br"})
    with limited(max_bytes=1_000_000) as fetcher:
        tracemalloc.start()
        with pytest.raises(FetchFailed, match="larger than"):
            fetcher.get(url)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 20_000_000


def test_a_bomb_within_a_layer_stops_at_the_cap(site: WebSite) -> None:
    """Each layer is capped: what unpacks to little in the end may not swell in between."""
    inner = gzip.compress(b"", mtime=0) * 200_000  # 4 MB of members that hold nothing
    url = site.content("/x", gzip.compress(inner, mtime=0), "text/html", headers={"Content-Encoding": "gzip, gzip"})
    with limited(max_bytes=1_000_000) as fetcher, pytest.raises(FetchFailed, match="larger than"):
        fetcher.get(url)


@pytest.mark.parametrize("packing", ["gzip, gzip, gzip", "zstd", "compress", "gzip, zstd"])
def test_only_what_was_asked_for_is_unpacked(site: WebSite, fetcher: Fetcher, packing: str) -> None:
    """Content packed three times over, or in a way we did not ask for, is an error."""
    content = gzip.compress(gzip.compress(b"<p>x</p>", mtime=0))
    with pytest.raises(FetchFailed, match="not asked for"):
        fetcher.get(site.content("/x", content, "text/html", headers={"Content-Encoding": packing}))


@pytest.mark.parametrize(
    ("packing", "packed"),
    [
        ("gzip", gzip.compress(b"text", mtime=0)),
        ("deflate", zlib.compress(b"text")),
        ("deflate", zlib.compress(b"text", wbits=-15)),
        ("identity", b"text"),
        ("X-GZIP", gzip.compress(b"text", mtime=0)),
        ("gzip", gzip.compress(b"te", mtime=0) + gzip.compress(b"xt", mtime=0)),
        ("gzip", gzip.compress(b"text", mtime=0) + b"rubbish"),
        ("br", brotli.compress(b"text")),
        ("gzip, br", brotli.compress(gzip.compress(b"text", mtime=0))),
        ("deflate, identity, gzip", gzip.compress(zlib.compress(b"text"), mtime=0)),
    ],
)
def test_packed_content_is_unpacked(site: WebSite, fetcher: Fetcher, packing: str, packed: bytes) -> None:
    """gzip, brotli and both spellings of deflate arrive as the bytes that were meant, also one over the other."""
    assert (
        fetcher.get(site.content("/x", packed, "text/html", headers={"Content-Encoding": packing})).content == b"text"
    )


@pytest.mark.parametrize(
    ("packing", "packed"),
    [
        ("gzip", b"no gzip at all"),
        ("gzip", gzip.compress(b"text" * 99, mtime=0)[:-12]),
        ("deflate", zlib.compress(b"text" * 99)[:-6]),
        ("br", b"no brotli at all"),
        ("br", brotli.compress(b"text and more of it" * 99)[:-4]),
        ("gzip, br", brotli.compress(gzip.compress(b"text" * 99, mtime=0)[:-12])),
    ],
)
def test_broken_packing_is_an_error(site: WebSite, fetcher: Fetcher, packing: str, packed: bytes) -> None:
    """Half a stream is not half a feed."""
    with pytest.raises(FetchFailed, match="pack"):
        fetcher.get(site.content("/x", packed, "text/html", headers={"Content-Encoding": packing}))


@given(st.binary(max_size=3000), st.sampled_from(["gzip", "deflate", "br", ""]), st.integers(1, 500))
def test_any_bytes_unpack_to_what_was_packed(content: bytes, packing: str, size: int) -> None:
    """However a body is cut on its way, and whatever it holds, what comes out is what went in."""
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "": bytes}[packing]
    packed = pack(content)
    parts = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert unpack(parts, packing, 10_000) == content
    assert unpack_start(parts, packing, 100) == content[:100]


@given(st.binary(max_size=400), st.sampled_from(["gzip", "deflate", "br", "br, gzip"]))
def test_rubbish_is_broken_packing(content: bytes, packing: str) -> None:
    """Bytes that are not packed as said raise BrokenPacking or unpack, and nothing else happens."""
    try:
        unpack([content], packing, 10_000)
    except (BrokenPacking, TooLarge):
        return


@pytest.mark.parametrize("kind", ["hang", "drip", "drip headers"])
def test_a_slow_server_is_cut_by_the_clock(site: WebSite, kind: str) -> None:
    """A server that is silent, or drips bytes for ever, is cut at the time-out."""
    url = (
        site.hang("/x")
        if kind == "hang"
        else site.drip("/x", b"" if kind == "drip headers" else b"HTTP/1.1 200 OK\r\n\r\n")
    )
    started = time.monotonic()
    with limited(timeout=0.3) as fetcher, pytest.raises(FetchFailed, match=r"within 0\.3 s") as caught:
        fetcher.get(url)
    assert time.monotonic() - started < 2
    assert caught.value.temporary


def test_no_cookie_passes_from_one_request_to_the_next(site: WebSite, fetcher: Fetcher) -> None:
    """Sources share a client, but no cookies."""
    url = site.content("/x", b"x", "text/html", headers={"Set-Cookie": "who=me; Path=/"})
    fetcher.get(url)
    fetcher.get(url)
    assert "cookie" not in site.requests[1].headers


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1",
        "http://a b/",
        "http://exa\x00mple/",
        "http://" + "a" * 70 + ".test/",
        "",
        "x",
        "http://xn--/",
        "http://0177.0.0.1/",
    ],
)
def test_an_address_that_is_none_is_an_error_in_words(fetcher: Fetcher, url: str) -> None:
    """Whatever is typed as an address, the answer is a SourceError."""
    with pytest.raises(SourceError):
        fetcher.get(url)


def test_passwords_are_not_shown(fetcher: Fetcher, site: WebSite) -> None:
    """A message never carries the password of an address."""
    assert shown("https://me:secret@example.org/feed") == "https://example.org/feed"
    with pytest.raises(SourceError) as caught:
        fetcher.get(site.url("/none").replace("http://", "http://me:secret@"))
    assert "secret" not in str(caught.value)
