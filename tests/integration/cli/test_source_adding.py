"""Adding sources: seen before they are stored, one by one or by a list; nothing from outside acts on the terminal."""

from pathlib import Path

import pytest

from tests.fakes.web_server import WebSite
from tests.integration.cli.conftest import Run

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Agency news</title>
<item><title>One &#27;[31mred&#7; title</title><link>{0}/1</link><guid>1</guid>
<pubDate>Fri, 20 Nov 2026 08:00:00 +0000</pubDate><description>A text that stands for itself.</description></item>
<item><title>Two</title><link>{0}/2</link><guid>2</guid><description>Another text.</description></item>
</channel></rss>"""
LIST = """<opml version="2.0"><body><outline text="Funding calls">
<outline text="Ministry & more" xmlUrl="https://ministry.example/feed"/>
<outline text="Ministry &amp; more" xmlUrl="https://other.example/feed"/></outline>
<outline text="Sport"><outline text="Nowhere"/><outline text="Council" xmlUrl="feed://council.example/rss"/></outline>
</body></opml>"""


def names(week: Run) -> list[str]:
    return [one["source"] for one in week("source", "list", "--json").json]


def test_what_is_found_is_shown_before_it_is_stored(open_week: Run, site: WebSite) -> None:
    """--dry-run shows the kind, the title and the first posts, and stores nothing."""
    url = site.feed("/feed", FEED.format(site.address))
    before = names(open_week)
    seen = open_week("source", "add", url, "--dry-run")
    assert (seen.code, names(open_week)) == (0, before)
    assert "a feed of 2 posts of 'Agency news'" in seen.err
    assert "2026-11-20  One [31mred title" in seen.err
    assert f"\n              {site.address}/1\n" in seen.err
    told = open_week("source", "add", url, "--dry-run", "--json").json
    assert (told["stored"], [sample["title"] for sample in told["samples"]]) == (False, ["One [31mred title", "Two"])


def test_what_a_site_says_does_nothing_to_the_terminal(open_week: Run, site: WebSite) -> None:
    """Escape sequences and bells in titles do not reach whoever looks."""
    url = site.feed("/feed", FEED.format(site.address))
    seen = open_week("source", "add", url, "--yes")
    assert not set(seen.err + seen.out) & {"\x1b", "\x07"}


def test_a_source_is_called_as_it_calls_itself(open_week: Run, site: WebSite) -> None:
    """Name and owner come from the feed; with --yes nobody is asked; the posts come with the next reading."""
    site.page("/", f'<html><link rel="alternate" type="application/rss+xml" href="{site.url("/feed")}"><p>Welcome</p>')
    site.feed("/feed", FEED.format(site.address))
    added = open_week("source", "add", site.url("/"), "--topic", "policy", "--yes", "--json").json
    assert (added["source"], added["owner"], added["url"]) == ("Agency news", "Agency news", site.url("/feed"))
    assert (added["kind"], added["topics"], added["stored"]) == ("feed", ["policy"], True)
    assert open_week("ingest", "Agency news", "--json").json[0]["new"] == 2
    again = open_week("source", "add", site.url("/"), "--yes")
    assert (again.code, "is stored already: it is the source 'Agency news'" in again.err) == (1, True)


def test_nothing_is_stored_unasked(open_week: Run, site: WebSite) -> None:
    """Where nobody can be asked and no --yes is said, what is found is shown, nothing is stored, and it is exit 2."""
    url = site.feed("/feed", FEED.format(site.address))
    before = names(open_week)
    for options in ((), ("--json",)):
        seen = open_week("source", "add", url, *options)
        assert (seen.code, seen.out, names(open_week)) == (2, "", before)
        assert "a feed of 2 posts of 'Agency news'" in seen.err
        assert "--yes" in seen.err
        assert "--dry-run" in seen.err


def test_an_obstacle_comes_with_a_sentence_for_the_owner(open_week: Run, site: WebSite) -> None:
    """What keeps programs out is named, exit 1, with what can be mailed to the site's owner."""
    site.page("/", '<!doctype html><html><body><div id="root"></div><script src="/a.js"></script></body></html>')
    refused = open_week("source", "add", site.url("/"))
    assert refused.code == 1
    assert "shows nothing without JavaScript" in refused.err
    first, sentence = refused.err.splitlines()
    assert first.endswith("Write to the site's owner:")
    assert sentence.startswith(f"Your page {site.url('/')} is empty")


def test_a_kind_that_is_told_is_obeyed(open_week: Run, site: WebSite) -> None:
    """A page that leads to a feed stays a page if a person says so, and what is no feed is refused as one."""
    text = "<p>" + "The council funds eight projects on rare diseases in six countries. " * 12 + "</p>"
    head = f'<title>One call</title><link rel="alternate" type="application/rss+xml" href="{site.url("/feed")}">'
    site.page("/call", f"<html><head>{head}</head><body><article><h1>One call</h1>{text}</article></body></html>")
    site.feed("/feed", FEED.format(site.address))
    assert open_week("source", "add", site.url("/call"), "--dry-run", "--json").json["kind"] == "feed"
    told = open_week("source", "add", site.url("/call"), "--kind", "page", "--yes", "--json").json
    assert (told["kind"], told["url"], told["source"]) == ("page", site.url("/call"), "One call")
    assert (told["found"], [one["title"] for one in told["samples"]]) == ("read as a page of 1 post", ["One call"])
    assert site.asked("/feed") == 1, "what is told is not guessed at"
    assert open_week("source", "add", site.url("/call"), "--kind", "feed").code == 1
    assert open_week("source", "add", site.url("/call"), "--kind", "folder").code == 2
    assert open_week("source", "add", site.url("/call"), "--kind", "other").code == 2


def test_a_list_of_feeds_is_imported_once(week: Run, tmp_path: Path) -> None:
    """Each address becomes a source under a name of its own; folders that are topics count; what is left is told."""
    (tmp_path / "feeds.opml").write_text(LIST)
    assert week("source", "import", "feeds.opml", "--dry-run", "--json").json["stored"] is False
    assert "Council" not in names(week)
    done = week("source", "import", "feeds.opml", "--json").json
    assert done["added"] == ["Ministry & more", "Ministry & more 2", "Council"]
    assert (done["without_address"], done["unknown_topics"]) == (["Nowhere"], ["Sport"])
    stored = {one["source"]: one for one in week("source", "list", "--json").json}
    assert [stored[name]["topics"] for name in done["added"]] == [["funding"], ["funding"], []]
    assert stored["Council"]["url"] == "http://council.example/rss"
    assert {stored[name]["kind"] for name in done["added"]} == {"auto"}
    again = week("source", "import", "feeds.opml", "--json").json
    assert (again["added"], len(again["there"])) == ([], 3)


def test_a_second_import_tells_what_it_does_not_do(week: Run, tmp_path: Path) -> None:
    """Folders that are no topics are told each time; a source that is there keeps its topics, and that is told, too."""
    (tmp_path / "bare.opml").write_text(LIST.replace("Funding calls", "Things"))
    week("source", "import", "bare.opml")
    (tmp_path / "feeds.opml").write_text(LIST)
    again = week("source", "import", "feeds.opml", "--topic", "policy", "--json").json
    assert (again["added"], again["unknown_topics"]) == ([], ["Sport"])
    assert again["left_alone"] == [
        {"source": "Council", "topics": ["policy"]},
        {"source": "Ministry & more", "topics": ["policy", "funding"]},
        {"source": "Ministry & more 2", "topics": ["policy", "funding"]},
    ]
    assert {one["source"]: one["topics"] for one in week("source", "list", "--json").json}["Council"] == []
    told = week("source", "import", "feeds.opml").out
    assert "0 added, 3 there already" in told
    assert "2 sources there already without the topics that the list gives" in told
    assert "1 name of folders or categories that are no topics here: Sport" in told


def test_a_second_import_changes_nothing_after_a_reading(open_week: Run, site: WebSite, tmp_path: Path) -> None:
    """A page that led to a feed is read at the feed's address; its list still names the page, and adds it only once."""
    site.page("/", f'<html><link rel="alternate" type="application/rss+xml" href="{site.url("/feed")}"><p>Welcome</p>')
    site.feed("/feed", FEED.format(site.address))
    (tmp_path / "a.opml").write_text(f'<opml><body><outline text="Agency" xmlUrl="{site.url("/")}"/></body></opml>')
    assert open_week("source", "import", "a.opml", "--json").json["added"] == ["Agency"]
    assert open_week("ingest", "Agency", "--json").json[0]["new"] == 2
    before = names(open_week)
    again = open_week("source", "import", "a.opml", "--json")
    assert (again.code, again.json["added"], names(open_week)) == (0, [], before)
    (refused,) = again.json["refused"]
    assert (refused["name"], refused["url"]) == ("Agency", site.url("/"))
    assert site.url("/feed") in refused["reason"]


def test_a_malformed_list_is_imported_as_far_as_it_goes(week: Run, tmp_path: Path) -> None:
    """Lines that are never closed, bare ampersands and an end that is missing cost no feed."""
    lines = "".join(
        f'<outline text="R&D {n}" xmlUrl="https://{n}.example/feed?a=1&b=2">' for n in ("one", "two", "three")
    )
    (tmp_path / "broken.opml").write_text(f"<opml><body>{lines}")
    assert week("source", "import", "broken.opml").code == 0
    listed = {one["source"]: one["url"] for one in week("source", "list", "--json").json}
    assert listed["R&D three"] == "https://three.example/feed?a=1&b=2"
    assert {"R&D one", "R&D two"} < set(listed)


def test_a_long_title_becomes_a_short_name(week: Run, tmp_path: Path) -> None:
    """A name is cut at a word; a title of one endless word gives way to the host."""
    lines = (
        f'<outline text="{"Ministry of Health " * 9}" xmlUrl="https://a.example/f"/>'
        f'<outline text="{"x" * 99}" xmlUrl="https://www.b.example/f"/>'
    )
    (tmp_path / "long.opml").write_text(f"<opml><body>{lines}</body></opml>")
    added = week("source", "import", "long.opml", "--json").json["added"]
    assert added == ["Ministry of Health Ministry of Health Ministry of Health", "b.example"]


@pytest.mark.parametrize("content", ["<opml version='2.0'><body/></opml>", "no list at all", "<rss/>"])
def test_a_list_of_nothing_fails(week: Run, tmp_path: Path, content: str) -> None:
    """A file without a feed, or of another kind, is exit 1 with words; a missing one is exit 2."""
    (tmp_path / "feeds.opml").write_text(content)
    assert week("source", "import", "feeds.opml").code == 1
    assert week("source", "import", "none.opml").code == 2


TEXT = "<p>" + "The council funds eight projects on rare diseases in six countries. " * 12 + "</p>"


def call_page(head: str) -> str:
    return f"<html><head>{head}</head><body><article><h1>One call</h1>{TEXT}</article></body></html>"


@pytest.mark.parametrize(
    ("head", "options", "owner"),
    [
        ("<title>One call | Genome Alliance</title>", (), "Genome Alliance"),
        ('<title>One call</title><meta property="og:site_name" content="Genome Alliance">', (), "Genome Alliance"),
        ("<title>One call</title>", ("--name", "Alliance call"), "Alliance call"),
        ("<title>One call</title>", (), "127.0.0.1"),
        ("<title>One call | Genome Alliance</title>", ("--owner", "The Alliance"), "The Alliance"),
    ],
)
def test_a_page_is_owned_by_its_site(
    open_week: Run, site: WebSite, head: str, options: tuple[str, ...], owner: str
) -> None:
    """Cards name the site, else the name that was given, else the host; never the title of the page."""
    site.page("/calls/1", call_page(head))
    added = open_week("source", "add", site.url("/calls/1"), "--kind", "page", *options, "--yes", "--json").json
    assert added["owner"] == owner


def test_a_feed_is_owned_by_its_publisher(open_week: Run, site: WebSite) -> None:
    """ "News" behind a publisher's name is no part of it; where a feed is called nothing else, its site is asked."""
    url = site.feed("/feed", FEED.replace("Agency news", "Genome Alliance \u2013 News"))
    assert open_week("source", "add", url, "--dry-run", "--json").json["owner"] == "Genome Alliance"
    site.feed("/feed", FEED.replace("Agency news", "RSS Feed"))
    assert open_week("source", "add", url, "--dry-run", "--json").json["owner"] == "127.0.0.1"
    site.page("/", "<html><head><title>Home | Genome Alliance</title></head><body>Hello</body></html>")
    assert open_week("source", "add", url, "--dry-run", "--json").json["owner"] == "Genome Alliance"


def site_map(site: WebSite) -> str:
    listed = "".join(f"<url><loc>{site.url(f'/news/a-report-on-number-{n}')}</loc></url>" for n in (1, 2, 3))
    return site.content("/map.xml", f"<urlset>{listed}</urlset>".encode(), "text/xml")


def test_a_sitemap_is_called_as_its_front_page_says(open_week: Run, site: WebSite) -> None:
    """One request to the front page tells name and owner; its titles are said to come later."""
    site.page("/", '<html><head><meta property="og:site_name" content="Genome Alliance"></head><body>Hi</body></html>')
    ran = open_week("source", "add", site_map(site), "--yes")
    assert ran.code == 0
    assert "titles, dates and pictures come with the posts' own pages" in ran.err
    assert "no title" not in ran.err
    assert ran.out.strip() == f"Genome Alliance: an index, {site.url('/map.xml')}"
    assert (site.asked("/"), site.asked("/news/a-report-on-number-1")) == (1, 0)


def test_a_sitemap_of_a_silent_site_wants_an_owner(open_week: Run, site: WebSite) -> None:
    """Where the front page does not tell, or robots.txt closes it, it is said that --owner should."""
    site.page("/", '<html><head><meta property="og:site_name" content="Genome Alliance"></head><body>Hi</body></html>')
    site.robots("User-agent: *\nDisallow: /$")
    ran = open_week("source", "add", site_map(site), "--dry-run")
    assert "Cards name '127.0.0.1' as its publisher; who publishes it was not found: --owner says it" in ran.err
    assert site.asked("/") == 0


def test_an_address_may_come_without_its_scheme(open_week: Run, site: WebSite, tmp_path: Path) -> None:
    """What looks like a host, and is no file, is tried by https, then by http; a file of that name is that file."""
    url = site.feed("/feed", FEED.format(site.address))
    bare = url.removeprefix("http://")
    assert open_week("source", "add", bare, "--dry-run", "--json").json["url"] == url
    assert open_week("source", "add", bare, "--kind", "feed", "--dry-run", "--json").json["url"] == url
    (tmp_path / "example.org").mkdir()
    (tmp_path / "example.org" / "post.md").write_text("# A post\n\nIts text.\n")
    told = open_week("source", "add", "example.org", "--dry-run", "--json").json
    assert (told["kind"], told["url"]) == ("folder", str(tmp_path / "example.org"))


def test_a_page_that_may_be_a_list_comes_with_a_warning(open_week: Run, site: WebSite) -> None:
    """The words name the way out, and that way works; a script gets them with the rest."""
    links = "".join(
        f"<li><a href='/partners/{name.lower().replace(' ', '-')}'>{name}</a></li>"
        for name in ("University of Bonn", "Ministry of Health", "Institut Pasteur Paris")
    )
    site.page("/partners", f"<!doctype html><html><body><main><h1>Partners</h1><ul>{links}</ul></main></body></html>")
    seen = open_week("source", "add", site.url("/partners"), "--dry-run")
    assert "this looks like a list of articles; use --kind index if it is" in seen.err
    told = open_week("source", "add", site.url("/partners"), "--dry-run", "--json").json
    assert (told["kind"], "--kind index" in told["warning"]) == ("page", True)
    listed = open_week("source", "add", site.url("/partners"), "--kind", "index", "--dry-run", "--json").json
    assert (listed["kind"], len(listed["samples"]), listed["warning"]) == ("index", 3, "")


def test_a_feed_that_breaks_off_is_no_healthy_source(open_week: Run, site: WebSite) -> None:
    """It is refused in words, and one that was added before is said to be in trouble."""
    url = site.feed("/feed", "<rss version='2.0'><channel><title>Broken<item>")
    refused = open_week("source", "add", url)
    assert (refused.code, "breaks off" in refused.err) == (1, True)
    site.feed("/feed", "<rss version='2.0'><channel><title>New</title></channel></rss>")
    assert open_week("source", "add", url, "--name", "New", "--yes").code == 0
    assert open_week("source", "check", "New").code == 0
    site.feed("/feed", "<rss version='2.0'><channel><title>Broken<item>")
    checked = open_week("source", "check", "New", "--json")
    assert (checked.code, "breaks off" in checked.json[0]["error"]) == (1, True)
