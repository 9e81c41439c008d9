"""No value of a post or a person can leave its place in the mail."""

import re
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.ids import PostId
from newsletter.issues.digest import Chosen, Reason
from newsletter.rendering.compose import page_html
from newsletter.rendering.values import one_line
from newsletter.sources.post import CallDetails, EventDetails, Picture, Post
from tests.unit.rendering.sample import (
    AT,
    TOKEN,
    TOPICS,
    make_frozen,
    make_personal,
    make_post,
    make_recipe,
    sample_posts,
)
from tests.unit.rendering.slow_way import build

EVENT = EventDetails(starts_at=AT)


def hostile_post(number: int, text: str, **changes: Any) -> Post:
    return make_post(
        number,
        title=text,
        source_name=text,
        excerpt=text,
        url=f"https://www.example.org/?q={text}",
        picture=Picture(name=text, width=300, height=200, alt=text),
        **changes,
    )


def _storable(text: str) -> str:
    """What a recipe takes: UTF-8, one line (its own check refuses control characters)."""
    line = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text.encode("utf-8", "replace").decode("utf-8"))
    return line.strip()[:200] or "x"


@settings(max_examples=15, deadline=None)
@given(
    title=st.sampled_from(
        [
            "<script>alert(1)</script>",
            '"><mj-raw></mj-raw><img src=x onerror=alert(1)>',
            "</td></tr></table></div>",
            "{{ token }} {% raw %} {first_title}",
            "zS000001Sz zS000000Sz",
            "<!--@@card:2--> --> <![endif]-->",
            TOKEN,
            "a\r\nBcc: all@example.org\r\n\r\nbody",
            "\u202eevil\u2066 नमस्ते ❤️ 👩\u200d🔬 שָׁלוֹם",
            "=?utf-8?q?=0D=0AX:_y?=",
            "\x00\x01 tab\tand\x0bmore \ud800",
            "&lt;b&gt; &amp; 'quotes' \"double\"",
            ". . =_ --=_",
        ]
    ),
    noise=st.text(max_size=30),
)
def test_no_value_leaves_its_place(title: str, noise: str) -> None:
    """Row 30: whatever a title, name, source, place or alt holds, the mail has the same tags and the same words."""
    hostile = title + noise
    calm, wild = (
        make_frozen(
            (
                hostile_post(1, text),
                hostile_post(2, text, event=replace(EVENT, place=text, livestream_url=f"https://x.test/?{text}")),
                hostile_post(6, text, call=CallDetails(deadline=AT, countries=(text,))),
                *sample_posts()[2:5],
            ),
            recipe=make_recipe(name=_storable(text), postal_address=_storable(text)),
            topics=TOPICS,
        )
        for text in ("calm words", hostile)
    )
    personal = make_personal(chosen=tuple(Chosen(PostId(number), Reason.TOPIC, 1) for number in (1, 2, 6, 3)))
    calm_page, wild_page = (page_html(build(frozen), personal) for frozen in (calm, wild))
    assert _tags(wild_page) == _tags(calm_page)
    assert escape(one_line(hostile)) in wild_page


def test_text_that_looks_like_a_token_stays_text() -> None:
    """A title that is somebody's token is printed as it is: the places of the token are known, not searched for."""
    edition = build(make_frozen((make_post(1, title=TOKEN),)))
    other = "2B" + TOKEN[2:]
    html = page_html(edition, make_personal(token=other, chosen=(Chosen(PostId(1), Reason.TOPIC, 1),)))
    assert f">{TOKEN}</a>" in html
    assert f"/u/{other}" in html
    assert f"/u/{TOKEN}" not in html


def test_addresses_that_are_no_web_address_are_not_linked() -> None:
    """A javascript: or data: address of a post or a livestream never becomes a link."""
    event = replace(sample_posts()[4].event or pytest.fail("an event"), livestream_url="data:text/html,x")
    post = make_post(1, url="javascript:alert(1)", event=event)
    html = page_html(build(make_frozen((post,))), make_personal(chosen=(Chosen(PostId(1), Reason.TOPIC, 1),)))
    assert "javascript:" not in html
    assert "data:" not in html
    assert "Post number 1</h3>" in html


def _tags(html: str) -> list[str]:
    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.seen.append(tag + "".join(f" {name}" for name, _ in attrs))

        def handle_endtag(self, tag: str) -> None:
            self.seen.append(f"/{tag}")

        def handle_comment(self, data: str) -> None:
            self.seen.append(f"!{data}")

    tags = Tags()
    tags.feed(html)
    return tags.seen
