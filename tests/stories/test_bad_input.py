"""Files and feeds as the world sends them. What is good goes in, what is bad is named, and nothing is guessed."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.web_server import WebSite
from tests.stories.stage import SETUP, Home

pytestmark = pytest.mark.story

RSS = "<rss version='2.0'><channel><title>T</title><item><title>A call for everybody</title><link>https://a.example/1</link></item></channel></rss>"
NAMES = "abcdefghij"
ENTITIES = (  # each entity is twenty of the one before: 20 to the power of 9 in all
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaaaaaaaa">'
    + "".join(f'<!ENTITY {name} "{20 * ("&" + before + ";")}">' for before, name in pairwise(NAMES))
    + "]><rss version='2.0'><channel><title>&j;</title><item><title>&j;</title></item></channel></rss>"
)


def test_settings_and_setup(tmp_path: Path) -> None:
    """All faults of a file are told at once with their keys, exit 2, and nothing is applied."""
    home = Home(tmp_path / "home")
    process = home.start_fresh("issue", "list")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert str(home.folder / "newsletter.toml") in err
    assert not home.folder.exists()

    home.run("init")
    file = tmp_path / "setup.toml"
    file.write_text(
        SETUP.format(posts=tmp_path, more='max_posts = "many"\nzone = "Europe/Berlln"\ncolor = "red"')
        + '[[source]]\nname = 5\nurl = "ftp://example.org"\n[[lisst]]\nslug = "x"\n'
    )
    said = home.run("apply", file, code=2).err
    for fault in ("source[1].name", "source[1].url", "lisst", "max_posts", "zone", "Europe/Berlin", "color"):
        assert fault in said
    file.write_text(SETUP.format(posts=tmp_path, more='max_posts = "many"\nzone = "Europe/Berlln"\ncolor = "red"'))
    said = home.run("apply", file, code=2).err
    for fault in ("max_posts", "zone", "Europe/Berlin", "color"):
        assert fault in said
    assert home.json("source", "list") == []

    settings = home.folder / "newsletter.toml"
    settings.write_text('[web]\npublic_url = 7\nbnd = "x"\n[fetch]\nmax_bytes = "ten"\n[nonsense]\n')
    said = home.run("tick", code=2).err
    for fault in ("web.public_url", "web.bnd", "fetch.max_bytes", "nonsense"):
        assert fault in said


def test_lists_of_people(tmp_path: Path) -> None:
    """Of a CSV the good rows go in; each refused row is told with its line; what cannot be read whole is not begun."""
    home = Home(tmp_path / "home")
    home.run("init")
    home.apply(SETUP.format(posts=tmp_path, more=""))
    file = tmp_path / "people.csv"

    file.write_text(
        "\ufeffemail;x\nanna@example.org;1\nno address;2\nbob@example.org;3\n"
        "ANNA@example.org;4\n;5\ncarl@@example.org;6\n",
        encoding="utf-8",
    )
    report = imported(home, file)
    assert report["added"] == 2
    assert {3, 6, 7} <= {one["line"] for one in report["refused"]}
    assert all(one["reason"] for one in report["refused"])
    assert report["refused_count"] == len(report["refused"])
    assert home.json("subscriber", "show", "anna@example.org")["subscriptions"]
    strict = home.run("subscriber", "import", file, "--list", "members", "--strict", code=1)
    assert "line 3" in strict.out

    file.write_bytes("email,name\nzoe@example.org,Zoë\n".encode("utf-16"))
    assert_refused_or_read(home, file, "zoe@example.org", "Zoë")
    file.write_bytes("email,name\nyves@example.org,Yvès\n".encode("latin-1"))
    assert_refused_or_read(home, file, "yves@example.org", "Yvès")

    file.write_text("name,town\nAnna,Bonn\n")
    assert "email" in home.run("subscriber", "import", file, "--list", "members", code=1).err
    assert "nowhere" in home.run("subscriber", "import", file, "--list", "nowhere", code=1).err


def test_feeds(tmp_path: Path) -> None:
    """A page, nothing, too much, bombs and silence where a feed should be: each is told, and the good one goes on."""
    site = WebSite()
    bad = {
        "page": site.page("/page.xml", "<html><body><h1>Welcome</h1></body></html>"),
        "empty": site.feed("/empty.xml", ""),
        "large": site.feed("/large.xml", RSS.replace("</rss>", f"<!-- {'x' * 400_000} --></rss>")),
        "bomb": site.gzip_bomb("/bomb.xml", 50_000_000),
        "entities": site.feed("/entities.xml", ENTITIES),
        "hanging": site.hang("/hanging.xml"),
        "dripping": site.drip("/dripping.xml"),
        "gone": site.status("/gone.xml", 410),
    }
    good = site.feed("/good.xml", RSS)
    home = Home(tmp_path / "home").settle_in(9)
    sources = "".join(f'[[source]]\nname = "{name}"\nurl = "{url}"\nkind = "feed"\n' for name, url in bad.items())
    home.apply(f'{sources}[[source]]\nname = "good"\nurl = "{good}"\nkind = "feed"\n')

    reports = {one["source"]: one for one in home.json("ingest", code=1)}
    assert (reports["good"]["new"], reports["good"]["error"]) == (1, "")
    for name in bad:
        assert reports[name]["error"], name
        assert reports[name]["new"] == 0
    assert [post["source"] for post in home.json("post", "list")] == ["good"]
    health = {one["what"]: one["verdict"] for one in home.json("doctor", code=1)}
    assert {name for name in bad if health.get(f"source {name}") == "warning"} == set(bad)
    site.close()


def imported(home: Home, file: Path) -> dict[str, Any]:
    report = home.json("subscriber", "import", file, "--list", "members", "--consent", "paper forms")
    assert isinstance(report, dict)
    return report


def assert_refused_or_read(home: Home, file: Path, address: str, name: str) -> None:
    """Another encoding is read as it is meant or refused in words; a name is never garbled."""
    said = home.begin("subscriber", "import", file, "--list", "members", "--consent", "paper", "--json").wait()
    shown = home.begin("subscriber", "show", address, "--json").wait()
    if shown.code == 0:
        assert shown.json["name"] == name
    else:
        assert said.code in {1, 2} or said.json["refused"], said
    assert "Traceback" not in said.err
