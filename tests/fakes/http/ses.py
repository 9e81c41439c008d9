"""Amazon SES v2 as documented, on this machine: a signed call a message, errors by type, an account to look at."""

import base64
from typing import Any

from newsletter.providers.http.sigv4 import Signer, authorization
from tests.fakes.http.server import SECRET, USER, Answered, MailApi, Request, answered

SIGNER = Signer(key_id=USER, secret=SECRET, region="eu-west-1", service="ses")


def error(status: int, kind: str, message: str) -> Answered:
    return answered(status, {"message": message}, {"x-amzn-ErrorType": f"{kind}:http://internal.amazon.com/"})


class SesApi(MailApi):
    """Amazon SES."""

    says_when = False  # no header tells when calls are free again

    def __init__(self) -> None:
        super().__init__()
        self.account: dict[str, Any] = {
            "ProductionAccessEnabled": True,
            "SendingEnabled": True,
            "EnforcementStatus": "HEALTHY",
            "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 14.0, "SentLast24Hours": 1200.0},
        }

    def knows(self, request: Request) -> bool:
        """Sign the same request again."""
        given = request.headers.get("authorization", "")
        names = given.partition("SignedHeaders=")[2].partition(",")[0].split(";")
        if not {"host", "x-amz-date"} <= set(names):
            return False
        signed = {name: request.headers[name] for name in names}
        return given == authorization(
            SIGNER, method=request.method, path=request.path, headers=signed, content=request.content
        )

    def stranger(self) -> Answered:
        return error(403, "SignatureDoesNotMatch", "The request signature does not match.")

    def too_many(self) -> Answered:
        return error(429, "TooManyRequestsException", "Maximum sending rate exceeded.")

    def look(self, request: Request) -> Answered:
        return answered(200, self.account) if request.path == "/v2/email/account" else answered(404, {})

    def send(self, request: Request) -> Answered:
        if request.path != "/v2/email/outbound-emails":
            return answered(404, {})
        told = request.json()
        mime = base64.b64decode(told["Content"]["Raw"]["Data"], validate=True)
        self.calls.append(1)
        (recipient,) = told["Destination"]["ToAddresses"]
        if self.is_refused(recipient):
            return error(400, "BadRequestException", "Missing final '@domain'")
        if self.is_faulty(recipient):
            return error(400, "MessageRejected", "Email address is not verified: news@example.org")
        (tag,) = told["EmailTags"]
        number = self.accept(tag["Value"].replace("_", ":"), recipient, mime)  # of the keys that these tests make
        return answered(200, {"MessageId": f"0102-{number}"})
