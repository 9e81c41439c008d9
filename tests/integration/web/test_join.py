"""Joining by the public form: the same words for each address, a mail that asks, and a yes that only a person says."""

import email
import re
import threading
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from typing import Any

import httpx
import pytest

from newsletter.app.retention import forget_some
from newsletter.app.sender import drain, sending
from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading, writing
from newsletter.web.join_page import STAMP, TRAP
from newsletter.web.stamp import stamp
from subscribers.consent import consent_store
from subscribers.consent.consent import Act, SuppressionKind
from subscribers.lists.keep import put_list
from subscribers.lists.mailing_list import SubscriptionState
from subscribers.people.show import show
from subscribers.suppression.suppress import suppress_address
from tests.conftest import NOW as SLOT_DAY
from tests.fakes.home import ANNA, Home
from tests.integration.web.asking import Asking

NEW = "nina@hospital.example"
PATH = "/join/weekly"
NOW = SLOT_DAY - timedelta(days=1)  # by the clock of the home


class Form:
    """The sign-up form of the home's newsletter; its list asks for confirmation."""

    def __init__(self, home: Home) -> None:
        self.app, self.ask = home.app, Asking(home.app)
        with writing(self.app.engine) as db:
            put_list(db, "members", name="Members and friends", opt_in="double", now=NOW)

    def send(self, address: str = NEW, *, client: str = "192.0.2.7", **fields: Any) -> httpx.Response:
        """Send it as a person does who read the page for a while."""
        shown = stamp(self.app.keys.message_id, self.app.clock.now() - timedelta(seconds=30))
        return self.ask.post(PATH, data={"address": address, STAMP: shown, **fields}, client=client)

    def mails(self) -> list[EmailMessage]:
        """Send what is planned; give the mails that arrived since."""
        with sending(self.app) as outbox:
            drain(self.app, outbox, stop=threading.Event())
        found = []
        for file in sorted((self.app.home / "sent" / "new").glob("*")):
            message = email.message_from_bytes(file.read_bytes(), policy=default)
            assert isinstance(message, EmailMessage)
            found.append(message)
            file.unlink()
        return found

    def link(self) -> str:
        (mail,) = self.mails()
        part = mail.get_body(("plain",))
        assert part is not None
        found = re.search(r"/c/[a-z2-7]+", part.get_content())
        assert found is not None
        return found[0]

    def state(self, address: str = NEW) -> SubscriptionState | None:
        with reading(self.app.engine) as db:
            found = show(db, address).subscriptions
        return found[0].state if found else None


@pytest.fixture
def form(home: Home) -> Form:
    return Form(home)


def test_a_person_joins_in_two_steps(form: Form) -> None:
    """The form brings a mail, the mail a button, the button the newsletter; nothing before it."""
    page = form.ask.get(PATH)
    assert page.status_code == 200
    answer = form.send(name="Nina", language="fr", **{"topic:funding": "yes"})
    assert answer.status_code == 200
    assert form.state() is SubscriptionState.PENDING
    link = form.link()
    assert form.ask.get(link).status_code == 200
    assert form.state() is SubscriptionState.PENDING
    assert form.ask.post(link).status_code == 200
    assert form.state() is SubscriptionState.ACTIVE
    with reading(form.app.engine) as db:
        known = show(db, NEW)
    assert known.subscriber is not None
    assert (known.subscriber.name, known.subscriber.language) == ("Nina", "fr")
    assert [(wish.kind, wish.key) for wish in known.wishes] == [("follow", "topic:funding")]


def test_looking_confirms_nobody(form: Form) -> None:
    """Scanners open every link, also with HEAD, and more than once."""
    form.send()
    link = form.link()
    for method in ("GET", "HEAD", "GET"):
        form.ask(method, link)
    assert form.state() is SubscriptionState.PENDING


def test_a_link_works_once(form: Form) -> None:
    """Pressed again, the page says that it is done and nothing is recorded twice."""
    form.send()
    link = form.link()
    form.ask.post(link)
    again = form.ask.post(link)
    assert again.status_code == 200
    assert "once" in again.text
    with reading(form.app.engine) as db:
        assert [one.act for one in show(db, NEW).consents] == [Act.ASKED, Act.CONFIRMED]


def test_both_answers_are_on_record_with_the_words_that_were_shown(form: Form) -> None:
    """Asking and confirming each name the version of the text, the page, and the network address."""
    page = form.ask.get(PATH, headers={"accept-language": "de"})
    form.send(language="de")
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


def test_the_page_tells_nobody_who_is_known(form: Form) -> None:
    """New, active, left and forbidden addresses get the same page, to the letter."""
    with writing(form.app.engine) as db:
        suppress_address(db, "x@forbidden.example", SuppressionKind.FORBIDDEN, reason="x", by="test", now=NOW)
        suppress_address(db, "x@complained.example", SuppressionKind.COMPLAINED, reason="x", by="test", now=NOW)
        suppress_address(db, "x@left.example", SuppressionKind.LEFT, reason="x", by="test", now=NOW)
    addresses = [NEW, ANNA, "x@forbidden.example", "x@complained.example", "x@left.example", NEW]
    pages = {form.send(one).text.replace(one, "ADDRESS") for one in addresses}
    assert len(pages) == 1


def test_only_the_mailbox_learns_how_somebody_stands(form: Form) -> None:
    """Who is on the list is told so by mail, once a day; whoever complained or is forbidden gets none."""
    with writing(form.app.engine) as db:
        suppress_address(db, "x@forbidden.example", SuppressionKind.FORBIDDEN, reason="x", by="test", now=NOW)
    for address in (ANNA, ANNA, "x@forbidden.example"):
        form.send(address)
    (mail,) = form.mails()
    assert mail["To"] == ANNA
    assert "bereits" in mail["Subject"]


def test_asking_changes_nobody_who_is_known(form: Form) -> None:
    """A stranger's name, language and topics beside Anna's address change nothing of hers."""
    with reading(form.app.engine) as db:
        before = show(db, ANNA)
    form.send(ANNA, name="Fool", language="ar", **{"topic:policy": "yes"})
    with reading(form.app.engine) as db:
        after = show(db, ANNA)
    assert (after.subscriber, after.wishes, after.subscriptions) == (
        before.subscriber,
        before.wishes,
        before.subscriptions,
    )


def test_an_address_is_asked_three_times_a_day_at_most(form: Form) -> None:
    """Nobody's mailbox is filled by somebody who types its address again and again; the page says the same."""
    pages = [form.send(client=f"192.0.2.{number}") for number in range(5)]
    assert {page.status_code for page in pages} == {200}
    assert len(form.mails()) == 3


def test_a_network_sends_so_many_an_hour(form: Form) -> None:
    """Beyond the limit the form comes back with what was typed, and says when; other networks go on."""
    answers = [form.send(f"p{number}@example.org") for number in range(31)]
    assert [one.status_code for one in answers] == [200] * 30 + [429]
    assert "p30@example.org" in answers[-1].text
    assert int(answers[-1].headers["retry-after"]) > 0
    assert form.send("other@example.org", client="198.51.100.9").status_code == 200


def test_programs_get_thanks_and_nothing_else(form: Form) -> None:
    """Whoever fills in the field that people do not see is thanked like everybody, and not kept."""
    answer = form.send(**{TRAP: "https://spam.example"})
    assert answer.status_code == 200
    assert form.state() is None


@pytest.mark.parametrize("shown", ["", "nonsense", "future", "quick", "old", "forged"])
def test_who_comes_without_a_timely_stamp_is_asked_once_more(form: Form, shown: str) -> None:
    """From another site's form, too quickly, after a day or forged: nothing is kept, and one press more suffices."""
    key = form.app.keys.message_id
    stamps = {
        "future": stamp(key, NOW + timedelta(hours=1)),
        "quick": stamp(key, NOW - timedelta(seconds=1)),
        "old": stamp(key, NOW - timedelta(hours=25)),
        "forged": stamp(b"another key", NOW - timedelta(minutes=1)),
    }
    answer = form.send(name="Nina", **{STAMP: stamps.get(shown, shown), "topic:funding": "yes"})
    assert answer.status_code == 200
    assert form.state() is None
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text))
    assert (kept["address"], kept["name"], kept["topic:funding"]) == (NEW, "Nina", "yes")
    kept[STAMP] = stamp(key, NOW - timedelta(seconds=3))
    form.ask.post(PATH, data=kept)
    assert form.state() is SubscriptionState.PENDING


def test_a_partners_own_form_may_post(form: Form) -> None:
    """From another origin, with a field called email: asked once more, and the record says from where it came first."""
    answer = form.ask.post(PATH, data={"email": NEW}, headers={"origin": "https://www.partner.example"})
    assert NEW in answer.text
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text))
    kept[STAMP] = stamp(form.app.keys.message_id, NOW - timedelta(seconds=30))
    form.ask.post(PATH, data=kept, headers={"origin": "http://127.0.0.1:8000"})
    with reading(form.app.engine) as db:
        (asked,) = show(db, NEW).consents
    assert asked.evidence.endswith("posted from https://www.partner.example")


def test_our_own_page_is_no_other_site(form: Form) -> None:
    """The record names other sites only, whole: a port that begins like ours is another."""
    form.ask.post(
        PATH, data={"address": "a@example.org", STAMP: old(form)}, headers={"origin": "http://127.0.0.1:8000"}
    )
    form.ask.post(PATH, data={"address": "b@example.org", STAMP: old(form)}, headers={"origin": "http://127.0.0.1:80"})
    with reading(form.app.engine) as db:
        (ours,), (other,) = show(db, "a@example.org").consents, show(db, "b@example.org").consents
    assert (ours.evidence, other.evidence.rpartition(" ")[2]) == (
        "the sign-up page /join/weekly",
        "http://127.0.0.1:80",
    )


def old(form: Form) -> str:
    return stamp(form.app.keys.message_id, NOW - timedelta(seconds=30))


def test_a_mailbox_that_never_answers_is_asked_ever_more_rarely(form: Form) -> None:
    """Three questions, then one a week, then one a month, however often somebody types the address."""
    asked = []
    for day in range(60):
        form.app.clock = FixedClock(NOW + timedelta(days=day))
        form.send(client=f"192.0.2.{day}")
        asked += [day] * len(form.mails())
    assert asked == [0, 1, 2, 9, 16, 46]


def test_a_link_lives_as_long_as_it_says(form: Form) -> None:
    """Asked a second time, the time to confirm begins anew: nobody is forgotten while their link is good."""
    form.send()
    form.mails()
    form.app.clock = FixedClock(NOW + timedelta(days=10))
    form.send(client="198.51.100.1")
    link = form.link()
    form.app.clock = FixedClock(NOW + timedelta(days=20))
    while forget_some(form.app):
        pass
    assert form.ask.post(link).status_code == 200
    assert form.state() is SubscriptionState.ACTIVE


@pytest.mark.parametrize(
    "address", ["", "anna", "anna@", "a b@example.org", "anna@example", "x" * 300 + "@example.org"]
)
def test_what_is_no_address_comes_back_with_the_form(form: Form, address: str) -> None:
    """Nothing typed is lost, and the field says what is wrong."""
    answer = form.send(address, name="Nina")
    assert answer.status_code == 422
    assert 'value="Nina"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_who_left_comes_back_by_their_own_yes_only(form: Form) -> None:
    """Asking leaves a departed person departed; confirming brings them back."""
    with writing(form.app.engine) as db:
        suppress_address(db, NEW, SuppressionKind.LEFT, reason="former system", by="test", now=NOW)
    form.send()
    with reading(form.app.engine) as db:
        assert show(db, NEW).suppressions[0].ended_at is None
    form.ask.post(form.link())
    with reading(form.app.engine) as db:
        assert show(db, NEW).suppressions[0].ended_at is not None
    assert form.state() is SubscriptionState.ACTIVE


def test_a_bounced_mailbox_is_asked_once_in_thirty_days(form: Form) -> None:
    """A mailbox may work again; it is not tried again and again."""
    with writing(form.app.engine) as db:
        suppress_address(db, NEW, SuppressionKind.BOUNCED, reason="full", by="test", now=NOW)
    form.send()
    form.send()
    assert len(form.mails()) == 1


def test_the_newest_issue_is_the_welcome(form: Form, home: Home) -> None:
    """Whoever joins gets the issue that went out last, once, made for them; it is counted in that issue."""
    home.approve()
    home.app.clock = FixedClock(NOW + timedelta(days=1, hours=12))
    assert len(form.mails()) == 3
    form.send(language="de", **{"topic:policy": "yes"})
    link = form.link()
    form.ask.post(link)
    (welcome,) = form.mails()
    assert welcome["To"] == NEW
    assert welcome["List-Unsubscribe"] is not None
    assert form.mails() == []


def test_a_link_that_is_too_old_says_where_to_ask_again(form: Form, home: Home) -> None:
    """It confirms nobody, and leads to the form."""
    form.send()
    link = form.link()
    late = Asking(home.app)
    home.app.clock = FixedClock(NOW + timedelta(days=15))
    for answer in (late.get(link), late.post(link)):
        assert answer.status_code == 410
        assert "join/weekly" in answer.text
    assert form.state() is SubscriptionState.PENDING


@pytest.mark.parametrize("path", ["/join/nothing", "/c/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "/c/x"])
def test_what_is_not_there_is_a_page_that_says_so(form: Form, path: str) -> None:
    """A wrong newsletter or a damaged link is told in words, and with the same ones."""
    assert {form.ask(method, path).status_code for method in ("GET", "POST")} == {404}


def test_the_form_is_framed_only_where_the_operator_says(form: Form) -> None:
    """No other site shows it by default, and none of its answers sets a cookie."""
    for answer in (form.ask.get(PATH), form.send()):
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers


def test_a_slip_is_asked_about_and_never_changed(form: Form) -> None:
    """A likely slip in a large domain is shown with what may be meant; pressed once more, it stays as it was typed."""
    slip = "nina@gmial.com"
    answer = form.send(slip)
    assert "nina@gmail.com" in answer.text
    assert form.state(slip) is None
    form.send(slip, sure=slip)
    assert form.state(slip) is SubscriptionState.PENDING
