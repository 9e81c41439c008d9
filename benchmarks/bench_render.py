"""Digests composed a second on one core, and how that compares with compiling and building a mail for each reader."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial

import dkim
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jinja2 import Environment

from benchmarks.figure import Work, paired, rate, show, wall_rate
from benchmarks.sample import NOW, choices, issue
from newsletter.issues.digest import Chosen
from newsletter.issues.frozen import FrozenIssue
from newsletter.rendering.compose import Personal, compose, text_of
from newsletter.rendering.content import all_sections, document_of
from newsletter.rendering.dkim import Signer
from newsletter.rendering.dkim_key import DkimKey, new_private_key, read_dkim_key
from newsletter.rendering.document import OPTIONAL, marked, print_mjml
from newsletter.rendering.edition import build_edition
from newsletter.rendering.headers import DeliveryHeaders
from newsletter.rendering.mjml import compile_mjml
from newsletter.rendering.sentinels import Sentinels
from newsletter.rendering.templates import mail_environment

_PUBLIC = "https://news.example.org"
_TOKEN = "11" + "A" * 22
_POOL, _READERS, _NAIVE, _PAIRS = 60, 4000, 25, 5


def main() -> None:
    """Print the figures for digests of 5 and 12 cards."""
    frozen = issue(_POOL)
    environment = mail_environment(None)
    edition = build_edition(frozen, "en", public_url=_PUBLIC, environment=environment)
    key = read_dkim_key(new_private_key("rsa"), domain="example.org", selector="news")
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    signer = Signer([key])

    def ours(selections: list[tuple[Chosen, ...]], signer: Signer | None = None) -> int:
        for number, chosen in enumerate(selections):
            compose(edition, _personal(chosen), _headers(number), signer)
        return len(selections)

    def naive(selections: list[tuple[Chosen, ...]], pem: bytes = b"") -> int:
        """What most programs do: compile the reader's own MJML, the standard library builds the mail, dkimpy signs."""
        for number, chosen in enumerate(selections):
            message = EmailMessage(policy=SMTP)
            message["From"], message["Subject"], message["To"] = "news@example.org", "x", "ana@example.org"
            message["Message-ID"] = _headers(number).message_id
            message.set_content(text_of(edition, _personal(chosen)))
            message.add_alternative(_compiled(frozen, chosen, environment), subtype="html")
            mime = message.as_bytes()
            if pem:
                dkim.sign(mime, b"news", b"example.org", pem)
        return len(selections)

    for cards in (5, 12):
        fast, slow = choices(frozen, cards, _READERS), choices(frozen, cards, _NAIVE)
        ratio, ours_rate, naive_rate = paired(partial(ours, fast), partial(naive, slow), pairs=_PAIRS, measure=rate)
        size = len(compose(edition, _personal(fast[0]), _headers(0)))
        show(f"compose_{cards}_cards", ours_rate, "digests/s", n=_READERS, note=f"unsigned, {size} bytes, one core")
        show(
            f"compose_{cards}_cards_vs_per_reader", ratio, "times", n=_PAIRS, note=f"the usual way: {naive_rate:.0f}/s"
        )

        signed, alone = partial(ours, fast, signer), partial(_signatures, key)
        ratio, ours_rate, alone_rate = paired(signed, alone, pairs=_PAIRS, measure=rate)
        show(f"compose_signed_{cards}_cards", ours_rate, "digests/s", n=_READERS, note="RSA-2048, one core")
        name, note = f"compose_signed_{cards}_cards_vs_signatures", f"RSA-2048 alone: {alone_rate:.0f}/s"
        show(name, ratio, "times", n=_PAIRS, note=note)
        ratio, _, naive_rate = paired(signed, partial(naive, slow, pem), pairs=_PAIRS, measure=rate)
        name, note = f"compose_signed_{cards}_cards_vs_per_reader", f"the usual way with dkimpy: {naive_rate:.0f}/s"
        show(name, ratio, "times", n=_PAIRS, note=note)
        ratio, _, _ = paired(partial(_in_two_threads, signed), signed, pairs=_PAIRS, measure=wall_rate)
        bare, _, _ = paired(partial(_in_two_threads, alone), alone, pairs=_PAIRS, measure=wall_rate)
        name, note = f"compose_signed_{cards}_cards_two_threads", f"of one thread; bare signatures here: {bare:.2f}"
        show(name, ratio, "times", n=_PAIRS, note=note)


def _in_two_threads(work: Work) -> int:
    """Signing and hashing let the other thread go on; joining does not."""
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(lambda _: work(), range(2)))


def _signatures(key: DkimKey) -> int:
    """Sign as often as a digest is sent, and nothing else."""
    assert isinstance(key.private, RSAPrivateKey)
    for number in range(_READERS):
        key.private.sign(b"%d" % number, PKCS1v15(), SHA256())
    return _READERS


def _compiled(frozen: FrozenIssue, chosen: tuple[Chosen, ...], environment: Environment) -> str:
    wanted = {one.post_id for one in chosen}
    own = replace(frozen, posts=tuple(post for post in frozen.posts if post.id in wanted))
    document = document_of(own, "en", _PUBLIC, environment)
    sections = all_sections(own, document.strings, _PUBLIC)
    first = chosen[0].post_id
    source = print_mjml(
        environment,
        document,
        sections,
        OPTIONAL,
        marked,
        Sentinels(),
        lambda post, known: known[-1:] if post == first else known[:1],
    )
    return compile_mjml(source, "digest")


def _personal(chosen: tuple[Chosen, ...]) -> Personal:
    return Personal(token=_TOKEN, name="Ana Martins", list_name="Members and friends", chosen=chosen)


def _headers(number: int) -> DeliveryHeaders:
    return DeliveryHeaders(to="ana@example.org", message_id=f"<d{number}.0123456789abcdef@example.org>", date=NOW)


if __name__ == "__main__":
    main()
