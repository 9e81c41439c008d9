"""What can be wrong with people's data: each error says what, and what to do next. None prints a whole address.

SubscribersError
|-- InvalidAddress      this text is no address that mail can reach; `reason` says why
|-- InvalidProfile      a value of a profile cannot be taken; `reason` says which and why
|-- InvalidImport       a file cannot be imported at all; nothing was changed
|-- InvalidRule         the rule of a segment cannot be read, or names what is not there; `position` says where
|-- SlugTaken           a list and a segment would have the same slug
|-- UnknownList         no mailing list has this slug
|-- UnknownSegment      no segment has this slug
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


class InvalidRule(SubscribersError):
    """The rule of a segment cannot be read, or names what is not there."""

    def __init__(
        self, reason: str, position: int, *, expected: tuple[str, ...] = (), meant: str = "", hint: str = ""
    ) -> None:
        """Say what stands at a position (from 0), what was expected there, and which known word may be meant."""
        wanted = f"; expected: {', '.join(expected)}" if expected else ""
        said = f"; is it {meant!r}?" if meant else ""
        super().__init__(f"column {position + 1}: {reason}{wanted}{said}{f' ({hint})' if hint else ''}")
        self.position = position
        self.expected = expected
        self.meant = meant


class SlugTaken(SubscribersError):
    """A list and a segment would have the same slug."""


class UnknownList(SubscribersError):
    """No mailing list has this slug."""

    def __init__(self, slug: str, *, segment_of: str = "") -> None:
        remedy = "name it under [[list]] in a file and run `apply`"
        if segment_of:
            remedy = f"it is a segment, which people are put in by its rule; name its list, {segment_of!r}"
        super().__init__(f"there is no list {slug!r}: {remedy}")
        self.slug = slug


class UnknownSegment(SubscribersError):
    """No segment has this slug."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"there is no segment {slug!r}: name it under [[segment]] in a file and run `apply`")
        self.slug = slug


class UnknownSubscriber(SubscribersError):
    """Nobody here has this address or id."""


class UnknownImport(SubscribersError):
    """No import has this id."""

    def __init__(self, import_id: int) -> None:
        super().__init__(f"there is no import {import_id}")
        self.import_id = import_id


class TooOldToUndo(SubscribersError):
    """What the import replaced has been forgotten."""

    def __init__(self, import_id: int, days: int) -> None:
        super().__init__(
            f"import {import_id} ended more than {days} days ago: what it replaced is forgotten, and it cannot be "
            "taken back; erase people one by one, or import a file that is right"
        )


class SaidNo(SubscribersError):
    """They left, opted out or are suppressed; only the way named in the message leads back."""
