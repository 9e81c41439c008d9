"""What went wrong in part is told on the screen, and by the exit code."""

from pathlib import Path

import pytest

from newsletter.cli.output import table
from newsletter.cli.post_words import MAY_GO, MAY_SHRINK, POST_HEADS
from tests.integration.cli.conftest import PROVIDER, Run


def test_ingest_names_the_files_that_it_could_not_read(week: Run, tmp_path: Path) -> None:
    """The other files go in; the one without a title is named with what to do."""
    (tmp_path / "posts" / "untitled.md").write_text("A line without a title.\n")

    assert week("apply", "setup.toml").code == 0  # the copied home names the folder that it was copied from
    ran = week("ingest")

    assert ran.code == 0
    assert "    untitled.md: it has no title: write `title:" in ran.out


def test_an_issue_that_is_paused_while_it_goes_is_exit_1(week: Run, tmp_path: Path) -> None:
    """Without a way out nobody is planned: a script must not take that for sent."""
    settings = tmp_path / "home" / "newsletter.toml"
    settings.write_text(settings.read_text().replace(PROVIDER, ""))
    week("issue", "assemble", "weekly")
    week("issue", "approve", "weekly")

    ran = week("issue", "send", "weekly", "--wait")

    assert ran.code == 1
    assert "paused (no provider is set up" in ran.out


def test_a_pick_for_an_approved_issue_says_that_it_is_approved(week: Run) -> None:
    """And not that its post is no candidate: the first is the reason."""
    dropped = str(week("post", "list", "--json").json[0]["post"])
    week("issue", "assemble", "weekly")
    week("issue", "edit", "weekly", "--drop", dropped)
    week("issue", "approve", "weekly")

    ran = week("issue", "edit", "weekly", "--pin", dropped)

    assert ran.code == 1
    assert "can be edited only until it is approved" in ran.err


@pytest.mark.parametrize("width", [40, 60, 74, 120])
def test_a_table_of_posts_fits_a_narrow_terminal(width: int) -> None:
    """What cannot be cut any shorter is left out by columns; the number and the title stay."""
    row = (1234, "event", "gone since 2026-11-20", "en", "2026-11-20", "a-source-of-posts", "Its owner", "A title " * 9)
    told = table([row], POST_HEADS, may_shrink=MAY_SHRINK, may_go=MAY_GO, width=width)
    assert max(map(len, told.splitlines())) <= width
    assert told.splitlines()[1].startswith("1234")
    assert "title" in told.splitlines()[0]
