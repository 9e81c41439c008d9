"""Header fields hold any text and cannot be broken out of."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.rendering.errors import InvalidHeader
from newsletter.rendering.headers import (
    DeliveryHeaders,
    StandingHeaders,
    header_lines,
    standing_headers,
    text_line,
)
from newsletter.rendering.values import one_line
from tests.unit.rendering.sample import TOKEN

anything = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=250),
    st.text(st.sampled_from('ab =?_\r\n\t"\\<>@,äé中😀\u0301'), max_size=250),
)


def standing(**changes: str) -> StandingHeaders:
    values = {
        "sender": "Newsroom <news@example.org>",
        "reply_to": "",
        "newsletter": "Weekly",
        "slug": "weekly",
        "kind": "digest",
    }
    return standing_headers(**(values | changes), number=12, leave_url="https://news.example.org/u/")


@settings(max_examples=80)
@given(text=anything)
@example(text="=?utf-8?q?=0D=0ABcc:_all?=")
@example(text="a =?utf-8?b?Qg==?= b")
@example(text="x" * 300)
@example(text="\u00e9" * 300)
def test_a_subject_decodes_to_its_text(text: str) -> None:
    """One field, ASCII, lines of at most 76, encoded words of at most 75 that each decode alone (RFC 2047)."""
    line = text_line("Subject", text)
    assert line.isascii()
    assert line.endswith(b"\r\n")
    rows = line[:-2].split(b"\r\n")
    assert all(row.startswith(b" ") for row in rows[1:])
    assert max(map(len, rows)) <= 76
    words = [word for row in rows for word in row.decode().split(" ") if word.startswith("=?utf-8?")]
    assert all(len(word) <= 75 for word in words)
    for word in words:
        decode_header(word)[0][0].decode()
    value = b"".join(rows).decode().partition(": ")[2]
    assert str(make_header(decode_header(value))) == one_line(text)


@settings(max_examples=40)
@given(name=anything)
def test_a_newsletters_name_cannot_change_the_header(name: str) -> None:
    """The name stands in List-Id as a phrase; the fields stay those that they are."""
    lines = header_lines(
        standing(newsletter=name),
        text_line("Subject", name),
        DeliveryHeaders(to="a@example.com", message_id="<a@b>", date=datetime(2026, 11, 23, tzinfo=UTC)),
        TOKEN,
        (b"Content-Type: text/plain\r\n",),
    )
    message = message_from_bytes(b"".join(lines) + b"\r\n", policy=policy.compat32)
    assert len(message.keys()) == len(lines) == 13
    assert str(message["List-Id"]).endswith("<weekly.example.org>")
    assert max(len(row) for line in lines for row in line.split(b"\r\n")) <= 200


def test_the_sender_is_one_address_with_an_encoded_name() -> None:
    """Names outside ASCII or with special characters are encoded or quoted; parsers read them back."""
    for name in ("Müller, Redaktion", 'The "News" room', "نشرة", "A. B."):
        quoted = name.replace('"', '\\"')
        line = standing(sender=f'"{quoted}" <news@example.org>').sender_line
        message = message_from_bytes(line + b"\r\n", policy=policy.default)
        (address,) = message["From"].addresses
        assert (address.display_name, address.addr_spec) == (name, "news@example.org")


@pytest.mark.parametrize("sender", ["Newsroom", "a@b, c@d", "News <a@b> <c@d>", "News <a b@c>", ""])
def test_a_sender_that_is_no_address_is_refused(sender: str) -> None:
    """A From must hold exactly one address; the message says how it is written."""
    with pytest.raises(InvalidHeader, match=r"Newsroom <news@example\.org>"):
        standing(sender=sender)


@pytest.mark.parametrize(
    ("domain", "sender_id"),
    [("example.org", "example-org"), ("a.b", "a-b-"), ("very.long.domain.example.org", "very-l-")],
)
def test_the_feedback_id_ends_with_a_stable_sender(domain: str, sender_id: str) -> None:
    """Its last part has 5 to 15 characters, the same for a domain, and no part names a recipient."""
    parts = standing(sender=f"news@{domain}").feedback_id.split(":")
    assert parts[:3] == ["12", "weekly", "digest"]
    assert parts[3].startswith(sender_id)
    assert 5 <= len(parts[3]) <= 15
