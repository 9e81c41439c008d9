"""What chosen mail programs lack is told, in one line a feature; what a mail reads as well without is not."""

from pathlib import Path

import pytest

from newsletter.base.mail_clients import MAIL_CLIENTS, clients_named, known_client
from newsletter.base.settings import Settings
from newsletter.rendering.lint import clients as rule
from newsletter.rendering.lint.clients import check_clients, client_data
from newsletter.rendering.lint.deliberate import DELIBERATE
from newsletter.rendering.lint.edition import page_of
from newsletter.rendering.lint.finding import Severity
from newsletter.rendering.lint.mail_features import features_used
from newsletter.rendering.lint.page import read_page
from newsletter.rendering.lint.style_sheet import Declaration, Rule, rules_of
from tests.unit.rendering.sample import make_personal, make_recipe, sample_issue
from tests.unit.rendering.slow_way import build

DEFAULT = clients_named(Settings().lint.clients)
PAGE = '<html lang="en" dir="ltr"><head><style>{}</style></head><body>{}</body></html>'


def lacking(css: str, html: str, clients: tuple[str, ...] = DEFAULT) -> list[str]:
    """Give the titles of the features that are told of."""
    found = check_clients(read_page(PAGE.format(css, html)), clients)
    return [one.words.partition(": ")[0] for one in found]


@pytest.mark.parametrize("layout", ["digest", "compact", "magazine", "letter"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_our_own_layouts_use_nothing_that_is_missed(layout: str, language: str) -> None:
    """With every client there is, only what the issue's own text has is told: its intro writes to an address."""
    recipe = make_recipe(layout=layout, logo="media/a.png", logo_dark="media/b.png")
    frozen = sample_issue(recipe=recipe)
    page = page_of(frozen, build(frozen, language), make_personal())
    assert list(check_clients(page, DEFAULT)) == []
    assert [one.words.partition(" lack")[0] for one in check_clients(page, MAIL_CLIENTS)] in (
        [],
        ["mailto: links: 1 of 40 mail programs"],
    )


LACKING = {
    ("", '<p style="display:flex">x</p>'): ["display:flex"],
    ("", '<p style="DISPLAY : Flex !important">x</p>'): ["display:flex"],
    ("", '<p style="background-image:url(https://x/a;b.png)">x</p>'): ["background-image"],
    ("", '<p style="width:calc(100% - 2em)">x</p>'): ["CSS calc() function"],
    ("", '<p style="width:4vw">x</p>'): ["vw unit"],
    ("", '<p style="color:var(--ink)">x</p>'): ["CSS Variables (Custom Properties)"],
    ("", "<video src='x'></video>"): ["<video> element"],
    ("", "<details>x</details>"): ["HTML5 semantics"],
    ("", '<img src="https://x/a.webp?b" alt="">'): ["webP image format"],
    ("", '<img src="data:image/png;base64,AA" alt="">'): ["Base 64 image format"],
    ("@font-face { font-family: x }", ""): ["@font-face"],
    ("@media (hover) { p { color: #123456 } }", ""): ["@media (hover), @media (any-hover)"],
    ("@import url(x.css); p { color: #123456 }", ""): ["@import"],
    ("@media print { .a:has(b) { color: #123456 } }", ""): [":has()"],
    ("p::after { color: #123456 }", ""): ["::after"],
    ("p { position: absolute }", ""): ["position"],
    ("/* p { position: absolute } */ p { color: #aabbcc }", ""): [],
    ("", "<p style=\"font-family:'display:flex 3vw'\">position: absolute</p>"): [],
    ("", "<!--[if mso]><p style='display:flex'>x</p><![endif]-->"): [],
    ("@media (prefers-color-scheme: dark) { .a { color: #aabbcc } }", '<bdi style="border-radius:3px">x</bdi>'): [],
}


@pytest.mark.parametrize("used", LACKING)
def test_what_programs_lack_is_found(used: tuple[str, str]) -> None:
    """Properties, values, functions, units, elements, pictures and rules of style sheets; not what nobody is shown."""
    assert lacking(*used) == LACKING[used]


def test_a_finding_names_the_programs_and_the_place() -> None:
    """One line: the feature, how many of the chosen ones lack it, which, and where it is used first."""
    html = '<p style="position:fixed">x</p><div class="own" style="position:fixed">y</div>'
    (found,) = check_clients(read_page(PAGE.format("", html)), ("apple-mail.ios", "gmail.ios", "outlook.windows"))
    assert (found.severity, found.rule, found.where) == (Severity.WARNING, "client-support", "<p>")
    assert found.words == "position: 2 of 3 mail programs lack it: Gmail (iOS), Outlook (Windows)"
    assert lacking("", html, ("apple-mail.ios",)) == []


def test_what_is_deliberate_in_one_place_is_told_in_another() -> None:
    """The preheader may be hidden with opacity; a paragraph that relies on it is told."""
    assert lacking("", '<div class="preview" style="opacity:0">x</div>') == []
    assert lacking("", '<div class="preview" style="opacity:0">x</div><p style="opacity:0.5">x</p>') == ["opacity"]


def test_every_reason_is_one_that_counts() -> None:
    """A feature that all clients have by now needs no reason, and a misspelt one would excuse nothing."""
    assert set(DELIBERATE) - set(client_data().features) == set()
    assert all(one.why for one in DELIBERATE.values())


def test_the_settings_know_the_clients_of_the_data() -> None:
    """A client can be chosen if, and only if, there is data of it."""
    assert tuple(client_data().clients) == MAIL_CLIENTS
    told = {client for feature in client_data().features.values() for client in feature.lacking}
    assert told <= set(MAIL_CLIENTS)
    assert clients_named(["gmail.ios", "apple-mail"]) == ("apple-mail.ios", "apple-mail.macos", "gmail.ios")
    with pytest.raises(ValueError, match=r"'gmail\.windows'; there are gmail\.android"):
        known_client("gmail.windows")
    with pytest.raises(ValueError, match="'gnail'; there are aol, apple-mail"):
        known_client("gnail")


def test_the_data_has_its_licence_beside_it() -> None:
    """The licence names version and day of what lies beside it."""
    folder = Path(rule.__file__).parent
    licence = (folder / "caniemail.LICENSE.txt").read_text(encoding="utf-8")
    data = client_data()
    assert data.made_from.replace("@", " ") in licence
    assert data.data_of in licence
    assert "MIT" in licence
    assert "Permission is hereby granted, free of charge" in licence


@pytest.mark.parametrize(
    ("css", "rules"),
    [
        ("a{b:c}", [Rule("a", (Declaration("b", "c"),))]),
        ("A , B { C : D ; e:f }", [Rule("a , b", (Declaration("c", "d"), Declaration("e", "f")))]),
        ("@media x { a { b: c } } d { }", [Rule("@media x"), Rule("a", (Declaration("b", "c"),)), Rule("d")]),
        ("@font-face { src: url(a) } a {}", [Rule("@font-face"), Rule("a")]),
        ('@import "x"; a {}', [Rule("@import ''"), Rule("a")]),
        ("a { b: c", [Rule("a", (Declaration("b", "c"),))]),
        ("} a", []),
        ("a { content: '}' } b {}", [Rule("a", (Declaration("content", "''"),)), Rule("b")]),
    ],
)
def test_style_sheets_are_read(css: str, rules: list[Rule]) -> None:
    """Nested rules, quotation marks and broken ends are read as browsers read them."""
    assert list(rules_of(css)) == rules


@pytest.mark.parametrize(
    ("selector", "features"),
    [
        ("p.a", {"selector:.", "selector:a"}),
        (".a.b", {"selector:.", "selector:.a.b"}),
        ("a > b", {"selector:>", "selector:a"}),
        ("a b", {"selector:a b", "selector:a"}),
        (".a + .b", {"selector:+", "selector:."}),
        ("#a, *", {"selector:#", "selector:,", "selector:*"}),
        ("[a='b c > d']", {"selector:["}),
        ("a:nth-child(2n + 1)::before", {"selector:a", "pseudo:nth-child", "pseudo::before"}),
    ],
)
def test_selectors_are_told_apart(selector: str, features: set[str]) -> None:
    """Each kind of selector by itself; what stands in brackets is none."""
    used = features_used(read_page(PAGE.format(f"{selector} {{ }}", "")))
    assert {one for one in used if one.startswith(("selector:", "pseudo:"))} == features
