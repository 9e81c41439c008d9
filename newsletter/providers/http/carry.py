"""Carries messages by an HTTP mail API, whatever its dialect.

A batch is intended before its POST begins and is in doubt when no answer came, unless the API knows a repeated call:
then it is asked again first. Only what failed before the whole of it was written is known not to be there.
"""

import ssl
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Literal

import httpx

from newsletter.providers.errors import ProviderError
from newsletter.providers.feeder import BatchFeeder
from newsletter.providers.http.answers import of_all
from newsletter.providers.http.callers import Callers
from newsletter.providers.http.dialect import Answer, Call, Dialect, Item, Reply
from newsletter.providers.provider import (
    Accepted,
    Intend,
    OurFault,
    Outgoing,
    Refused,
    Report,
    Scope,
    Temporary,
    Uncertain,
)

# The answer may take long for a big batch; one that is given up leaves it all in doubt.
TIMEOUT = httpx.Timeout(connect=10, write=60, read=180, pool=10)
PAUSES = (0.5, 2.0, 8.0)  # seconds before a call that the API knows is made again
_NO_HEADERS: Mapping[str, str] = {}


class HttpProvider:
    """An HTTP mail API as a Provider. `batch`: messages a call; `calls`: how many are under way at once."""

    def __init__(
        self,
        name: str,
        dialect: Dialect,
        *,
        batch: int | None = None,
        calls: int | None = None,
        timeout: httpx.Timeout = TIMEOUT,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self.name = name
        self.form: Literal["mime", "parts"] = dialect.form
        self.batch = batch or dialect.limits.usual_messages
        self.calls = calls or dialect.limits.usual_calls
        self.dialect = dialect
        self._timeout = timeout
        self._pauses = tuple(pauses) if dialect.repeats else ()

    @property
    def alters(self) -> Sequence[str]:
        """What the API does to header fields; see Provider."""
        return self.dialect.alters

    def carry(self, outgoing: Iterable[Outgoing], intend: Intend, report: Report) -> None:
        """Carry them all; see Provider."""
        with (
            BatchFeeder(outgoing, max(self.batch, self.calls)) as feeder,
            Callers(self.calls, self.client, self.post, intend, report) as callers,
        ):
            for pulled in feeder:
                for batch in self._cut(self._write_all(pulled, report)):
                    callers.hand_over(batch)
                callers.wait_for_free()
                if callers.is_over:
                    feeder.stop()

    def check(self) -> str:
        """Look at the account; ProviderError with what to do."""
        try:
            with self.client() as client:

                def ask(path: str, headers: Mapping[str, str] = _NO_HEADERS) -> Reply:
                    return _reply(client.get(path, headers=headers))

                return self.dialect.check(ask)
        except httpx.HTTPError as error:
            raise ProviderError(f"{self.dialect.title} at {self.dialect.base_url} cannot be asked: {error}") from error

    def client(self) -> httpx.Client:
        """Make a client: what is repeated, where, and through which proxy is decided here."""
        return httpx.Client(
            base_url=self.dialect.base_url,
            headers={"Accept": "application/json", "User-Agent": "newsletter", **self.dialect.headers()},
            timeout=self._timeout,
            transport=httpx.HTTPTransport(verify=self._tls, retries=0, trust_env=False),
            trust_env=False,
            follow_redirects=False,
        )

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """One for all clients: reading the authorities takes longer than a call."""
        return httpx.create_ssl_context(trust_env=False)

    def post(self, client: httpx.Client, batch: Sequence[Item]) -> Answer:
        """Post a batch; what is in doubt is asked again, after growing pauses, where the API knows the call again."""
        call = self.dialect.call(batch)
        answer = self._post_once(client, call, len(batch))
        for pause in self._pauses:
            if not _is_in_doubt(answer):
                break
            time.sleep(pause)
            answer = settled(answer, self._post_once(client, call, len(batch)))
        return answer

    def _post_once(self, client: httpx.Client, call: Call, count: int) -> Answer:
        title = self.dialect.title
        try:
            response = client.post(call.path, content=call.content, headers=dict(call.headers))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.WriteTimeout) as error:
            return of_all(_not_sent(title, error), count)
        except httpx.HTTPError as error:
            told = f"{title} was sent the mail, and no answer came: {error or type(error).__name__}"
            return of_all(Uncertain(told), count)
        return self.dialect.read(_reply(response), count)

    def _write_all(self, pulled: Sequence[Outgoing], report: Report) -> Iterator[Item]:
        """Write each message; report what no call can carry."""
        dialect = self.dialect
        for outgoing in pulled:
            local_part = outgoing.envelope.recipient.rpartition("@")[0]
            if not (local_part.isascii() or dialect.takes_utf8_addresses):
                told = f"cannot deliver: {dialect.title} takes no address with letters outside ASCII before the @"
                report(outgoing.key, Refused(told))
                continue
            item = Item(outgoing.key, dialect.write(outgoing))
            most = dialect.limits.octets_of_one
            if len(item.content) > most:
                report(item.key, Refused(f"cannot deliver: over the {most} octets that {dialect.title} takes"))
            else:
                yield item

    def _cut(self, items: Iterable[Item]) -> Iterator[list[Item]]:
        limits = self.dialect.limits
        return cut_in_calls(items, messages=self.batch, octets=limits.octets or limits.octets_of_one)


def cut_in_calls(items: Iterable[Item], *, messages: int, octets: int) -> Iterator[list[Item]]:
    """Cut messages into calls of at most so many, and of at most so many octets as a JSON list."""
    call: list[Item] = []
    size = 2  # brackets
    for item in items:
        if call and (size + len(item.content) > octets or len(call) == messages):
            yield call
            call, size = [], 2
        call.append(item)
        size += len(item.content) + 1  # comma
    if call:
        yield call


def settled(first: Answer, again: Answer) -> Answer:
    """Settle what the first call left in doubt by the answer to the same call, made again.

    Only an acceptance or a refusal settles: that the second call failed says nothing of the first.
    """
    outcomes = [
        new if isinstance(old, Uncertain) and isinstance(new, Accepted | Refused) else old
        for old, new in zip(first.outcomes, again.outcomes, strict=True)
    ]
    answer = replace(first, outcomes=outcomes)
    return answer if _is_in_doubt(answer) else replace(answer, verdict=again.verdict, rest=again.rest)


def _is_in_doubt(answer: Answer) -> bool:
    return any(isinstance(outcome, Uncertain) for outcome in answer.outcomes)


def _reply(response: httpx.Response) -> Reply:
    return Reply(response.status_code, response.headers, response.content)


def _not_sent(title: str, error: Exception) -> Temporary | OurFault:
    words = f"{title} cannot be reached: {error or type(error).__name__}"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return OurFault(words)
        cause = cause.__cause__ or cause.__context__
    return Temporary(words, scope=Scope.PROVIDER)
