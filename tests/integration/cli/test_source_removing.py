"""Removing a source: read no more, offered no more, accounted for, and back again without a flood."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.base.clock import SystemClock
from newsletter.db.engine import open_engine, reading
from newsletter.db.tables import audit_log
from tests.fakes.web_server import WebSite
from tests.integration.cli.conftest import Run

WORDS = {1: "Samples in order", 2: "The second congress", 3: "Consent by text", 4: "Registers of rare diseases"}


def feed(ages: dict[int, int]) -> str:
    """Write a feed of numbered posts, each so many days old."""
    now = SystemClock().now()
    items = "".join(
        f"<item><guid>{number}</guid><title>{WORDS[number]}</title><link>https://partner.example.org/{number}</link>"
        f"<pubDate>{now - timedelta(days=days):%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
        f"<description>What the partner tells about {WORDS[number].lower()}.</description></item>"
        for number, days in ages.items()
    )
    return f'<rss version="2.0"><channel><title>Partner</title><language>en</language>{items}</channel></rss>'


@pytest.fixture
def site() -> Iterator[WebSite]:
    site = WebSite()
    yield site
    site.close()


@pytest.fixture
def partner(week: Run, site: WebSite, tmp_path: Path) -> Run:
    """The week's home with a source on the site, added by hand and read once."""
    settings = tmp_path / "home" / "newsletter.toml"
    lines = settings.read_text(encoding="utf-8").splitlines()
    opened = ['allow_addresses = ["127.0.0.1"]' if "allow_addresses =" in line else line for line in lines]
    settings.write_text("\n".join(opened) + "\n", encoding="utf-8")
    assert week("source", "add", site.feed("/feed", feed({1: 1, 2: 2})), "--topic", "funding", "--yes").code == 0
    assert week("ingest", "Partner", "--json").json[0]["new"] == 2
    return week


def states(partner: Run) -> dict[str, str]:
    return {one["title"]: one["state"] for one in partner("post", "list", "--json").json if one["source"] == "Partner"}


def offered(partner: Run) -> int:
    return int(partner("issue", "assemble", "weekly", "--json").json["posts"])


def test_what_is_removed_is_neither_read_nor_offered(partner: Run, site: WebSite) -> None:
    """Its posts leave the issue that collects, no list has it, nothing asks for it; the act is on record."""
    before = offered(partner)
    removed = partner("source", "remove", "Partner", "--yes", "--json").json
    assert removed == {"source": "Partner", "url": site.url("/feed"), "posts": 2, "newsletters": []}
    assert offered(partner) == before - 2
    assert "Partner" not in [one["source"] for one in partner("source", "list", "--json").json]
    asked = site.asked("/feed")
    assert partner("ingest").code == 0
    assert partner("ingest", "Partner").code == 1
    assert site.asked("/feed") == asked
    engine = open_engine("sqlite:///newsletter.db", Path("home"))
    with reading(engine) as db:
        acts = db.execute(select(audit_log.c.act, audit_log.c.subject).order_by(audit_log.c.id)).all()
    engine.dispose()
    assert [(act, subject) for act, subject in acts if act.startswith("source.")] == [
        ("source.add", "source:Partner"),
        ("source.remove", "source:Partner"),
    ]


def test_what_was_in_an_issue_stays(partner: Run) -> None:
    """An issue that is approved, or sent, shows its posts as before: they account for what readers got."""
    assert offered(partner) >= 2
    assert partner("issue", "approve", "weekly").code == 0
    partner("source", "remove", "Partner", "--yes")
    assert partner("issue", "send", "weekly", "--wait").code == 0
    chosen = partner("explain", "ada@example.org", "weekly", "--json").json["chosen"]
    assert WORDS[1] in str(chosen)
    post = next(one["post"] for one in partner("post", "list", "--json").json if one["title"] == WORDS[1])
    assert partner("post", "show", str(post), "--json").json["source"] == "Partner"


@pytest.mark.parametrize("options", [(), ("--name", "Partner again")])
def test_it_comes_back_without_a_flood(partner: Run, site: WebSite, options: tuple[str, ...]) -> None:
    """Added again it is the source that it was: no post twice, and what came out long ago in between is none."""
    partner("source", "remove", "Partner", "--yes")
    site.feed("/feed", feed({1: 1, 2: 2, 3: 3, 4: 60}))
    back = partner("source", "add", site.url("/feed"), *options, "--yes", "--json").json
    name = options[1] if options else "Partner"
    assert (back["source"], back["topics"], back["owner"]) == (name, ["funding"], "Partner")
    assert partner("ingest", name, "--json").json[0]["new"] == 2
    mine = [one for one in partner("post", "list", "--json").json if one["source"] == name]
    assert {one["title"]: one["state"] for one in mine} == {
        WORDS[1]: "candidate", WORDS[2]: "candidate", WORDS[3]: "candidate", WORDS[4]: "seen",
    }  # fmt: skip
    assert len(mine) == 4
    assert [one["source"] for one in partner("source", "list", "--json").json] == [name, "secretariat"]


def test_it_may_be_mended_under_its_name(partner: Run, site: WebSite) -> None:
    """The doctor's way: remove, and add the new address under the old name; its posts are known there."""
    partner("source", "remove", "Partner", "--yes")
    partner("source", "add", site.feed("/new", feed({1: 1, 3: 0})), "--name", "Partner", "--yes")
    assert partner("ingest", "Partner", "--json").json[0]["new"] == 1
    assert states(partner) == {WORDS[1]: "candidate", WORDS[2]: "candidate", WORDS[3]: "candidate"}


def test_removing_is_confirmed_or_said(partner: Run) -> None:
    """Without a terminal and without --yes nothing is removed: exit 2; what is not there, or built in: exit 1."""
    asked = partner("source", "remove", "Partner")
    assert (asked.code, "--yes" in asked.err, len(states(partner))) == (2, True, 2)
    assert "Partner" in [one["source"] for one in partner("source", "list", "--json").json]
    assert partner("source", "remove", "nope", "--yes").code == 1
    (Path("by-hand.md")).write_text("# By hand\n\nIts text.\n")
    partner("post", "add", "by-hand.md")
    assert partner("source", "remove", "editors", "--yes").code == 1


def test_who_names_the_source_is_told(partner: Run) -> None:
    """A newsletter that takes from it by name goes on without it, and that is said; so is what apply would do."""
    (Path("more.toml")).write_text('[[newsletter]]\nslug = "weekly"\nsources = ["Partner", "secretariat"]\n')
    assert partner("apply", "more.toml").code == 0
    told = partner("source", "remove", "Partner", "--yes").out
    assert "still named by: weekly" in told
    assert "newsletter apply" in told
