"""Resend's /emails/batch as documented, on this machine: keys that give the first answer again, errors by index."""

import hashlib
from typing import Any

from tests.fakes.http.server import SECRET, Answered, MailApi, Request, answered


def error(status: int, name: str, message: str) -> Answered:
    return answered(status, {"statusCode": status, "name": name, "message": message})


class ResendApi(MailApi):
    """Resend."""

    most_octets = 40_000_000

    def __init__(self) -> None:
        super().__init__()
        self.is_restricted = False
        self._keys: dict[str, tuple[str, Answered]] = {}

    def knows(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {SECRET}"

    def stranger(self) -> Answered:
        return error(403, "invalid_api_key", "API key is invalid.")

    def too_many(self) -> Answered:
        answer = error(429, "rate_limit_exceeded", "Too many requests.")
        return Answered(429, answer.body, {"ratelimit-limit": "2", "ratelimit-remaining": "0", "ratelimit-reset": "7"})

    def look(self, request: Request) -> Answered:
        if self.is_restricted:
            return error(401, "restricted_api_key", "This API key is restricted to only send emails.")
        return answered(200, {"data": [{"name": "example.org", "status": "verified"}]})

    def send(self, request: Request) -> Answered:
        if request.path != "/emails/batch":
            return error(404, "not_found", "The requested endpoint does not exist.")
        key, digest = request.headers["idempotency-key"], hashlib.sha256(request.content).hexdigest()
        if len(key) > 256:
            return error(400, "invalid_idempotency_key", "The key must be between 1-256 chars.")
        with self._lock:
            if key in self._keys:
                first, answer = self._keys[key]
                told = "This idempotency key has been used with a different payload."
                return answer if first == digest else error(409, "invalid_idempotent_request", told)
            answer = self._send_all(request)
            if answer.status == 200:
                self._keys[key] = (digest, answer)
            return answer

    def _send_all(self, request: Request) -> Answered:
        messages = request.json()
        self.calls.append(len(messages))
        if len(messages) > 100:
            return error(422, "validation_error", "The batch may hold 100 emails.")
        faults = {index: fault for index, one in enumerate(messages) if (fault := self._fault(one))}
        if faults and request.headers.get("x-batch-validation") != "permissive":
            return error(422, "validation_error", next(iter(faults.values())))
        sent = [{"id": self._send(one)} for index, one in enumerate(messages) if index not in faults]
        errors = [{"index": index, "message": fault} for index, fault in faults.items()]
        return answered(200, {"data": sent, "errors": errors})

    def _fault(self, message: dict[str, Any]) -> str:
        (recipient,) = message["to"]
        if self.is_refused(recipient):
            return "Invalid `to` field. The email address needs to follow the `email@example.com` format."
        if self.is_faulty(recipient):
            return "Invalid `from` field. The domain is not verified."
        return ""

    def _send(self, message: dict[str, Any]) -> str:
        (tag,) = message["tags"]
        key = tag["value"].replace("_", ":")  # of the keys that these tests make
        return f"re-{self.accept(key, message['to'][0], (message.get('html', ''), message['text']))}"
