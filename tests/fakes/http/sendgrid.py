"""SendGrid's v3 mail/send as documented, on this machine."""

from datetime import UTC, datetime

from tests.fakes.http.server import SECRET, Answered, MailApi, Request, answered

RESERVED = {"x-sg-id", "received", "dkim-signature", "content-type", "to", "from", "subject", "reply-to"}


def error(status: int, field: str | None, message: str) -> Answered:
    return answered(status, {"errors": [{"field": field, "message": message, "help": None}]})


class SendGridApi(MailApi):
    """SendGrid."""

    most_octets = 30_000_000

    def __init__(self) -> None:
        super().__init__()
        self.scopes = ["mail.send", "sender_verification_eligible"]

    def knows(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {SECRET}"

    def stranger(self) -> Answered:
        return error(401, None, "The provided authorization grant is invalid, expired, or revoked")

    def too_many(self) -> Answered:
        reset = int(datetime.now(UTC).timestamp()) + 7
        headers = {"X-RateLimit-Limit": "600", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
        return answered(429, {"errors": [{"field": None, "message": "too many requests"}]}, headers)

    def look(self, request: Request) -> Answered:
        return answered(200, {"scopes": self.scopes}) if request.path == "/v3/scopes" else answered(404, {})

    def send(self, request: Request) -> Answered:
        if request.path != "/v3/mail/send":
            return answered(404, {})
        told = request.json()
        self.calls.append(len(told["personalizations"]))
        (personalization,) = told["personalizations"]
        recipient = personalization["to"][0]["email"]
        if self.is_refused(recipient):
            return error(400, "personalizations.0.to.0.email", "Does not contain a valid address.")
        if self.is_faulty(recipient):
            return error(403, "from", "The from address does not match a verified Sender Identity.")
        if reserved := RESERVED & {name.lower() for name in told["headers"]}:
            return error(400, "headers", f"The following headers are reserved: {reserved}")
        bodies = {part["type"]: part["value"] for part in told["content"]}
        if not all(bodies.values()) or next(iter(bodies)) != "text/plain":
            return error(400, "content", "The content value must be a string at least one character in length.")
        body = (bodies.get("text/html", ""), bodies["text/plain"])
        number = self.accept(personalization["custom_args"]["key"], recipient, body)
        return Answered(202, b"", {"X-Message-Id": f"sg-{number}"})
