"""One reader's choice beside one RSA-2048 signature: 200 stories, 40 shown before, 90 % of readers different."""

import random
from collections.abc import Iterator
from functools import partial

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.figure import paired, rate, show
from benchmarks.sample import NOW, issue
from newsletter.base.ids import PostId
from newsletter.issues.choose import choose
from newsletter.issues.limits import Limits, Sizes
from newsletter.issues.pool import Pool, make_pool
from newsletter.issues.reader import Reader

_STORIES, _SHOWN, _READERS, _PAIRS = 200, 40, 20_000, 5
_SAME = 10  # one reader in so many wishes what the others of that kind wish
_LIMITS = Limits(max_posts=12)

Asked = tuple[Reader, frozenset[PostId]]


def main() -> None:
    """Print the rate, and what a choice costs beside a signature."""
    frozen = issue(_STORIES)
    pool = make_pool(frozen, withdrawn=frozenset(), now=NOW)
    sizes = Sizes(8_000, {post.id: 3_400 for post in frozen.posts})
    topics = sorted({topic for post in frozen.posts for topic in post.topics})
    asked = list(_readers(topics, [post.id for post in frozen.posts]))
    private = generate_private_key(65537, 2048)
    ratio, choices, signatures = paired(
        partial(_choose, pool, sizes, asked), partial(_sign, private), pairs=_PAIRS, measure=rate
    )
    show(
        "choose_readers", choices, "readers/s", n=_READERS, note=f"{_STORIES} stories, {_SHOWN} shown before, one core"
    )
    show("choose_vs_signature", 1 / ratio, "times", n=_PAIRS, note=f"RSA-2048 alone: {signatures:.0f}/s")


def _readers(topics: list[str], posts: list[PostId]) -> Iterator[Asked]:
    chance = random.Random(7)
    same = Reader(
        id=0, language="en", reading_languages=("en",), follows=frozenset(topics[:3]), mutes=frozenset(topics[-1:])
    )
    for number in range(_READERS):
        shown = frozenset(chance.sample(posts, _SHOWN))
        if number % _SAME == 0:
            yield same, shown
            continue
        wanted = chance.sample(topics, chance.randint(1, min(5, len(topics))))
        yield (
            Reader(
                id=number,
                language="en",
                reading_languages=tuple(chance.sample(["en", "de", "fr", "pt"], 2)),
                follows=frozenset(wanted[:-1] or wanted),
                mutes=frozenset(wanted[-1:]) if len(wanted) > 1 else frozenset(),
                length=chance.choice(["short", "normal", "normal", "full"]),
            ),
            shown,
        )


def _choose(pool: Pool, sizes: Sizes, asked: list[Asked]) -> int:
    for reader, shown in asked:
        choose(pool, reader, shown, sizes, limits=_LIMITS)
    return len(asked)


def _sign(private: RSAPrivateKey) -> int:
    for number in range(2000):
        private.sign(b"%d" % number, PKCS1v15(), SHA256())
    return 2000


if __name__ == "__main__":
    main()
