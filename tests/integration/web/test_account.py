"""One's own data by a fresh link: it goes to the mailbox, does one thing, and tells nobody who is known."""

import html
import json
import re
import threading
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from urllib.parse import parse_qsl

import httpx
import pytest
from sqlalchemy import event, update

from newsletter.app.account import erase_by_link
from newsletter.app.leaves import ERASED
from newsletter.app.leaves_meant import FILE_NAME
from newsletter.app.sender import drain, sending
from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading, writing
from newsletter.outbox import due_store
from newsletter.sources.tables import topics
from newsletter.web.join_page import STAMP, TRAP
from newsletter.web.stamp import stamp
from subscribers.consent.consent import SuppressionKind
from subscribers.consent.fresh_link import Purpose, find_link
from subscribers.consent.leave import opt_out
from subscribers.people.find import find_by_id
from subscribers.people.show import Known, show
from subscribers.suppression.suppress import suppress_address
from subscribers.wishes.prefer import prefer
from subscribers.wishes.profile import THE_NEWSLETTERS_HOUR
from tests.conftest import NOW as SLOT_DAY
from tests.fakes.home import ANNA, BRUNO, Home
from tests.integration.web.asking import Asking

NOW = SLOT_DAY - timedelta(days=1)  # by the clock of the home
NEW = "anna@neu.example"
LATER = timedelta(days=1, minutes=1)


class Account:
    """Anna at her page."""

    def __init__(self, home: Home) -> None:
        self.home, self.app, self.ask = home, home.app, Asking(home.app)
        self.token = home.token(ANNA)

    def mails(self) -> list[EmailMessage]:
        """Send what is planned; give the mails that arrived since."""
        with sending(self.app) as outbox:
            drain(self.app, outbox, stop=threading.Event())
        found = []
        for file in sorted((self.app.home / "sent" / "new").glob("*")):
            message = message_from_bytes(file.read_bytes(), policy=default)
            assert isinstance(message, EmailMessage)
            found.append(message)
            file.unlink()
        return found

    def open(self) -> str:
        """Ask with the link of a mail; give the path of the page."""
        self.ask.post(f"/p/{self.token}/account")
        (mail,) = self.mails()
        assert mail["To"] == ANNA
        return link_in(mail, "a")

    def find(self, address: str, *, client: str = "192.0.2.7", **fields: str) -> httpx.Response:
        shown = stamp(self.app.keys.message_id, self.app.clock.now() - timedelta(seconds=30))
        return self.ask.post("/account", data={"address": address, STAMP: shown, **fields}, client=client)

    def known(self, address: str = ANNA) -> Known:
        with reading(self.app.engine) as db:
            return show(db, address)

    def move(self, address: str = NEW) -> str:
        """Ask for a new address; give the path of the page with the button."""
        self.ask.post(f"{self.open()}/address", data={"address": address})
        (mail,) = self.mails()
        assert mail["To"] == address
        return link_in(mail, "n")


def link_in(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    found = re.search(rf"/{kind}/[a-z2-7]+", part.get_content())
    assert found is not None
    return found[0]


def goes_on(page: httpx.Response) -> str:
    """The path that the page's first form is posted to."""
    found = re.search(r'action="[./]*(a/[a-z2-7]{32})"', page.text)
    assert found is not None
    return f"/{found[1]}"


@pytest.fixture
def account(home: Home) -> Account:
    with writing(home.app.engine) as db:
        db.execute(update(topics).where(topics.c.slug == "genomics").values(sensitive=True))
    return Account(home)


def test_the_link_goes_to_the_mailbox_only(account: Account) -> None:
    """The page that answers names nobody in full and holds no link to the data."""
    answer = account.ask.post(f"/p/{account.token}/account")
    assert answer.status_code == 200
    assert ANNA not in answer.text
    assert "/a/" not in answer.text
    assert [mail["To"] for mail in account.mails()] == [ANNA]


def test_three_mails_a_day_at_most(account: Account) -> None:
    """Nobody's mailbox is filled; the page says the same."""
    pages = {account.ask.post(f"/p/{account.token}/account").text for _ in range(5)}
    assert len(pages) == 1
    assert len(account.mails()) == 3


def test_a_preview_asks_for_nothing(account: Account) -> None:
    """The inert link of a preview leads to no mail."""
    assert account.ask.post(f"/p/{account.home.token(ANNA, inert=True)}/account").status_code == 200
    assert account.mails() == []


def test_the_public_form_tells_nobody_who_is_known(account: Account) -> None:
    """Known, unknown, left and forbidden addresses get the same page; only mailboxes differ."""
    with writing(account.app.engine) as db:
        opt_out(
            db, account.home.person(BRUNO).id, "newsletter:weekly", by="test", evidence="", network_address="", now=NOW
        )
        suppress_address(db, "x@forbidden.example", SuppressionKind.FORBIDDEN, reason="x", by="test", now=NOW)
    asked = [ANNA, BRUNO, "nobody@example.org", "x@forbidden.example"]
    assert len({account.find(one).text.replace(one, "ADDRESS") for one in asked}) == 1
    assert sorted(mail["To"] for mail in account.mails()) == [ANNA, BRUNO]


def test_programs_and_networks_are_held_back(account: Account) -> None:
    """A filled trap or a missing stamp asks for nothing; one network asks thirty times an hour."""
    account.find(ANNA, **{TRAP: "x"})
    assert "once more" in account.find(ANNA, **{STAMP: ""}).text
    assert account.mails() == []
    answers = [account.find(f"p{number}@example.org").status_code for number in range(31)]
    assert answers == [200] * 30 + [429]
    assert account.find("anna@", client="198.51.100.1").status_code == 422


def test_a_stranger_cannot_use_up_what_a_person_may_ask_for(account: Account) -> None:
    """One network brings an address two mails a day, all together six; with the link of a mail there are three more."""
    for _ in range(5):
        account.find(ANNA, client="198.51.100.1")
    assert len(account.mails()) == 2
    account.find(ANNA)
    assert len(account.mails()) == 1
    for number in range(2, 20):
        account.find(ANNA, client=f"198.51.100.{number}")
    assert len(account.mails()) == 3
    account.ask.post(f"/p/{account.token}/account")
    assert len(account.mails()) == 1


def test_the_same_work_is_done_for_each_address(account: Account) -> None:
    """As many statements and transactions, known or not: the time of the answer tells no more than its words."""
    counted: list[str] = []
    with writing(account.app.engine) as db:
        suppress_address(db, BRUNO, SuppressionKind.FORBIDDEN, reason="x", by="test", now=NOW)

    def count(_: object, __: object, statement: str, *___: object) -> None:
        word = statement.split(maxsplit=1)[0]
        counted.append("END" if word in {"RELEASE", "ROLLBACK"} else word)

    def work(address: str, client: str) -> list[str]:
        counted.clear()
        account.find(address, client=client)
        return list(counted)

    event.listen(account.app.engine, "before_cursor_execute", count)
    try:
        work(ANNA, "192.0.2.1")
        known, unknown = work(ANNA, "192.0.2.2"), work("nobody@klinik.example", "192.0.2.3")
        forbidden = work(BRUNO, "192.0.2.4")
    finally:
        event.remove(account.app.engine, "before_cursor_execute", count)
    assert sorted(known) == sorted(unknown) == sorted(forbidden)
    assert [mail["To"] for mail in account.mails()] == [ANNA, ANNA]


def test_looking_uses_nothing_up(account: Account) -> None:
    """Scanners open every link, and links on the page; the person's button still works after it."""
    path = account.open()
    for method in ("GET", "HEAD", "GET"):
        for more in ("", "/data.json", "/erase"):
            assert account.ask(method, path + more).status_code in {200, 405}
    before = account.known()
    assert account.ask.post(path, data={"role": "nurse"}).status_code == 200
    assert before.subscriber is not None
    assert before.subscriber.role == ""


def test_a_change_is_kept_and_uses_the_link_up(account: Account) -> None:
    """The mailed link works once; the page that answers goes on with its successor, which ends when it would have."""
    path = account.open()
    page = account.ask.post(path, data={"name": "Anna M", "role": "nurse", "country": "DE", "topic:genomics": "mute"})
    assert page.status_code == 200
    person = account.known()
    assert person.subscriber is not None
    assert (person.subscriber.name, person.subscriber.role, person.subscriber.country) == ("Anna M", "nurse", "DE")
    assert {wish.key: wish.kind for wish in person.wishes}["topic:genomics"] == "mute"
    assert account.ask.get(path).status_code == account.ask.post(path, data={"role": "x"}).status_code == 410
    then = goes_on(page)
    assert then != path
    account.ask.post(then, data={"role": "doctor"})
    after = account.known().subscriber
    assert after is not None
    assert after.role == "doctor"
    account.app.clock = FixedClock(NOW + LATER)
    assert account.ask.get(then).status_code == 410


def test_two_pages_of_two_links_take_back_nothing_of_each_other(account: Account) -> None:
    """Each was shown before the other was saved: what each changed is kept."""
    pages = [(path, account.ask.get(path).text) for path in (account.open(), account.open())]
    changes = ({"role": "nurse", "topic:genomics": "mute"}, {"name": "Anna M"})
    for (path, page), changed in zip(pages, changes, strict=True):
        found = re.search(r'name="shown" value="([^"]*)"', page)
        assert found is not None
        shown = html.unescape(found[1])
        sent = dict(parse_qsl(shown, keep_blank_values=True)) | {"shown": shown}
        assert account.ask.post(path, data=sent | changed).status_code == 200
    person = account.known()
    assert person.subscriber is not None
    assert (person.subscriber.name, person.subscriber.role) == ("Anna M", "nurse")
    assert "topic:genomics" in {wish.key for wish in person.wishes if wish.kind == "mute"}


@pytest.mark.parametrize("act", ["", "/address", "/erase"])
def test_the_second_of_two_tabs_says_that_the_link_was_used_and_does_nothing(account: Account, act: str) -> None:
    """Whatever its form does: the link is used up, nothing is changed or noted, and no mail leaves."""
    path = account.open()
    account.ask.post(path, data={"role": "nurse"})
    answer = account.ask.post(path + act, data={"role": "doctor", "address": NEW})
    assert answer.status_code == 410
    assert "nur einmal" in answer.text
    person = account.known().subscriber
    assert person is not None
    assert person.role == "nurse"
    assert account.mails() == []
    assert not (account.app.home / FILE_NAME).exists()


def test_two_presses_at_once_are_one_and_only_what_is_done_is_noted(account: Account) -> None:
    """Both have read the link while it was open: the slower one erases nobody, now or after a restore."""
    path = account.open()
    with reading(account.app.engine) as db:
        link = find_link(db, account.app.keys.links.decode(path.rpartition("/")[2]), Purpose.ACCOUNT)
    assert link is not None
    account.ask.post(path, data={"role": "nurse"})
    assert not erase_by_link(account.app, link)
    assert account.known().subscriber is not None
    assert not (account.app.home / FILE_NAME).exists()


@pytest.mark.parametrize("fields", [{"country": "XX"}, {"topic:genomics": "opt_out"}])
def test_what_the_form_does_not_offer_is_not_taken(account: Account, fields: dict[str, str]) -> None:
    """Nothing is changed, and the link is still good."""
    path = account.open()
    assert account.ask.post(path, data={"role": "nurse", **fields}).status_code == 400
    assert account.ask.get(path).status_code == 200


def test_only_sensitive_topics_are_changed_here(account: Account) -> None:
    """The others have a page of their own; a form that was made up writes no wish about them."""
    account.ask.post(account.open(), data={"topic:policy": "mute"})
    assert "topic:policy" not in {wish.key for wish in account.known().wishes}


def test_what_cannot_be_taken_comes_back_beside_its_field(account: Account) -> None:
    """What was typed is kept, the link is still good."""
    path = account.open()
    page = account.ask.post(path, data={"name": "see www.spam.example", "role": "nurse"})
    assert page.status_code == 422
    assert 'href="#name"' in page.text
    assert 'value="nurse"' in page.text
    assert goes_on(page) == path


def test_a_link_that_is_over_offers_a_new_one_and_names_nobody(account: Account) -> None:
    """It goes to the mailbox that got the first."""
    path = account.open()
    account.app.clock = FixedClock(NOW + LATER)
    page = account.ask.get(path)
    assert page.status_code == 410
    assert "anna" not in page.text.lower()
    again = account.ask.post(f"{path}/again")
    assert "anna" not in again.text.lower()
    assert [mail["To"] for mail in account.mails()] == [ANNA]


def test_everything_is_told_and_taken_along(account: Account) -> None:
    """Profile, lists, wishes, record with the words shown, deliveries: on the page and as JSON."""
    account.home.approve()
    account.app.clock = FixedClock(NOW + timedelta(days=1, hours=12))
    account.mails()
    account.ask.post(f"/p/{account.token}/account")
    (mail,) = account.mails()
    path = link_in(mail, "a")
    page = account.ask.get(path)
    assert "Members and friends" in page.text
    answer = account.ask.get(f"{path}/data.json")
    assert answer.headers["content-type"].startswith("application/json")
    assert "attachment" in answer.headers["content-disposition"]
    data = json.loads(answer.text)
    assert data["person"]["address"] == ANNA
    assert [one["list_slug"] for one in data["lists"]] == ["members"]
    assert data["wishes"][0]["key"] == "topic:funding"
    assert data["consents"][0]["act"] == "added"
    assert {"weekly/1"} <= {one["what"] for one in data["deliveries"]}
    assert data["links"][-1]["purpose"] == "account"


def test_the_newsletters_own_hour_is_told_in_words(account: Account) -> None:
    """What the tables hold as a code is no hour: neither in the file nor on the page."""
    with writing(account.app.engine) as db:
        person = account.home.person(ANNA)
        prefer(db, person.id, "newsletter:weekly", {"hour": THE_NEWSLETTERS_HOUR}, now=NOW)
    path = account.open()
    data = json.loads(account.ask.get(f"{path}/data.json").text)
    assert data["preferences"]["newsletter:weekly"]["hour"] == "the newsletter's own"
    page = account.ask.get(path).text
    assert "-1:00" not in page
    assert "Wie beim Newsletter" in page


def test_deleting_takes_a_button_and_says_what_stays(account: Account) -> None:
    """The page before it deletes nothing; after it nothing is left but the hash, also outside the database."""
    path = account.open()
    assert account.ask.get(f"{path}/erase").status_code == 200
    assert account.known().subscriber is not None
    person = account.home.person(ANNA)
    assert account.ask.post(f"{path}/erase").status_code == 200
    known = account.known()
    assert known.subscriber is None
    assert [one.kind for one in known.suppressions] == [SuppressionKind.LEFT]
    noted = json.loads((account.app.home / FILE_NAME).read_text().strip())
    assert (noted["act"], noted["who"]) == (ERASED, person.address_hash)
    for answer in (account.ask.get(path), account.ask.post(f"{path}/erase")):
        assert answer.status_code == 404


def test_an_address_is_changed_by_the_mailbox_it_goes_to(account: Account) -> None:
    """Typing changes nothing, opening changes nothing, the button does; the old address is told; old links work."""
    path = account.move()
    for method in ("GET", "HEAD"):
        account.ask(method, path)
    assert account.known().subscriber is not None
    done = account.ask.post(path, client="198.51.100.4")
    assert done.status_code == 200
    assert account.known().subscriber is None
    moved = account.known(NEW)
    assert moved.subscriber is not None
    assert moved.consents[-1].network_address == "198.51.100.4"
    (told,) = account.mails()
    assert told["To"] == ANNA
    assert NEW not in str(told)
    assert account.ask.get(f"/p/{account.token}").status_code == 200
    assert account.ask.post(path).status_code == 200
    assert account.mails() == []


def test_a_link_that_is_over_moves_nobody_now_or_after_a_restore(account: Account) -> None:
    """Pressed too late, nothing changes, and nothing is noted that a restored backup would carry out."""
    path = account.move()
    account.app.clock = FixedClock(NOW + LATER)
    noted = account.app.home / "leaves.log"
    before = noted.read_text() if noted.exists() else ""
    account.ask.post(path)
    assert account.known().subscriber is not None
    assert (noted.read_text() if noted.exists() else "") == before


def test_a_slip_is_asked_about_and_not_corrected(account: Account) -> None:
    """Pressed once more, it goes where it was typed."""
    path = account.open()
    page = account.ask.post(f"{path}/address", data={"address": "anna@gmial.com"})
    assert "anna@gmail.com" in page.text
    account.ask.post(f"{path}/address", data={"address": "anna@gmial.com", "sure": "anna@gmial.com"})
    assert [mail["To"] for mail in account.mails()] == ["anna@gmial.com"]


@pytest.mark.parametrize("address", ["", "anna@", "anna"])
def test_what_is_no_address_comes_back(account: Account, address: str) -> None:
    """The field says what is wrong, and the link is still good."""
    path = account.open()
    page = account.ask.post(f"{path}/address", data={"address": address})
    assert page.status_code == 422
    assert 'href="#address"' in page.text
    assert account.ask.get(path).status_code == 200


def test_asking_for_an_address_tells_nothing_of_it(account: Account) -> None:
    """A forbidden address and somebody else's get the same words; nobody's mailbox is filled."""
    with writing(account.app.engine) as db:
        suppress_address(db, "x@forbidden.example", SuppressionKind.FORBIDDEN, reason="x", by="test", now=NOW)
    path, pages = account.open(), []
    for address in ("x@forbidden.example", BRUNO, NEW, NEW, NEW):
        page = account.ask.post(f"{path}/address", data={"address": address})
        pages.append(re.search(r'role="status">([^<]+)', page.text.replace(address, "ADDRESS")))
        path = goes_on(page)
    assert len({found[1] for found in pages if found}) == 1
    assert [mail["To"] for mail in account.mails()] == [BRUNO, NEW]


def test_two_people_become_one_and_old_links_of_both_work(account: Account) -> None:
    """Bruno's old mail leads to the person who reads both mailboxes now."""
    anna, bruno = account.home.person(ANNA), account.home.token(BRUNO)
    assert account.ask.post(account.move(BRUNO)).status_code == 200
    with reading(account.app.engine) as db:
        assert find_by_id(db, anna.id).address == BRUNO
    page = account.ask.post(f"/u/{bruno}", data={"List-Unsubscribe": "One-Click"})
    assert page.status_code == 200
    assert "newsletter:weekly" in {wish.key for wish in account.known(BRUNO).wishes if wish.kind == "opt_out"}


def test_what_either_was_shown_is_not_shown_again(account: Account) -> None:
    """What Bruno was handed counts as shown to the person who reads his mailbox now."""
    anna, bruno = account.home.person(ANNA), account.home.person(BRUNO)
    account.home.approve()
    account.app.clock = FixedClock(NOW + timedelta(days=1, hours=12))
    account.mails()
    since = NOW - timedelta(days=30)
    with reading(account.app.engine) as db:
        before = due_store.shown_to(db, [anna.id, bruno.id], since=since)
    assert before[bruno.id]
    account.ask.post(account.move(BRUNO))
    with reading(account.app.engine) as db:
        after = due_store.shown_to(db, [anna.id, bruno.id], since=since)
    assert after == {anna.id: before[anna.id] | before[bruno.id]}
    assert before[bruno.id] - before[anna.id]


def test_an_address_that_was_forbidden_meanwhile_is_not_taken(account: Account) -> None:
    """The page says so to the mailbox; nothing is changed."""
    path = account.move()
    with writing(account.app.engine) as db:
        suppress_address(db, NEW, SuppressionKind.FORBIDDEN, reason="x", by="test", now=NOW)
    assert account.ask.post(path).status_code == 409
    assert account.known().subscriber is not None
    assert account.mails() == []


def test_pages_are_closed_to_search_engines_and_referrers(account: Account) -> None:
    """No index, no referrer, no store, no cookie, no script."""
    path = account.open()
    for answer in (account.ask.get(path), account.ask.get("/account"), account.ask.post(path, data={"role": "x"})):
        headers = answer.headers
        assert headers["x-robots-tag"] == "noindex"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "set-cookie" not in headers
        assert "<script" not in answer.text


@pytest.mark.parametrize(
    "path", ["/a/x", "/n/x", "/a/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "/a/x/erase", "/a/x/data.json"]
)
def test_a_damaged_link_is_no_page(account: Account, path: str) -> None:
    """Without a token of ours there is nothing."""
    assert account.ask.get(path).status_code == 404


@pytest.mark.parametrize("language", ["ar", "de", "fr"])
def test_the_page_speaks_the_readers_language(account: Account, language: str) -> None:
    """Countries and dates too, and its direction."""
    account.ask.post(f"/p/{account.token}", data={"language": language, "scope": "everything"})
    page = account.ask.get(account.open()).text
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
    assert {"ar": "البرتغال", "de": "Österreich", "fr": "Allemagne"}[language] in page
