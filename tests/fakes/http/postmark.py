"""Postmark's batch API as documented, on this machine.

It keeps to postmarkapp.com/developer/api: token in a header, at most 500 messages and 50 MB a call and 10 MB a message,
200 with one result a message in their order.
"""

import json
from typing import Any, Self

from tests.fakes.http.server import SECRET, Answered, MailApi, Request, answered

INACTIVE = "You tried to send to a recipient that has been marked as inactive. Found inactive addresses: x@y."


class PostmarkApi(MailApi):
    """Postmark."""

    def __init__(self) -> None:
        super().__init__()
        self.handling = "Custom"  # who writes List-Unsubscribe in the stream
        self._results: dict[str, dict[str, Any]] = {}

    def say_of_recipient(self, address: str, code: int, message: str) -> Self:
        """Answer the mail to this address with that code."""
        self._results[address] = {"ErrorCode": code, "Message": message}
        return self

    def refuse_recipient(self, address: str) -> Self:
        return self.say_of_recipient(address, 406, INACTIVE)

    def fault(self, address: str) -> Self:
        return self.say_of_recipient(address, 300, "Invalid 'From' address: 'x'.")

    def knows(self, request: Request) -> bool:
        return request.headers.get("x-postmark-server-token") == SECRET

    def stranger(self) -> Answered:
        return answered(401, {"ErrorCode": 10, "Message": "Bad or missing Server API token."})

    def too_many(self) -> Answered:
        return answered(429, {"ErrorCode": 429, "Message": "Rate limit exceeded."}, {"Retry-After": "7"})

    def look(self, request: Request) -> Answered:
        if request.path == "/server":
            return answered(200, {"Name": "Newsroom", "ID": 1})
        if request.path == "/message-streams/broadcast":
            return answered(200, {"SubscriptionManagementConfiguration": {"UnsubscribeHandlingType": self.handling}})
        return answered(422, {"ErrorCode": 1226, "Message": "The message stream was not found."})

    def send(self, request: Request) -> Answered:
        if request.path != "/email/batch":
            return answered(404, {})
        messages = request.json()
        self.calls.append(len(messages))
        if len(messages) > 500:
            return answered(422, {"ErrorCode": 410, "Message": "Too many batch messages."})
        return answered(200, [self._send(message) for message in messages])

    def _send(self, message: dict[str, Any]) -> dict[str, Any]:
        if message["To"] in self._results:
            return self._results[message["To"]]
        if len(json.dumps(message, ensure_ascii=False).encode()) > 10_000_000:
            return {"ErrorCode": 300, "Message": "Invalid email request: the message is too large."}
        number = self.accept(message["Metadata"]["key"], message["To"], (message["HtmlBody"], message["TextBody"]))
        return {"ErrorCode": 0, "Message": "OK", "To": message["To"], "MessageID": f"pm-{number}"}
