"""`postmark:`: Postmark's HTTP API for batches, POST /email/batch.

Postmark takes no key that would make a repeat harmless, so the rule is: a batch is intended before its POST begins, is
posted once, and is in doubt when no answer came. What became of it is then found by its metadata `key`.
"""

import json
import ssl
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult

import httpx
from pydantic import SecretStr

from newsletter.base.errors import InvalidSettings
from newsletter.base.settings import ProviderSettings
from newsletter.providers.errors import ProviderError
from newsletter.providers.feeder import BatchFeeder
from newsletter.providers.place import is_loopback, split_url
from newsletter.providers.postmark_answers import Answer, of_all, read_batch
from newsletter.providers.provider import Intend, Key, OurFault, Outgoing, Refused, Report, Scope, Temporary, Uncertain

MOST_MESSAGES = 500  # of one call
MOST_OCTETS = 50_000_000  # of one call
MOST_OCTETS_OF_ONE = 10_000_000
LONGEST_VALUE = 80  # characters of a metadata value
# Fewer than a call may have: they are what is in doubt when an answer does not come.
USUAL_MESSAGES = 100

# The answer may take long for a big batch; one that is given up leaves it all in doubt.
_TIMEOUT = httpx.Timeout(connect=10, write=60, read=180, pool=10)


@dataclass(frozen=True, slots=True)
class Item:
    """A message as Postmark is told it, as JSON."""

    key: Key
    content: bytes


class PostmarkProvider:
    """Postmark as a Provider."""

    form: Literal["mime", "parts"] = "parts"

    def __init__(
        self,
        name: str,
        base_url: str,
        token: SecretStr,
        *,
        stream: str = "broadcast",
        batch: int = USUAL_MESSAGES,
        timeout: httpx.Timeout = _TIMEOUT,
    ) -> None:
        self.name = name
        self.batch = batch
        self._base_url = base_url
        self._token = token
        self._stream = stream
        self._timeout = timeout

    @classmethod
    def from_settings(cls, settings: ProviderSettings, _home: Path, secret: SecretStr | None) -> "PostmarkProvider":
        """Read `postmark:?stream=NAME&batch=N`, or `postmark://HOST:PORT` for a stand-in; InvalidSettings otherwise."""
        parts, query = split_url(settings)
        batch = query.get("batch", str(USUAL_MESSAGES))
        unknown = query.keys() - {"batch", "stream"}
        faults = [f"url: there is no option {key!r}; known are batch, stream" for key in sorted(unknown)]
        if not (batch.isascii() and batch.isdigit() and 1 <= int(batch) <= MOST_MESSAGES):
            faults.append(f"url: batch is a number from 1 to {MOST_MESSAGES}")
        if not query.get("stream", "broadcast"):
            faults.append("url: stream is the name of a message stream")
        if parts.username or parts.path.strip("/"):
            faults.append("url: nothing but a host, a port and ?options belongs there")
        if secret is None:
            faults.append("secret_file: the server token is missing; name the file that holds it")
        if faults or secret is None:
            raise InvalidSettings(f"provider {settings.name}", faults)
        return cls(settings.name, _base_url(parts), secret, stream=query.get("stream", "broadcast"), batch=int(batch))

    def carry(self, outgoing: Iterable[Outgoing], intend: Intend, report: Report) -> None:
        """Carry them all; see Provider."""
        verdict: Temporary | OurFault | None = None
        with self._client() as client, BatchFeeder(outgoing, self.batch) as feeder:
            for pulled in feeder:
                for batch in cut_by_size(self._write_all(pulled, report)):
                    if verdict is None:
                        verdict = _post_granted(client, batch, intend, report)
                    else:
                        for item in batch:
                            report(item.key, verdict)
                if verdict is not None:
                    feeder.stop()

    def check(self) -> str:
        """Ask for the server that the token belongs to; ProviderError with what to do."""
        try:
            with self._client() as client:
                response = client.get("/server")
                found = response.json() if response.status_code == 200 else {}
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderError(f"Postmark at {self._base_url} cannot be asked: {error}") from error
        if response.status_code == 401:
            raise ProviderError("Postmark does not know the server token: check secret_file")
        if response.status_code != 200 or not isinstance(found, dict):
            raise ProviderError(f"Postmark answered {response.status_code}: {response.text[:200]}")
        return f"Postmark server {found.get('Name', '')!r}, message stream {self._stream!r}"

    def _client(self) -> httpx.Client:
        """Make a client of one carry: what is repeated, where, and through which proxy is decided here."""
        return httpx.Client(
            base_url=self._base_url,
            headers={"X-Postmark-Server-Token": self._token.get_secret_value(), "Accept": "application/json"},
            timeout=self._timeout,
            transport=httpx.HTTPTransport(retries=0, trust_env=False),
            trust_env=False,
            follow_redirects=False,
        )

    def _write_all(self, pulled: Sequence[Outgoing], report: Report) -> Iterator[Item]:
        """Give each message's JSON; report what is too big for any call."""
        for outgoing in pulled:
            item = Item(outgoing.key, self._write(outgoing))
            if len(item.content) > MOST_OCTETS_OF_ONE:
                report(item.key, Refused(f"cannot deliver: over the {MOST_OCTETS_OF_ONE} octets that Postmark takes"))
            else:
                yield item

    def _write(self, outgoing: Outgoing) -> bytes:
        """Give the JSON of one message."""
        parts = outgoing.parts
        assert parts is not None, "this provider's form is parts"
        headers = [{"Name": name, "Value": value} for name, value in parts.headers]
        if any(name.lower() == "message-id" for name, _ in parts.headers):
            headers.append({"Name": "X-PM-KeepID", "Value": "true"})  # or Postmark writes a Message-ID of its own
        fields = {
            "From": parts.sender,
            "To": parts.to,
            "ReplyTo": parts.reply_to,
            "Subject": parts.subject,
            "HtmlBody": parts.html,
            "TextBody": parts.text,
            "Headers": headers,
            "MessageStream": self._stream,
            "TrackOpens": False,
            "TrackLinks": "None",
            "Metadata": {"key": outgoing.key[:LONGEST_VALUE]},
        }
        return json.dumps(fields, ensure_ascii=False).encode()


def cut_by_size(items: Iterable[Item], most: int = MOST_OCTETS) -> Iterator[list[Item]]:
    """Cut messages into calls of at most `most` octets."""
    call: list[Item] = []
    size = 2  # brackets
    for item in items:
        if call and size + len(item.content) > most:
            yield call
            call, size = [], 2
        call.append(item)
        size += len(item.content) + 1  # comma
    if call:
        yield call


def _post_granted(
    client: httpx.Client, batch: Sequence[Item], intend: Intend, report: Report
) -> Temporary | OurFault | None:
    """Intend a batch, post what was granted and report it; gives what ends the carry."""
    granted = frozenset(intend([item.key for item in batch]))
    going = [item for item in batch if item.key in granted]
    if not going:
        return None
    answer = _post(client, going)
    for item, outcome in zip(going, answer.outcomes, strict=True):
        report(item.key, outcome)
    return answer.verdict


def _post(client: httpx.Client, batch: Sequence[Item]) -> Answer:
    """Post a batch once. Only what failed before the whole of it was written is known not to be there."""
    content = b"[" + b",".join(item.content for item in batch) + b"]"
    try:
        response = client.post("/email/batch", content=content, headers={"Content-Type": "application/json"})
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.WriteTimeout) as error:
        return of_all(_not_sent(error), len(batch))
    except httpx.HTTPError as error:
        return of_all(Uncertain(f"the batch was sent, and no answer came: {error or type(error).__name__}"), len(batch))
    return read_batch(response.status_code, response.headers, response.content, len(batch))


def _not_sent(error: Exception) -> Temporary | OurFault:
    words = f"Postmark cannot be reached: {error or type(error).__name__}"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return OurFault(words)
        cause = cause.__cause__ or cause.__context__
    return Temporary(words, scope=Scope.PROVIDER)


def _base_url(parts: SplitResult) -> str:
    """Give Postmark's own address, or a stand-in's: http only on this machine, since the token goes with it."""
    if not parts.netloc:
        return "https://api.postmarkapp.com"
    return f"{'http' if is_loopback(parts.hostname or '') else 'https'}://{parts.netloc}"
