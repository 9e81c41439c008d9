"""The file that `apply` reads, parsed and checked: every fault at once, each with the key it stands under."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from newsletter.base.errors import InvalidSetup, UsageError
from newsletter.base.settings import fault_lines
from newsletter.sources.cleaning.language import language_code, nearest_code
from newsletter.sources.cleaning.topics import keyword_fault

_SLUG = r"^[a-z0-9][a-z0-9-]{0,62}$"


def _language(code: str) -> str:
    """Take a language's code; ValueError with what may have been meant."""
    if language_code(code) == code:
        return code
    meant = language_code(code) or nearest_code(code)
    hint = f"is it {meant!r}?" if meant else 'write one like "de" or "fr" (ISO 639)'
    raise ValueError(f"{code!r} is no code of a language; {hint}")


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class TopicTable(_Table):
    """[[topic]]"""

    slug: str = Field(pattern=_SLUG)
    name: str = ""
    names: dict[str, str] = {}  # by language
    keywords: tuple[str, ...] = ()
    sensitive: bool = False

    @field_validator("keywords")
    @classmethod
    def _findable(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        faults = [fault for one in value if (fault := keyword_fault(one))]
        if faults:
            raise ValueError("; ".join(faults))
        return value

    @field_validator("names")
    @classmethod
    def _in_languages(cls, value: dict[str, str]) -> dict[str, str]:
        for code in value:
            _language(code)
        return value


class SourceTable(_Table):
    """[[source]]"""

    name: str = Field(pattern=r"^\S(.*\S)?$", max_length=200)
    url: str = ""
    kind: str = Field("auto", pattern="^(auto|feed|page|index|folder)$")
    topics: tuple[str, ...] = ()
    language: str = ""
    owner: str = ""
    categories: dict[str, str] = {}  # the publisher's category -> topic slug
    backfill: int = Field(14, ge=0, le=365)  # days
    roles: tuple[Annotated[str, Field(pattern=r"^\S(.*\S)?$", max_length=100)], ...] = ()  # whom it writes for
    country: str = Field("", pattern="^([A-Za-z]{2})?$")  # ISO 3166-1 alpha-2

    @field_validator("country")
    @classmethod
    def _capitals(cls, value: str) -> str:
        return value.upper()

    @field_validator("language")
    @classmethod
    def _known(cls, value: str) -> str:
        return _language(value) if value else ""

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        scheme = urlsplit(value).scheme
        if scheme and scheme not in {"http", "https", "file"} and len(scheme) > 1:
            raise ValueError("must be an http or https address, or a path")
        return value


class ListTable(_Table):
    """[[list]]"""

    slug: str = Field(pattern=_SLUG)
    name: str = ""
    opt_in: Literal["double", "single"] = "double"


class SegmentTable(_Table):
    """[[segment]]"""

    slug: str = Field(pattern=_SLUG)
    name: str = ""
    list: str = ""
    rule: str = ""


class SetupFile(_Table):
    """The whole file. Newsletters stay tables here: keys that are absent keep what is stored."""

    topic: tuple[TopicTable, ...] = ()
    source: tuple[SourceTable, ...] = ()
    list: tuple[ListTable, ...] = ()
    segment: tuple[SegmentTable, ...] = ()
    newsletter: tuple[dict[str, Any], ...] = ()


def read_setup(path: Path, newsletter_faults: Callable[[int, dict[str, Any]], list[str]]) -> SetupFile:
    """Read a setup file; InvalidSetup with all faults, UsageError when there is no such file.

    What is wrong inside a newsletter depends on what is stored: when the file is refused, `newsletter_faults` is asked.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSetup(str(path), [f"not TOML: {error}{_hint(str(error))}"]) from error
    try:
        setup = SetupFile.model_validate(content)
    except ValidationError as error:
        faults = [_named(line, content) for line in fault_lines(error)]
        raise InvalidSetup(str(path), faults + _in_newsletters(content, newsletter_faults)) from error
    faults = [*_twice(setup), *_without_slug(setup)]
    if faults:
        raise InvalidSetup(str(path), faults + _in_newsletters(content, newsletter_faults))
    return setup


def _hint(fault: str) -> str:
    """Say what was probably meant by a key that stands twice."""
    if "overwrite a value" not in fault:
        return ""
    return '; a key stands twice there. A text by language names each one: intro.en = "...", intro.de = "..."'


def _in_newsletters(content: Mapping[str, Any], faults: Callable[[int, dict[str, Any]], list[str]]) -> list[str]:
    tables = content.get("newsletter")
    if not isinstance(tables, list):
        return []
    return [fault for number, one in enumerate(tables) if isinstance(one, dict) for fault in faults(number, one)]


def absolute(url: str, file: Path) -> str:
    """Give an address as it is, and a path as an absolute one: paths in a file are relative to it."""
    if urlsplit(url).scheme in {"http", "https"}:
        return url
    return str((file.parent / url.removeprefix("file://")).resolve())


def _named(line: str, content: Mapping[str, Any]) -> str:
    """Say whose table a fault is in: `newsletter[0].zone` tells less than the newsletter's slug beside it."""
    where, _, words = line.partition(": ")
    section, bracket, rest = where.partition("[")
    tables = content.get(section)
    number = rest.partition("]")[0]
    if not bracket or not isinstance(tables, list) or not number.isdigit() or not isinstance(tables[int(number)], dict):
        return line
    name = tables[int(number)].get("slug") or tables[int(number)].get("name") or ""
    return f"{where} ({name}): {words}" if name else line


def _twice(setup: SetupFile) -> list[str]:
    names = {
        "topic": [one.slug for one in setup.topic],
        "source": [one.name for one in setup.source],
        "list": [one.slug for one in setup.list],
        "segment": [one.slug for one in setup.segment],
        "newsletter": [str(one.get("slug", "")) for one in setup.newsletter],
    }
    return [
        f"{kind}: {name} stands there twice"
        for kind, all_ in names.items()
        for name in sorted({n for n in all_ if all_.count(n) > 1})
    ]


def _without_slug(setup: SetupFile) -> list[str]:
    return [
        f"newsletter[{number}].slug: is missing" for number, one in enumerate(setup.newsletter) if "slug" not in one
    ]
