"""What a notice says: the same in both bodies, in one language and direction, and values stay where they stand."""

from email import message_from_bytes
from email.policy import default

import pytest

from newsletter.rendering.notice import Notice, notice_mime
from newsletter.rendering.reader_notice import Words, notice_html, notice_text
from newsletter.rendering.strings import load_strings
from tests.conftest import NOW
from tests.unit.rendering.sample import environment

HOSTILE = '</p><script>alert(1)</script>"><b>x'
LINK = "https://news.example.org/c/abc"


def words(text: str = "Hello") -> Words:
    return Words(subject=text, heading=text, before=(text,), button=text, link=LINK, after=(text,), foot=(text,))


def html(said: Words, language: str = "en") -> str:
    strings = load_strings(environment(), language)
    return notice_html(environment(), said, strings, colour="#1d4f73", font="")


def test_values_cannot_leave_their_place() -> None:
    """A newsletter may have any name: in HTML it is text wherever it stands."""
    found = html(words(HOSTILE))
    assert "<script" not in found
    assert "<b>" not in found
    assert found.count("&lt;script&gt;") == 6  # title, heading, before, button, after, foot


@pytest.mark.parametrize(("language", "direction"), [("de", "ltr"), ("ar", "rtl")])
def test_language_and_direction_are_told(language: str, direction: str) -> None:
    """A screen reader and a mail client learn both from the document."""
    assert f'<html lang="{language}" dir="{direction}">' in html(words(), language)


def test_both_bodies_say_the_same() -> None:
    """Whoever reads plain text misses no word and no link."""
    said = Words(
        subject="s", heading="Head", before=("First.",), button="Do it", link=LINK, after=("Last.",), foot=("Foot",)
    )
    for found in (html(said), notice_text(said)):
        for part in ("Head", "First.", "Do it", LINK, "Last.", "Foot"):
            assert part in found


def test_a_notice_without_a_button_has_no_link() -> None:
    """Nothing to press, nothing to copy."""
    assert "<a " not in html(Words(subject="s", heading="h", before=("b",)))


def test_the_same_notice_has_the_same_bytes() -> None:
    """A second try hands over what the first did; it parses without a defect."""
    made = Notice(
        sender="News <n@example.org>",
        to="anna@example.org",
        subject="Grüße\r\nBcc: x@example.org",
        text="..\nText",
        html=html(words()),
        message_id="<1@example.org>",
        date=NOW,
    )
    mime = notice_mime(made)
    assert mime == notice_mime(made)
    message = message_from_bytes(mime, policy=default)
    assert not message.defects
    assert message["Bcc"] is None
    assert b"\r\n." not in mime
    assert max(map(len, mime.split(b"\r\n"))) <= 998
