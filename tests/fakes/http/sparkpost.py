"""SparkPost's transmissions as documented, on this machine."""

from tests.fakes.http.server import SECRET, Answered, MailApi, Request, answered


def error(status: int, code: str, message: str) -> Answered:
    return answered(status, {"errors": [{"code": code, "message": message}]})


class SparkPostApi(MailApi):
    """SparkPost."""

    most_octets = 25_000_000

    def __init__(self) -> None:
        super().__init__()
        self.status = "active"
        self.account_is_hidden = False

    def knows(self, request: Request) -> bool:
        return request.headers.get("authorization") == SECRET

    def stranger(self) -> Answered:
        return error(401, "", "Unauthorized.")

    def too_many(self) -> Answered:
        return error(429, "", "Too many requests")

    def look(self, request: Request) -> Answered:
        if self.account_is_hidden:
            return error(403, "", "Forbidden.")
        return answered(200, {"results": {"company_name": "Newsroom", "status": self.status}})

    def send(self, request: Request) -> Answered:
        if request.path != "/api/v1/transmissions":
            return error(404, "", "Resource not found")
        told = request.json()
        self.calls.append(len(told["recipients"]))
        (one,) = told["recipients"]
        recipient = one["address"]["email"]
        if self.is_refused(recipient):
            return error(400, "5002", "At least one valid recipient is required")
        if self.is_faulty(recipient):
            return error(400, "7001", "Unconfigured or unverified sending domain.")
        mime = told["content"]["email_rfc822"].encode()
        number = self.accept(one["metadata"]["key"], recipient, mime)
        return answered(
            200, {"results": {"total_rejected_recipients": 0, "total_accepted_recipients": 1, "id": f"sp-{number}"}}
        )
