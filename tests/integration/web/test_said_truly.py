"""Pages and mails say what is so: not before it is done, not what does not come, in the reader's words and hours."""

import pytest
from sqlalchemy import update

from newsletter.app.erasing import erase_person
from newsletter.db.engine import reading, writing
from newsletter.issues import store as issue_store
from newsletter.outbox.tables import deliveries
from subscribers.people.find import find_by_address
from tests.fakes.home import ANNA, Home
from tests.integration.web.asking import Asking
from tests.integration.web.joining import NEW, NOW, PATH, Form, link_in


def put_recipe(home: Home, **changes: object) -> None:
    with writing(home.app.engine) as db:
        newsletter = issue_store.newsletter_by_slug(db, "weekly")
        issue_store.put_newsletter(db, newsletter.recipe.model_copy(update=changes), now=NOW)


def link_to_confirm(form: Form) -> str:
    """Give the link of the mail that asks; issues go out beside it."""
    (mail,) = [one for one in form.mails() if one["subject"].startswith("Please confirm")]
    part = mail.get_body(("plain",))
    assert part is not None
    return link_in(part.get_content())


def test_nothing_is_told_as_done_before_the_button(form: Form) -> None:
    """The mail tells of the button on its page, the page of what the button will do, and only then of what it did."""
    form.send()
    (mail,) = form.mails()
    part = mail.get_body(("plain",))
    assert part is not None
    assert "Only that button signs you up." in " ".join(part.get_content().split())
    link = link_in(part.get_content())
    before = form.ask.get(link).text
    assert "Press the button, and Personalised Medicine Weekly comes to this address." in before
    assert "From now on" not in before
    assert "From now on Personalised Medicine Weekly comes to this address." in form.ask.post(link).text


def test_the_newest_issue_is_promised_only_when_it_comes(home: Home, form: Form) -> None:
    """Who joins gets it as a welcome and is told so; who had it already is not."""
    home.approve()
    form.send()
    assert "The newest issue is on its way to you." in form.ask.post(link_to_confirm(form)).text
    with writing(home.app.engine) as db:
        reader = find_by_address(db, NEW).id
        mine = (deliveries.c.subscriber_id == reader, deliveries.c.issue_id == home.issue.id)
        db.execute(update(deliveries).where(*mine).values(state="accepted"))
    form.ask.post(f"/u/{home.app.keys.tokens.encode([(home.issue.id, reader)])[0]}/everything")
    form.send()
    page = form.ask.post(link_to_confirm(form)).text
    assert "Welcome" in page
    assert "on its way" not in page


@pytest.mark.parametrize(
    ("language", "until"),
    [
        ("en", "6 December 2026, 08:00 (Berlin)"),
        ("de", "6. Dezember 2026, 08:00 (Berlin)"),
        ("it", "6 dicembre 2026, 08:00 (Berlino)"),
    ],
)
def test_a_link_ends_by_a_clock_that_is_named(form: Form, language: str, until: str) -> None:
    """Mails tell until when a link works in the newsletter's zone, which is named, and in the reader's language."""
    form.send(language=language)
    (mail,) = form.mails()
    part = mail.get_body(("plain",))
    assert part is not None
    assert until in " ".join(part.get_content().split())


def test_the_sign_up_page_says_what_one_signs_up_for(home: Home, ask: Asking) -> None:
    """What it is, when the next one comes, from whom, and where earlier ones lie as soon as there are some."""
    put_recipe(home, description={"en": "News of medicine.", "de": "Neues aus der Medizin."})
    page = ask.get(PATH, headers={"accept-language": "de"}).text
    assert "Neues aus der Medizin." in page
    assert "Die nächste Ausgabe kommt am" in page
    assert "news@example.org" in page
    assert "/issues/weekly" not in page
    home.approve()
    assert 'issues/weekly?language=de"' in ask.get(PATH, headers={"accept-language": "de"}).text
    assert "News of medicine." in ask.get("/issues/weekly").text


def test_a_newsletter_without_schedule_promises_no_day(home: Home, ask: Asking) -> None:
    """An issue that is made by hand comes when it comes."""
    put_recipe(home, schedule="")
    assert "The next issue" not in ask.get(PATH).text


def test_the_old_link_of_somebody_erased_speaks_the_browsers_language(home: Home, ask: Asking) -> None:
    """Their own language is forgotten with them."""
    token = home.token(ANNA)
    with reading(home.app.engine) as db:
        anna = find_by_address(db, ANNA).id
    erase_person(home.app, anna, by="t")
    assert 'lang="fr"' in ask.get(f"/p/{token}", headers={"accept-language": "fr"}).text
    assert 'lang="en"' in ask.get(f"/p/{token}").text
