"""What the editors tell everybody stands between two sections of each mail, in the reader's language if it can."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.ids import PostId
from newsletter.base.mail_clients import clients_named
from newsletter.issues.digest import Chosen, Reason
from newsletter.issues.freeze import frozen_from_json, frozen_to_json
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import Texts
from newsletter.rendering.compose import compose, page_html, text_of
from newsletter.rendering.edition import build_edition
from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.lint.edition import check_edition
from newsletter.rendering.public_edition import public_html
from newsletter.rendering.templates import mail_environment, templates_root
from tests.unit.rendering.sample import (
    ANNOUNCEMENT,
    PUBLIC_URL,
    TOKEN,
    environment,
    make_delivery,
    make_frozen,
    make_personal,
    make_post,
    make_recipe,
    sample_issue,
)
from tests.unit.rendering.slow_way import build
from tests.unit.rendering.test_compose import check_wire

LAYOUTS = ("digest", "compact", "magazine", "letter")
BOX = 'class="box'


def announced(text: str | dict[str, str], after: str = "", **changes: Any) -> FrozenIssue:
    return sample_issue(recipe=make_recipe(announcement=text, announcement_after=after, **changes))


def chosen(*posts: int) -> tuple[Chosen, ...]:
    return tuple(Chosen(PostId(post), Reason.TOPIC, 1) for post in posts)


def headings_before(html: str) -> int:
    """How many sections stand before the box."""
    return html[: html.index(BOX)].count('<h2 class="h"')


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("after", "posts", "sections"),
    [
        ("", (2, 3, 5), 1),  # policy, funding, events: behind the first
        ("funding", (2, 3, 5), 2),
        ("funding", (2, 5), 1),  # nothing of it for this reader: it stands where it would end
        ("policy", (3, 5), 1),  # never on top
        ("rare", (2, 3), 2),  # behind all
        ("gone", (2, 3), 1),  # a topic that is not there any more
        ("", (2,), 1),
    ],
)
def test_it_stands_between_the_readers_sections(layout: str, after: str, posts: tuple[int, ...], sections: int) -> None:
    """It comes behind the section that the editor names, at its place in every reader's own mail, in both parts."""
    edition = build(announced({"en": "The office is *closed*."}, after, layout=layout))
    personal = make_personal(chosen=chosen(*posts))
    html, text = page_html(edition, personal), text_of(edition, personal)
    assert html.count(BOX) == 1
    assert headings_before(html) == sections
    assert "The office is <em>closed</em>." in html
    assert text.count("The office is closed.") == 1
    assert text[: text.index("The office")].count("=" * 72) == 1 + sections  # below the head, and below each heading


def test_without_a_text_there_is_no_box() -> None:
    """An empty announcement, or one of blanks, prints nothing."""
    for nothing in ("", "  \n", {"en": " "}):
        edition = build(announced(nothing))
        assert BOX not in page_html(edition, make_personal())
        assert "****" not in text_of(edition, make_personal())


@pytest.mark.parametrize(
    ("language", "words", "own", "direction"),
    [
        ("en", "The office is closed", "en", "ltr"),
        ("de-AT", "Das Büro", "de", "ltr"),
        ("ar", "المكتب", "ar", "rtl"),
        ("fr", "The office is closed", "en", "ltr"),
    ],
)
def test_it_says_its_own_language(language: str, words: str, own: str, direction: str) -> None:
    """A reader whose language has no text gets the newsletter's, marked as what it is; the label is the reader's."""
    html = page_html(build(announced(ANNOUNCEMENT), language), make_personal())
    box = html[html.index(BOX) :]
    assert box.startswith(f'{BOX} intro" lang="{own}" dir="{direction}"')
    assert words in box
    assert f'<h2 class="h" lang="{language}"' in box


def test_the_issues_text_comes_before_the_newsletters() -> None:
    """What an editor wrote for this issue stands instead of the standing text, and so does its place."""
    own = Texts(
        subject={}, preheader={}, intro={}, announcement={"en": "Only this week."}, announcement_after="funding"
    )
    frozen = sample_issue(recipe=make_recipe(announcement="Always.", announcement_after="policy"), texts=own)
    html = page_html(build(frozen), make_personal(chosen=chosen(2, 3, 5)))
    assert "Only this week." in html
    assert "Always." not in html
    assert headings_before(html) == 2


def test_it_is_frozen_with_the_issue() -> None:
    """What was approved is kept whole; an issue that was approved by an earlier program has none."""
    own = Texts(subject={}, preheader={}, intro={}, announcement=ANNOUNCEMENT, announcement_after="policy")
    frozen = sample_issue(texts=own)
    stored = frozen_to_json(frozen)
    assert frozen_from_json(stored) == frozen
    before = frozen_to_json(sample_issue()).replace(',"announcement":{},"announcement_after":""', "")
    before = before.replace('"announcement":"","announcement_after":"",', "")
    assert "announcement" not in before
    assert frozen_from_json(before) == sample_issue()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_everybodys_page_has_it_too(layout: str) -> None:
    """The public page of an issue shows it at the same place."""
    frozen = announced(ANNOUNCEMENT, "policy", layout=layout)
    html = public_html(frozen, chosen(2, 3, 5), "en", public_url=PUBLIC_URL, environment=environment())
    assert html.count(BOX) == 1
    assert headings_before(html) == 1


def test_a_letter_without_stories_has_it_behind_its_text() -> None:
    """Where there is no section it follows the text."""
    edition = build(make_frozen((), kind="letter", recipe=make_recipe(announcement="Closed.")))
    html = page_html(edition, make_personal(chosen=()))
    assert html.index("a call worth an evening") < html.index("Closed.")
    assert "Closed." in text_of(edition, make_personal(chosen=()))


def test_a_heading_of_its_own_is_the_only_one() -> None:
    """The label gives way to a heading that the editor wrote."""
    html = page_html(build(announced("# Closed\n\nUntil Monday.")), make_personal())
    assert "Announcement" not in html
    assert ">Closed</h2>" in html


def test_what_one_issue_announces_counts_in_every_language() -> None:
    """A German reader gets the issue's English words, marked as English, and not the newsletter's older German ones."""
    own = Texts(subject={}, preheader={}, intro={}, announcement={"en": "Moved to **Monday**."}, announcement_after="")
    frozen = replace(announced({"en": "Every week.", "de": "Jede Woche."}), texts=own)
    html = page_html(build(frozen, "de"), make_personal())
    assert "Jede Woche" not in html
    assert re.search(r'<td class="box intro" lang="en" dir="ltr"[^>]*>.*?Moved to <strong>Monday</strong>', html)


def test_it_counts_in_the_size_of_the_frame() -> None:
    """Room for it is kept in every digest."""
    without, with_it = (build(announced(text)).frame_size for text in ("", "word " * 500))
    assert with_it - without > 2_500


@pytest.mark.parametrize("language", ["en", "de", "ar"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("colour", ["#1d4f73", "#ffee00", "#000000"])
def test_the_checker_finds_nothing(layout: str, language: str, colour: str) -> None:
    """Contrast, headings, link names and the text part hold with the box, whatever the newsletter's colour."""
    frozen = announced(ANNOUNCEMENT, layout=layout, colour=colour)
    findings = check_edition(
        frozen,
        build(frozen, language),
        make_personal(),
        public_url=PUBLIC_URL,
        clients=clients_named(["outlook", "gmail"]),
    )
    assert list(findings) == []


@settings(max_examples=25, deadline=None)
@given(
    markdown=st.sampled_from(
        [
            "</td></tr></table></div>",
            "<!--@@card:2--> --> <![endif]-->",
            "zS000001Sz %d %s %(x)b 100%",
            "{{ token }} {% raw %}",
            f"{TOKEN} [1] [2]",
            '[x](https://a.test/%d?q="><script>) ![p](https://t.test/p.png)',
            "<script>alert(1)</script>",
            "\x00\x00 [\x00](https://b.test/\x00)",
            "\u202eevil\u2066",
            ".\n.\n\n=_--",
        ]
    ),
    noise=st.text(max_size=20),
)
def test_no_announcement_leaves_its_place(markdown: str, noise: str) -> None:
    """Whatever is typed, what follows it is there as before, and its numbers go on where they should."""
    frozen = make_frozen((make_post(1), make_post(2)), recipe=make_recipe(announcement=_storable(markdown + noise)))
    edition = build(frozen)
    personal = make_personal(chosen=(Chosen(PostId(1), Reason.PICK), Chosen(PostId(2), Reason.EDITORS_ORDER)))
    html, text = page_html(edition, personal), text_of(edition, personal)
    check_wire(compose(edition, personal, make_delivery()))
    assert _balanced(html)
    for forbidden in ("<script", 'src="https://t.test', "evil\u2066"):
        assert forbidden not in html
    assert html.count("<h3") - html[html.index(BOX) : html.index(">More news<")].count("<h3") == 2
    numbers = 2 + len(edition_links(html))
    assert f"Post number 2 [{numbers + 1}]" in text
    assert f"\n[{numbers + 1}] https://www.example.org/posts/2\n" in text


def edition_links(html: str) -> list[str]:
    """The links in the box that are not told as themselves."""
    box = html[html.index(BOX) : html.index(">More news<")]
    return box.split("<a href=")[1:]


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _balanced(html: str) -> bool:
    class Tags(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.cells = 0

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.cells += tag in {"td", "tr", "table"}

        def handle_endtag(self, tag: str) -> None:
            self.cells -= tag in {"td", "tr", "table"}
            assert self.cells >= 0

    tags = Tags()
    tags.feed(html)
    return tags.cells == 0


def test_a_layout_that_leaves_it_out_is_refused(tmp_path: Any) -> None:
    """An operator's frame from before there were announcements is told so, once there is one to print."""
    frame = (templates_root() / "mail/frame.mjml.j2").read_text(encoding="utf-8")
    (tmp_path / "mail").mkdir()
    lines = [line for line in frame.splitlines() if "announcement.mjml" not in line and 'marker("ann' not in line]
    (tmp_path / "mail" / "frame.mjml.j2").write_text("\n".join(lines), encoding="utf-8")
    templates = mail_environment(tmp_path)
    assert build_edition(sample_issue(), "en", public_url=PUBLIC_URL, environment=templates)
    with pytest.raises(InvalidLayout, match=r'marker\("announcement"\) is missing'):
        build_edition(announced("Closed."), "en", public_url=PUBLIC_URL, environment=templates)
