"""Opens a connection that is ready for mail: TCP, greeting, EHLO, STARTTLS, login.

What goes wrong here concerns the way out and no message: it is raised as RelayError with the outcome that everything
waiting for this relay gets. The rule it keeps: where TLS is asked for there is no falling back to none.
"""

import asyncio
import socket
import ssl
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.providers.errors import ProviderError
from newsletter.providers.place import is_loopback
from newsletter.providers.provider import OurFault, Scope, Temporary
from newsletter.providers.smtp_connection import Connection, LostError, Owner
from newsletter.providers.smtp_envelope import Extensions, read_extensions
from newsletter.providers.smtp_relay import Relay, Tls
from newsletter.providers.smtp_replies import Reply, Step, is_good


class RelayError(ProviderError):
    """This relay cannot be used now. `outcome` is what becomes of the messages for it."""

    def __init__(self, outcome: Temporary | OurFault) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Ready:
    """A connection that may begin with MAIL, what the relay offers, and how it greeted."""

    connection: Connection
    extensions: Extensions
    greeting: Reply


TlsContext = Callable[[], ssl.SSLContext]  # made when first needed: reading all authorities takes 20 ms


async def open_ready(relay: Relay, tls_context: TlsContext, owner: Owner) -> Ready:
    """Connect, greet, protect and log in; RelayError when any of it fails."""
    connection = await _connect(relay, tls_context, owner)
    try:
        return await _greet(relay, tls_context, connection)
    except LostError as error:
        raise _down(relay, f"{error}") from error
    except BaseException:
        connection.drop("given up")
        raise


async def _connect(relay: Relay, tls_context: TlsContext, owner: Owner) -> Connection:
    loop = asyncio.get_running_loop()
    context = _read_context(relay, tls_context) if relay.tls is Tls.IMPLICIT else None
    try:
        async with asyncio.timeout(relay.timeouts.connect):
            _, connection = await loop.create_connection(
                lambda: Connection(relay.timeouts, owner),
                relay.host,
                relay.port,
                ssl=context,
                server_hostname=relay.host if context else None,
            )
    except ssl.SSLCertVerificationError as error:
        raise _not_trusted(relay, error) from error
    except TimeoutError as error:
        raise _down(relay, f"no answer for {relay.timeouts.connect:g} s") from error
    except OSError as error:  # ssl.SSLError among them
        raise _down(relay, str(error)) from error
    return connection


async def _greet(relay: Relay, tls_context: TlsContext, connection: Connection) -> Ready:
    greeting = await connection.greeting()
    if greeting.code != 220:
        raise _down(relay, f"it said {greeting.words}")
    extensions = await _say_hello(relay, connection)
    if relay.tls is not Tls.IMPLICIT and relay.wants_tls != "no":
        if extensions.starttls:
            await _protect(relay, tls_context, connection)
            # RFC 3207, section 4.2: forget what was offered before.
            extensions = await _say_hello(relay, connection)
        elif relay.wants_tls == "always":
            raise _ours(relay, "offers no STARTTLS, and the url asks for it with tls=required")
    if relay.username:
        await _log_in(relay, connection, extensions)
    return Ready(connection, extensions, greeting)


async def _say_hello(relay: Relay, connection: Connection) -> Extensions:
    name = relay.ehlo or _own_name(relay, connection.local_address)
    reply = await connection.ask(Step.EHLO, b"EHLO " + name.encode())
    if not is_good(reply):
        raise _refusal(relay, Step.EHLO, reply)
    return read_extensions(reply)


def _own_name(relay: Relay, address: str) -> str:
    """Give the name of this machine if it has a full one, else its address as RFC 5321, section 4.1.3 writes it.

    No DNS is asked: a resolver that does not answer must not hold up the mail."""
    name = socket.gethostname()
    if "." in name and name.isascii() and not is_loopback(relay.host):
        return name
    return f"[IPv6:{address.partition('%')[0]}]" if ":" in address else f"[{address}]"


async def _protect(relay: Relay, tls_context: TlsContext, connection: Connection) -> None:
    context = _read_context(relay, tls_context)
    reply = await connection.ask(Step.STARTTLS, b"STARTTLS")
    if reply.code != 220:
        raise _down(relay, f"it offers STARTTLS and answered {reply.words}")
    try:
        await connection.protect(context, relay.host)
    except ssl.SSLCertVerificationError as error:
        raise _not_trusted(relay, error) from error
    except OSError as error:
        raise _down(relay, f"TLS failed: {error}") from error


def _read_context(relay: Relay, tls_context: TlsContext) -> ssl.SSLContext:
    try:
        return tls_context()
    except OSError as error:  # ssl.SSLError among them
        raise _ours(relay, f"cannot be verified: the ca file {relay.ca} cannot be read: {error}") from error


async def _log_in(relay: Relay, connection: Connection, extensions: Extensions) -> None:
    if not connection.tls_version and not is_loopback(relay.host):
        raise _ours(relay, "offers no TLS, and a password is not sent in clear: use smtps://, or remove the login")
    assert relay.password is not None
    name, password = relay.username.encode(), relay.password.get_secret_value().encode()
    if "PLAIN" in extensions.mechanisms:
        reply = await connection.ask(Step.AUTH, b"AUTH PLAIN " + b64encode(b"\0" + name + b"\0" + password))
    elif "LOGIN" in extensions.mechanisms:
        reply = await _log_in_by_turns(connection, name, password)
    else:
        raise _ours(
            relay, f"offers no login by PLAIN or LOGIN (only {', '.join(sorted(extensions.mechanisms)) or 'none'})"
        )
    if not is_good(reply):
        raise _refusal(relay, Step.AUTH, reply)


async def _log_in_by_turns(connection: Connection, name: bytes, password: bytes) -> Reply:
    reply = await connection.ask(Step.AUTH, b"AUTH LOGIN")
    for words in (name, password):
        if reply.code == 334:
            reply = await connection.ask(Step.AUTH, b64encode(words))
    return reply


def _refusal(relay: Relay, step: Step, reply: Reply) -> RelayError:
    """5xx to EHLO or AUTH is about us; 4xx passes (RFC 4954, section 6: 454)."""
    if reply.code >= 500:
        hint = "; check username and secret_file" if step is Step.AUTH else ""
        return _ours(relay, f"answered {reply.words!r} to {step}{hint}")
    return _down(relay, f"it answered {reply.words!r} to {step}")


def _down(relay: Relay, words: str) -> RelayError:
    return RelayError(Temporary(f"relay {relay.place} cannot be used now: {words}", scope=Scope.PROVIDER))


def _ours(relay: Relay, words: str) -> RelayError:
    return RelayError(OurFault(f"relay {relay.place} {words}"))


def _not_trusted(relay: Relay, error: ssl.SSLCertVerificationError) -> RelayError:
    hint = "name its authority with ?ca=FILE if it is your own"
    return _ours(relay, f"shows a certificate that is not valid for it: {error.verify_message}; {hint}")
