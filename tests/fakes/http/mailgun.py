"""Mailgun's messages.mime as documented, on this machine."""

import base64
import email
import email.policy

from tests.fakes.http.server import SECRET, Answered, MailApi, Request, answered

DOMAIN = "mg.example.org"


def read_form(request: Request) -> dict[str, bytes]:
    """Read multipart/form-data by hand: a parser of mail would change the message in it."""
    boundary = b"--" + request.headers["content-type"].partition("boundary=")[2].encode()
    fields = {}
    for part in (b"\r\n" + request.content).split(b"\r\n" + boundary)[1:-1]:
        head, _, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        disposition = email.message_from_bytes(head + b"\r\n\r\n", policy=email.policy.default)["Content-Disposition"]
        fields[str(disposition.params["name"])] = value
    return fields


class MailgunApi(MailApi):
    """Mailgun."""

    most_octets = 26_000_000

    def __init__(self) -> None:
        super().__init__()
        self.state = "active"
        self.writes_unsubscribe = False

    def knows(self, request: Request) -> bool:
        given = base64.b64encode(f"api:{SECRET}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {given}"

    def stranger(self) -> Answered:
        return Answered(401, b"Forbidden")

    def too_many(self) -> Answered:
        return answered(429, {"message": "Too many requests"}, {"Retry-After": "7"})

    def look(self, request: Request) -> Answered:
        if request.path == f"/v3/domains/{DOMAIN}":
            return answered(200, {"domain": {"name": DOMAIN, "state": self.state}})
        if request.path == f"/v3/domains/{DOMAIN}/tracking":
            return answered(200, {"tracking": {"unsubscribe": {"active": self.writes_unsubscribe}}})
        return answered(404, {"message": "Domain not found"})

    def send(self, request: Request) -> Answered:
        if request.path != f"/v3/{DOMAIN}/messages.mime":
            return answered(404, {"message": "Domain not found"})
        fields = read_form(request)
        self.calls.append(1)
        recipient = fields["to"].decode()
        if self.is_refused(recipient):
            return answered(400, {"message": "'to' parameter is not a valid address. please check documentation"})
        if self.is_faulty(recipient):
            return answered(403, {"message": f"Domain {DOMAIN} is not allowed to send: The domain is unverified"})
        number = self.accept(fields["v:key"].decode(), recipient, fields["message"])
        return answered(200, {"id": f"<{number}@{DOMAIN}>", "message": "Queued. Thank you."})
