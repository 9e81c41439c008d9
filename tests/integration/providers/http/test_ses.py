"""Amazon SES: what is posted, what its errors mean, what the account tells."""

import base64
from collections.abc import Iterator

import pytest

from newsletter.providers.errors import ProviderError
from newsletter.providers.http.dialect import Reply
from newsletter.providers.provider import Accepted, OurFault, Outcome, Refused, Temporary, Uncertain
from tests.fakes.hand_over import HandOver, make_outgoing
from tests.fakes.http.apis import BY_SCHEME
from tests.fakes.http.ses import SesApi

API = BY_SCHEME["ses"]


@pytest.fixture
def fake() -> Iterator[SesApi]:
    with SesApi() as server:
        yield server


def test_a_message_is_posted_raw(fake: SesApi) -> None:
    """The bytes are those that were composed; bounces go to the envelope sender; events name the delivery."""
    hand_over, message = HandOver(), make_outgoing(0)
    API.provider(fake.address).carry(hand_over.pull([message]), hand_over.intend, hand_over.report)
    assert fake.requests[0].json() == {
        "Destination": {"ToAddresses": ["reader0@example.org"]},
        "FeedbackForwardingEmailAddress": "news@example.org",
        "Content": {"Raw": {"Data": base64.b64encode(message.mime).decode()}},
        "EmailTags": [{"Name": "delivery", "Value": "issue_12_0"}],
    }


@pytest.mark.parametrize(
    ("status", "kind", "message", "outcome", "ends"),
    [
        (200, "", "", Uncertain, True),
        (400, "BadRequestException", "Missing final '@domain'", Refused, False),
        (400, "BadRequestException", "Local address contains control or whitespace", Refused, False),
        (400, "BadRequestException", "Missing local name", Refused, False),
        (400, "BadRequestException", "Invalid value for header List-Id: no domain", OurFault, False),
        (400, "MessageRejected", "Email address is not verified.", OurFault, False),
        (400, "MailFromDomainNotVerifiedException", "MAIL FROM", OurFault, True),
        (400, "LimitExceededException", "limit", OurFault, True),
        (400, "SendingPausedException", "paused", OurFault, True),
        (403, "AccessDeniedException", "not authorized", OurFault, True),
        (404, "NotFoundException", "Configuration set", OurFault, True),
        (429, "TooManyRequestsException", "Maximum sending rate exceeded.", Temporary, True),
        (429, "TooManyRequestsException", "Daily message quota exceeded.", OurFault, True),
        (400, "Throttling", "Rate exceeded", Temporary, True),
        (500, "InternalServiceErrorException", "", Uncertain, True),
        (503, "ServiceUnavailable", "", Temporary, True),
    ],
)
def test_what_an_error_means(status: int, kind: str, message: str, outcome: type[Outcome], ends: bool) -> None:
    """Who is to blame is told by the error's type, and of an address that is wrong by its words."""
    dialect = API.provider("http://127.0.0.1:9").dialect
    content = b'{"message": "%s"}' % message.encode()
    answer = dialect.read(Reply(status, {"x-amzn-errortype": f"{kind}:http://x/"}, content), 1)
    assert [type(one) for one in answer.outcomes] == [outcome]
    assert (answer.verdict is not None) == ends


def test_an_error_is_also_named_in_the_answer() -> None:
    """Where the header is missing, the answer itself names the type."""
    dialect = API.provider("http://127.0.0.1:9").dialect
    content = b'{"__type": "com.amazonaws.ses#MessageRejected", "message": "no"}'
    assert dialect.read(Reply(400, {}, content), 1).verdict is None
    assert dialect.read(Reply(200, {}, b'{"MessageId": "7"}'), 1).outcomes == [Accepted("7")]


def test_check_reads_quota_and_rate(fake: SesApi) -> None:
    """What the account may send is told, with the setting that keeps to it."""
    found = API.provider(fake.address).check()
    assert "1200 of 50000 sent in 24 hours" in found
    assert 'rate = "14/s, 50000/d"' in found


def test_check_tells_an_account_under_review(fake: SesApi) -> None:
    """Amazon may stop an account for its bounces and complaints; it says so before."""
    assert "under review" not in API.provider(fake.address).check()
    fake.account["EnforcementStatus"] = "PROBATION"
    assert "under review" in API.provider(fake.address).check()


@pytest.mark.parametrize(
    ("key", "words"), [("ProductionAccessEnabled", "sandbox"), ("SendingEnabled", "paused the sending")]
)
def test_check_tells_what_keeps_from_sending(fake: SesApi, key: str, words: str) -> None:
    """An account in the sandbox, or paused, mails no readers."""
    fake.account[key] = False
    with pytest.raises(ProviderError, match=words):
        API.provider(fake.address).check()
