"""Forty partners with forty kinds of web site, some failing, over three polls: what is stored, said and asked."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import NOW
from tests.fakes.web_server import WebSite
from tests.stories.partners.everybody import all_partners
from tests.stories.partners.partner import Partner
from tests.stories.stage import Home

pytestmark = [pytest.mark.story, pytest.mark.long]

PARTNERS = all_partners()
_APART = timedelta(hours=23)  # less than the day for which a server is obeyed, more than the longest learned pause
_TICK_ENDS = (0, 0, 1)  # by the third day sources have failed for more than a day, and somebody is told


@pytest.fixture(scope="module")
def sites() -> Iterator[dict[str, WebSite]]:
    """A site of its own, on a port of its own, for each partner."""
    with ExitStack() as stack:
        found = {partner.name: WebSite() for partner in PARTNERS}
        for site in found.values():
            stack.callback(site.close)
        yield found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, sites: dict[str, WebSite]) -> Home:
    """A home that has polled all partners three times."""
    home = Home(tmp_path_factory.mktemp("forty") / "home")
    home.run("init")
    settings = home.folder / "newsletter.toml"
    text = settings.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^#?\s*allow_addresses = .*$", 'allow_addresses = ["127.0.0.1"]', text)
    text = re.sub(r"(?m)^#?\s*timeout_seconds = .*$", "timeout_seconds = 3.0", text)
    settings.write_text(text, encoding="utf-8")
    setup = home.folder / "setup.toml"
    setup.write_text("".join(_table(partner, sites[partner.name]) for partner in PARTNERS), encoding="utf-8")
    home.run("apply", setup)
    for day in range(3):
        for partner in PARTNERS:
            if day < len(partner.acts):
                partner.acts[day](sites[partner.name])
        home.run("tick", "--at", (NOW + day * _APART).isoformat(), code=_TICK_ENDS[day])
    return home


def _table(partner: Partner, site: WebSite) -> str:
    return f'[[source]]\nname = "{partner.name}"\nurl = "{site.url(partner.path)}"\n{partner.setup}\n'


def _posts(home: Home) -> Any:
    return home.json("post", "list", "--limit", 500)


def test_the_posts_are_exactly_those_expected(home: Home) -> None:
    """Each partner's posts are there once, in the state that their story ends in, and no others."""
    found: dict[str, dict[str, str]] = {partner.name: {} for partner in PARTNERS}
    for post in _posts(home):
        assert post["title"] not in found[post["source"]], f"twice: {post}"
        found[post["source"]][post["title"]] = "gone" if post.get("gone_at") else post["state"]
    assert found == {partner.name: dict(partner.posts) for partner in PARTNERS}


def test_the_health_is_told(home: Home) -> None:
    """Each source is known by its kind; one that fails says how, and one that is well says nothing."""
    health = {source["source"]: source for source in home.json("source", "list")}
    assert {name: one["kind"] for name, one in health.items()} == {partner.name: partner.kind for partner in PARTNERS}
    for partner in PARTNERS:
        error = health[partner.name]["last_error"]
        assert (partner.trouble.casefold() in error.casefold()) if partner.trouble else not error, (partner.name, error)


def test_stories_are_joined(home: Home) -> None:
    """One release in two places, and one post in two languages, are one story each; all else stands alone."""
    stories: dict[int, set[tuple[str, str]]] = {}
    for post in _posts(home):
        stories.setdefault(post["story"], set()).add((post["source"], post["language"]))
    joined = sorted(sorted(posts) for posts in stories.values() if len(posts) > 1)
    assert joined == [[("bilingual", "de"), ("bilingual", "en")], [("ministry", "en"), ("reprinter", "en")]]


def test_nothing_was_asked_in_vain(home: Home, sites: dict[str, WebSite]) -> None:
    """No page twice, no document within the time that it said it keeps, and a known ETag is always sent."""
    assert home.folder.is_dir()
    for partner in PARTNERS:
        requests = sites[partner.name].requests
        paths = [request.path for request in requests]
        for path, count in partner.asked.items():
            assert paths.count(path) == count, (partner.name, path, paths)
        for path in set(paths):
            if sites[partner.name]._etags.get(path):
                validators = [one.headers.get("if-none-match", "") for one in requests if one.path == path]
                assert all(validators[1:]), (partner.name, path, validators)
