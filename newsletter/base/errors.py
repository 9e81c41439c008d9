"""Errors that a person is meant to read: each says what is wrong and what to do next.

NewsletterError
|-- UsageError             the call or a file is wrong; nothing was done (exit 2)
|   |-- InvalidSettings    newsletter.toml or a NEWSLETTER_ variable
|   |-- InvalidSetup       a file given to `apply`
|   `-- NoHome             a home without newsletter.toml
|-- NotFound               no such issue, newsletter, source, post or reader
|-- NotAllowedNow          the thing exists, but its state forbids the act
|   `-- NothingToSay       an issue without content: there is nothing to approve
|-- StaleState             somebody else moved it first; look again
|-- DatabaseTrouble        the database cannot be read or written: disk, rights, damage
`-- SourceError            a source could not be read; it changed nothing

Rooms derive from these and carry their ids as attributes. No exit code and no HTTP status stands below the entrances.
"""

from collections.abc import Sequence


class NewsletterError(Exception):
    """Base of everything this program raises on purpose."""


class UsageError(NewsletterError):
    """The call or a file is wrong; nothing was done."""


class FaultsFound(UsageError):
    """Several faults at once, each a line a person can act on."""

    title = "faults found"

    def __init__(self, where: str, faults: Sequence[str]) -> None:
        super().__init__(f"{where}: {self.title}\n" + "\n".join(f"  {fault}" for fault in faults))
        self.where = where
        self.faults = tuple(faults)


class InvalidSettings(FaultsFound):
    """newsletter.toml or a NEWSLETTER_ variable does not hold what it should."""

    title = "settings that cannot be used; nothing was started"


class InvalidSetup(FaultsFound):
    """A file given to `apply` does not hold what it should."""

    title = "nothing was applied"


class NoHome(UsageError):
    """The home folder has no newsletter.toml."""


class NotFound(NewsletterError):
    """There is no such thing."""


class NotAllowedNow(NewsletterError):
    """The state of the thing forbids the act."""


class NothingToSay(NotAllowedNow):
    """An issue holds nothing that could be sent."""


class StaleState(NewsletterError):
    """The row was no longer in the state that this act starts from."""


class DatabaseTrouble(NewsletterError):
    """The database cannot be read or written: the disk is full, the rights are wrong, or the file is damaged."""

    def __init__(self, words: object) -> None:
        super().__init__(
            f"the database cannot be used: {words}. Look at the room on the disk and the rights of its files; "
            "a damaged file comes back from a backup (newsletter restore). Nothing was lost that was confirmed"
        )


class SourceError(NewsletterError):
    """A source could not be read. It is shown as the source's health and changes nothing else."""
