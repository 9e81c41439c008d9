"""A Newsletter and its Recipe: what stands under [[newsletter]] in a file that `apply` reads."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from newsletter.base.ids import NewsletterId


class Recipe(BaseModel):
    """The standing recipe. Field names, types and defaults are those of the TOML (design section 10).

    The validators of single values (cron, zone, durations, dates, addresses) live beside the code that uses them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, populate_by_name=True)

    slug: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    name: str = Field(min_length=1, max_length=200)
    sender: str = Field(alias="from")  # "Newsroom <news@example.org>"
    reply_to: str = ""
    postal_address: str = Field(min_length=1)  # CAN-SPAM and good manners: no mail without one
    lists: tuple[str, ...] = Field(min_length=1)
    sources: tuple[str, ...] = ("*",)
    schedule: str = ""  # cron; empty: only by hand
    zone: str = "UTC"
    local_time: bool = False
    approval: str = Field("editor", pattern="^(editor|auto)$")
    min_posts: int = Field(1, ge=1)
    max_posts: int = Field(10, ge=1, le=50)
    layout: str = Field("digest", pattern=r"^[a-z][a-z0-9-]*$")
    catch_up: str = Field("latest", pattern="^(latest|all|none)$")
    kind: str = Field("digest", pattern="^(digest|selection|letter)$")
    language: str = "en"  # of readers who have not said
    subject: str | dict[str, str] = "{first_title}"
    preheader: str | dict[str, str] = "{second_title}"
    intro: str | dict[str, str] = ""  # Markdown
    logo: str = ""
    logo_dark: str = ""
    colour: str = "#1d4f73"
    font: str = ""
    fallback_languages: tuple[str, ...] = ("en",)
    review_days: int = Field(0, ge=0)
    cutoff: str = ""  # time before the slot, "2h"
    approve_by: str = ""
    if_not_approved: str = Field("hold", pattern="^(hold|send)$")
    skip: tuple[str, ...] = ()  # "2026-12-21/2027-01-03"
    shift: str = Field("none", pattern="^(none|next_workday)$")
    stale_after: str = "48h"
    clicks: str = Field("off", pattern="^(off|counted)$")
    providers: tuple[str, ...] = ()


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


def in_language(text: str | dict[str, str], language: str, fallback: str) -> str:
    """Give a text that may be told by language: that language, else the fallback, else the first there is."""
    if isinstance(text, str):
        return text
    return text.get(language) or text.get(fallback) or next(iter(text.values()), "")
