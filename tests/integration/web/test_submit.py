"""Forms of partners: what comes in is a post held for an editor, and nothing in it may run."""

import re
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from newsletter.app.fetching import ingest_now
from newsletter.app.post_topics import origins_of
from newsletter.app.posts import list_posts, move_post, one_post
from newsletter.app.submissions import close_form, form_link, renew_form
from newsletter.sources.post import Post, PostKind
from newsletter.sources.submission import Fault
from newsletter.web.submit_page import _FAULTS, _KINDS, _LABELS, TRAP
from tests.fakes.home import Home
from tests.integration.web.asking import Asking
from tests.unit.rendering.test_strings import messages

GOOD = {
    "title": "Neue Förderung für seltene Krankheiten",
    "text": "Das Ministerium fördert **acht** Vorhaben.\n\nAnträge sind bis Januar möglich.",
    "link": "www.example.org/foerderung",
    "language": "de",
    "topic": "funding",
    "sender": "Jana Beispiel",
}


class Form:
    """The form of the home's one source."""

    def __init__(self, home: Home) -> None:
        self.app, self.ask = home.app, Asking(home.app)
        self.link = form_link(home.app, "secretariat", by="a test")

    @property
    def path(self) -> str:
        return self.link.removeprefix("http://127.0.0.1:8000")

    def get(self, **more: Any) -> httpx.Response:
        return self.ask.get(self.path, **more)

    def send(self, picture: bytes = b"", headers: dict[str, str] | None = None, **fields: Any) -> httpx.Response:
        data = {**GOOD, **fields}
        upload = {"picture": ("photo.png" if picture else "", picture, "application/octet-stream")}
        return self.ask.post(self.path, data=data, files=upload, headers=headers or {})

    def held(self) -> list[Post]:
        return list_posts(self.app, state="held")


@pytest.fixture
def form(home: Home) -> Form:
    return Form(home)


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (300, 200), "teal").save(file, "PNG")
    return file.getvalue()


def test_what_comes_in_is_held_for_an_editor(form: Form) -> None:
    """A post of that source, in state held, with its sender, its topic, its language and a picture of our own."""
    answer = form.send(picture())
    assert (answer.status_code, answer.cookies) == (200, httpx.Cookies())
    (post,) = form.held()
    assert (post.title, post.language, post.topics) == (GOOD["title"], "de", ("funding",))
    assert (post.kind, post.url, post.published_at) == (PostKind.NEWS, "https://www.example.org/foerderung", None)
    assert "<strong>acht</strong>" in post.body
    assert post.picture is not None
    assert (form.app.media / post.picture.name).is_file()
    origin = origins_of(form.app, [post])[post.id]
    assert (origin.sender, origin.topics.reasons) == ("Jana Beispiel", {"funding": "sender"})
    for word in (GOOD["title"], "Jana Beispiel", "Funding calls"):
        assert word in answer.text


def test_a_form_sent_twice_makes_one_post(form: Form) -> None:
    """A double click, or a reload of the page of thanks, is the same post; another text is another."""
    assert [form.send().status_code for _ in range(7)] == [200] * 7
    form.send(title="Another")
    assert len(form.held()) == 2


def test_nothing_in_it_runs(form: Form) -> None:
    """Markup is text, in the post, on the page of thanks and in the form that comes back; control characters go."""
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)> \x1b[31m\u202e"
    thanks = form.send(title=evil, text=f"{evil}\n\n[x](javascript:alert(3)) ![y](http://t.example/p.gif)", sender=evil)
    again = form.send(title=evil, text=evil, sender=evil, link="javascript:alert(1)")
    (post,) = form.held()
    assert post.title == "<script>alert(1)</script><img src=x onerror=alert(2)> [31m"
    for markup in (thanks.text, again.text, post.body):
        assert not re.search(r"<script|<img|(href|src|action)=[\"']?\s*javascript:", markup)
    assert "\x1b" not in post.body
    assert "\u202e" not in post.title + origins_of(form.app, [post])[post.id].sender


def test_a_link_sent_in_never_revises_what_its_source_published(home: Home, form: Form) -> None:
    """An outsider who names the address of a post that is there makes a new post, and leaves that one alone."""
    before = {post.id: post for post in list_posts(home.app)}
    known = next(post for post in before.values() if post.url)
    form.send(link=known.url, title="Taken over")
    assert {post.id: post for post in list_posts(home.app) if post.id in before} == before
    assert [post.title for post in form.held()] == ["Taken over"]


def test_no_visitor_decides_what_is_fetched(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    """The link of a submission is shown, never read: the fetcher is not asked."""
    asked: list[str] = []
    monkeypatch.setattr(type(form.app.fetcher), "get", lambda _fetcher, url, **_more: asked.append(url))
    assert form.send(text="", link="https://internal.example/secret").status_code == 200
    assert (asked, len(form.held())) == ([], 1)


def test_what_was_sent_in_is_not_missed_at_its_source(form: Form) -> None:
    """A submission never stood in the source's folder: reading that anew takes nothing back that an editor let in."""
    form.send(link="")
    (post,) = form.held()
    move_post(form.app, post.id, "candidate", why="good", by="a test")
    for _ in range(3):
        list(ingest_now(form.app, ["secretariat"]))
    assert (one_post(form.app, post.id).state, one_post(form.app, post.id).gone_at) == ("candidate", None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"text": "", "link": ""}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"link": "ftp://example.org"}, "link"),
        ({"deadline": "soon"}, "deadline"),
        ({"deadline": "2020-01-01"}, "deadline"),
        ({"deadline": "2999-01-01"}, "deadline"),
        ({"kind": "event"}, "start"),
        ({"kind": "event", "start": "2027-05-03", "end": "2027-05-02"}, "end"),
        ({"kind": "video"}, "kind"),
        ({"language": "xx"}, "language"),
        ({"topic": "cancer"}, "topic"),
        ({"sender": " . "}, "sender"),
    ],
)
def test_a_fault_is_told_beside_its_field(form: Form, fields: dict[str, Any], field: str) -> None:
    """Nothing is kept; the page names the field on top and at its place, and has all that was entered."""
    answer = form.send(**fields)
    assert (answer.status_code, form.held()) == (422, [])
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-fault"' in answer.text
    assert re.search(rf'id="{field}"[^>]*aria-describedby="{field}-fault[^>]*aria-invalid="true"', answer.text)
    if field != "text":
        assert "Anträge sind bis Januar möglich." in answer.text


def test_deadlines_make_calls_and_events_have_their_days(form: Form) -> None:
    """A deadline makes a call of news; of an event it is the end of the registration."""
    form.send(deadline="2027-01-15")
    form.send(kind="event", start="2027-05-02", end="2027-05-03", place="Bonn", deadline="2027-04-01")
    event, call = form.held()
    assert (call.kind, call.call and call.call.deadline and call.call.deadline.date().isoformat()) == (
        PostKind.CALL,
        "2027-01-15",
    )
    assert event.event is not None
    assert (event.kind, event.event.place, event.event.all_day) == (PostKind.EVENT, "Bonn", True)
    assert event.event.register_by is not None


def test_a_picture_that_is_none_is_told(form: Form) -> None:
    """A file that is no picture, or too large, brings the form back and keeps nothing."""
    assert "picture-fault" in form.send(b"<svg onload=alert(1)>").text
    assert form.send(b"\x89PNG" + bytes(form.app.settings.fetch.max_bytes)).status_code == 422
    assert form.send(bytes(3 * form.app.settings.fetch.max_bytes)).status_code == 413
    assert form.held() == []


def test_too_much_is_told_when_to_come_again(form: Form) -> None:
    """The sixth within an hour from one network is refused with 429 and when, and its words are still in the form."""
    codes = [form.send(title=f"News {number}").status_code for number in range(6)]
    assert codes == [200] * 5 + [429]
    refused = form.send(title="News 7")
    assert 0 < int(refused.headers["retry-after"]) <= 7200
    assert 'value="News 7"' in refused.text
    assert len(form.held()) == 5
    elsewhere = form.ask.post(form.path, data=GOOD, files={"picture": ("", b"")}, client="192.0.2.9")
    assert elsewhere.status_code == 200


def test_a_program_that_fills_everything_in_is_let_go(form: Form) -> None:
    """It gets the page of thanks, and nothing is kept."""
    filled: dict[str, Any] = {TRAP: "x"}
    assert form.send(**filled).status_code == 200
    assert form.held() == []


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": "http://127.0.0.1:8000"}, 200),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, 403),
        ({}, 200),
    ],
)
def test_only_our_own_page_posts(form: Form, headers: dict[str, str], code: int) -> None:
    """Another site's page cannot post with its visitors' addresses."""
    assert form.send(headers=headers).status_code == code
    assert len(form.held()) == (code == 200)


def test_an_old_link_leads_nowhere(home: Home, form: Form) -> None:
    """A renewed, a closed and an unknown key are the same plain 404; the link stays while nobody renews it."""
    assert form_link(home.app, "secretariat", by="x") == form.link
    assert re.fullmatch(r"/s/[0-9A-Za-z]{24}", form.path)
    renewed = renew_form(home.app, "secretariat", by="x")
    assert (form.get().status_code, form.send().status_code) == (404, 404)
    form.link = renewed
    assert form.get().status_code == 200
    close_form(home.app, "secretariat", by="x")
    assert (form.get().status_code, form.ask.get("/s/x").status_code, form.held()) == (404, 404, [])


@pytest.mark.parametrize("language", ["en", "de", "fr", "it", "es", "pt", "ar"])
def test_the_form_speaks_the_browsers_language(form: Form, language: str) -> None:
    """Labels in the language that the browser asks for, from right to left for Arabic; each field has its label."""
    page = form.get(headers={"Accept-Language": language})
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page.text
    fields = re.findall(r"<(?:input|select|textarea)[^>]* id=\"(\w+)\"", page.text)
    assert set(fields) == set(re.findall(r'<label for="(\w+)"', page.text))
    assert len(fields) == 13
    assert ("Send in your news" in page.text) is (language == "en")
    assert page.headers["vary"] == "Accept-Language"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in page.headers["x-robots-tag"]


def test_every_fault_and_label_is_said_in_every_language() -> None:
    """The words that stand in tables of the code are in the catalogues, too."""
    words = {*_FAULTS.values(), *_LABELS.values(), *_KINDS.values()}
    assert set(_FAULTS) == set(Fault)
    assert words <= set(messages("ar"))


def test_the_desk_tells_that_posts_wait(form: Form) -> None:
    """The desk counts the posts that wait for an editor."""
    assert "wait" not in form.ask.get("/desk").text.partition("<h1")[0]
    form.send()
    assert "1 post waits for an editor" in form.ask.get("/desk").text
