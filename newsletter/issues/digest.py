"""A Digest: what one reader gets of an issue, and why; and the Choice, its stored form."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from newsletter.base.ids import PostId, StoryId


class Reason(IntEnum):
    """Why a story is in a digest: the code that the choice stores and the card prints in words."""

    PICK = 1  # an editor put it on top for everybody
    TOPIC = 2  # the reader follows its topic (which one is stored beside)
    DISCREET = 3  # they follow what is never named: a sensitive topic, a source that writes of one
    EDITORS_ORDER = 4  # the reader follows nothing, so gets all in the editors' order; nobody picked it
    SELECTION = 5  # the same stories for everybody
    LETTER = 6
    REMINDER = 8  # shown before, and its date is near now: once
    UPDATE = 9  # shown before, and an editor says that there is news of it
    WIDENED = 10  # the editors' choice, because the reader's topics gave nothing for long: once
    OUTSIDE = 7  # of no topic that the reader follows: one in a long digest, so that nobody is shut in
    SOURCE = 11  # the reader follows the source of this very post, which the card names


class LeftOut(IntEnum):
    """Why a story is not in a digest; counted for previews and `why-not`."""

    SHOWN_BEFORE = 1
    MUTED = 2
    NOT_READABLE = 3  # in none of the reader's languages
    NOT_FOLLOWED = 4
    DROPPED = 5  # by an editor
    NOT_ALIVE = 6  # withdrawn, past, or under embargo
    NO_ROOM = 7  # count or bytes
    TOO_FEW = 8  # the digest stayed under min_posts
    CAPPED = 9  # its source or topic had its share, and others filled the room


@dataclass(frozen=True, slots=True)
class Chosen:
    """One story of a digest, as the post that this reader gets of it."""

    post_id: PostId
    reason: Reason
    topic_id: int = 0  # with TOPIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one reader gets, in the order of the mail within sections, and why the rest stays out."""

    chosen: tuple[Chosen, ...]
    more: int = 0  # stories there was no room for: "n more"
    left_out: Mapping[StoryId, LeftOut] = field(default_factory=dict)
    has_text: bool = False  # a letter: its text is what it says, with or without stories

    @property
    def is_widened(self) -> bool:
        return is_widened(self.chosen)

    @property
    def is_empty(self) -> bool:
        return not self.chosen and not self.has_text


def is_widened(chosen: Sequence[Chosen]) -> bool:
    """Tell whether a reader gets the editors' choice because their own topics gave nothing for long."""
    return any(one.reason is Reason.WIDENED for one in chosen)


_HEAD = struct.Struct("<BH")  # format, more
_ENTRY = struct.Struct("<IBH")  # post, reason, topic
_FORMAT = 1


def pack_choice(chosen: Sequence[Chosen], more: int) -> bytes:
    """Pack a choice: 3 bytes and 7 a story."""
    return _HEAD.pack(_FORMAT, min(more, 0xFFFF)) + b"".join(
        _ENTRY.pack(one.post_id, one.reason, one.topic_id) for one in chosen
    )


def unpack_choice(packed: bytes) -> tuple[tuple[Chosen, ...], int]:
    """Read a packed choice: the stories and how many more there were."""
    form, more = _HEAD.unpack_from(packed)
    if form != _FORMAT:
        raise ValueError(f"a choice of format {form} is unknown to this program")
    entries = _ENTRY.iter_unpack(packed[_HEAD.size :])
    return tuple(Chosen(PostId(post), Reason(reason), topic) for post, reason, topic in entries), more


def chosen_posts(packed: bytes) -> list[PostId]:
    """Give only the posts of a packed choice: what its reader was shown."""
    return [PostId(post) for post, _, _ in _ENTRY.iter_unpack(packed[_HEAD.size :])]
