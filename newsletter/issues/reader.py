"""A Reader: a subscriber as selection sees them, a value without an address."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Wishes and languages; everything that `choose` may look at."""

    id: int  # the subscriber's
    language: str  # of the interface
    reading_languages: tuple[str, ...]  # in order, never empty
    follows: frozenset[str]  # topic slugs
    mutes: frozenset[str]
    sources: frozenset[str] = frozenset()  # names of those that they follow
    muted_sources: frozenset[str] = frozenset()
    length: str = "normal"  # short | normal | full
    role: str = ""
    country: str = ""

    @property
    def follows_anything(self) -> bool:
        return bool(self.follows or self.sources)
