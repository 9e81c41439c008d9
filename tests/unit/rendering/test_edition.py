"""An edition's pieces, joined, are the mail that compiling for one reader would give."""

import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.base.ids import PostId, StoryId
from newsletter.base.mail_clients import clients_named
from newsletter.issues.digest import Chosen, Reason
from newsletter.issues.frozen import FrozenIssue
from newsletter.rendering.compose import compose, page_html, subject_of, text_of
from newsletter.rendering.edition import Edition, build_edition
from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.lint.edition import check_edition
from newsletter.rendering.reasons import reason_words
from newsletter.rendering.templates import mail_environment, templates_root
from newsletter.rendering.values import one_line
from newsletter.sources.post import CallDetails, PostKind
from tests.unit.rendering.sample import (
    ANNOUNCEMENT,
    PUBLIC_URL,
    TOKEN,
    make_delivery,
    make_frozen,
    make_personal,
    make_post,
    make_recipe,
    sample_issue,
    sample_posts,
)
from tests.unit.rendering.slow_text import write_for_one
from tests.unit.rendering.slow_way import build, compile_for_one

LAYOUTS = ("digest", "compact", "magazine", "letter")
LANGUAGES = ("en", "de", "fr", "it", "es", "pt", "ar", "de-AT", "ja")
VOID = {
    "area",
    "base",
    "br",
    "col",
    "embed",
    "hr",
    "img",
    "input",
    "link",
    "meta",
    "source",
    "track",
    "wbr",
    "o:allowpng",
}


@st.composite
def choices(draw: st.DrawFn) -> tuple[Chosen, ...]:
    posts = draw(st.lists(st.integers(1, 9), min_size=1, max_size=9, unique=True))
    reason = st.sampled_from(list(set(Reason) - {Reason.SELECTION, Reason.LETTER}))
    made = [(post, draw(reason)) for post in posts]
    return tuple(Chosen(PostId(post), why, draw(st.integers(1, 3)) if why == Reason.TOPIC else 0) for post, why in made)


@pytest.fixture(scope="module")
def editions() -> dict[tuple[str, str], tuple[FrozenIssue, Edition]]:
    made = {}
    for layout in LAYOUTS:
        recipe = make_recipe(layout=layout, logo="logo.png", logo_dark="dark.png")
        # Each layout has the announcement at another place, and one has none.
        if layout != "letter":
            after = {"digest": "", "compact": "policy", "magazine": "rare"}[layout]
            recipe = recipe.model_copy(update={"announcement": ANNOUNCEMENT, "announcement_after": after})
        frozen = sample_issue(recipe=recipe)
        for language in LANGUAGES:
            made[layout, language] = (frozen, build(frozen, language))
    return made


@settings(max_examples=30, deadline=None)
@given(
    chosen=choices(),
    layout=st.sampled_from(LAYOUTS),
    language=st.sampled_from(LANGUAGES),
    name=st.sampled_from(["", "Anna", "Zoë <b>", "O'Neil", "x@y"]),
    more=st.integers(0, 12),
)
def test_spliced_equals_compiled(
    editions: dict[tuple[str, str], tuple[FrozenIssue, Edition]],
    chosen: tuple[Chosen, ...],
    layout: str,
    language: str,
    name: str,
    more: int,
) -> None:
    """Joining pieces gives, byte for byte, what compiling the whole mail for this reader gives."""
    frozen, edition = editions[layout, language]
    personal = make_personal(chosen=chosen, name=name, more=more)
    assert page_html(edition, personal) == compile_for_one(frozen, language, personal)
    assert text_of(edition, personal) == write_for_one(frozen, language, personal)


@settings(max_examples=25, deadline=None)
@given(chosen=choices(), language=st.sampled_from(LANGUAGES), name=st.text(max_size=70), more=st.integers(0, 40))
def test_a_mail_is_never_larger_than_its_sizes_say(
    editions: dict[tuple[str, str], tuple[FrozenIssue, Edition]],
    chosen: tuple[Chosen, ...],
    language: str,
    name: str,
    more: int,
) -> None:
    """Frame and cards add up to at least the decoded HTML, so a choice that stops in time is never cut by a mailbox."""
    _, edition = editions["digest", language]
    html = page_html(edition, make_personal(chosen=chosen, name=name, list_name="&" * 300, more=more)).encode()
    assert len(html) <= edition.frame_size + sum(edition.card_size[one.post_id] for one in chosen)


@pytest.mark.parametrize("layout", ["digest", "magazine"])
def test_each_reader_has_a_lead_story(layout: str) -> None:
    """Whatever story comes first in a reader's mail is shown larger, its picture across the sheet; no other is."""
    edition = build(sample_issue(recipe=make_recipe(layout=layout)))
    topics = [Chosen(PostId(post), Reason.TOPIC, 1) for post in (1, 2)]
    html = [page_html(edition, make_personal(chosen=tuple(chosen))) for chosen in (topics, topics[::-1])]
    large = "font-size:24px" if layout == "digest" else "font-size:34px;line-height:42px"
    for one in html:
        _, before, after = one.partition(large)
        assert before
        assert large not in after
        assert one.index("<h3") < one.index(large) < one.index("<h3", one.index("<h3") + 1)


def test_one_file_changes_all_layouts(tmp_path: Path) -> None:
    """An operator's own foot stands in every layout, and nothing else of ours is needed for it."""
    foot = tmp_path / "mail" / "partials" / "footer.mjml.j2"
    foot.parent.mkdir(parents=True)
    foot.write_text((templates_root() / "mail/partials/footer.mjml.j2").read_text() + "<!-- our own foot -->")
    for layout in LAYOUTS:
        frozen = sample_issue(recipe=make_recipe(layout=layout))
        own = build_edition(frozen, "en", public_url=PUBLIC_URL, environment=mail_environment(str(tmp_path)))
        assert "our own foot" in page_html(own, make_personal()), layout


def test_the_layout_that_the_documents_show_works(tmp_path: Path) -> None:
    """docs/layouts.md names files that there are, and its example is a layout: it compiles, and lint finds nothing."""
    page = (templates_root().parent / "docs" / "layouts.md").read_text(encoding="utf-8")
    for name in re.findall(r"`(mail/[a-z_/]+\.mjml\.j2)`", page):
        assert (templates_root() / name).is_file(), name
    own = tmp_path / "mail" / "own.mjml.j2"
    own.parent.mkdir()
    own.write_text(re.findall(r"```jinja\n(.*?)```", page, re.DOTALL)[0], encoding="utf-8")
    frozen = sample_issue(recipe=make_recipe(layout="own"))
    edition = build_edition(frozen, "ar", public_url=PUBLIC_URL, environment=mail_environment(str(tmp_path)))
    found = check_edition(frozen, edition, make_personal(), public_url=PUBLIC_URL, clients=clients_named(["outlook"]))
    assert list(found) == []


def test_sizes_are_close() -> None:
    """A card costs at most 3 KB, and the sizes do not waste a tenth of a mail."""
    edition = build(sample_issue())
    html = page_html(edition, make_personal()).encode()
    assert max(edition.card_size.values()) <= 3_000
    assert edition.frame_size + sum(edition.card_size.values()) <= len(html) * 1.25


def test_the_same_inputs_give_the_same_bytes_in_another_process() -> None:
    """Any process builds the same edition: a retry after a crash sends the same mail."""
    code = (
        "import hashlib, sys; from tests.unit.rendering.test_edition import *; "
        "mail = compose(build(sample_issue(), 'ar'), make_personal(), make_delivery()); "
        "sys.stdout.write(hashlib.sha256(mail).hexdigest())"
    )
    root = Path(__file__).resolve().parents[3]
    there = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONHASHSEED": "7", "PATH": "", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
    )
    mail = compose(build(sample_issue(), "ar"), make_personal(), make_delivery())
    assert there.stdout == hashlib.sha256(mail).hexdigest()


def test_another_text_gives_another_boundary() -> None:
    """The boundary comes from the edition's content."""
    other = replace(sample_issue(), number=13)
    assert build(sample_issue()).boundary != build(other).boundary


class Outline(HTMLParser):
    """What a screen reader and a checker see: headings, links, pictures, tables; and whether tags are balanced."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[str] = []
        self.links: list[dict[str, str | None]] = []
        self.pictures: list[dict[str, str | None]] = []
        self.tables: list[dict[str, str | None]] = []
        self.root: dict[str, str | None] = {}
        self.open: list[str] = []
        self.problems: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if len(values) != len(attrs):
            self.problems.append(f"an attribute of {tag} stands twice")
        if tag == "html":
            self.root = values
        elif tag in {"h1", "h2", "h3"}:
            self.headings.append(tag)
        for name, found in (("a", self.links), ("img", self.pictures), ("table", self.tables)):
            if tag == name:
                found.append(values)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> after {self.open[-3:]}")
        else:
            self.open.pop()


@pytest.mark.parametrize("language", ["en", "de", "ar"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_mail_can_be_read_by_everybody(language: str, layout: str) -> None:
    """Language and direction are said, headings step by one, pictures have an alt, tables are only layout."""
    edition = build(sample_issue(recipe=make_recipe(layout=layout)), language)
    outline = Outline(page_html(edition, make_personal()))
    assert outline.problems == []
    assert outline.open == []
    assert outline.root["lang"] == language
    assert outline.root["dir"] == ("rtl" if language == "ar" else "ltr")
    assert outline.headings.count("h1") == 1
    assert outline.headings[:3] == ["h1", "h2", "h3"]
    assert all("alt" in picture for picture in outline.pictures)
    assert all(table.get("role") == "presentation" for table in outline.tables)


def test_a_card_has_one_link_and_named_extras() -> None:
    """A title is linked once; the links to the stream and the calendar carry the title in their names."""
    outline = Outline(page_html(build(sample_issue()), make_personal()))
    title = "Personalised Medicine in Action: conference in Berlin, with livestream"
    assert [link["href"] for link in outline.links].count("https://www.example.org/posts/5") == 1
    extras = {link["href"]: link.get("aria-label") for link in outline.links if link.get("aria-label")}
    assert extras["https://live.example.org/berlin"] == f"Watch the livestream: {title}"
    assert extras[f"{PUBLIC_URL}/events/5.ics"] == f"Add to calendar: {title}"


def test_a_call_links_its_own_page_and_its_deadline() -> None:
    """A call shows its deadline with the zone, and links its page and the calendar file where there is one of each."""
    full = CallDetails(
        deadline=datetime(2027, 1, 28, 16, 0, tzinfo=UTC), zone="Europe/Paris", page_url="https://call.example.org/"
    )
    bare = CallDetails(page_url="https://www.example.org/posts/2")
    calls = (make_post(1, kind=PostKind.CALL, call=full), make_post(2, kind=PostKind.CALL, call=bare))
    edition = build(make_frozen(calls))
    reader = make_personal(chosen=tuple(Chosen(one.id, Reason.EDITORS_ORDER, 0) for one in calls))
    html = page_html(edition, reader)
    links = {link["href"]: link.get("aria-label") for link in Outline(html).links}
    assert "Deadline: 28 January 2027, 17:00 (Paris)" in html
    assert links["https://call.example.org/"] == "Page of the call: Post number 1"
    assert links[f"{PUBLIC_URL}/events/1.ics"] == "Add to calendar: Post number 1"
    assert f"{PUBLIC_URL}/events/2.ics" not in links
    assert [link["href"] for link in Outline(html).links].count("https://www.example.org/posts/2") == 1
    text = text_of(edition, reader)
    assert "Page of the call [3] · Add to calendar [4]\n" in text
    assert f"[3] https://call.example.org/\n[4] {PUBLIC_URL}/events/1.ics\n" in text


def test_links_are_those_of_the_contract() -> None:
    """Leave, preferences, own view and why carry the token; the public page, pictures and posts never do."""
    html = page_html(build(sample_issue()), make_personal())
    outline = Outline(html)
    targets = [str(link["href"]) for link in outline.links]
    with_token = {target for target in targets if TOKEN in target}
    assert with_token == {f"{PUBLIC_URL}/{page}/{TOKEN}" for page in "upvw"}
    assert f"{PUBLIC_URL}/issues/weekly/12" in targets
    assert {str(one["src"]).rpartition("/")[0] for one in outline.pictures} == {f"{PUBLIC_URL}/media"}
    assert html.count(TOKEN) == sum(TOKEN in target for target in targets)


def test_nothing_is_loaded_but_our_pictures() -> None:
    """No font, style sheet or picture comes from anybody else's server: it would tell who reads."""
    html = page_html(build(sample_issue()), make_personal())
    for forbidden in ("@import", "<link", "url(", "<script", "fonts.g"):
        assert forbidden not in html


def test_a_followed_source_is_named_but_for_a_discreet_one() -> None:
    """SOURCE prints who publishes the post; a source that writes of a sensitive topic stays unnamed as that topic."""
    posts = tuple(replace(post, source_name="A & B <i>") if post.id == 8 else post for post in sample_posts())
    edition = build(make_frozen(posts))
    html = page_html(edition, make_personal(chosen=(Chosen(PostId(8), Reason.SOURCE),), more=0))
    assert "You follow A &amp; B &lt;i&gt;" in html
    private = next(post.id for post in posts if "rare" in post.topics)
    html = page_html(edition, make_personal(chosen=(Chosen(private, Reason.SOURCE),), more=0))
    assert "You follow" not in html
    assert "Chosen for you" in html


def test_a_long_reason_is_wrapped_only_in_the_text() -> None:
    """A source with a name of many words keeps the lines of the text short, and its name where reasons are listed."""
    name = "Office for the coordination of personalised medicine between ministries, funders and hospitals of the North"
    edition = build(make_frozen((make_post(1, source_name=name),)))
    one = Chosen(PostId(1), Reason.SOURCE)
    assert reason_words(edition, one) == f"You follow {name}"
    assert f"You follow {name}" in page_html(edition, make_personal(chosen=(one,)))
    text = text_of(edition, make_personal(chosen=(one,)))
    assert all(len(line) <= 76 for line in text.splitlines() if "://" not in line)


def test_a_sensitive_topic_is_never_named_as_a_reason() -> None:
    """Neither DISCREET nor a wrong TOPIC code tells that a reader follows a topic that can be a diagnosis."""
    edition = build(sample_issue())
    for chosen in (
        Chosen(PostId(7), Reason.DISCREET),
        Chosen(PostId(7), Reason.TOPIC, 4),
        Chosen(PostId(7), Reason.TOPIC, 99),
    ):
        personal = make_personal(chosen=(chosen,), more=0)
        assert "Chosen for you" in page_html(edition, personal)
        assert "You follow" not in page_html(edition, personal) + text_of(edition, personal)


def test_sections_stand_in_the_order_of_the_issue() -> None:
    """Picks first, topics in order, the rest last; a heading only where the reader has cards."""
    edition = build(sample_issue())
    chosen = (
        Chosen(PostId(8), Reason.EDITORS_ORDER),
        Chosen(PostId(5), Reason.TOPIC, 3),
        Chosen(PostId(2), Reason.TOPIC, 1),
        Chosen(PostId(1), Reason.PICK),
    )
    html = page_html(edition, make_personal(chosen=chosen))
    places = [html.index(f"{words}</h2>") for words in ("In focus", "Policy and ethics", "Events", "More news")]
    assert places == sorted(places)
    assert "Funding calls</h2>" not in html


def test_what_stands_alone_is_not_more_news() -> None:
    """Stories without a topic that are all there is are news, not more news; a selection has one heading."""
    edition = build(sample_issue())
    alone = page_html(edition, make_personal(chosen=(Chosen(PostId(8), Reason.EDITORS_ORDER),)))
    assert ">News</h2>" in alone
    assert "More news" not in alone
    chosen = tuple(Chosen(PostId(post), Reason.SELECTION) for post in (5, 1, 8))
    selection = page_html(edition, make_personal(chosen=chosen))
    assert selection.count("<h2") == 1
    assert [int(one) for one in re.findall(r"posts/(\d)", selection)] == [5, 1, 8]


def test_a_layout_without_a_way_out_is_refused(tmp_path: Path) -> None:
    """An operator's layout that forgets the leave link is told so instead of being sent."""
    folder = tmp_path / "mail" / "partials"
    folder.mkdir(parents=True)
    footer = (templates_root() / "mail/partials/footer.mjml.j2").read_text(encoding="utf-8")
    (folder / "footer.mjml.j2").write_text(footer.replace("links.leave", "links.public"), encoding="utf-8")
    with pytest.raises(InvalidLayout, match=r"print links\.leave"):
        build_edition(sample_issue(), "en", public_url=PUBLIC_URL, environment=mail_environment(tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('{{ hole("reason") -}}', "", 'prints hole("reason") once'),
        ('{{ hole("reason") -}}', '{{ hole("name") }}', 'hole("name") cannot stand'),
        ("card.source", "card.sauce", "sauce"),
        ("{% if card.date %}", "{% if card.date", "line 2"),
    ],
)
def test_a_broken_partial_says_what_is_wrong(tmp_path: Path, old: str, new: str, words: str) -> None:
    """A mistake in an operator's template is named before any mail is made."""
    folder = tmp_path / "mail" / "partials"
    folder.mkdir(parents=True)
    meta = (templates_root() / "mail/partials/meta.mjml.j2").read_text(encoding="utf-8")
    assert old in meta
    (folder / "meta.mjml.j2").write_text(meta.replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidLayout, match=re.escape(words)):
        build_edition(sample_issue(), "en", public_url=PUBLIC_URL, environment=mail_environment(tmp_path))


def test_an_unknown_layout_says_where_it_was_looked_for() -> None:
    """A recipe that names a layout that is not there is told so."""
    with pytest.raises(InvalidLayout, match=r"mail/nowhere\.mjml\.j2 is missing"):
        build(sample_issue(recipe=make_recipe(layout="nowhere")))


def test_the_first_pick_is_large_in_whatever_language_the_reader_gets_it() -> None:
    """A pick means its story: the translation that a reader gets has the large picture too."""
    picture = sample_posts()[0].picture
    posts = (make_post(1, picture=picture), make_post(2, story_id=StoryId(1), language="de", picture=picture))
    edition = build(make_frozen(posts, picks=(PostId(1),)))
    html = page_html(edition, make_personal(chosen=(Chosen(PostId(2), Reason.PICK),)))
    assert 'width="560" height="315"' in html


def test_text_and_html_tell_the_same() -> None:
    """Every title, source, date, deadline and reason of the HTML stands in the text part, wrapped at 72."""
    edition = build(sample_issue())
    text = text_of(edition, make_personal())
    flat = " ".join(text.split())
    for post in sample_posts():
        assert one_line(post.title) in flat
        assert post.excerpt in flat
        assert post.url in text
    for words in ("20\u201321 November 2026", "Deadline: 15 January 2027, 17:00 (Berlin)", "You follow Funding calls"):
        assert words in flat
    for page in "upv":
        assert f"{PUBLIC_URL}/{page}/{TOKEN}" in text
    assert all("://" in line for line in text.splitlines() if len(line) > 76)
    assert subject_of(edition, make_personal()) == sample_posts()[0].title


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_text_part_is_as_approved(language: str) -> None:
    """The text of the sample issue reads as the golden file says; look at the difference before renewing it."""
    golden = Path(__file__).resolve().parents[2] / "golden" / "rendering" / f"digest-{language}.txt"
    edition = build(sample_issue(recipe=make_recipe(announcement=ANNOUNCEMENT)), language)
    assert text_of(edition, make_personal()) == golden.read_text(encoding="utf-8")


def test_an_intro_in_another_language_says_so() -> None:
    """An Arabic reader of a newsletter whose editors wrote in English gets it marked, and set, as English."""
    html = page_html(build(sample_issue(), "ar"), make_personal())
    assert re.search(r'<div lang="en" dir="ltr" style="text-align:left;"><p[^>]*>This week a vision', html)
    german = page_html(build(sample_issue(), "de"), make_personal())
    assert re.search(r'<div lang="de" dir="ltr" style="text-align:left;"><p[^>]*>Diese Woche', german)
