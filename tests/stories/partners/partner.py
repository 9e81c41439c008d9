"""A partner: a web site of its own, what it publishes before each of three polls, and what must come of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.fakes.web_server import WebSite

Act = Callable[[WebSite], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """One source. `acts` change its site before the first, second and third poll; fewer leave it as it was."""

    name: str
    path: str  # what the operator names, below the site's address; an absolute path for a folder
    acts: tuple[Act, ...]
    kind: str  # what it must be found to be
    posts: Mapping[str, str] = field(default_factory=dict)  # title -> state after the third poll
    trouble: str = ""  # words that its health must hold after the third poll; empty: it is well
    asked: Mapping[str, int] = field(
        default_factory=dict
    )  # path -> how often in all three polls; others are not counted
    setup: str = ""  # further lines of its [[source]] table
