"""SendGrid: what is posted, and what its answers mean."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from newsletter.providers.errors import ProviderError
from newsletter.providers.http.dialect import Reply
from newsletter.providers.provider import Accepted, OurFault, Outcome, Refused, Uncertain
from tests.fakes.hand_over import HandOver, make_outgoing
from tests.fakes.http.apis import BY_SCHEME
from tests.fakes.http.sendgrid import SendGridApi

API = BY_SCHEME["sendgrid"]
NO_TRACKING = {"enable": False}


@pytest.fixture
def fake() -> Iterator[SendGridApi]:
    with SendGridApi() as server:
        yield server


def test_a_message_is_posted_whole(fake: SendGridApi) -> None:
    """Text first, nothing tracked, List-Unsubscribe left to us, found again by its key."""
    hand_over = HandOver()
    API.provider(fake.address).carry(hand_over.pull([make_outgoing(0)]), hand_over.intend, hand_over.report)
    assert fake.requests[0].json() == {
        "personalizations": [{"to": [{"email": "reader0@example.org"}], "custom_args": {"key": "issue:12:0"}}],
        "from": {"email": "news@example.org", "name": "Newsroom"},
        "reply_to": {"email": "newsroom@example.org"},
        "subject": "Number 0, grüße",
        "content": [{"type": "text/plain", "value": "0 é\n"}, {"type": "text/html", "value": "<p>0 é</p>"}],
        "headers": {"Message-ID": "<0@example.org>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": NO_TRACKING,
            "subscription_tracking": NO_TRACKING,
        },
    }


def test_a_plain_message_has_no_empty_part(fake: SendGridApi) -> None:
    """A notice without HTML is taken: an empty body would be refused."""
    one = make_outgoing(0)
    assert one.parts
    plain = replace(one, parts=replace(one.parts, html="", reply_to=""))
    hand_over = HandOver()
    API.provider(fake.address).carry(hand_over.pull([plain]), hand_over.intend, hand_over.report)
    assert isinstance(hand_over.of(0), Accepted)


@pytest.mark.parametrize(
    ("status", "field", "outcome", "ends"),
    [
        (400, "personalizations.0.to.0.email", Refused, False),
        (400, "from.email", OurFault, False),
        (400, None, OurFault, False),
        (413, None, OurFault, False),
        (401, None, OurFault, True),
        (403, "from", OurFault, True),
        (500, None, Uncertain, True),
        (200, None, Uncertain, True),
    ],
)
def test_what_an_answer_means(status: int, field: str | None, outcome: type[Outcome], ends: bool) -> None:
    """The field of the error tells whose fault it is; one that names none is ours."""
    named = f'"{field}"' if field else "null"
    content = b'{"errors": [{"field": %s, "message": "no"}]}' % named.encode()
    answer = API.provider("http://127.0.0.1:9").dialect.read(Reply(status, {}, content), 1)
    assert [type(one) for one in answer.outcomes] == [outcome]
    assert (answer.verdict is not None) == ends


def test_the_last_call_of_a_window_makes_the_next_wait() -> None:
    """An acceptance that says 0 remaining tells how long to rest."""
    headers = {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "1795417203",
        "date": "Mon, 23 Nov 2026 07:00:00 GMT",
    }
    dialect = API.provider("http://127.0.0.1:9").dialect
    rest = dialect.read(Reply(202, headers, b""), 1).rest
    assert rest is not None
    assert rest.total_seconds() == 3
    assert dialect.read(Reply(202, headers | {"x-ratelimit-remaining": "1"}, b""), 1).rest is None


def test_check_knows_a_key_that_may_not_send(fake: SendGridApi) -> None:
    """A key without the permission is told before anything is sent."""
    fake.scopes = ["stats.read"]
    with pytest.raises(ProviderError, match="Mail Send"):
        API.provider(fake.address).check()
