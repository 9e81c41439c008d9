"""Joining by the public form: the same words for each address, a mail that asks, and a yes that only a person says."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from newsletter.app.retention import forget_some
from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading, writing
from newsletter.sources.tables import topics
from newsletter.web.join_page import STAMP, TRAP
from newsletter.web.stamp import stamp
from subscribers.consent.asking_rest import rest_from_asking
from subscribers.consent.consent import Act, SuppressionKind
from subscribers.consent.leave import leave_everything
from subscribers.lists.mailing_list import SubscriptionState
from subscribers.people.find import find_by_address
from subscribers.people.show import show
from subscribers.suppression.suppress import suppress_address
from subscribers.tables import consents
from tests.fakes.home import ANNA, Home
from tests.integration.web.asking import Asking
from tests.integration.web.joining import NEW, NOW, PATH, Form, hidden


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


def test_the_page_tells_nobody_who_is_known(form: Form) -> None:
    """New, active, left and forbidden addresses get the same page, to the letter."""
    with writing(form.app.engine) as db:
        suppress_address(db, "x@forbidden.example", SuppressionKind.FORBIDDEN, reason="x", by="test", now=NOW)
        suppress_address(db, "x@complained.example", SuppressionKind.COMPLAINED, reason="x", by="test", now=NOW)
        suppress_address(db, "x@left.example", SuppressionKind.LEFT, reason="x", by="test", now=NOW)
    addresses = [NEW, ANNA, "x@forbidden.example", "x@complained.example", "x@left.example", NEW]
    pages = {form.send(one).text.replace(one, "ADDRESS") for one in addresses}
    assert len(pages) == 1


@contextmanager
def statements(form: Form) -> Iterator[list[str]]:
    """Write down what is done in the database: the first word of each statement, its table, and commits."""
    done: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        done.append(" ".join(re.findall(r"^\w+|(?<=INTO )\w+|(?<=FROM )\w+|(?<=UPDATE )\w+", statement)[:2]))

    event.listen(form.app.engine, "before_cursor_execute", note)
    event.listen(form.app.engine, "commit", lambda _connection: done.append("COMMIT"))
    yield done
    event.remove(form.app.engine, "before_cursor_execute", note)


def test_the_time_tells_nobody_who_is_known(form: Form) -> None:
    """Whatever the address, about as much is read and written, in as many transactions; what differs is taken back."""
    with writing(form.app.engine) as db:
        for kind in SuppressionKind:
            suppress_address(db, f"x@{kind.value}.example", kind, reason="x", by="test", now=NOW)
    form.send("pending@example.org")
    form.send("quiet@example.org")
    with writing(form.app.engine) as db:
        rest_from_asking(db, find_by_address(db, "quiet@example.org").id, "members", now=NOW)
    known = [f"x@{kind.value}.example" for kind in SuppressionKind]
    costs = {}
    for address in (NEW, "pending@example.org", "quiet@example.org", ANNA, ANNA, *known, "x@bounced.example"):
        shown = form.stamp()
        with statements(form) as done:
            form.send(address, **{STAMP: shown})
        written = Counter(one for one in done if not one.startswith(("SELECT", "PRAGMA", "INSERT deliveries")))
        costs[address] = (len(done), frozenset(written.items()) - {("SAVEPOINT", 1), ("ROLLBACK", 1), ("RELEASE", 1)})
    assert len({written for _, written in costs.values()}) == 1
    counts = [count for count, _ in costs.values()]
    assert max(counts) - min(counts) <= 10, costs  # reads of a row or two, of some eighty


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


@pytest.mark.parametrize("shown", ["", "nonsense", "future", "quick", "old", "forged", "wordless"])
def test_who_comes_without_a_timely_stamp_is_asked_once_more(form: Form, shown: str) -> None:
    """From another site's form, too quickly, after a day or forged: nothing is kept, and one press more suffices."""
    key = form.app.keys.message_id
    stamps = {
        "future": form.stamp(ago=-timedelta(hours=1)),
        "quick": form.stamp(ago=timedelta(seconds=1)),
        "old": form.stamp(ago=timedelta(hours=25)),
        "wordless": stamp(key, NOW - timedelta(minutes=1)),
        "forged": stamp(b"another key", NOW - timedelta(minutes=1)),
    }
    answer = form.send(name="Nina", **{STAMP: stamps.get(shown, shown), "topic:funding": "yes"})
    assert answer.status_code == 200
    assert form.state() is None
    kept = hidden(answer)
    assert (kept["address"], kept["name"], kept["topic:funding"]) == (NEW, "Nina", "yes")
    form.app.clock = FixedClock(NOW + timedelta(seconds=3))
    form.ask.post(PATH, data=kept)
    assert form.state() is SubscriptionState.PENDING


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


@pytest.mark.parametrize(
    "origin", ["http://[", "http://[::1", "https://\\x", "null", "a" * 5000, "https://x.example/path"]
)
def test_an_origin_that_is_none_is_no_fault_of_ours(form: Form, origin: str) -> None:
    """Whatever a client writes there, the form is answered, and what is no site is not put on record."""
    answer = form.ask.post(PATH, data={"address": NEW, STAMP: form.stamp()}, headers={"origin": origin})
    assert answer.status_code == 200
    with reading(form.app.engine) as db:
        assert not [one for one in show(db, NEW).consents if "a form on" in one.evidence]


def test_a_sensitive_topic_is_not_followed_from_outside(form: Form) -> None:
    """Whoever types an address must not tell something about a person: such a topic wants a link that was mailed."""
    with writing(form.app.engine) as db:
        db.execute(update(topics).where(topics.c.slug == "genomics").values(sensitive=True))
    form.send(**{"topic:funding": "yes", "topic:genomics": "yes"})
    form.ask.post(form.link())
    with reading(form.app.engine) as db:
        assert [wish.key for wish in show(db, NEW).wishes] == ["topic:funding"]


def test_a_question_asked_before_brings_nobody_back(form: Form) -> None:
    """Somebody who leaves everything has left: the button of an older mail that asks does nothing any more."""
    form.send()
    older = form.link()
    form.app.clock = FixedClock(NOW + timedelta(minutes=10))
    form.send()
    form.ask.post(form.link())
    with writing(form.app.engine) as db:
        person = find_by_address(db, NEW).id
        leave_everything(db, person, by="reader", evidence="a test", network_address="", now=form.app.clock.now())
    form.ask.post(older)
    assert form.state() is SubscriptionState.LEFT


def test_the_limit_of_a_day_is_that_of_the_mailbox(form: Form) -> None:
    """What stands behind a plus, and dots at Gmail, make no further mailbox: its reader is asked three times a day."""
    for number in range(5):
        assert form.send(f"vi.ctim+{number}@gmail.com").status_code == 200
    assert form.send("victim@gmail.com").status_code == 200
    assert len(form.mails()) == 3
    form.send("victim@hospital.example")
    assert len(form.mails()) == 1


@pytest.mark.parametrize("kind", [SuppressionKind.FORBIDDEN, SuppressionKind.COMPLAINED])
def test_of_an_address_that_is_never_mailed_nothing_is_kept(form: Form, kind: SuppressionKind) -> None:
    """That a stranger typed it makes no row, and begins no time anew."""
    with writing(form.app.engine) as db:
        suppress_address(db, NEW, kind, reason="x", by="t", now=NOW)
    before = len(asked(form))
    assert form.send().status_code == 200
    assert form.mails() == []
    with reading(form.app.engine) as db:
        assert show(db, NEW).subscriber is None
    assert len(asked(form)) == before


def asked(form: Form) -> list[int]:
    with reading(form.app.engine) as db:
        return list(db.execute(select(consents.c.id).where(consents.c.act == Act.ASKED.value)).scalars())


@pytest.mark.parametrize("path", ["/join/%00", "/issues/%00", "/s/%00", "/u/%00", "/static/%00.css"])
def test_a_path_that_no_database_takes_is_not_there(form: Form, path: str) -> None:
    """U+0000 in a path is answered before anything is asked."""
    assert form.ask.get(path).status_code == 404


@pytest.mark.parametrize("charset", ["punycode", "undefined", "none-such", "idna"])
def test_a_form_in_no_known_writing_is_refused(form: Form, charset: str) -> None:
    """A charset that cannot be read is the sender's fault, told as such."""
    body = b'--B\r\nContent-Disposition: form-data; name="address"\r\n\r\n\xff@x\r\n--B--\r\n'
    kind = f"multipart/form-data; charset={charset}; boundary=B"
    answer = form.ask.post(PATH, content=body, headers={"content-type": kind})
    assert answer.status_code in {400, 422}
