"""Mailjet's Send API v3.1 as documented, on this machine: 4xx for a batch of which the other messages are sent."""

import base64
from typing import Any

from tests.fakes.http.server import SECRET, USER, Answered, MailApi, Request, answered

FORBIDDEN = {"message-id", "list-id", "date", "from", "to", "subject", "reply-to", "sender", "return-path"}


def fault(code: str, status: int, message: str, related: str) -> dict[str, Any]:
    error = {"ErrorCode": code, "StatusCode": status, "ErrorMessage": message, "ErrorRelatedTo": [related]}
    return {"Status": "error", "Errors": [error]}


class MailjetApi(MailApi):
    """Mailjet."""

    most_octets = 16_000_000
    says_when = False

    def knows(self, request: Request) -> bool:
        given = base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {given}"

    def stranger(self) -> Answered:
        return answered(401, {"StatusCode": 401, "ErrorMessage": "API key authentication/authorization failure."})

    def too_many(self) -> Answered:
        return answered(429, {"StatusCode": 429, "ErrorMessage": "Too many requests"})

    def look(self, request: Request) -> Answered:
        return answered(200, {"Count": 1, "Data": [{"Email": "news@example.org", "Status": "Active"}]})

    def send(self, request: Request) -> Answered:
        if request.path != "/v3.1/send":
            return answered(404, {"StatusCode": 404, "ErrorMessage": "Object not found"})
        messages = request.json()["Messages"]
        self.calls.append(len(messages))
        if len(messages) > 50:
            return answered(400, {"StatusCode": 400, "ErrorCode": "mj-0002", "ErrorMessage": "Too many messages"})
        results = [self._send(message) for message in messages]
        status = max((error["StatusCode"] for one in results for error in one.get("Errors", [])), default=200)
        return answered(status, {"Messages": results})

    def _send(self, message: dict[str, Any]) -> dict[str, Any]:
        (recipient,) = (one["Email"] for one in message["To"])
        if self.is_refused(recipient):
            return fault("mj-0013", 400, f'"{recipient}" is an invalid email address.', "To[0].Email")
        if self.is_faulty(recipient):
            return fault("send-0008", 403, '"news@example.org" is not an authorized sender.', "From")
        if bad := FORBIDDEN & {name.lower() for name in message["Headers"]}:
            return fault("send-0011", 400, f"Headers {bad} cannot be customized.", "Headers")
        number = self.accept(message["CustomID"], recipient, (message.get("HTMLPart", ""), message["TextPart"]))
        to = [{"Email": recipient, "MessageUUID": f"u-{number}", "MessageID": 70_000_000_000 + number}]
        return {"Status": "success", "CustomID": message["CustomID"], "To": to, "Cc": [], "Bcc": []}
