"""Hostile posts, and an edition that cannot be built (rows 30, 31): nothing leaves its place, and nobody else waits."""

import email
import email.policy
import re
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.stories.stage import Home, approve_weekly, check_adds_up, relay_in, set_up_weekly, write_post

pytestmark = pytest.mark.story

# Title and what of it a reader must see as plain words.
HOSTILE = {
    "markup": ("<script>alert(1)</script> and <b>bold</b> trials", "trials"),
    "template": ("{{ 7 * 7 }} and {% raw %} in a title", "{{ 7 * 7 }} and {% raw %} in a title"),
    "mjml": ("</mj-text><mj-raw><!-- a raw study", "a raw study"),
    "comment": ("--> <!-- card 1 --> a comment's end", "a comment's end"),
    "quotes": ("Quotes \" and ' and & and > stay", "Quotes \" and ' and & and > stay"),
    "bidi": ("Override \u202egpj.exe\u202c ends here", "ends here"),
    "newline": ("One line\r\nBcc: victim@example.net", "victim@example.net"),
    "emoji": ("Families 👩‍👩‍👧 and flags 🇪🇺 and é (combining)", "Families"),
    "arabic": ("الطب الشخصي في المستشفيات", "الطب الشخصي في المستشفيات"),
}
BODY = (
    "{{ 7 * 7 }} <mj-raw>x</mj-raw> <script>alert(2)</script> %%token%% Text that a reader reads, in one sentence.\n\n"
)
FRENCH = ("lyon@example.org", "paris@example.org")
OTHERS = ("other0@example.org", "other1@example.org")
SECOND_NEWSLETTER = """
[[newsletter]]
slug = "second"
name = "Second"
from = "Newsroom <second@example.org>"
postal_address = "Example Street 1, 53227 Bonn, Germany"
lists = ["others"]
[[list]]
slug = "others"
"""


def test_hostile_posts(tmp_path: Path) -> None:
    """Whatever titles and bodies hold, the issue goes out and every card shows it as words in its own place."""
    posts = tmp_path / "posts"
    for name, (title, _) in HOSTILE.items():
        write_post(posts, name, title, text=BODY)
    write_post(posts, "long", "Long " * 2000, text="Endless " * 20_000)
    (posts / "broken.md").write_bytes(b"---\ntitle: [never ended\n---\n\xff\xfe")
    with relay_in(tmp_path) as relay:
        home = Home(tmp_path / "home").settle_in(relay.port)
        people = set_up_weekly(home, posts, readers=5, more="max_posts = 12")
        issue = approve_weekly(home)
        status = home.json("issue", "send", issue, "--wait")
        assert (status["state"], status["accepted"]) == ("sent", 5)
        assert sorted(relay.recipients) == people
        for mail in relay.mails:
            check_mail(mail.data, len(HOSTILE) + 1)


def test_one_language_cannot_be_built(tmp_path: Path) -> None:
    """An operator's broken French words pause the issue and fail nobody; other issues leave; mended, it goes on."""
    write_post(tmp_path / "posts", "one", "A call for everybody")
    broken = tmp_path / "own" / "locale" / "fr.po"
    broken.parent.mkdir(parents=True)
    with relay_in(tmp_path) as relay:
        home = Home(tmp_path / "home").settle_in(relay.port)
        settings = home.folder / "newsletter.toml"
        settings.write_text(f'templates_dir = "{tmp_path / "own"}"\n' + settings.read_text())
        people = set_up_weekly(home, tmp_path / "posts", readers=10, more=SECOND_NEWSLETTER)
        home.import_csv(["address,language", *(f"{address},fr" for address in FRENCH)], "members")
        home.import_csv(["address", *OTHERS], "others")
        issue = approve_weekly(home)
        home.json("issue", "assemble", "second")
        home.json("issue", "approve", "second")
        broken.write_text("These are no translations.\n")

        home.run("issue", "send", "second")
        status = home.json("issue", "send", issue, "--wait", code=1)
        check_adds_up(status)
        assert (status["failed"], status["in_doubt"], status["accepted"] + status["planned"]) == (0, 0, 12)
        assert "fr.po" in status["paused"]
        assert not set(FRENCH) & set(relay.recipients)
        assert f"newsletter issue resume {status['name']}" in home.run("tick", code=1).err
        assert home.status("second")["state"] == "sent"

        broken.unlink()
        home.json("issue", "resume", issue)
        assert home.json("issue", "send", issue, "--wait")["state"] == "sent"
        assert sorted(relay.recipients) == sorted([*people, *FRENCH, *OTHERS])


class _Page(HTMLParser):
    """Elements and text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def check_mail(mime: bytes, cards: int) -> None:
    """No header, element or card more than there should be, and every title's words in both parts."""
    message = email.message_from_bytes(mime, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    assert not message["Bcc"]
    assert not re.search(r"[\x00-\x1f\x7f\u202a-\u202e]", str(message["Subject"]))
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    assert html
    assert text
    page = _Page()
    page.feed(html.get_content())
    assert not {"script", "mj-raw", "mj-text"} & set(page.elements)
    assert page.elements.count("h3") == cards or page.elements.count("h2") == cards
    seen, read = " ".join("".join(page.words).split()), " ".join(text.get_content().split())
    for _, words in HOSTILE.values():
        assert words in seen, words
        assert words in read, words
    assert "49" not in seen.replace("4900", "")
    assert max(map(len, mime.split(b"\r\n"))) <= 998
