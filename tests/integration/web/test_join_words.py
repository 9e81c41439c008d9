"""What people say yes to: the words that were shown, all that comes, and whose words they were."""

from datetime import timedelta

import pytest

from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading
from newsletter.web.join_page import STAMP
from subscribers.consent import consent_store
from subscribers.lists.mailing_list import SubscriptionState
from subscribers.people.show import show
from tests.fakes.home import Home
from tests.integration.web.joining import NEW, NOW, PATH, Form, hidden, link_in
from tests.integration.web.two_newsletters import add_another


def test_both_answers_are_on_record_with_the_words_that_were_shown(form: Form) -> None:
    """Asking and confirming each name the version of the text, the page, and the network address."""
    page = form.ask.get(PATH, headers={"accept-language": "de"})
    form.send(language="de", **{STAMP: form.stamp(language="de")})
    form.ask.post(form.link(), client="198.51.100.4")
    with reading(form.app.engine) as db:
        asked, confirmed = show(db, NEW).consents
        words = consent_store.text_of(db, asked.text_hash)
        pressed = consent_store.text_of(db, confirmed.text_hash)
    assert all(line in page.text for line in words.splitlines())
    assert "Anmelden" in words
    assert (asked.evidence, asked.network_address) == ("the sign-up page /join/weekly", "192.0.2.7")
    assert "Ja, ich möchte das bekommen" in pressed
    assert confirmed.network_address == "198.51.100.4"


def test_the_words_on_record_are_in_the_language_of_the_page(form: Form) -> None:
    """Who reads an English page and chooses French for the mails has read English."""
    page = form.ask.get(PATH, headers={"accept-language": "en"})
    form.send(language="fr")
    with reading(form.app.engine) as db:
        (asked,) = show(db, NEW).consents
        words = consent_store.text_of(db, asked.text_hash)
    assert "Sign up" in words
    assert all(line in page.text for line in words.splitlines())


def test_a_page_that_said_something_else_is_shown_anew(form: Form, home: Home) -> None:
    """A newsletter came to the list while the page was read: that yes was to less, so the new words are asked about."""
    before = form.stamp()
    add_another(home)
    answer = form.send(**{STAMP: before})
    assert form.state() is None
    assert "Second Letter" in answer.text
    fields = hidden(answer)
    form.app.clock = FixedClock(NOW + timedelta(seconds=5))
    form.ask.post(PATH, data=fields)
    with reading(form.app.engine) as db:
        (asked,) = show(db, NEW).consents
        assert "Second Letter" in consent_store.text_of(db, asked.text_hash)


def test_all_that_comes_with_a_list_is_named_at_each_step(form: Form, home: Home) -> None:
    """The form, the mail, the page with the button and both records name the same newsletters."""
    add_another(home)
    names = "Personalised Medicine Weekly, Second Letter"
    assert names in form.ask.get(PATH).text
    form.send()
    (mail,) = form.mails()
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert names in " ".join(text.get_content().split())
    assert names in html.get_content()
    link = link_in(text.get_content())
    page = form.ask.get(link)
    assert names in page.text
    form.ask.post(link, data=hidden(page))
    with reading(form.app.engine) as db:
        records = show(db, NEW).consents
        assert [names in consent_store.text_of(db, one.text_hash) for one in records] == [True, True]


def test_a_yes_is_to_what_its_page_named(form: Form, home: Home) -> None:
    """A newsletter came to the list while the page to confirm was open: it is shown anew, and asks for more."""
    form.send()
    link = form.link()
    before = hidden(form.ask.get(link))
    add_another(home)
    page = form.ask.post(link, data=before)
    assert form.state() is SubscriptionState.PENDING
    assert "Second Letter" in page.text
    form.ask.post(link, data=hidden(page))
    assert form.state() is SubscriptionState.ACTIVE


PARTNER = "https://www.partner.example"


@pytest.mark.parametrize("stamped", [False, True])
def test_what_a_partners_own_form_said_is_not_kept_as_ours(form: Form, stamped: bool) -> None:
    """Its words we never saw: even with a stamp of our page it is asked once more, and that page's words are kept."""
    data = {"email": NEW, "language": "fr", **({STAMP: form.stamp()} if stamped else {})}
    again = form.ask.post(PATH, data=data, headers={"origin": PARTNER})
    assert form.state() is None
    form.app.clock = FixedClock(NOW + timedelta(seconds=30))
    form.ask.post(PATH, data=hidden(again), headers={"origin": "http://127.0.0.1:8000"})
    with reading(form.app.engine) as db:
        (asked,) = show(db, NEW).consents
        words = consent_store.text_of(db, asked.text_hash)
    assert all(line in again.text for line in words.splitlines())
    assert (
        asked.evidence
        == f"the sign-up page /join/weekly, in these words, after a form on {PARTNER} that had words of its own"
    )


def test_where_a_form_came_from_is_kept_through_a_slip(form: Form) -> None:
    """A partner's form with a slip in the address comes back as our form, and the record still names the partner."""
    page = form.ask.post(PATH, data={"email": "nina@"}, headers={"origin": PARTNER})
    form.app.clock = FixedClock(NOW + timedelta(seconds=30))
    form.ask.post(PATH, data={**hidden(page), "address": NEW}, headers={"origin": "http://127.0.0.1:8000"})
    with reading(form.app.engine) as db:
        (asked,) = show(db, NEW).consents
    assert PARTNER in asked.evidence


def test_nobody_is_asked_once_more_for_ever(form: Form) -> None:
    """Behind a proxy that hides our own name each post seems to come from elsewhere: one page more, and it is done."""
    told = {"origin": "https://hidden.example"}
    again = form.ask.post(PATH, data={"address": "b@example.org", STAMP: form.stamp()}, headers=told)
    form.app.clock = FixedClock(NOW + timedelta(seconds=30))
    form.ask.post(PATH, data=hidden(again), headers=told)
    assert form.state("b@example.org") is SubscriptionState.PENDING


def test_our_own_page_is_no_other_site(form: Form) -> None:
    """Other sites are told from ours as a whole: a port that begins like ours is another."""
    for address, origin in (("a@example.org", "http://127.0.0.1:8000"), ("b@example.org", "http://127.0.0.1:80")):
        form.ask.post(PATH, data={"address": address, STAMP: form.stamp()}, headers={"origin": origin})
    with reading(form.app.engine) as db:
        (ours,) = show(db, "a@example.org").consents
    assert ours.evidence == "the sign-up page /join/weekly"
    assert form.state("b@example.org") is None
