"""The words of the interface in one language: English in the code and templates, other languages in templates/locale.

One file, `locale/LANGUAGE.po`, adds a language. What it does not translate stands in English.
"""

import io
import re
from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import PurePosixPath

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from jinja2 import Environment

from newsletter.rendering.errors import InvalidLayout
from newsletter.rendering.templates import catalogue_names, template_source

ENGLISH = "en"
# English as most of Europe reads it: 23 November 2026. "en-US" asks for the other.
_LOCALES = {ENGLISH: "en_GB"}
NAMES = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Strings:
    """The words, the direction and the date formats of one language."""

    language: str
    direction: str  # ltr | rtl
    locale: Locale
    translations: NullTranslations

    def text(self, message: str, **values: str) -> str:
        """Translate a message and put values for its {names}."""
        return put_names(self.translations.gettext(message), values)

    def template(self, message: str) -> str:
        """Translate a message, its {names} still open."""
        return self.translations.gettext(message)

    def count(self, one: str, many: str, count: int) -> str:
        """Translate a message that counts something, in the language's own plural."""
        return put_names(self.translations.ngettext(one, many, count), {"count": str(count)})


def put_names(template: str, values: dict[str, str]) -> str:
    """Replace exactly the names given, in one pass; str.format would read on in untrusted text."""
    return NAMES.sub(lambda found: values.get(found[1], found[0]), template)


def load_strings(environment: Environment, language: str) -> Strings:
    """Give the words of a language: its catalogue, else that of its base language, else English."""
    base = language.partition("-")[0]
    known = catalogue_names(environment)
    for candidate in (language, base):
        name = f"locale/{candidate}.po"
        if name in known:
            return Strings(language, direction(language), _locale(language), _catalogue(environment, name, candidate))
    spoken = language if base == ENGLISH else ENGLISH
    return Strings(spoken, "ltr", _locale(spoken), NullTranslations())


def languages(environment: Environment) -> list[str]:
    """List the languages that readers may choose for the interface."""
    return sorted({ENGLISH, *(PurePosixPath(name).stem for name in catalogue_names(environment))})


def direction(language: str) -> str:
    """Give the writing direction of a language: rtl for Arabic, Hebrew, Persian and the like; ltr when unknown."""
    try:
        return Locale.parse(language, sep="-").text_direction
    except (UnknownLocaleError, ValueError):
        return "ltr"


def _locale(language: str) -> Locale:
    for candidate in (_LOCALES.get(language, language), language.partition("-")[0]):
        try:
            return Locale.parse(candidate.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(_LOCALES[ENGLISH])


def _catalogue(environment: Environment, name: str, language: str) -> GNUTranslations:
    return _compiled(template_source(environment, name), name, language)


@lru_cache(maxsize=32)  # by its text: a file that an operator has edited is another one
def _compiled(source: str, name: str, language: str) -> GNUTranslations:
    try:
        catalogue = read_po(io.StringIO(source), locale=language.replace("-", "_"), abort_invalid=True)
    except (PoFileError, UnknownLocaleError, ValueError) as error:
        raise InvalidLayout(f"{name} cannot be read: {error}") from error
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
