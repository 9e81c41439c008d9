"""`why-not`: each rule of the choice in words, for the newest issue of each newsletter."""

from tests.integration.cli.conftest import Run

ADA, BOB = "ada@example.org", "bob@example.net"


def posts(week: Run) -> dict[str, int]:
    return {one["topics"][0]: one["post"] for one in week("post", "list", "--json").json}


def verdict(week: Run, post: int, address: str) -> tuple[bool, bool, str]:
    (one,) = week("why-not", str(post), address, "--json").json["issues"]
    return one["comes"], one["sent"], one["why"]


def test_each_rule_is_told(week: Run) -> None:
    """Not followed, chosen, sent, shown before, withdrawn: the verdict is what the choice does."""
    week("issue", "assemble", "weekly")
    number = posts(week)
    assert verdict(week, number["funding"], ADA) == (True, False, "topic")
    assert verdict(week, number["policy"], ADA) == (False, False, "not_followed")
    (told,) = week("why-not", str(number["policy"]), ADA, "--json").json["issues"]
    assert told["points"]["topics"] == 0
    assert told["points"]["sum"] == sum(value for name, value in told["points"].items() if name != "sum")
    assert f"[{told['points']['sum']} points" in week("why-not", str(number["policy"]), ADA).out
    assert "they follow funding, and it is of none of these" in week("why-not", str(number["policy"]), ADA).out
    week("issue", "approve", "weekly")
    week("issue", "send", "weekly", "--wait")
    assert verdict(week, number["funding"], ADA) == (True, True, "topic")
    assert verdict(week, number["policy"], ADA) == (False, True, "not_followed")
    week("issue", "assemble", "weekly")
    assert verdict(week, number["funding"], ADA) == (False, False, "shown_before")
    week("post", "withdraw", str(number["policy"]), "--why", "wrong")
    assert verdict(week, number["policy"], BOB)[2] in {"withdrawn", "shown_before"}


def test_somebody_who_gets_no_mail_is_told_why(week: Run) -> None:
    """Who left gets nothing, whatever the post: that is the reason, in words."""
    week("issue", "assemble", "weekly")
    week("subscriber", "suppress", ADA, "--kind", "forbidden", "--reason", "asked by phone")
    told = week("why-not", str(posts(week)["funding"]), ADA)
    assert "no mail at all: must not be mailed" in told.out


def test_what_is_not_there_is_said(week: Run) -> None:
    """A post, a person or an issue that is not there is exit 1; no issue at all is said."""
    assert week("why-not", "1", ADA).out.endswith("there is no issue yet\n")
    for words in (("999", ADA), ("1", "nobody@example.org"), ("1", ADA, "--issue", "weekly/9")):
        assert week("why-not", *words).code == 1
