"""Column types that mean the same on both databases. `subscribers` stands lowest and defines the one that it needs."""

from subscribers.columns import UtcDateTime

__all__ = ["UtcDateTime"]
