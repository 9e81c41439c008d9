"""`postmark:`: Postmark's HTTP API for batches, POST /email/batch.

Postmark takes no key that would make a repeat harmless, so a batch is posted once, and is in doubt when no answer came.
What became of it is then found by its metadata `key`.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from newsletter.providers.errors import ProviderError
from newsletter.providers.http.answers import looked, read_object
from newsletter.providers.http.dialect import Answer, Ask, Call, Dialect, Item, Limits, Option, Reply
from newsletter.providers.http.fields import parts_of, to_json
from newsletter.providers.http.postmark_answers import read_batch
from newsletter.providers.provider import Outgoing

LONGEST_VALUE = 80  # characters of a metadata value


class Postmark(Dialect):
    """Postmark as a dialect."""

    title: ClassVar[str] = "Postmark"
    form: ClassVar[Literal["mime", "parts"]] = "parts"
    limits: ClassVar[Limits] = Limits(
        messages=500, usual_messages=100, octets=50_000_000, octets_of_one=10_000_000, usual_calls=1
    )
    key_words: ClassVar[str] = "the server token"
    options: ClassVar[Mapping[str, Option]] = {
        "stream": Option(default="broadcast", pattern=".+", words="the name of a message stream")
    }

    @property
    def stream(self) -> str:
        """The message stream that mail goes by."""
        return self.account.options["stream"]

    def own_url(self) -> str:
        return "https://api.postmarkapp.com"

    def headers(self) -> Mapping[str, str]:
        return {"X-Postmark-Server-Token": self.account.secret.get_secret_value()}

    def write(self, outgoing: Outgoing) -> bytes:
        parts = parts_of(outgoing)
        headers = [{"Name": name, "Value": value} for name, value in parts.headers]
        if any(name.lower() == "message-id" for name, _ in parts.headers):
            headers.append({"Name": "X-PM-KeepID", "Value": "true"})  # or Postmark writes a Message-ID of its own
        return to_json(
            {
                "From": parts.sender,
                "To": parts.to,
                "ReplyTo": parts.reply_to,
                "Subject": parts.subject,
                "HtmlBody": parts.html,
                "TextBody": parts.text,
                "Headers": headers,
                "MessageStream": self.stream,
                "TrackOpens": False,
                "TrackLinks": "None",
                "Metadata": {"key": outgoing.key[:LONGEST_VALUE]},
            }
        )

    def call(self, items: Sequence[Item]) -> Call:
        content = b"[" + b",".join(item.content for item in items) + b"]"
        return Call(path="/email/batch", content=content, headers={"Content-Type": "application/json"})

    def read(self, reply: Reply, count: int) -> Answer:
        return read_batch(reply, count)

    def check(self, ask: Ask) -> str:
        """Ask for the server that the token belongs to, and who writes List-Unsubscribe in the stream."""
        server = looked(self.title, ask("/server"), "check secret_file, it holds the server token")
        reply = ask(f"/message-streams/{self.stream}")
        if reply.status in {404, 422}:
            raise ProviderError(f"Postmark has no message stream {self.stream!r} on this server: check ?stream=NAME")
        handling = read_object(reply.content).get("SubscriptionManagementConfiguration")
        if isinstance(handling, dict) and handling.get("UnsubscribeHandlingType") == "Postmark":
            raise ProviderError(
                f"Postmark replaces List-Unsubscribe in stream {self.stream!r}, so who leaves by it is unknown here. "
                "Have its support allow unsubscribes of your own, and choose that for the stream"
            )
        return f"Postmark server {server.get('Name', '')!r}, message stream {self.stream!r}"
