"""Recipes: every fault at once, in words; what an applied file leaves out stays."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from newsletter.base.settings import fault_lines
from newsletter.issues.recipe import Recipe, in_language, merge_recipe, next_slots, schedule_in_words
from tests.unit.issues.makers import TABLE, make_newsletter, make_recipe

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def faults(**fields: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        make_recipe(**fields)
    return fault_lines(caught.value)


def test_the_least_table_is_a_recipe_with_the_defaults_of_the_design() -> None:
    """Only slug, name, from, postal_address and lists are needed."""
    recipe = Recipe.model_validate({key: TABLE[key] for key in ("slug", "name", "from", "postal_address", "lists")})
    assert (recipe.schedule, recipe.zone, recipe.approval, recipe.min_posts, recipe.max_posts) == (
        "",
        "UTC",
        "editor",
        1,
        10,
    )
    assert (recipe.sources, recipe.fallback_languages, recipe.catch_up) == (("*",), ("en",), "latest")


def test_all_faults_are_told_at_once() -> None:
    """A file with many mistakes is mended in one round: each is named with its key."""
    wrong = {
        "slug": "We ekly", "name": " ", "from": "news@example", "reply_to": "a@@b", "postal_address": "", "lists": [],
        "schedule": "0 8 * *", "zone": "Europe/Berln", "colour": "red", "cutoff": "2", "skip": ["x"], "subject": 5,
        "max_posts": 0, "stale_after": "", "kind": "blast", "fallback_languages": ["english!"], "nope": 1,
        "catch_up": "some", "shift": "up", "clicks": "all", "approval": "me", "if_not_approved": "x", "layout": "A b",
    }  # fmt: skip
    told = faults(**wrong)
    assert {line.split(":")[0].split("[")[0] for line in told} == set(wrong)
    assert not [line for line in told if "pattern" in line or "regex" in line]


@pytest.mark.parametrize(
    "sender",
    [
        "Newsroom <news@example.org>",
        "news@example.org",
        '"Smith, John" <john@example.org>',
        "Überblick <a@ünï.example.org>",
    ],
)
def test_a_sender_is_a_name_and_an_address(sender: str) -> None:
    """Names in any script, quoted ones too, and a bare address are accepted as written."""
    assert make_recipe(**{"from": sender}).sender == sender


@pytest.mark.parametrize(
    "sender",
    ["", "Newsroom", "Newsroom <>", "Newsroom <news@localhost>", "Smith, John <john@example.org>",
     "A <a@example.org>, b@example.org", "A <a@example.org>\nBcc: x@example.org", "A <a b@example.org>",
     "<a@example.org> x <b@example.org>"],
)  # fmt: skip
def test_what_a_from_header_would_misread_is_refused(sender: str) -> None:
    """No second address, no header of its own, no unquoted comma can pass as a sender."""
    (fault,) = faults(**{"from": sender})
    assert fault.startswith("from: ")


def test_less_room_than_the_least_is_a_fault_beside_others() -> None:
    """max_posts under min_posts is told even when other keys are wrong too."""
    told = faults(min_posts=5, max_posts=3, colour="red")
    assert "max_posts: must not be less than min_posts (5)" in told
    assert len(told) == 2


@pytest.mark.parametrize("field", ["name", "subject", "logo"])
def test_no_line_break_reaches_a_header(field: str) -> None:
    """Texts that stand in headers have one line (RFC 5322, section 2.2)."""
    (fault,) = faults(**{field: "Weekly\r\nBcc: x@example.org"})
    assert "one line" in fault


def test_texts_may_be_told_by_language() -> None:
    """A subject is a text, or a text by language; another shape is a fault."""
    assert make_recipe(subject={"de": "Hallo", "pt-BR": "Oi"}).subject == {"de": "Hallo", "pt-BR": "Oi"}
    assert faults(subject={"german!": "Hallo"})[0].startswith("subject: 'german!' is no language")
    assert len(faults(intro=["a"])) == 1
    assert in_language({"de": "Hallo", "en": "Hello"}, "de", "en") == "Hallo"
    assert in_language({"de": "Hallo", "en": "Hello"}, "fr", "en") == "Hello"
    assert in_language({"de": "Hallo"}, "fr", "en") == "Hallo"


def test_a_list_written_as_text_is_told_so() -> None:
    """The commonest slip in TOML gets words of its own."""
    assert faults(lists="members") == ['lists: a list is needed, like ["one", "two"]']
    assert faults(lists=["a", "a"]) == ["lists: named twice: a"]


def test_an_applied_table_changes_only_what_it_names() -> None:
    """Keys absent from a file keep their value; the merge is checked as a whole."""
    stored = make_recipe(max_posts=4, colour="#112233")
    merged = merge_recipe(stored, {"slug": "weekly", "name": "New"})
    assert (merged.name, merged.max_posts, merged.colour) == ("New", 4, "#112233")
    assert merge_recipe(merged, {"slug": "weekly", "name": "New"}) == merged
    with pytest.raises(ValidationError, match="min_posts"):
        merge_recipe(merged, {"max_posts": 2, "min_posts": 3})
    assert merge_recipe(None, TABLE) == make_recipe()


def test_a_schedule_is_told_in_words_with_its_next_dates() -> None:
    """People see when it is due, not a cron expression."""
    recipe = make_recipe(skip=["2026-12-07"])
    assert schedule_in_words(recipe) == "At 08:00 on Monday, Europe/Berlin"
    assert [slot.wall for slot in next_slots(recipe, NOW, 2)] == ["2026-11-30T08:00", "2026-12-14T08:00"]
    assert "Monday" in schedule_in_words(make_recipe(schedule="0 8 * * sat", shift="next_workday"))
    assert schedule_in_words(make_recipe(schedule="")) == "Only by hand"


def test_a_pause_with_an_end_is_over_by_itself() -> None:
    """Paused means from now until the named moment, or until resumed."""
    until = NOW + timedelta(days=1)
    assert make_newsletter(paused_at=NOW).is_paused(NOW + timedelta(days=900))
    assert make_newsletter(paused_at=NOW, paused_until=until).is_paused(NOW)
    assert not make_newsletter(paused_at=NOW, paused_until=until).is_paused(until)
    assert not make_newsletter().is_paused(NOW)
