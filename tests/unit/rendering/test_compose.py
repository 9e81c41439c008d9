"""What is composed is a mail that every parser reads the same way, and the preview is that mail."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.ids import PostId
from newsletter.issues.digest import Chosen, Reason
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import Texts
from newsletter.rendering.compose import (
    compose,
    compose_lines,
    compose_parts,
    page_html,
    subject_of,
    text_of,
)
from newsletter.rendering.edition import Edition, build_edition
from newsletter.rendering.errors import EmptyDigest, InvalidHeader
from newsletter.rendering.values import one_line
from tests.unit.rendering.sample import (
    PUBLIC_URL,
    TOKEN,
    environment,
    make_delivery,
    make_frozen,
    make_personal,
    make_post,
    make_recipe,
    sample_issue,
    sample_posts,
)

ONE = (Chosen(PostId(1), Reason.TOPIC, 1),)


def build(frozen: FrozenIssue, language: str = "en") -> Edition:
    return build_edition(frozen, language, public_url=PUBLIC_URL, environment=environment())


def parse(mail: bytes) -> EmailMessage:
    return message_from_bytes(mail, policy=policy.default)


def check_wire(mail: bytes) -> None:
    """What the SMTP engine relies on, since it never looks at the bytes again."""
    assert mail.endswith(b"\r\n")
    assert b"\n" not in mail.replace(b"\r\n", b"")
    assert b"\r" not in mail.replace(b"\r\n", b"")
    assert b"\0" not in mail
    lines = mail.split(b"\r\n")
    assert not any(line.startswith(b".") for line in lines)
    assert max(map(len, lines)) <= 998
    head, _, body = mail.partition(b"\r\n\r\n")
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert mail.isascii(), head


@pytest.fixture(scope="module")
def edition() -> Edition:
    return build(sample_issue())


@pytest.mark.parametrize("language", ["en", "de", "fr", "ar"])
def test_a_mail_parses_back_without_a_defect(language: str) -> None:
    """The standard library reads the mail without a complaint, and finds the very texts of the preview."""
    edition = build(sample_issue(), language)
    personal = make_personal(name="Zoë مرحبا")
    mail = compose(edition, personal, make_delivery())
    check_wire(mail)
    message = parse(mail)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert all(part.defects == [] for part in message.walk())
    assert [defect for value in message.values() for defect in getattr(value, "defects", ())] == []
    text, html = (part.get_content() for part in message.iter_parts())
    assert text.replace("\r\n", "\n") == text_of(edition, personal)
    assert html.replace("\r\n", "\n") == page_html(edition, personal)


def test_the_parts_are_the_same_mail(edition: Edition) -> None:
    """What an HTTP API gets is the mail: the same texts, subject and headers."""
    personal, delivery = make_personal(), make_delivery(leave_mailto=f"leave+{TOKEN}@bounce.example.org")
    parts, message = compose_parts(edition, personal, delivery), parse(compose(edition, personal, delivery))
    assert parts.html == page_html(edition, personal)
    assert parts.text == text_of(edition, personal)
    assert parts.subject == message["Subject"]
    assert (parts.to, parts.reply_to) == (message["To"], message["Reply-To"])
    assert parts.sender == '"Newsroom" <news@example.org>'
    assert {name: message[name] for name, _ in parts.headers} == dict(parts.headers)


def test_a_reader_of_plain_text_gets_only_that(edition: Edition) -> None:
    """Who wants plain text gets a mail of one part."""
    personal = make_personal(plain_text=True)
    mail = compose(edition, personal, make_delivery())
    check_wire(mail)
    message = parse(mail)
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == text_of(edition, personal)
    assert compose_parts(edition, personal, make_delivery()).html == ""


def test_header_and_body_are_the_mail(edition: Edition) -> None:
    """The halves that a signature needs join to the mail; each header element is one whole field."""
    composed = compose_lines(edition, make_personal(), make_delivery())
    assert b"".join(composed.header) + b"\r\n" + composed.body == compose(edition, make_personal(), make_delivery())
    assert all(re.fullmatch(rb"[A-Za-z-]+: [^\r\n]+\r\n(?:[ \t][^\r\n]+\r\n)*", line) for line in composed.header)


def test_the_header_holds_what_bulk_mail_needs(edition: Edition) -> None:
    """Each field once, with the values of the contract (RFC 2369, 2919, 3834, 8058)."""
    delivery = make_delivery(leave_mailto=f"leave+{TOKEN}@bounce.example.org")
    message = parse(compose(edition, make_personal(), delivery))
    assert len(message.keys()) == len(set(message.keys()))
    expected = {
        "From": "Newsroom <news@example.org>",
        "To": "anna@example.com",
        "Reply-To": "newsroom@example.org",
        "Subject": sample_posts()[0].title,
        "Date": "Mon, 23 Nov 2026 07:00:00 +0000",
        "Message-ID": "<5f2c1e@news.example.org>",
        "List-Id": "Personalised Medicine Weekly <weekly.example.org>",
        "List-Unsubscribe": f"<{PUBLIC_URL}/u/{TOKEN}>, <mailto:leave+{TOKEN}@bounce.example.org>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": "12:weekly:digest:example-org",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "MIME-Version": "1.0",
    }
    assert {name: message[name] for name in expected} == expected


def test_an_empty_digest_is_never_made(edition: Edition) -> None:
    """Nothing chosen: no mail, no preview."""
    empty = make_personal(chosen=())
    for make in (lambda: compose(edition, empty, make_delivery()), lambda: page_html(edition, empty)):
        with pytest.raises(EmptyDigest):
            make()


def test_a_letter_is_its_text() -> None:
    """A letter has no stories; without a text in any language it is not made either."""
    texts = Texts(subject={"en": "A correction"}, preheader={}, intro={"en": "The deadline was **wrong**."})
    letter = build(make_frozen((), kind="letter", texts=texts))
    message = parse(compose(letter, make_personal(chosen=(), more=0), make_delivery()))
    assert message["Subject"] == "A correction"
    assert "<strong>wrong</strong>" in page_html(letter, make_personal(chosen=()))
    assert "The deadline was wrong." in text_of(letter, make_personal(chosen=()))
    silent = build(make_frozen((), kind="letter", recipe=make_recipe(intro="")))
    with pytest.raises(EmptyDigest):
        text_of(silent, make_personal(chosen=()))


@pytest.mark.parametrize("token", ["", "short", TOKEN + "x", TOKEN[:-1] + "/", TOKEN[:-1] + "é"])
def test_only_a_token_is_a_token(edition: Edition, token: str) -> None:
    """Anything but 24 letters and digits would break the joined lines; it is refused."""
    with pytest.raises(ValueError, match="24 letters"):
        compose(edition, make_personal(token=token), make_delivery())


def test_live_and_inert_tokens_are_only_values(edition: Edition) -> None:
    """A preview differs from the mail in the token's characters and nothing else."""
    inert = "0" + TOKEN[1:]
    live, preview = (page_html(edition, make_personal(token=token)) for token in (TOKEN, inert))
    assert live.replace(TOKEN, inert) == preview


@pytest.mark.parametrize(
    ("name", "greeting"),
    [
        ("Anna", "Hello Anna,"),
        ("  Anna \r\n Maria ", "Hello Anna Maria,"),
        ("O'Neil & <b>", "Hello O'Neil & <b>,"),
        ("", "Hello,"),
        ("win at http://evil.test", "Hello,"),
        ("www.evil.test", "Hello,"),
        ("evil.test", "Hello,"),
        ("a@b", "Hello,"),
        ("M. Dupont", "Hello M. Dupont,"),
    ],
)
def test_people_are_greeted_by_name_but_no_name_is_a_link(edition: Edition, name: str, greeting: str) -> None:
    """A name cannot carry an advertisement: anybody can subscribe anybody under any name."""
    assert greeting in text_of(edition, make_personal(name=name)).splitlines()


def test_the_more_line_counts_in_the_language() -> None:
    """One, two and many are said as the language says them; none is not said."""
    lines = {more: text_of(build(sample_issue(), "ar"), make_personal(more=more)) for more in (0, 1, 2, 5, 200)}
    assert "على الويب" not in lines[0].replace("نشرتك على الويب", "")
    assert "مقال واحد آخر على الويب" in lines[1]
    assert "مقالان آخران على الويب" in lines[2]
    assert "5 مقالات أخرى على الويب" in lines[5]
    assert "200 مقال آخر على الويب" in lines[200]


def test_the_preheader_is_the_second_story_in_reading_order(edition: Edition) -> None:
    """The line beside the subject shows what else is in the mail; with one story there is none."""
    html = page_html(edition, make_personal())
    preview = html[html.index('class="preview"') : html.index("</div>", html.index('class="preview"'))]
    assert sample_posts()[1].title in preview
    assert 'class="preview"' not in page_html(edition, make_personal(chosen=ONE))


def test_a_subject_whose_second_title_is_missing_is_the_first() -> None:
    """A template that needs two titles still gives a subject for one story."""
    edition = build(sample_issue(recipe=make_recipe(subject="{first_title}; {second_title} ({number})")))
    assert subject_of(edition, make_personal(chosen=ONE)) == sample_posts()[0].title
    assert subject_of(edition, make_personal()).endswith("together (12)")


text = st.text(st.characters(exclude_categories=()), max_size=80)


@settings(max_examples=30, deadline=None)
@given(title=text, second=text, name=text, list_name=text, place=st.integers(0, 75))
def test_no_text_breaks_the_mail(title: str, second: str, name: str, list_name: str, place: int) -> None:
    """Any characters in titles and names: the wire form holds, the parser agrees, the header keeps its fields."""
    padded = "x" * place + title
    frozen = make_frozen((make_post(1, title=padded, excerpt=title), make_post(2, title=second)))
    edition = build(frozen)
    personal = make_personal(
        name=name, list_name=list_name, chosen=(*ONE, Chosen(PostId(2), Reason.EDITORS_ORDER)), more=1
    )
    mail = compose(edition, personal, make_delivery())
    check_wire(mail)
    message = parse(mail)
    assert len(message.keys()) == 14
    assert all(part.defects == [] for part in message.walk())
    texts = [part.get_payload(decode=True) for part in message.iter_parts()]
    assert texts == [
        whole.replace("\n", "\r\n").encode() for whole in (text_of(edition, personal), page_html(edition, personal))
    ]
    assert one_line(str(message["Subject"])) == one_line(subject_of(edition, personal))


@pytest.mark.parametrize(
    "broken",
    [
        {"to": "anna@example.com\r\nBcc: all@example.org"},
        {"to": "anna@example.com, bob@example.com"},
        {"to": "Anna <anna@example.com>"},
        {"to": "anna"},
        {"to": "a@b\0"},
        {"message_id": "<a@b>\r\nX: y"},
        {"message_id": "a@b"},
        {"message_id": "<a b@c>"},
        {"leave_mailto": "a@b>, <https://evil.test"},
        {"leave_mailto": "a@b\r\nX: y"},
    ],
)
def test_a_header_value_that_would_break_out_is_refused(edition: Edition, broken: dict[str, str]) -> None:
    """Addresses and ids are checked where they enter the header."""
    with pytest.raises(InvalidHeader):
        compose(edition, make_personal(), make_delivery(**broken))
