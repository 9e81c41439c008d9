"""What one HTTP mail API says and hears.

A dialect writes calls and reads answers; it opens no connection, and keeps nothing between calls, so that several may
be under way at once.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import ClassVar, Literal, Protocol

from pydantic import SecretStr

from newsletter.providers.provider import Key, OurFault, Outcome, Outgoing, Temporary

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Item:
    """A message as the API is told it."""

    key: Key
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A POST: a path below the API's address, its content and headers of its own."""

    path: str
    content: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; names of headers are found in small letters."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a batch, in its order, and of all that would come after it (None: go on, after a rest)."""

    outcomes: list[Outcome]
    verdict: Temporary | OurFault | None = None
    rest: timedelta | None = None  # the API says that no call is free before


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an API takes."""

    octets_of_one: int  # of one message, as it is written
    messages: int = 1  # of one call
    octets: int = 0  # of one call; 0: as of one message
    usual_messages: int = 1  # of one call: fewer than allowed are less in doubt when an answer does not come
    usual_calls: int = 1  # at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A ?option of the URL: its value without it (None: it must be there), and what it looks like."""

    default: str | None
    pattern: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who we are at the API, as the settings say."""

    secret: SecretStr
    username: str = ""
    stand_in: str = ""  # the address of a stand-in for the API
    options: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


class Ask(Protocol):
    """GETs a path below the API's address."""

    def __call__(self, path: str, headers: Mapping[str, str] = ...) -> Reply: ...


class Dialect(ABC):
    """One API, for one account."""

    title: ClassVar[str]  # what people call it
    form: ClassVar[Literal["mime", "parts"]]
    limits: ClassVar[Limits]
    key_words: ClassVar[str] = "the API key"
    login_words: ClassVar[str] = ""  # what the username must hold; empty: none is needed
    options: ClassVar[Mapping[str, Option]] = MappingProxyType({})
    repeats: ClassVar[bool] = False  # a call may be made again without mailing twice: the API remembers its key
    takes_utf8_addresses: ClassVar[bool] = True  # letters outside ASCII before the @ (RFC 6531)
    alters: ClassVar[tuple[str, ...]] = ()  # what it does to header fields that we set, in sentences for people

    def __init__(self, account: Account) -> None:
        self.account = account

    @property
    def base_url(self) -> str:
        """The API's address, or its stand-in's."""
        return self.account.stand_in or self.own_url()

    @abstractmethod
    def own_url(self) -> str:
        """Give the API's own address."""

    @abstractmethod
    def headers(self) -> Mapping[str, str]:
        """Give the headers of every request: who we are."""

    @abstractmethod
    def write(self, outgoing: Outgoing) -> bytes:
        """Write one message."""

    @abstractmethod
    def call(self, items: Sequence[Item]) -> Call:
        """Make the call that hands over these; the same items make the same call, with the same key if there is one."""

    @abstractmethod
    def read(self, reply: Reply, count: int) -> Answer:
        """Say what the answer to a call of `count` messages means. What cannot be read leaves them in doubt."""

    @abstractmethod
    def check(self, ask: Ask) -> str:
        """Look at the account; gives what was found in words, ProviderError with what to do."""
