"""Segments on both databases: the SQL says what a plain reading of the rule says, and neither door is any wider."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, event, insert

from subscribers import doors
from subscribers.consent.consent import SuppressionKind
from subscribers.consent.leave import leave_list, opt_out
from subscribers.doors import is_described, member_count, members, next_members
from subscribers.errors import InvalidRule, SlugTaken, UnknownList, UnknownSegment
from subscribers.lists.keep import list_by_slug, put_list
from subscribers.segments.keep import all_segments, count_rule, put_segment, remove_segment, segment_by_slug
from subscribers.segments.parse import parse_rule
from subscribers.segments.rule import Rule, rule_text
from subscribers.subscriber import Recipient
from subscribers.suppression.suppress import suppress
from subscribers.tables import consents, preferences, subscribers, subscriptions, wishes
from subscribers.wishes.prefer import change_profile, prefer
from subscribers.wishes.wish import follow, wish_nothing
from tests.unit.subscribers.people import BY_READER, NOW, WEEKLY, answer, mailable, make_list, make_member, reason
from tests.unit.subscribers.rules import ATTRIBUTES, CELLS, LISTS, MOMENTS, RULES, TOPICS, VALUES, Person, holds

Kinds = dict[str, str]  # wishes by topic


def make_segment(db: Connection, rule: str, slug: str = "part", list_slug: str = "members") -> None:
    put_segment(db, slug, name="Part", list_slug=list_slug, rule=rule, now=NOW)


def _or_empty(values: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from(("", *values))


@st.composite
def people(draw: st.DrawFn) -> tuple[Person, dict[str, Any]]:
    """Draw a person as a rule should see them, and the rows that say so; half of what counts stands under a scope."""
    own = {field: draw(_or_empty(values)) for field, values in VALUES.items()}
    own |= {"frequency": own["frequency"] or "every", "length": own["length"] or "normal"}
    reads = draw(st.lists(st.sampled_from(VALUES["language"]), max_size=2, unique=True))
    wanted: dict[str, Any] = {
        field: draw(st.none() | st.sampled_from(VALUES[field])) for field in ("language", "frequency", "length", "zone")
    }
    wanted["reading_languages"] = draw(st.none() | st.sampled_from(["", "fr", "de;fr"]))
    kinds = st.dictionaries(st.sampled_from(TOPICS), st.sampled_from(["follow", "mute"]))
    mine, there = (
        draw(kinds),
        draw(st.dictionaries(st.sampled_from(TOPICS), st.sampled_from(["follow", "mute", "none"]))),
    )
    said = draw(
        st.lists(st.tuples(st.sampled_from(["confirmed", "imported", "asked", "left"]), st.sampled_from(MOMENTS)))
    )
    changed_at = draw(st.sampled_from(MOMENTS))
    holding = mine | there
    yes = [at for act, at in said if act in {"confirmed", "imported"}]
    languages = wanted["reading_languages"]
    person = Person(
        fields=own | {key: value for key, value in wanted.items() if key in own and value is not None},
        name=draw(_or_empty(("Anna",))),
        attributes=draw(st.dictionaries(st.sampled_from(ATTRIBUTES), st.sampled_from(CELLS))),
        reads=tuple(reads) if languages is None else tuple(languages.split(";")) if languages else (),
        follows=frozenset(key for key, kind in holding.items() if kind == "follow"),
        mutes=frozenset(key for key, kind in holding.items() if kind == "mute"),
        states={"members": "active", **draw(st.dictionaries(st.just("press"), st.sampled_from(["active", "left"])))},
        joined=max(yes, default=changed_at),
        confirmed=max((at for act, at in said if act == "confirmed"), default=None),
    )
    return person, {
        "own": own,
        "reads": reads,
        "wanted": wanted,
        "mine": mine,
        "there": there,
        "said": said,
        "at": changed_at,
    }


def _store(db: Connection, number: int, person: Person, rows: dict[str, Any], lists: dict[str, int]) -> int:
    """Write a person's rows; gives their id."""
    address = f"p{number}@example.org"
    keys = {"address": address, "address_key": address, "address_hash": f"h{number}"}
    values: dict[str, Any] = {**keys, "name": person.name}
    values |= {**rows["own"], "reading_languages": ";".join(rows["reads"]), "created_at": NOW, "updated_at": NOW}
    values["attributes"] = json.dumps(person.attributes, ensure_ascii=False)
    made = db.execute(insert(subscribers).values(**values).returning(subscribers.c.id)).scalar_one()
    who = {"subscriber_id": made}
    for slug, state in person.states.items():
        db.execute(insert(subscriptions).values(**who, list_id=lists[slug], state=state, changed_at=rows["at"]))
    db.execute(insert(preferences).values(**who, scope=WEEKLY, updated_at=NOW, **rows["wanted"]))
    for scope, kinds in (("", rows["mine"]), (WEEKLY, rows["there"])):
        for topic, kind in kinds.items():
            db.execute(insert(wishes).values(**who, scope=scope, key=f"topic:{topic}", kind=kind, since=NOW))
    for act, at in rows["said"]:
        # What an import tells counts, not when it was read.
        given, recorded = (at, NOW) if act == "imported" else (None, at)
        record = insert(consents).values(address_hash=f"h{number}", act=act, list_slug="members")
        db.execute(record.values(given_at=given, recorded_at=recorded))
    db.execute(insert(consents).values(address_hash=f"h{number}", act="confirmed", list_slug="press", recorded_at=NOW))
    return int(made)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(everybody=st.lists(people(), min_size=4, max_size=8), rules=st.lists(RULES, min_size=6, max_size=6))
def test_the_database_says_what_a_plain_reading_says(
    engine: Engine, everybody: list[tuple[Person, dict[str, Any]]], rules: list[Rule]
) -> None:
    """For any rule and any people the members of a segment are those of whom the rule holds."""
    with engine.connect() as db, db.begin() as work:
        for slug in LISTS:
            make_list(db, slug)
        lists = {slug: list_by_slug(db, slug).id for slug in LISTS}
        ids = [_store(db, number, person, rows, lists) for number, (person, rows) in enumerate(everybody)]
        for rule in rules:
            make_segment(db, rule_text(rule))
            expected = [one for one, (person, _) in zip(ids, everybody, strict=True) if holds(rule, person)]
            assert mailable(db, ("part",)) == expected, rule_text(rule)
            assert member_count(db, ["part"], opt_out=WEEKLY) == len(expected)
        work.rollback()


def test_a_rule_is_never_sql(engine: Engine) -> None:
    """Whatever stands in a rule reaches the database as a parameter, and nothing of it in the statement."""
    statements: list[str] = []
    hostile = "x') OR 1=1 -- %s :y"
    rule = f'role is "{hostile}" or attribute "{hostile}" is "{hostile}" or zone is UTC or on list zzz or reads zu'
    with engine.begin() as db:
        make_member(db)
        make_segment(db, rule)
        event.listen(db, "before_cursor_execute", lambda *call: statements.append(call[2]))
        assert mailable(db, ("part",)) == []
    assert [one for one in statements for word in ("1=1", "zzz", "zu;", "UTC") if word in one] == []


def test_a_segment_counts_what_holds_in_the_newsletter(engine: Engine) -> None:
    """A wish or preference under the newsletter's key counts there, the person's own elsewhere."""
    with engine.begin() as db:
        anna = make_member(db)
        make_segment(db, "follows funding and frequency is monthly")
        follow(db, anna, "topic:funding", now=NOW)
        change_profile(db, anna, {"frequency": "monthly"}, now=NOW)
        assert mailable(db, ("part",)) == [anna]
        prefer(db, anna, WEEKLY, {"frequency": "weekly"}, now=NOW)
        assert mailable(db, ("part",)) == []
        prefer(db, anna, WEEKLY, {"frequency": "monthly"}, now=NOW)
        wish_nothing(db, anna, "topic:funding", scope=WEEKLY, now=NOW)
        assert mailable(db, ("part",)) == []
        assert member_count(db, ["part"], opt_out="newsletter:other") == 1


@pytest.mark.parametrize("no", ["list", "newsletter", "forbidden"])
def test_no_rule_brings_back_somebody_who_said_no(engine: Engine, no: str) -> None:
    """Those whom a rule describes are people of the list who may be mailed, and nobody else."""
    with engine.begin() as db:
        anna = make_member(db)
        bert = make_member(db, "bert@example.org")
        make_segment(db, "has name or not has name")
        assert mailable(db, ("part",)) == [anna, bert]
        if no == "list":
            leave_list(db, anna, "members", **BY_READER)
        elif no == "newsletter":
            opt_out(db, anna, WEEKLY, **BY_READER)
        else:
            suppress(db, anna, SuppressionKind.FORBIDDEN, reason="x", by="test", now=NOW)
        assert mailable(db, ("part",)) == [bert]
        assert member_count(db, ["part"], opt_out=WEEKLY) == 1
        assert reason(db, anna, ("part",))


def test_a_person_comes_once_through_lists_and_segments(engine: Engine) -> None:
    """Lists and segments together give each person once; two segments of a list are both looked at."""
    with engine.begin() as db:
        anna, bert = make_member(db), make_member(db, "bert@example.org")
        make_member(db, slug="press")
        cora = make_member(db, "cora@example.org", slug="press")
        change_profile(db, anna, {"country": "DE"}, now=NOW)
        change_profile(db, bert, {"country": "AT"}, now=NOW)
        make_segment(db, "country is DE")
        make_segment(db, "country is AT", slug="austria")
        assert mailable(db, ("part",)) == [anna]
        assert mailable(db, ("part", "austria")) == [anna, bert]
        assert mailable(db, ("part", "press")) == [anna, cora]
        assert member_count(db, ["part", "austria", "press"], opt_out=WEEKLY) == 3
        assert is_described(db, anna, ["part"], opt_out=WEEKLY)
        assert not is_described(db, bert, ["part"], opt_out=WEEKLY)


def test_at_claiming_a_changed_rule_drops_nobody_but_leaving_does(engine: Engine) -> None:
    """A planned person stays mailable when the rule no longer has them; who left the list is dropped."""
    with engine.begin() as db:
        anna = make_member(db)
        change_profile(db, anna, {"country": "DE"}, now=NOW)
        make_segment(db, "country is DE")
        assert mailable(db, ("part",)) == [anna]
        make_segment(db, "country is AT")
        assert mailable(db, ("part",)) == []
        found = answer(db, anna, ("part",))
        assert isinstance(found, Recipient)
        assert found.list_name == "Members"  # people read it: never the name of a segment
        leave_list(db, anna, "members", **BY_READER)
        assert reason(db, anna, ("part",)) == "unsubscribed"


def test_leaving_the_list_one_came_through_is_not_undone_by_anothers_segment(engine: Engine) -> None:
    """Who came through the press list, leaves it and is no part of the members' segment gets nothing any more."""
    with engine.begin() as db:
        anna = make_member(db)
        make_member(db, slug="press")
        make_segment(db, "country is DE")
        assert mailable(db, ("part", "press")) == [anna]
        found = answer(db, anna, ("part", "press"))
        assert isinstance(found, Recipient)
        assert found.list_name == "Press"
        leave_list(db, anna, "press", **BY_READER)
        assert reason(db, anna, ("part", "press")) == "unsubscribed"
        change_profile(db, anna, {"country": "DE"}, now=NOW)
        assert reason(db, anna, ("part", "press")) == ""


def test_a_step_looks_at_a_bounded_number_of_people(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few a rule describes, no step looks further than its window, and together they find them all."""
    monkeypatch.setattr(doors, "_WINDOW", 3)
    with engine.begin() as db:
        everybody = [make_member(db, f"p{n}@example.org", slug=("members", "press")[n % 2]) for n in range(14)]
        for one in (everybody[0], everybody[9], everybody[12], everybody[13]):
            change_profile(db, one, {"country": "DE"}, now=NOW)
        make_segment(db, "country is DE")
        make_segment(db, "country is DE", slug="second", list_slug="press")
        found, steps = [], list(_steps(db, ["part", "second"]))
        for portion in steps:
            found += [one.subscriber_id for one in portion.members]
        assert found == [everybody[0], everybody[9], everybody[12], everybody[13]]
        assert all(len(one.members) <= 2 for one in steps)
        assert members(db, ["part", "second"], opt_out=WEEKLY, after=0, limit=3)[-1].subscriber_id == everybody[12]


def _steps(db: Connection, lists: list[str]) -> Iterator[doors.Portion]:
    after = 0
    while True:
        portion = next_members(db, lists, opt_out=WEEKLY, after=after, limit=2)
        yield portion
        if portion.ended:
            return
        assert after < portion.after <= after + 6  # three people of each of two lists, who take turns
        after = portion.after


def test_odd_cells_of_an_import_stop_no_segment(engine: Engine) -> None:
    """A cell with U+0000, which PostgreSQL refuses in JSON, is compared like any other."""
    with engine.begin() as db:
        make_list(db)
        list_id = list_by_slug(db, "members").id
        for number, cell in enumerate(["a\x00b", "full", "\\u0000", '"']):
            address = f"p{number}@example.org"
            values = {"address": address, "address_key": address, "address_hash": address, "domain": "example.org"}
            cells = json.dumps({"Type": cell}, ensure_ascii=False)
            row = insert(subscribers).values(**values, attributes=cells, created_at=NOW, updated_at=NOW)
            made = db.execute(row.returning(subscribers.c.id)).scalar_one()
            db.execute(
                insert(subscriptions).values(list_id=list_id, subscriber_id=made, state="active", changed_at=NOW)
            )
        make_segment(db, "attribute type is FULL")
        assert len(mailable(db, ("part",))) == 1
        make_segment(db, "has attribute type")
        assert len(mailable(db, ("part",))) == 4


def test_a_segment_is_kept_and_found_by_its_slug(engine: Engine) -> None:
    """Putting it again changes it and makes no second; a rule with a fault makes none; counts are of the mailable."""
    later: datetime = NOW + timedelta(days=1)
    with engine.begin() as db:
        make_member(db)
        make_segment(db, "country is DE")
        first = segment_by_slug(db, "part")
        again = put_segment(db, "part", name="New", list_slug="members", rule="country is AT", now=later)
        assert (again.id, again.name, again.rule, again.list_slug) == (first.id, "New", "country is AT", "members")
        assert (again.created_at, again.updated_at) == (NOW, later)
        assert all_segments(db) == [again]
        assert count_rule(db, "members", parse_rule("not country is AT").rule) == 1
        assert count_rule(db, "members", None) == 1
        with pytest.raises(InvalidRule):
            make_segment(db, "country is")
        with pytest.raises(UnknownList):
            make_segment(db, "country is DE", list_slug="gone")


def test_no_slug_is_a_lists_and_a_segments(engine: Engine) -> None:
    """A list and a segment never have one slug; where a list is needed, a segment's slug says so."""
    with engine.begin() as db:
        make_list(db)
        make_segment(db, "country is DE")
        with pytest.raises(SlugTaken, match="list"):
            make_segment(db, "country is DE", slug="members")
        with pytest.raises(SlugTaken, match="segment"):
            put_list(db, "part", name="Part", opt_in="double", now=NOW)
        with pytest.raises(UnknownList, match=r"segment.*'members'"):
            list_by_slug(db, "part")


def test_a_removed_segment_is_offered_no_longer_but_still_found_by_what_was_approved_for_it(engine: Engine) -> None:
    """The doors still know it, since an issue may be under way; putting it again brings it back."""
    with engine.begin() as db:
        anna = make_member(db)
        make_segment(db, "not country is DE")
        remove_segment(db, "part", now=NOW)
        assert all_segments(db) == []
        assert mailable(db, ("part",)) == [anna]
        with pytest.raises(UnknownSegment):
            segment_by_slug(db, "part")
        with pytest.raises(UnknownSegment):
            remove_segment(db, "part", now=NOW)
        make_segment(db, "country is DE")
        assert [one.slug for one in all_segments(db)] == ["part"]
