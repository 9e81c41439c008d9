"""What can be wrong with people's data: each error says what, and what to do next. None prints a whole address.

SubscribersError
|-- InvalidAddress      this text is no address that mail can reach; `reason` says why
|-- InvalidProfile      a value of a profile cannot be taken; `reason` says which and why
|-- InvalidImport       a file cannot be imported at all; nothing was changed
|-- UnknownList         no mailing list has this slug
|-- UnknownSubscriber   nobody here has this address or id
|-- UnknownImport       no import has this id
`-- SaidNo              they left, opted out or are suppressed; only the way named in the message leads back
"""


class SubscribersError(Exception):
    """Base of everything that this package raises on purpose."""


class InvalidAddress(SubscribersError):
    """This text is no address that mail can reach."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidProfile(SubscribersError):
    """A value of a profile cannot be taken."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidImport(SubscribersError):
    """A file cannot be imported at all; nothing was changed."""


class UnknownList(SubscribersError):
    """No mailing list has this slug."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"there is no list {slug!r}: name it under [[list]] in a file and run `apply`")
        self.slug = slug


class UnknownSubscriber(SubscribersError):
    """Nobody here has this address or id."""


class UnknownImport(SubscribersError):
    """No import has this id."""

    def __init__(self, import_id: int) -> None:
        super().__init__(f"there is no import {import_id}")
        self.import_id = import_id


class SaidNo(SubscribersError):
    """They left, opted out or are suppressed; only the way named in the message leads back."""
