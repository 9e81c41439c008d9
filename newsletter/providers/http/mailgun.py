"""`mailgun:?domain=mg.example.org`: Mailgun's API, POST /v3/DOMAIN/messages.mime with the message as it was composed.

Sources: the API reference of messages.mime and of domains. A call with the MIME form is of one message. No key that
makes a repeat harmless is documented; what became of a call without an answer is in its event log, by Message-ID.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from newsletter.providers.errors import ProviderError
from newsletter.providers.http.answers import (
    looked,
    of_all,
    of_each,
    read_object,
    read_reset_at,
    refusal,
    rest_when_used_up,
    words,
)
from newsletter.providers.http.dialect import Answer, Ask, Call, Dialect, Item, Limits, Option, Reply
from newsletter.providers.provider import Accepted, OurFault, Outgoing, Refused

_HOSTS = {"us": "https://api.mailgun.net", "eu": "https://api.eu.mailgun.net"}
_LABELS = r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"


class Mailgun(Dialect):
    """Mailgun as a dialect."""

    title: ClassVar[str] = "Mailgun"
    form: ClassVar[Literal["mime", "parts"]] = "mime"
    limits: ClassVar[Limits] = Limits(octets_of_one=25_000_000, usual_calls=4)
    takes_utf8_addresses: ClassVar[bool] = False  # its documents do not say that it does
    options: ClassVar[Mapping[str, Option]] = {
        "domain": Option(default=None, pattern=_LABELS, words="the sending domain, like mg.example.org"),
        "region": Option(default="us", pattern="us|eu", words="us or eu"),
    }

    def own_url(self) -> str:
        return _HOSTS[self.account.options["region"]]

    def headers(self) -> Mapping[str, str]:
        given = f"api:{self.account.secret.get_secret_value()}".encode()
        return {"Authorization": f"Basic {base64.b64encode(given).decode('ascii')}"}

    def write(self, outgoing: Outgoing) -> bytes:
        """Write a form (RFC 7578). Its boundary comes from the message, so that the same gives the same."""
        boundary = hashlib.sha256(outgoing.mime).hexdigest()[:48].encode()
        fields = (
            ("to", outgoing.envelope.recipient),
            ("o:tracking", "no"),
            ("v:key", outgoing.key),
        )
        head = b"".join(
            b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
            % (boundary, name.encode(), value.encode())
            for name, value in fields
        )
        file_head = (
            b'--%b\r\nContent-Disposition: form-data; name="message"; filename="message.mime"\r\n'
            b"Content-Type: application/octet-stream\r\n\r\n" % boundary
        )
        return b"".join((head, file_head, outgoing.mime, b"\r\n--", boundary, b"--\r\n"))

    def call(self, items: Sequence[Item]) -> Call:
        (item,) = items
        boundary = item.content[2 : item.content.index(b"\r\n")].decode("ascii")
        return Call(
            path=f"/v3/{self.account.options['domain']}/messages.mime",
            content=item.content,
            headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
        )

    def read(self, reply: Reply, count: int) -> Answer:
        """Say what an answer means.

        | answer | outcome |
        |---|---|
        | 200 with an id | Accepted |
        | 400 about the parameter `to` | Refused |
        | 400 about anything else, 413 | OurFault, this message |
        | 429 | Temporary, PROVIDER, after Retry-After, else until X-RateLimit-Reset where there is one |
        | 401, 402, 403, 404: key, plan, domain | OurFault, and the carry ends |
        | 500, other 2xx | Uncertain |
        """
        found = read_object(reply.content)
        reset = read_reset_at(reply.headers, "x-ratelimit-reset")
        if reply.status == 200 and found.get("id"):
            return of_each(
                [Accepted(str(found["id"]))], rest_when_used_up(reply.headers, "x-ratelimit-remaining", reset)
            )
        told = f"{self.title} answered {reply.status}: {words(reply.content)}"
        if reply.status == 400:
            is_recipients = str(found.get("message", "")).lstrip("'\"").startswith(("to ", "to'", 'to"'))
            return of_each([Refused(told) if is_recipients else OurFault(told)])
        if reply.status == 413:
            return of_each([OurFault(told)])
        return of_all(refusal(self.title, reply, wait=reset), count)

    def check(self, ask: Ask) -> str:
        """Look at the domain: whether it may send, and who writes List-Unsubscribe."""
        domain = self.account.options["domain"]
        reply = ask(f"/v3/domains/{domain}")
        if reply.status == 404:
            raise ProviderError(f"Mailgun has no domain {domain} there: check domain and region in url")
        found = looked(self.title, reply, "check secret_file, it holds the API key, and region in url").get("domain")
        state = found.get("state") if isinstance(found, dict) else None
        if state != "active":
            raise ProviderError(f"Mailgun's domain {domain} is {state or 'unknown'}: finish its DNS records there")
        if _writes_unsubscribe(ask(f"/v3/domains/{domain}/tracking")):
            raise ProviderError(
                f"Mailgun adds unsubscribe links of its own for {domain}, so who leaves by them is unknown here. "
                "Turn unsubscribe tracking off for the domain"
            )
        return f"Mailgun domain {domain} is active"


def _writes_unsubscribe(reply: Reply) -> bool:
    tracking = read_object(reply.content).get("tracking")
    unsubscribe = tracking.get("unsubscribe") if isinstance(tracking, dict) else None
    return isinstance(unsubscribe, dict) and str(unsubscribe.get("active")).lower() in {"true", "yes"}
