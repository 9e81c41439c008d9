"""The headers of pages: strict by default, and nothing personal stays in a cache or travels on."""

import pytest

from tests.fakes.home import ANNA, Home
from tests.integration.web.asking import Asking


@pytest.mark.parametrize(
    "path",
    ["/u/{}", "/p/{}", "/v/{}", "/u/nothing", "/desk", "/desk/issues/1", "/issues/weekly/1", "/issues/weekly"],
)
def test_pages_are_closed(home: Home, ask: Asking, path: str) -> None:
    """No page may be sniffed, framed, run a script, or tell where its reader came from; only the archive is indexed."""
    home.approve()
    answer = ask.get(path.format(home.token(ANNA)))
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert answer.headers["x-robots-tag"] == ("all" if path.startswith("/issues") else "noindex")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    assert "<script" not in answer.text


@pytest.mark.parametrize("path", ["/u/{}", "/p/{}", "/v/{}", "/u/{}x"])
def test_what_a_token_shows_is_not_stored(home: Home, ask: Asking, path: str) -> None:
    """A page with a token in its path is kept by no cache."""
    home.approve()
    assert ask.get(path.format(home.token(ANNA))).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/u/{}", "/p/{}", "/desk", "/desk/issues/1"])
def test_pages_of_ours_need_no_inline_style(home: Home, ask: Asking, path: str) -> None:
    """Our own pages load their style sheet and nothing inline, and nothing from elsewhere."""
    text = ask.get(path.format(home.token(ANNA))).text
    assert "style=" not in text
    assert "<style" not in text
    assert "static/" in text
    policy = ask.get(path.format(home.token(ANNA))).headers["content-security-policy"]
    assert "unsafe" not in policy


def test_style_sheets_are_served(ask: Asking) -> None:
    """The two style sheets are there; no other file is."""
    for name in ("public", "desk"):
        answer = ask.get(f"/static/{name}.css")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/css")
    for name in ("other", "..%2fpublic", "%2e%2e/public"):
        assert ask.get(f"/static/{name}.css").status_code == 404


def test_an_operators_style_sheet_wins(home: Home) -> None:
    """templates_dir is looked at first, for style sheets and pages too."""
    folder = home.app.home / "mine" / "static"
    folder.mkdir(parents=True)
    (folder / "public.css").write_text("body { color: red }", encoding="utf-8")
    home.app.settings = home.app.settings.model_copy(update={"templates_dir": "mine"})
    assert Asking(home.app).get("/static/public.css").text == "body { color: red }"
    assert Asking(home.app).get("/static/desk.css").status_code == 200
