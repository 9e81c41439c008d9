"""What the checker finds stands on an issue's page: errors first, in the words of `newsletter issue lint`."""

from html import escape
from pathlib import Path

from lxml.html import document_fromstring
from sqlalchemy import text

from newsletter.app.editing import edit_issue
from newsletter.app.linting import lint_issue
from newsletter.db.engine import reading
from newsletter.issues.issue import IssueChanges
from newsletter.rendering.templates import mail_environment
from tests.fakes.home import BRUNO, Home
from tests.integration.web.asking import Asking

PAGE = "/desk/issues/1"


def told(ask: Asking) -> dict[str, list[str]]:
    """Give the findings of the page by the heading they stand under."""
    section = document_fromstring(ask.get(PAGE).text).get_element_by_id("findings")
    found: dict[str, list[str]] = {}
    heading = ""
    for element in section.iter("h2", "h3", "li"):
        words = " ".join(element.text_content().split())
        if element.tag == "li":
            found[heading].append(words)
        else:
            heading = words
            found[heading] = []
    return found


def test_a_good_issue_is_said_to_be_looked_over(ask: Asking) -> None:
    """Nothing found is said too, with the languages that readers have and how large a mail can get."""
    assert told(ask) == {"Looked over": []}
    page = ask.get(PAGE).text
    assert "In English, " in page
    assert "0 errors, 0 warnings; the largest mail has " in page


def test_errors_stand_first_and_say_that_they_stop_the_approval(home: Home, ask: Asking) -> None:
    """Errors and warnings are those of `issue lint`, word for word, and the head leads to them."""
    words = IssueChanges(subject={"": "CALLS FOR ALL *|TOPIC|*"}, preheader={"": "Act now"})
    linted = lint_issue(home.app, edit_issue(home.app, "weekly/1", words, by="a test"))
    found = told(ask)
    assert list(found) == ["What stops the approval", "Worth a look"]
    assert len(found["What stops the approval"]) == len(linted.errors) >= 1
    assert sum(map(len, found.values())) == len(linted.findings) > len(linted.errors)
    page = ask.get(PAGE).text
    for _, one in linted.findings:
        assert escape(one.words, quote=True).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page
    assert '<a href="#findings">what stops it</a>' in page


def test_warnings_alone_stop_nothing(home: Home, ask: Asking) -> None:
    """The command that approves stands there as ever."""
    edit_issue(home.app, "weekly/1", IssueChanges(subject={"": "CALLS FOR ALL OF EUROPE"}), by="a test")
    assert list(told(ask)) == ["Worth a look"]
    assert "cannot be approved yet" not in ask.get(PAGE).text


def test_a_frozen_issue_is_not_looked_over_again(home: Home, ask: Asking) -> None:
    """What is approved can no longer be changed."""
    home.approve()
    assert 'id="findings"' not in ask.get(PAGE).text


def test_looking_changes_nothing(home: Home, ask: Asking) -> None:
    """The page is a GET: not a row of the database is another after it."""

    def rows() -> dict[str, list[tuple[object, ...]]]:
        with reading(home.app.engine) as db:
            names = db.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
            return {name: [tuple(row) for row in db.execute(text(f'SELECT * FROM "{name}"'))] for name in names}

    before = rows()
    assert ask.get(PAGE).status_code == 200
    assert rows() == before


def test_a_broken_template_is_told_and_the_page_stands(home: Home, ask: Asking, tmp_path: Path) -> None:
    """File and line are on the page, and where the mail would be, why there is none."""
    title = tmp_path / "looks/mail/partials/title.mjml.j2"
    title.parent.mkdir(parents=True)
    title.write_text("<h3>\n{{ card.nothing.at_all }}</h3>", encoding="utf-8")
    home.app.templates = mail_environment(tmp_path / "looks")
    for path in (PAGE, f"{PAGE}?as={BRUNO}"):
        answer = ask.get(path)
        assert answer.status_code == 200
        assert "title.mjml.j2, line 2" in answer.text
        assert "A template is wrong" in answer.text
    assert ask.get(f"{PAGE}/mail").status_code == 404
    (error,) = told(ask)["What stops the approval"]
    assert "title.mjml.j2, line 2" in error


def test_a_template_that_jinja_cannot_read_is_told_too(home: Home, ask: Asking, tmp_path: Path) -> None:
    """A syntax error and a template that is missing leave the page standing."""
    foot = tmp_path / "looks/mail/partials/footer.mjml.j2"
    foot.parent.mkdir(parents=True)
    home.app.templates = mail_environment(tmp_path / "looks")
    for text_, words in (("x\n{% if %}", "line 2 Expected"), ('{% include "mail/none.j2" %}', "line 1 the template")):
        foot.write_text(text_, encoding="utf-8")
        assert ask.get(PAGE).status_code == 200
        (error,) = told(ask)["What stops the approval"]
        assert "footer.mjml.j2" in error
        assert words in error


def test_an_issue_is_looked_over_again_when_it_holds_something_else(home: Home, ask: Asking) -> None:
    """What was mended is gone at once, however often the page was looked at before."""
    edit_issue(home.app, "weekly/1", IssueChanges(subject={"": "News on *|TOPIC|*"}), by="a test")
    assert list(told(ask)) == list(told(ask)) == ["What stops the approval"]
    edit_issue(home.app, "weekly/1", IssueChanges(subject={"": "News"}), by="a test")
    assert list(told(ask)) == ["Looked over"]


def test_what_a_post_says_cannot_leave_its_place(home: Home, ask: Asking) -> None:
    """A subject with markup is shown as it is."""
    edit_issue(home.app, "weekly/1", IssueChanges(subject={"": "<script>x</script> *|TOPIC|*"}), by="a test")
    assert "<script>" not in ask.get(PAGE).text
