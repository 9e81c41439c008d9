"""Brevo's /smtp/email as documented, on this machine: keys that count once, header names in title case."""

from tests.fakes.http.server import SECRET, Answered, MailApi, Request, answered


def error(status: int, code: str, message: str) -> Answered:
    return answered(status, {"code": code, "message": message})


class BrevoApi(MailApi):
    """Brevo."""

    most_octets = 20_000_000

    def __init__(self) -> None:
        super().__init__()
        self.keys: set[str] = set()

    def knows(self, request: Request) -> bool:
        return request.headers.get("api-key") == SECRET

    def stranger(self) -> Answered:
        return error(401, "unauthorized", "Key not found")

    def too_many(self) -> Answered:
        headers = {"x-sib-ratelimit-limit": "1000", "x-sib-ratelimit-remaining": "0", "x-sib-ratelimit-reset": "7"}
        return Answered(429, error(429, "too_many_requests", "Too many requests.").body, headers)

    def look(self, request: Request) -> Answered:
        plan = [{"type": "payAsYouGo", "credits": 4000, "creditsType": "sendLimit"}]
        return answered(200, {"email": "news@example.org", "companyName": "Newsroom", "plan": plan})

    def send(self, request: Request) -> Answered:
        if request.path != "/v3/smtp/email":
            return error(404, "document_not_found", "Not found")
        told = request.json()
        self.calls.append(1)
        headers = told["headers"]
        (recipient,) = (one["email"] for one in told["to"])
        if self.is_refused(recipient):
            return error(400, "invalid_parameter", "email is not valid in to")
        if self.is_faulty(recipient):
            return error(400, "invalid_parameter", "Sending has been rejected because the sender is not valid.")
        if bad := [name for name in headers if name != "idempotencyKey" and name != name.title()]:
            return error(400, "invalid_parameter", f"headers {bad} are not in title case")
        key = headers["idempotencyKey"]
        with self._lock:
            if key in self.keys:
                return error(400, "duplicate_parameter", "The idempotencyKey was used before.")
            self.keys.add(key)
        number = self.accept(headers["X-Mailin-Custom"], recipient, (told.get("htmlContent", ""), told["textContent"]))
        return answered(201, {"messageId": f"<{number}@smtp-relay.mailin.fr>"})
