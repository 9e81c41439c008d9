"""Segments in the set-up and on the screen: faults with file and key, nothing dangling, no small count that tells."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.app.app import App
from newsletter.app.outlook import outlook
from newsletter.app.segments import count_people, head_count, list_segments, reader_count, show_segment
from newsletter.app.setup import Change, apply_setup
from newsletter.app.setup_show import present_setup, setup_toml
from newsletter.base.errors import InvalidSetup, UsageError
from newsletter.db.engine import reading, writing
from newsletter.issues import store as issue_store
from subscribers.doors import first_list, first_list_name
from subscribers.errors import UnknownSegment
from subscribers.people.add import add_subscriber
from subscribers.people.find import find_by_address
from subscribers.wishes.prefer import change_profile
from subscribers.wishes.wish import follow
from tests.conftest import NOW
from tests.fakes.home import make_empty_home

SEGMENT = """\
[[segment]]
slug = "carers"
list = "members"
rule = "follows rare and not on list press"
"""
FILE = (
    """\
[[topic]]
slug = "rare"
sensitive = true
[[topic]]
slug = "funding"
[[list]]
slug = "members"
name = "Members"
[[list]]
slug = "press"
"""
    + SEGMENT
    + """\
[[newsletter]]
slug = "weekly"
name = "Weekly"
from = "Newsroom <news@example.org>"
postal_address = "Example Street 1"
lists = ["carers"]
schedule = "0 8 * * *"
"""
)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = make_empty_home(tmp_path / "home")
    yield app
    app.close()


def apply(app: App, text: str = FILE, *, prune: bool = False) -> list[Change]:
    path = app.home / "setup.toml"
    path.write_text(text, encoding="utf-8")
    return apply_setup(app, path, prune=prune)


def add_people(app: App, count: int, *, following: int) -> None:
    """Put people on the list of members, of whom the first ones follow the sensitive topic."""
    with writing(app.engine) as db:
        for number in range(count):
            one = add_subscriber(db, f"p{number}@example.org", "members", consent="form", by="test", now=NOW)
            if number < following:
                follow(db, one, "topic:rare", now=NOW)


def test_a_segment_is_applied_shown_and_kept(app: App) -> None:
    """Twice changes nothing, what is shown is what is there, and a key that is left out keeps its value."""
    apply(app)
    assert apply(app) == []
    assert show_segment(app, "carers").segment.name == "carers"
    path = app.home / "shown.toml"
    path.write_text(setup_toml(present_setup(app)), encoding="utf-8")
    assert apply_setup(app, path, prune=True) == []
    (change,) = apply(app, '[[segment]]\nslug = "carers"\nname = "Carers"\n')
    assert (change.kind, change.act, change.details) == ("segment", "update", ("name",))
    segment = show_segment(app, "carers").segment
    assert (segment.name, segment.list_slug, segment.rule) == (
        "Carers",
        "members",
        "follows rare and not on list press",
    )


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("follows rare", "folows rare", r"segment\[0\] \(carers\)\.rule: column 1: .*is it 'follows'\?"),
        (
            "follows rare",
            "follows rar",
            r"segment\[0\] \(carers\)\.rule: column 9: there is no topic \"rar\"; is it 'rare'\?",
        ),
        (
            "list press",
            "list pres",
            r"segment\[0\] \(carers\)\.rule: column 30: there is no list \"pres\"; is it 'press'\?",
        ),
        ('list = "members"', 'list = "people"', r"segment\[0\] \(carers\)\.list: there is no list 'people'"),
        ('list = "members"\n', "", r"segment\[0\] \(carers\)\.list: is missing"),
        ('slug = "carers"\nlist', 'slug = "press"\nlist', r"\(press\)\.slug: a list is called so"),
        (SEGMENT, "", r"newsletter\[0\] \(weekly\)\.lists: there is no list or segment 'carers'"),
        (SEGMENT, SEGMENT * 2, "carers stands there twice"),
    ],
)
def test_a_faulty_segment_applies_nothing(app: App, old: str, new: str, fault: str) -> None:
    """The fault names the segment, its key, the column, and what may be meant; nothing is written."""
    with pytest.raises(InvalidSetup, match=fault):
        apply(app, FILE.replace(old, new, 1))
    assert present_setup(app)["list"] == []


def test_a_segment_that_is_used_is_not_pruned(app: App) -> None:
    """Pruning removes segments that the file has not, but never from under a newsletter."""
    apply(app)
    with pytest.raises(InvalidSetup, match="no list or segment 'carers'"):
        apply(app, FILE.replace(SEGMENT, ""), prune=True)
    without = FILE.replace(SEGMENT, "").replace('["carers"]', '["members"]')
    assert apply(app, without)[0].kind == "newsletter"
    assert [(one.act, one.kind) for one in apply(app, without, prune=True)] == [("remove", "segment")]
    with pytest.raises(UnknownSegment):
        show_segment(app, "carers")
    assert [one.act for one in apply(app)] == ["create", "update"]


def test_a_small_count_about_a_sensitive_topic_is_told_nowhere(app: App) -> None:
    """Under ten, or all but under ten: no list, no counting of a rule and no outlook say it."""
    apply(app)
    add_people(app, 12, following=3)
    assert [one.people.words for one in list_segments(app)] == ["fewer than 10"]
    assert show_segment(app, "carers").people.number is None
    assert count_people(app, "not follows rare or on list press", "members").people.number is None
    assert count_people(app, "follows funding", "members").people.number == 0
    assert {one.readers.words for one in outlook(app, "2d")} == {"fewer than 10"}
    with reading(app.engine) as db:
        assert reader_count(db, issue_store.newsletter_by_slug(db, "weekly").recipe).number is None


def test_what_one_person_wishes_cannot_be_told_from_two_counts(app: App) -> None:
    """A count is told only where with and without the sensitive part it differs by ten people and more, or by none."""
    apply(app)
    add_people(app, 40, following=25)
    with writing(app.engine) as db:
        for number in range(40):  # the first, who follows it, is the only one from Portugal
            person = find_by_address(db, f"p{number}@example.org")
            country = "PT" if number == 0 else "FR" if number <= 10 else "DE"
            change_profile(db, person.id, {"country": country}, now=NOW)

    def told(rule: str) -> int | None:
        return count_people(app, rule, "members").people.number

    assert told("country is DE") == 29
    assert told("country is DE or (country is PT and follows rare)") is None
    assert told("country is DE or (country is PT and not follows rare)") is None
    assert told("country is DE and follows rare") == 14
    assert told("country is DE and (follows rare or country is DE)") == 29
    assert told("follows rare and not follows rare") is None


def test_a_count_that_tells_of_nobody_is_told() -> None:
    """Ten and more of a sensitive topic, and any number of another, are told as they are."""
    assert head_count(10, is_delicate=True, out_of=20).number == 10
    assert head_count(11, is_delicate=True, out_of=20).words == "all but fewer than 10"
    assert head_count(9, is_delicate=True).number is None
    assert head_count(0, is_delicate=True).number is None
    assert head_count(3, is_delicate=False, out_of=3).words == "3"


def test_a_rule_is_counted_before_it_is_saved(app: App) -> None:
    """What is wrong with it is told as for a file, and nothing is saved."""
    apply(app)
    add_people(app, 2, following=0)
    assert count_people(app, "domain is example.org", "members").people.number == 2
    for rule, words in (("domain was x", "column 8"), ("follows fundin", "is it 'funding'")):
        with pytest.raises(UsageError, match=words):
            count_people(app, rule, "members")
    assert [one.segment.slug for one in list_segments(app)] == ["carers"]


def test_readers_see_the_list_of_a_segment(app: App) -> None:
    """The name under a mail and the list that people join are the list's, never the segment's."""
    apply(app)
    with reading(app.engine) as db:
        assert first_list_name(db, ["carers", "press"]) == "Members"
        assert first_list(db, ["carers", "press"]) == "members"
