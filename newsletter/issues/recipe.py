"""A Newsletter and its Recipe: what stands under [[newsletter]] in a file that `apply` reads.

`Recipe.model_validate(table)` reports every fault at once, each in words. A recipe that stands is one that works.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Annotated, Any

from cronsim import CronSim
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from newsletter.base.ids import NewsletterId
from newsletter.issues.duration import parse_duration
from newsletter.issues.slots import Slot, checked_schedule, checked_zone, first_slots, skip_days

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_LAYOUT = re.compile(r"[a-z][a-z0-9-]*")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*", re.ASCII)  # RFC 5646, without its rare forms
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _slug(value: str) -> str:
    if not _SLUG.fullmatch(value):
        raise ValueError('lower-case letters, digits and hyphens, at most 63, like "weekly"')
    return value


def _layout(value: str) -> str:
    if not _LAYOUT.fullmatch(value):
        raise ValueError('a layout is named with lower-case letters, digits and hyphens, like "digest"')
    return value


def checked_line(value: str) -> str:
    """Give a text of one line without spaces around; ValueError where it has control characters."""
    if _CONTROL.search(value):
        raise ValueError("one line without control characters is needed")
    return value.strip()


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def _sender(value: str) -> str:
    """Check "Name <address>", or an address alone, as the From header will be read (RFC 5322, section 3.4)."""
    words = 'write it like "Newsroom <news@example.org>"'
    _, address = parseaddr(checked_line(value))
    bracketed = re.fullmatch(r"[^<>]*<([^<>]+)>", value.strip())
    if not address or address != (bracketed[1].strip() if bracketed else value.strip()):
        raise ValueError(f"{words}; a name with a comma or an @ needs quotation marks")
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(f"no address: {error} ({words})") from error
    return value.strip()


def _sender_or_none(value: str) -> str:
    return _sender(value) if value.strip() else ""


def checked_language(value: str) -> str:
    """Give a language code back; ValueError in words where it is none."""
    if not _LANGUAGE.fullmatch(value):
        raise ValueError(f'{value!r} is no language; write a code like "en", "fr" or "pt-BR"')
    return value


def _colour(value: str) -> str:
    if not _COLOUR.fullmatch(value):
        raise ValueError('a colour has six hexadecimal digits, like "#1d4f73"')
    return value


def _duration(value: str) -> str:
    parse_duration(value)
    return value


def _skip(value: str) -> str:
    skip_days(value)
    return value


def _one_of(*allowed: str) -> AfterValidator:
    def check(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"{value!r} is not known here; one of {', '.join(allowed)}")
        return value

    return AfterValidator(check)


def _list(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise ValueError('a list is needed, like ["one", "two"]')  # noqa: TRY004 - pydantic collects ValueErrors only
    return value


def _once(values: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f"named twice: {', '.join(twice)}")
    return values


def _text_by_language(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError('a text is needed, or a text by language like { en = "...", fr = "..." }')
    for language in value:
        checked_language(str(language))
    return value


def _one_line_by_language(value: str | dict[str, str]) -> str | dict[str, str]:
    if isinstance(value, str):
        return checked_line(value)
    return {language: checked_line(text) for language, text in value.items()}


_Line = Annotated[str, AfterValidator(checked_line)]
_Name = Annotated[str, AfterValidator(_filled)]
_Names = Annotated[tuple[_Name, ...], BeforeValidator(_list), AfterValidator(_once)]
_Language = Annotated[str, AfterValidator(checked_language)]
_Duration = Annotated[str, AfterValidator(_duration)]
_Text = Annotated[str | dict[str, str], BeforeValidator(_text_by_language)]
_TextLine = Annotated[_Text, AfterValidator(_one_line_by_language)]


class Recipe(BaseModel):
    """The standing recipe. Field names, types and defaults are those of the TOML (design section 10)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, populate_by_name=True)

    slug: Annotated[str, AfterValidator(_slug)]
    name: Annotated[_Line, AfterValidator(_filled)] = Field(max_length=200)
    sender: Annotated[str, AfterValidator(_sender)] = Field(alias="from")  # "Newsroom <news@example.org>"
    reply_to: Annotated[str, AfterValidator(_sender_or_none)] = ""
    postal_address: _Name  # CAN-SPAM and good manners: no mail without one
    lists: _Names
    sources: _Names = ("*",)
    schedule: Annotated[str, AfterValidator(checked_schedule)] = ""  # cron; empty: only by hand
    zone: Annotated[str, AfterValidator(checked_zone)] = "UTC"
    local_time: bool = False
    approval: Annotated[str, _one_of("editor", "auto")] = "editor"
    min_posts: int = Field(1, ge=1)
    max_posts: int = Field(10, ge=1, le=50)
    layout: Annotated[str, AfterValidator(_layout)] = "digest"
    catch_up: Annotated[str, _one_of("latest", "all", "none")] = "latest"
    kind: Annotated[str, _one_of("digest", "selection", "letter")] = "digest"
    language: _Language = "en"  # of readers who have not said
    subject: _TextLine = "{first_title}"
    preheader: _TextLine = "{second_title}"
    intro: _Text = ""  # Markdown
    announcement: _Text = ""  # Markdown, in a box between sections
    announcement_after: _Line = ""  # slug of the topic behind whose section it stands; empty: behind the first
    description: _TextLine = ""  # one or two sentences, for those who have not joined yet
    logo: _Line = ""
    logo_dark: _Line = ""
    colour: Annotated[str, AfterValidator(_colour)] = "#1d4f73"
    font: _Line = ""
    fallback_languages: Annotated[tuple[_Language, ...], BeforeValidator(_list), AfterValidator(_once)] = ("en",)
    review_days: int = Field(0, ge=0, le=60)
    cutoff: _Duration = ""  # time before the slot, "2h"
    approve_by: _Duration = ""
    if_not_approved: Annotated[str, _one_of("hold", "send")] = "hold"
    undo: _Duration = ""  # time after a person's approval before anything leaves
    skip: Annotated[tuple[Annotated[str, AfterValidator(_skip)], ...], BeforeValidator(_list)] = ()
    shift: Annotated[str, _one_of("none", "next_workday")] = "none"
    stale_after: _Duration = "48h"
    clicks: Annotated[str, _one_of("off", "counted")] = "off"
    providers: _Names = ()

    @field_validator("lists")
    @classmethod
    def _some_list(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError('at least one list is needed, like ["members"]')
        return value

    @field_validator("max_posts")
    @classmethod
    def _room_for_the_least(cls, value: int, info: ValidationInfo) -> int:
        # A validator of the field, not of the model: those run only where no field has a fault.
        least = info.data.get("min_posts", 1)
        if value < least:
            raise ValueError(f"must not be less than min_posts ({least})")
        return value

    @field_validator("stale_after")
    @classmethod
    def _some_time(cls, value: str) -> str:
        if not parse_duration(value):
            raise ValueError('a time in which mail may leave is needed, like "48h"')
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter:
    """A recipe with its life."""

    id: NewsletterId
    recipe: Recipe
    created_at: datetime
    due_since: datetime  # made, rescheduled or resumed: no earlier slot is ever due
    paused_at: datetime | None
    paused_until: datetime | None

    @property
    def slug(self) -> str:
        return self.recipe.slug

    def is_paused(self, now: datetime) -> bool:
        """Tell whether it makes no issues by itself now; a pause with an end is over by itself."""
        return self.paused_at is not None and (self.paused_until is None or now < self.paused_until)


def merge_recipe(stored: Recipe | None, table: Mapping[str, Any]) -> Recipe:
    """Lay an applied table over the stored recipe: what the table leaves out keeps its value. All faults at once."""
    kept = stored.model_dump(by_alias=True, exclude_unset=True) if stored else {}
    return Recipe.model_validate({**kept, **table})


def in_language(text: str | dict[str, str], language: str, fallback: str) -> str:
    """Give a text that may be told by language: that language, else the fallback, else the first there is."""
    if isinstance(text, str):
        return text
    return text.get(language) or text.get(fallback) or next(iter(text.values()), "")


def schedule_in_words(recipe: Recipe) -> str:
    """Say when it is due: "At 08:00 on Monday, Europe/Berlin"."""
    if not recipe.schedule:
        return "Only by hand"
    words = f"{CronSim(recipe.schedule, datetime(2024, 1, 1)).explain()}, {recipe.zone}"  # noqa: DTZ001 - wall time
    return f"{words}; a weekend's issue comes on the Monday" if recipe.shift == "next_workday" else words


def next_slots(recipe: Recipe, after: datetime, n: int) -> list[Slot]:
    """Give the next slots after an instant, skipped days left out."""
    return first_slots(recipe.schedule, recipe.zone, after=after, count=n, skip=recipe.skip, shift=recipe.shift)
