"""`sparkpost:`: SparkPost's API v1, POST /transmissions with the message as it was composed.

Sources: the API reference of transmissions and account, and "Remove List-Unsubscribe Header". A transmission may have
many recipients, but one content: here each reader has a body of their own, so a call is of one message. There is no key
that makes a repeat harmless: a call without an answer, and a 500, are in doubt; its events name the delivery by `key`.
A recipient on its suppression list is accepted, and reported as a bounce later ("Asynchronous Suppressions").
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import ClassVar, Literal

from newsletter.providers.errors import ProviderError
from newsletter.providers.http.answers import looked, objects, of_all, of_each, read_object, refusal, words
from newsletter.providers.http.dialect import Answer, Ask, Call, Dialect, Item, Limits, Option, Reply
from newsletter.providers.http.fields import to_json
from newsletter.providers.provider import Accepted, OurFault, Outgoing, Refused, Uncertain

_HOSTS = {"us": "https://api.sparkpost.com", "eu": "https://api.eu.sparkpost.com"}
_A_WHILE = timedelta(seconds=5)  # its documents advise one to five seconds after 429
_BAD_RECIPIENT = "5002"  # no valid recipient


class SparkPost(Dialect):
    """SparkPost as a dialect."""

    title: ClassVar[str] = "SparkPost"
    form: ClassVar[Literal["mime", "parts"]] = "mime"
    limits: ClassVar[Limits] = Limits(octets_of_one=20_000_000, usual_calls=4)
    takes_utf8_addresses: ClassVar[bool] = False  # it does not look whether the receiver does
    options: ClassVar[Mapping[str, Option]] = {
        "region": Option(default="us", pattern="us|eu", words="us or eu"),
    }
    alters: ClassVar[tuple[str, ...]] = (
        "SparkPost replaces List-Unsubscribe unless mail is marked transactional, as ours is: look at it in a test",
    )

    def own_url(self) -> str:
        return _HOSTS[self.account.options["region"]]

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": self.account.secret.get_secret_value()}

    def write(self, outgoing: Outgoing) -> bytes:
        return to_json(
            {
                "options": {
                    "open_tracking": False,
                    "click_tracking": False,
                    "transactional": True,  # or List-Unsubscribe is SparkPost's
                    "perform_substitutions": False,  # or {{...}} in a post is taken for a program
                },
                "recipients": [{"address": {"email": outgoing.envelope.recipient}, "metadata": {"key": outgoing.key}}],
                "content": {"email_rfc822": outgoing.mime.decode("utf-8")},
            }
        )

    def call(self, items: Sequence[Item]) -> Call:
        (item,) = items
        headers = {"Content-Type": "application/json"}
        return Call(path="/api/v1/transmissions", content=item.content, headers=headers)

    def read(self, reply: Reply, count: int) -> Answer:
        """Say what an answer means.

        | answer | outcome |
        |---|---|
        | 200 with an id and one accepted recipient | Accepted |
        | 200 with the recipient rejected; 400, 422 for the recipient | Refused |
        | 400, 413, 422 for anything else | OurFault, this message |
        | 420 (SparkPost's own: the plan's sending limit), 401, 403 | OurFault, and the carry ends |
        | 429 | Temporary, PROVIDER, after Retry-After, else 5 seconds |
        | 500, other 2xx | Uncertain |
        """
        found = read_object(reply.content)
        told = f"{self.title} answered {reply.status}: {words(reply.content)}"
        if reply.status == 200:
            return _read_results(found.get("results"), told, count)
        if reply.status in {400, 413, 422}:
            codes = [str(error.get("code") or "") for error in objects(found.get("errors"))]
            is_recipients = codes and all(code == _BAD_RECIPIENT for code in codes)
            return of_each([Refused(told) if is_recipients else OurFault(told)])
        wait = _A_WHILE if reply.status == 429 else None
        return of_all(refusal(self.title, reply, wait=wait), count)

    def check(self, ask: Ask) -> str:
        """Look at the account, as far as the key may."""
        reply = ask("/api/v1/account")
        if reply.status == 403:
            return "SparkPost knows the key, which may not see the account: its status is not known here"
        found = looked(self.title, reply, "check secret_file, it holds the API key, and region in url").get("results")
        status = found.get("status") if isinstance(found, dict) else None
        if status != "active":
            raise ProviderError(f"the SparkPost account is {status or 'in an unknown state'}: its app says why")
        return "SparkPost account is active"


def _read_results(results: object, told: str, count: int) -> Answer:
    if not isinstance(results, dict) or not results.get("id"):
        return of_all(Uncertain(told), count)
    match results.get("total_accepted_recipients"), results.get("total_rejected_recipients"):
        case 1, _:
            return of_each([Accepted(str(results["id"]))])
        case 0, 1:
            return of_each([Refused(told)])
        case _:
            return of_all(Uncertain(told), count)
