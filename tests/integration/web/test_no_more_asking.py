"""Do not ask me again: said by whoever reads the mailbox, and kept for a year."""

from datetime import timedelta

from sqlalchemy import func, select

from newsletter.app.retention import forget_some
from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading
from subscribers.lists.mailing_list import SubscriptionState
from subscribers.people.everything import everything_of
from subscribers.people.find import find_by_address
from subscribers.tables import asking_rests
from tests.integration.web.joining import NEW, NOW, Form


def test_who_wants_not_to_be_asked_again_is_not(form: Form) -> None:
    """Opening the page changes nothing; its button keeps the mails away for a year, and the form says the same."""
    said = form.send().text
    link = f"{form.link()}/no"
    for method in ("GET", "HEAD", "GET"):
        form.ask(method, link)
    form.app.clock = FixedClock(NOW + timedelta(hours=1))
    assert form.send().text == said
    assert len(form.mails()) == 1
    assert form.ask.post(link).status_code == 200
    for days, mails in ((1, 0), (40, 0), (364, 0), (367, 1)):
        form.app.clock = FixedClock(NOW + timedelta(days=days))
        while forget_some(form.app):
            pass
        assert form.send(client=f"198.51.100.{days % 200}").text == said
        assert (days, len(form.mails())) == (days, mails)


def test_not_to_be_asked_is_about_one_list_and_ends_by_a_yes(form: Form) -> None:
    """The page leads to the button that joins after all; then nothing is left of the wish. Another address is free."""
    form.send()
    link = form.link()
    done = form.ask.post(f"{link}/no")
    assert link.removeprefix("/") in done.text
    form.send("other@example.org")
    assert len(form.mails()) == 1
    with reading(form.app.engine) as db:
        (until,) = everything_of(db, find_by_address(db, NEW).id).asking_rests.values()
    assert until == NOW + timedelta(days=365)
    form.ask.post(link)
    assert form.state() is SubscriptionState.ACTIVE
    with reading(form.app.engine) as db:
        assert everything_of(db, find_by_address(db, NEW).id).asking_rests == {}


def test_a_wish_not_to_be_asked_is_forgotten_when_it_is_over(form: Form) -> None:
    """Kept by hash for a year, and then not at all."""
    form.send()
    form.ask.post(f"{form.link()}/no")
    for days, rows in ((364, 1), (366, 0)):
        form.app.clock = FixedClock(NOW + timedelta(days=days))
        while forget_some(form.app):
            pass
        with reading(form.app.engine) as db:
            assert (days, db.execute(select(func.count()).select_from(asking_rests)).scalar()) == (days, rows)
