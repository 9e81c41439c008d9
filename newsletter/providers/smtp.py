"""`smtp://` and `smtps://`: a relay, spoken to by an engine of ours.

The engine is one event loop behind the synchronous `carry`; see smtp_carry (connections), smtp_dialogue (what is said),
smtp_greeting (how one gets in), smtp_replies (what answers mean). The rule: the final dot of a message leaves after
`intend` granted it and never otherwise.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from newsletter.base.settings import ProviderSettings
from newsletter.providers.provider import Intend, Outgoing, Report
from newsletter.providers.smtp_carry import Carriage
from newsletter.providers.smtp_connection import Connection
from newsletter.providers.smtp_dialogue import Dialogue
from newsletter.providers.smtp_greeting import Ready, open_ready
from newsletter.providers.smtp_relay import Relay, read_relay

NewLoop = Callable[[], asyncio.AbstractEventLoop]


class SmtpProvider:
    """A relay as a Provider."""

    form: Literal["mime", "parts"] = "mime"
    alters: Sequence[str] = ()

    def __init__(self, name: str, relay: Relay, new_loop: NewLoop | None = None) -> None:
        self.name = name
        self.batch = relay.per_connection
        self._relay = relay
        self._new_loop = new_loop or _fastest_loop()

    @classmethod
    def from_settings(cls, settings: ProviderSettings, home: Path, secret: SecretStr | None) -> "SmtpProvider":
        """Make it; InvalidSettings with every fault."""
        return cls(settings.name, read_relay(settings, home, secret))

    def carry(self, outgoing: Iterable[Outgoing], intend: Intend, report: Report) -> None:
        """Carry them all; see Provider."""
        with asyncio.Runner(loop_factory=self._new_loop) as runner:
            runner.run(_carry(self._relay, outgoing, intend, report))

    def check(self) -> str:
        """Connect, protect, log in and leave; ProviderError (RelayError) with what to do."""
        with asyncio.Runner(loop_factory=self._new_loop) as runner:
            return runner.run(_check(self._relay))


async def _carry(relay: Relay, outgoing: Iterable[Outgoing], intend: Intend, report: Report) -> None:
    await Carriage(relay, outgoing, intend, report).run()


async def _check(relay: Relay) -> str:
    ready = await open_ready(relay, relay.tls_context, _Visitor())
    found = _describe(relay, ready)
    ready.connection.begin(Dialogue(ready.extensions, 0, ready.connection.write, _Visitor()))
    await asyncio.wait([ready.connection.closed], timeout=relay.timeouts.quit)
    ready.connection.drop("done")
    return found


def _describe(relay: Relay, ready: Ready) -> str:
    offered = ready.extensions
    words = [f"relay {relay.place} answers {ready.greeting.text!r}"]
    words.append(ready.connection.tls_version or "not encrypted")
    words.append(f"logged in as {relay.username}" if relay.username else "no login")
    words.append("PIPELINING" if offered.pipelining else "no PIPELINING: slower, one command at a time")
    if offered.size:
        words.append(f"messages up to {offered.size} octets")
    if not offered.utf8:
        words.append("no SMTPUTF8: addresses with letters outside ASCII before the @ cannot be reached")
    return "; ".join(words)


class _Visitor:
    """A Post without messages, for a look that sends nothing."""

    def take(self) -> None:
        return None

    def wait_at_dot(self, dialogue: Dialogue) -> None:
        """Never called: nothing is taken."""

    def report(self, key: object, outcome: object) -> None:
        """Never called: nothing is taken."""

    def rest(self, dialogue: Dialogue) -> None:
        dialogue.quit()

    def lost(self, connection: Connection) -> None:
        """Nobody waits for it."""


def _fastest_loop() -> NewLoop:
    """Give uvloop's loop, or Python's own where there is none (Windows)."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return partial(uvloop.new_event_loop)
