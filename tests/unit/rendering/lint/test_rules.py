"""Each rule of the checker: what it finds, and that it leaves alone what is right."""

from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.base.ids import PostId
from newsletter.base.mail_clients import clients_named
from newsletter.rendering.edition import build_edition
from newsletter.rendering.lint.contrast import check_contrast
from newsletter.rendering.lint.edition import check_edition
from newsletter.rendering.lint.finding import Severity
from newsletter.rendering.lint.languages import check_languages
from newsletter.rendering.lint.links import check_links, links_outward
from newsletter.rendering.lint.page import read_page
from newsletter.rendering.lint.pictures import check_pictures
from newsletter.rendering.lint.reading_order import check_order
from newsletter.rendering.lint.sizes import check_sizes, largest_digest
from newsletter.rendering.lint.structure import check_structure
from newsletter.rendering.lint.text_part import check_text, check_text_order
from newsletter.rendering.lint.wording import check_wording
from newsletter.rendering.mjml_check import check_template
from newsletter.rendering.templates import mail_environment
from tests.unit.rendering.sample import PUBLIC_URL, make_personal, make_recipe, sample_issue
from tests.unit.rendering.slow_way import build

GOOD = '<html lang="en" dir="ltr"><body><h1>News</h1><h2>Calls</h2><h3>One</h3>{}</body></html>'


def page(inside: str) -> str:
    return GOOD.format(inside)


@pytest.mark.parametrize("language", ["en", "de", "fr", "ar"])
@pytest.mark.parametrize("layout", ["digest", "compact", "magazine", "letter"])
def test_our_own_layouts_have_no_faults(layout: str, language: str) -> None:
    """Every layout in every kind of language passes every rule, with every story of the sample."""
    frozen = sample_issue(recipe=make_recipe(layout=layout))
    edition = build(frozen, language)
    found = check_edition(frozen, edition, make_personal(), public_url=PUBLIC_URL, clients=clients_named(["outlook"]))
    assert list(found) == []


LINKS = {
    '<a href="">One story</a>': ("link-empty", "error"),
    '<a href="#">One story</a>': ("link-empty", "error"),
    '<a href="javascript:x()">One story</a>': ("link-kind", "error"),
    '<a href="www.example.org/a">One story</a>': ("link-kind", "error"),
    '<a href="https://[x">One story</a>': ("link-broken", "error"),
    '<a href="http://localhost:8000/a">One story</a>': ("link-local", "error"),
    '<a href="http://192.168.1.4/a">One story</a>': ("link-local", "error"),
    '<a href="https://intranet/a">One story</a>': ("link-local", "error"),
    '<a href="https://wiki.lan/a">One story</a>': ("link-local", "error"),
    '<a href="http://example.org/a">One story</a>': ("link-insecure", "warning"),
    '<a href="https://example.org/a"><img src="x"></a>': ("link-unnamed", "error"),
    '<a href="https://example.org/a">Read more</a>': ("link-name", "warning"),
    '<a href="https://example.org/a">hier »</a>': ("link-name", "warning"),
    '<a href="https://a.example/1">Agenda</a><a href="https://a.example/2">Agenda</a>': ("link-same-name", "warning"),
}


@pytest.mark.parametrize("html", LINKS)
def test_a_wrong_link_is_found(html: str) -> None:
    """Links that lead nowhere, home, or without a name are found, each by one rule."""
    rule, severity = LINKS[html]
    (found,) = check_links(read_page(page(html)), public_url=PUBLIC_URL)
    assert (found.rule, found.severity) == (rule, Severity(severity))


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://example.org/a">One story</a>',
        '<a href="mailto:a@example.org">Write to us</a>',
        f'<a href="{PUBLIC_URL}/u/x">Unsubscribe</a>',
        '<a href="https://example.org/a" aria-label="Calendar: One">Read more</a>',
        '<a href="https://example.org/a"><img src="x" alt="The report"></a>',
    ],
)
def test_a_right_link_is_left_alone(html: str) -> None:
    """What leads outward and says where is right; our own links are as reachable as public_url."""
    assert list(check_links(read_page(page(html)), public_url=PUBLIC_URL)) == []


def test_where_everything_is_local_a_local_link_is_a_warning() -> None:
    """On a machine where newsletters are tried out, public_url is local too, and trying goes on."""
    html = page('<a href="http://127.0.0.1:9000/a">One story</a>')
    (found,) = check_links(read_page(html), public_url="http://127.0.0.1:8000")
    assert found.severity is Severity.WARNING


def test_our_own_links_are_ours_by_the_whole_host() -> None:
    """An address that only begins like ours is not ours."""
    evil = f'<a href="{PUBLIC_URL}.evil.example/a">One</a>'
    assert list(links_outward(read_page(page(evil)), public_url=PUBLIC_URL)) == [f"{PUBLIC_URL}.evil.example/a"]


PICTURES = {
    f'<img src="{PUBLIC_URL}/media/a.jpg">': "picture-alt",
    f'<img src="{PUBLIC_URL}/media/a.jpg" alt="IMG_2231.JPG">': "picture-file-name",
    '<img src="" alt="">': "picture-empty",
    '<img src="https://partner.example/pixel.gif" alt="">': "picture-elsewhere",
    f'<img src="{PUBLIC_URL}.evil.example/a.jpg" alt="">': "picture-elsewhere",
}


@pytest.mark.parametrize("html", PICTURES)
def test_a_wrong_picture_is_found(html: str) -> None:
    """No alt attribute, a file name as alt, no address, and another's server are found."""
    assert [one.rule for one in check_pictures(read_page(page(html)), public_url=PUBLIC_URL)] == [PICTURES[html]]


STRUCTURES = {
    "<html><body><h1>x</h1></body></html>": ["page-lang", "page-dir"],
    page("<h1>Again</h1>"): ["heading-first"],
    page("<h2>y</h2><h4>z</h4>"): ["heading-step"],
    page("<h3> </h3>"): ["heading-empty"],
    page("<form><input></form>"): ["element-removed", "element-removed"],
    page("<table><tr><td>x</td></tr></table>"): ["table-role"],
    page('<table role="presentation"><tr><td>x</td></tr></table>'): [],
    page("<table><tr><th>Day</th></tr></table>"): [],
}


@pytest.mark.parametrize("html", STRUCTURES)
def test_a_wrong_structure_is_found(html: str) -> None:
    """Language, direction, steps of headings, and what mail programs take out."""
    assert [one.rule for one in check_structure(read_page(html))] == STRUCTURES[html]


CONTRASTS = {
    '<p style="color:#999999">pale</p>': True,
    '<p style="color:#767676">just dark enough</p>': False,
    '<div style="background-color:#1d4f73"><p style="color:#333333">dark on dark</p></div>': True,
    '<table role="presentation" bgcolor="#1d4f73"><tr><td style="color:#ffffff">light on dark</td></tr></table>': False,
    '<p style="color:#949494;font-size:24px">large and pale</p>': False,
    '<p style="color:#949494;font-size:23px">not large enough</p>': True,
    '<p style="color:#949494;font-size:19px"><b>bold and large</b></p>': False,
    '<p style="display:none;color:#eeeeee">not seen</p>': False,
    '<p style="color:#999999"></p>': False,
    '<p style="background:#00000011;color:#111111">nearly nothing behind it</p>': False,
    '<p style="color:#999999"><a href="https://a.example">its own blue</a></p>': False,
    '<p style="background:#1d4f73;color:#ffffff"><a href="https://a.example">blue on blue</a></p>': True,
    '<p style="background:#1d4f73"><a href="https://a.example" style="color:#ffffff">white on blue</a></p>': False,
}


@pytest.mark.parametrize("html", CONTRASTS)
def test_contrast_is_that_of_what_is_seen(html: str) -> None:
    """Colour and ground are inherited, large text needs 3:1, all other 4.5:1 (WCAG 2.2, 1.4.3); the unseen is left."""
    assert bool(list(check_contrast(read_page(page(html))))) == CONTRASTS[html]


WORDINGS = {
    ("", "x"): ["subject-empty"],
    ("News {topic}", "x"): ["subject-braces"],
    ("News", "{firs_title}"): ["preheader-braces"],
    ("A" + " long subject" * 6, "x"): ["subject-long"],
    ("RE: your application", "x"): ["subject-reply"],
    ("AW: Ihr Antrag", "x"): ["subject-reply"],
    ("LAST CHANCE TO APPLY", "x"): ["subject-capitals"],
    ("Apply now!!", "x"): ["subject-marks"],
    ("News", "news"): ["preheader-same"],
    ("News", ""): ["preheader-empty"],
    ("ERA-NET call", "x"): [],
    ("نداء مشترك لتمويل البحوث", "x"): [],
    ("Reform of research", "x"): [],
}


@pytest.mark.parametrize("texts", WORDINGS)
def test_subject_and_preheader_are_read(texts: tuple[str, str]) -> None:
    """Open braces, false answers, shouting, repetition and nothing at all are found; not every script has capitals."""
    assert [one.rule for one in check_wording(*texts)] == WORDINGS[texts]


def test_sizes_say_what_never_fits() -> None:
    """A frame too large, a card too large for anybody, and a digest whose largest stories do not fit together."""
    titles = {PostId(1): "One", PostId(2): "Two"}

    def rules(frame: int, *cards: int, most: int = 10) -> list[str]:
        sizes = {PostId(at): size for at, size in enumerate(cards, start=1)}
        return [one.rule for one in check_sizes(frame, sizes, titles, most=most, max_bytes=100)]

    assert rules(100, 1) == ["size-frame"]
    assert rules(20, 81, 10) == ["size-card", "size-digest"]
    assert rules(20, 50, 40) == ["size-digest"]
    assert rules(20, 50, 40, most=1) == []
    assert rules(20, 40, 40) == []


def test_the_text_part_has_what_the_html_has() -> None:
    """Every story, and the way out."""
    good = "News\nOne\nstory\nhttps://x/u/abc\n"
    assert list(check_text(good, leave_url="https://x/u/abc", titles=["One story"])) == []
    assert [one.rule for one in check_text(good, leave_url="https://y", titles=["Two"])] == ["text-leave", "text-story"]
    assert [one.rule for one in check_text(" ", leave_url="", titles=[])] == ["text-missing"]


def test_a_template_file_is_checked_by_itself() -> None:
    """Faults in a file are named with their line there, whatever Jinja stands around them."""
    source = (
        '{% if x %}\n<mj-section padding="0">\n<mj-colum width="{{ w }}">{# <mj-font> #}\n'
        '<mj-text colour="#123456" padding="{{ p }}">'
    )
    assert check_template(source) == [
        'line 2: padding="0" of <mj-section>: every number needs a unit, zero too ("0px")',
        "line 3: <mj-colum> is no tag that a layout may use",
        "line 4: <mj-text> has no attribute 'colour'",
    ]


def test_behind_a_link_that_counts_the_story_is_looked_at() -> None:
    """A link of ours that sends on is as good as what lies behind it."""
    counted = f"{PUBLIC_URL}/r/1/2"
    found = read_page(page(f'<a href="{counted}">One story</a>'))
    leads_to = {counted: "http://wiki.lan/a"}
    assert [one.rule for one in check_links(found, public_url=PUBLIC_URL, leads_to=leads_to)] == ["link-local"]
    assert list(links_outward(found, public_url=PUBLIC_URL, leads_to=leads_to)) == ["http://wiki.lan/a"]


LANGUAGES = {
    '<div lang="english">x</div>': ["language-tag"],
    '<div lang="ar" dir="ltr">x</div>': ["language-direction"],
    '<div lang="de" dir="rtl">x</div>': ["language-direction"],
    '<div lang="ar" dir="rtl">x</div>': [],
    '<div lang="pt-BR" dir="ltr">x</div>': [],
    '<td lang="" dir="auto"><h3>Which language is this in</h3></td>': ["language-unknown"],
    '<div lang="en" dir="ltr"><h3>نداء مشترك لتمويل البحوث</h3></div>': ["language-script"],
    '<div lang="ar" dir="rtl"><h3>A joint call for research</h3></div>': ["language-script"],
    '<div lang="ar" dir="rtl"><h3>نداء مشترك لتمويل البحوث ERA4Health</h3></div>': [],
    '<div lang="ar" dir="rtl"><p>Westhafen Event Center, Berlin</p></div>': [],
    '<div lang="ar" dir="rtl"><h3>ERA PerMed</h3></div>': [],
    '<div lang="" dir="auto"><h3>نداء مشترك لتمويل البحوث</h3></div>': ["language-unknown"],
}


@pytest.mark.parametrize("html", LANGUAGES)
def test_a_wrong_language_is_found(html: str) -> None:
    """No such language, a direction that it is not written in, a title of another script, and nothing said at all."""
    inside = html.replace("<td", "<table><tr><td").replace("</td>", "</td></tr></table>")
    assert [one.rule for one in check_languages(read_page(page(inside)), "en")] == LANGUAGES[html]


def test_a_page_speaks_the_language_of_its_edition() -> None:
    """A layout that always says lang="en" is found in every other language."""
    assert [one.rule for one in check_languages(read_page(page("")), "de")] == ["page-language"]
    assert list(check_languages(read_page(page("")), "en-GB")) == []


ORDERS = {
    "<html><body><h2>y</h2><h1>x</h1></body></html>": ["heading-order"],
    page('<p aria-hidden="true">x <a href="https://a.example">y</a></p>'): ["link-hidden"],
    page('<a tabindex="3" href="https://a.example">y</a>'): ["reading-tabindex"],
    page('<p style="POSITION:absolute">x</p>'): ["reading-order"],
    page('<div style="direction:rtl">x</div>'): ["reading-order"],
    page('<div dir="rtl" style="direction:rtl">x</div>'): [],
    page('<div dir="auto" style="direction:rtl">x</div>'): [],
    page('<p style="position:relative">x</p>'): [],
    page("<style>@media (max-width: 9px) { .a { order: 2 } }</style>"): ["reading-order"],
    page("<style>.a { flex-direction: row-reverse !important }</style>"): ["reading-order"],
    page("<style>.a { order: 0; flex-direction: column }</style>"): [],
}


@pytest.mark.parametrize("html", ORDERS)
def test_what_is_read_in_another_order_than_seen_is_found(html: str) -> None:
    """Headings, keyboards, and styles that move things."""
    assert [one.rule for one in check_order(read_page(html))] == ORDERS[html]


@pytest.mark.parametrize(
    ("html", "ratio"),
    [
        ('<p style="color:#999">x</p>', "2.8"),
        ('<p style="color: silver">x</p>', "1.8"),
        ('<p style="color:rgb(153, 153, 153) !important">x</p>', "2.8"),
        ('<p style="background:url(a.png) #000;color:#111111">x</p>', "1.1"),
        ('<p><font color="yellow">x</font></p>', "1.1"),
        ('<table bgcolor="navy"><tr><td style="COLOR:#222222">x</td></tr></table>', "1.0"),
    ],
)
def test_contrast_knows_colours_however_they_are_written(html: str, ratio: str) -> None:
    """Three digits, names, functions, shorthands and old attributes count like six digits."""
    (found,) = check_contrast(read_page(page(html)))
    assert f"a contrast of {ratio};" in found.words


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("News for *|FNAME|*", ["subject-left-over"]),
        ("News for %%FIRSTNAME%%", ["subject-left-over"]),
        ("[WEBINAR] Data of the week", []),
        ("XXX Congreso: todo sobre el plan", []),
        ("Lorem ipsum dolor", ["subject-left-over"]),
        ("TODO: a good subject", ["subject-left-over"]),
        ("TODO SOBRE la medicina", []),
        ("Click here: the call is open", ["subject-words"]),
        ("Jetzt zugreifen, nur für kurze Zeit", ["subject-words", "subject-words"]),
        ("40% of calls are open", []),
        ("Limited evidence on genomics", []),
    ],
)
def test_left_over_and_worn_words_are_found(text: str, rules: list[str]) -> None:
    """Names that other programs replace stop an approval, phrases that filters count are told; in both lines."""
    assert [one.rule for one in check_wording(text, "x")] == rules
    assert [one.rule for one in check_wording("x", text)] == [one.replace("subject", "preheader") for one in rules]


def test_the_text_part_has_the_order_of_the_html() -> None:
    """A story that stands earlier or later in the text part is told; a title within a longer one is none."""
    text = "Two\nOne\nOne more\nThree"
    assert [one.where for one in check_text_order(text, ["One", "Two", "Three"])] == ["Two"]
    assert list(check_text_order(text, ["Two", "One", "One more", "Three"])) == []


def test_the_largest_digest_is_as_large_as_its_largest_stories() -> None:
    """As many as a reader gets, and never more than the size at which mailboxes cut."""
    cards = {PostId(1): 10, PostId(2): 30, PostId(3): 20}
    assert largest_digest(5, cards, most=2, max_bytes=100) == 55
    assert largest_digest(5, cards, most=3, max_bytes=40) == 40
    assert largest_digest(50, {}, most=3, max_bytes=40) == 50


def test_every_rule_is_asked_of_an_edition(tmp_path: Path) -> None:
    """What an operator's own heading does wrong in five ways is found by five rules."""
    own = tmp_path / "mail/partials/title.mjml.j2"
    own.parent.mkdir(parents=True)
    own.write_text(
        '<h3 lang="ar" dir="ltr" style="position:absolute;color:#999"><i aria-hidden="true">'
        '<a href="{{ card.url }}">{{ card.title }}</a></i> more<table><tr><td>x</td></tr></table></h3>',
        encoding="utf-8",
    )
    frozen = sample_issue()
    edition = build_edition(frozen, "en", public_url=PUBLIC_URL, environment=mail_environment(tmp_path))
    clients = clients_named(["outlook.windows"])
    found = check_edition(frozen, edition, make_personal(), public_url=PUBLIC_URL, clients=clients)
    rules = {one.rule for one in found}
    assert rules >= {"language-direction", "reading-order", "link-hidden", "contrast", "table-role", "client-support"}


def test_a_text_part_in_another_order_is_told_of_an_edition() -> None:
    """Two stories that changed places in the text part stand elsewhere than in the HTML."""
    frozen = sample_issue()
    edition = build(frozen)
    numbered = edition.text.numbered
    assert numbered is not None
    one, two = list(numbered.cards)[:2]
    cards = {**numbered.cards, one: numbered.cards[two], two: numbered.cards[one]}
    swapped = replace(edition, text=replace(edition.text, numbered=replace(numbered, cards=cards)))
    found = check_edition(frozen, swapped, make_personal(), public_url=PUBLIC_URL, clients=())
    assert {one.rule for one in found} == {"text-order"}
