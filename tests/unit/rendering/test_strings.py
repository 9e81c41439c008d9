"""Every word of the mail is told in every language, and what is missing stands in English."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from newsletter.base.ids import PostId
from newsletter.issues.digest import Chosen, Reason
from newsletter.rendering import strings as strings_module
from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.reasons import reason_words
from newsletter.rendering.strings import direction, languages, load_strings, put_names
from newsletter.rendering.templates import mail_environment, template_source, templates_root
from tests.unit.rendering.sample import environment, sample_issue
from tests.unit.rendering.slow_way import build

NAME = re.compile(r"\{\w+\}")
ROOM = Path(strings_module.__file__).parent
# t("...") in templates; strings.text("..."), strings.count("...") and named constants in code.
SAID = re.compile(r"""(?:\bt\(|strings\.(?:text|template|count)\(\s*|^_DISCREET = |^_WHY = )"([^"]+)\"""", re.MULTILINE)


def messages(language: str) -> dict[str, tuple[str, ...]]:
    catalogue = read_po(io.StringIO(template_source(environment(), f"locale/{language}.po")))
    found = {}
    for message in catalogue:
        if message.id:
            name = message.id if isinstance(message.id, str) else message.id[0]
            found[name] = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return found


@pytest.mark.parametrize("language", ["de", "fr", "it", "es", "pt", "ar"])
def test_a_catalogue_is_complete(language: str) -> None:
    """Each message is translated and keeps exactly its {names}, in each plural form where the number is said."""
    template = read_po(io.StringIO((templates_root() / "locale" / "newsletter.pot").read_text(encoding="utf-8")))
    expected = {one.id if isinstance(one.id, str) else one.id[0] for one in template if one.id}
    translated = messages(language)
    assert set(translated) == expected
    for message, words in translated.items():
        assert all(words), message
        if len(words) == 1:
            assert sorted(NAME.findall(words[0])) == sorted(NAME.findall(message))


def test_what_is_said_is_in_the_catalogues() -> None:
    """Code and templates say nothing that translators were not given."""
    web = ROOM.parent / "web"
    files = [*ROOM.glob("*.py"), *web.glob("*.py"), *templates_root().rglob("*.j2")]
    texts = [file.read_text(encoding="utf-8") for file in files]
    said = {one for text in texts for one in SAID.findall(text)}
    assert said <= set(messages("de"))
    assert len(said) >= 20
    for message in messages("de"):
        assert any(f'"{message}"' in text for text in texts), message


def test_languages_are_those_with_a_catalogue() -> None:
    """One file adds a language."""
    assert languages(environment()) == ["ar", "de", "en", "es", "fr", "it", "pt"]


def test_an_operator_adds_a_language_with_one_file(tmp_path: Path) -> None:
    """A catalogue in the operator's folder is a language; what it lacks stands in English."""
    (tmp_path / "locale").mkdir()
    (tmp_path / "locale" / "nl.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Unsubscribe"\nmsgstr "Afmelden"\n',
        encoding="utf-8",
    )
    dutch = load_strings(mail_environment(tmp_path), "nl")
    assert dutch.text("Unsubscribe") == "Afmelden"
    assert dutch.text("Preferences") == "Preferences"
    assert "nl" in languages(mail_environment(tmp_path))


def test_a_broken_catalogue_is_named(tmp_path: Path) -> None:
    """A file that is no catalogue is told by name."""
    (tmp_path / "locale").mkdir()
    (tmp_path / "locale" / "de.po").write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(InvalidLayout, match=r"locale/de\.po"):
        load_strings(mail_environment(tmp_path), "de")


@pytest.mark.parametrize(
    ("language", "spoken", "word"),
    [
        ("de", "de", "Abmelden"),
        ("de-AT", "de-AT", "Abmelden"),
        ("en-US", "en-US", "Unsubscribe"),
        ("ja", "en", "Unsubscribe"),
    ],
)
def test_the_nearest_language_is_spoken(language: str, spoken: str, word: str) -> None:
    """The catalogue of the language, else of its base, else English, and the mail says which."""
    strings = load_strings(environment(), language)
    assert (strings.language, strings.text("Unsubscribe")) == (spoken, word)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "ltr"), ("ar", "rtl"), ("he", "rtl"), ("fa-IR", "rtl"), ("zz", "ltr"), ("", "ltr"), ("<b>", "ltr")],
)
def test_direction_is_the_languages(language: str, expected: str) -> None:
    """Arabic, Hebrew and Persian run from right to left; the unknown from left to right."""
    assert direction(language) == expected


def test_only_known_names_are_put_in() -> None:
    """What a value brings along is not read again, and unknown names stay."""
    assert put_names("{a} {b} {c.d}", {"a": "{b}", "b": "x"}) == "{b} x {c.d}"


@pytest.mark.parametrize("language", ["en", "de", "fr", "it", "es", "pt", "ar"])
def test_only_a_pick_is_said_to_be_the_editors(language: str) -> None:
    """The reason of a card that nobody picked does not speak of editors, in any language."""
    editors = r"edit|redac|redaz|redaç|rédac|redak|محرر|تحرير"
    edition = build(sample_issue(), language)
    picked, filled = (reason_words(edition, Chosen(PostId(8), one)) for one in (Reason.PICK, Reason.EDITORS_ORDER))
    assert re.search(editors, picked, re.IGNORECASE)
    assert filled
    assert not re.search(editors, filled, re.IGNORECASE)
