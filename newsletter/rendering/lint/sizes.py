"""Sizes: mailboxes cut a long mail, and the way out with it."""

from collections.abc import Iterator, Mapping

from newsletter.base.ids import PostId
from newsletter.rendering.lint.finding import LintFinding, error, warning


def check_sizes(
    frame: int, cards: Mapping[PostId, int], titles: Mapping[PostId, str], *, most: int, max_bytes: int
) -> Iterator[LintFinding]:
    """Give whether the largest digest fits: frame and cards in octets of decoded HTML, `most` stories at most."""
    room = max_bytes - frame
    if room <= 0:
        words = f"the frame alone has {frame:,} bytes; mailboxes cut a mail at {max_bytes:,}"
        yield error("size-frame", "the mail", words)
        return
    for post, size in cards.items():
        if size > room:
            words = f"with {size:,} bytes this card never fits beside the frame; nobody gets it"
            yield error("size-card", titles[post], words)
    largest = sorted(cards.values(), reverse=True)[:most]
    fitting = sum(1 for at in range(len(largest)) if sum(largest[: at + 1]) <= room)
    if fitting < len(largest):
        words = f"of {len(largest)} stories at most {fitting} of the largest fit; the others go behind 'more online'"
        yield warning("size-digest", "the mail", words)


def largest_digest(frame: int, cards: Mapping[PostId, int], *, most: int, max_bytes: int) -> int:
    """Give the octets of decoded HTML that no digest of an issue exceeds: stories that do not fit are left out."""
    return min(frame + sum(sorted(cards.values(), reverse=True)[:most]), max(max_bytes, frame))
