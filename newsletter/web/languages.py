"""Which language a page speaks: the reader's own, the newsletter's, else what the browser asks for; and all by name."""

from babel import Locale, UnknownLocaleError

from newsletter.rendering.strings import Strings, languages, load_strings
from newsletter.web.context import Web

# Languages to choose from: of Europe's countries and its neighbours, and the most written of the world.
LANGUAGES = frozenset(
    (
        *("ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fi", "fr", "ga", "gl", "he", "hi", "hr"),
        *("hu", "is", "it", "ja", "ka", "ko", "lb", "lt", "lv", "mk", "mt", "nl", "no", "pl", "pt", "ro", "ru", "sk"),
        *("sl", "sq", "sr", "sv", "tr", "uk", "zh"),
    )
)


def strings_in(web: Web, language: str) -> Strings:
    """Give the words of a language; English where there is no catalogue."""
    return web.shelf.take(
        ("strings", language), Strings, lambda: load_strings(web.app.templates, language), now=web.app.clock.now()
    )


def browser_language(web: Web, accepted: str) -> str:
    """Give the first language of an Accept-Language field that there is a catalogue of; English else."""
    known = set(languages(web.app.templates))
    for tag in accepted_languages(accepted):
        if tag.split("-")[0] in known:
            return tag.split("-")[0]
    return "en"


def language_name(code: str, *, in_language: str = "en") -> str:
    """Give a language's name in words: French, or in itself français."""
    try:
        return Locale.parse(code, sep="-").get_display_name(in_language.replace("-", "_")) or code
    except (UnknownLocaleError, ValueError):
        return code


def accepted_languages(field: str) -> list[str]:
    """Read an Accept-Language field (RFC 9110, section 12.5.4): tags, the most wanted first."""
    wanted: list[tuple[float, str]] = []
    for part in field.split(",")[:20]:
        tag, _, weight = part.strip().partition(";")
        quality = _quality(weight)
        if tag and quality > 0:
            wanted.append((-quality, tag.strip().lower()))
    return [tag for _, tag in sorted(wanted, key=lambda one: one[0])]


def _quality(weight: str) -> float:
    name, _, number = weight.strip().partition("=")
    try:
        return float(number) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def languages_by_name(locale: Locale) -> list[tuple[str, str]]:
    """Give the languages to choose from with their names in the language of a page, in the order of those."""
    names = [(code, locale.languages.get(code, code)) for code in LANGUAGES]
    return sorted(names, key=lambda one: one[1].casefold())
