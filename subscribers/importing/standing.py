"""What a row says of a person's will, and the words for it in a column `status`."""

from enum import IntEnum


class Standing(IntEnum):
    """What a row says of a person's will, the gravest last: where two columns speak, that one counts."""

    YES = 1
    PENDING = 2
    LEFT_LIST = 3  # this list alone
    LEFT = 4
    BOUNCED = 5
    COMPLAINED = 6
    FORBIDDEN = 7

    @property
    def says_yes(self) -> bool:
        return self < Standing.LEFT_LIST


STATUSES = {
    "subscribed": Standing.YES,
    "active": Standing.YES,
    "confirmed": Standing.YES,
    "pending": Standing.PENDING,
    "non-subscribed": Standing.PENDING,
    "unconfirmed": Standing.PENDING,
    "left": Standing.LEFT_LIST,
    "unsubscribed": Standing.LEFT,
    "cleaned": Standing.BOUNCED,
    "bounced": Standing.BOUNCED,
    "complained": Standing.COMPLAINED,
    "spam": Standing.COMPLAINED,
    "forbidden": Standing.FORBIDDEN,
}
