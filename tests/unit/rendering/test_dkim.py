"""Signatures, held against verifiers that are not ours: what we sign they accept, and what was changed they refuse."""

import base64
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_curve_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.rendering.compose import compose, compose_lines
from newsletter.rendering.dkim import SIGNED, Signer, Signers, canonical_body, sign_mime
from newsletter.rendering.dkim_key import ALGORITHMS, DkimKey, new_private_key, read_dkim_key, zone_line
from newsletter.rendering.edition import Edition, build_edition
from newsletter.rendering.errors import InvalidDkimKey
from newsletter.rendering.notice import Notice, notice_mime
from tests.unit.rendering.sample import PUBLIC_URL, environment, make_delivery, make_personal, sample_issue

DOMAIN = "example.org"
AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@cache
def keys() -> tuple[DkimKey, ...]:
    return tuple(read_dkim_key(new_private_key(one), domain=DOMAIN, selector=f"news-{one}") for one in ALGORITHMS)


@cache
def signer() -> Signer:
    return Signer(keys())


@cache
def edition(language: str) -> Edition:
    return build_edition(sample_issue(), language, public_url=PUBLIC_URL, environment=environment())


def records(name: bytes, timeout: int = 5) -> bytes | None:
    """Answer as the DNS would if our records were published."""
    published = {key.record_name: key.record.encode() for key in keys()}
    return published.get(name.decode().rstrip("."))


def verified(mail: bytes) -> list[bool]:
    """Say of each signature whether dkimpy accepts it."""
    count = len(re.findall(rb"(?im)^dkim-signature:", mail))
    return [is_accepted(mail, at) for at in range(count)]


def is_accepted(mail: bytes, at: int) -> bool:
    try:
        return bool(dkim.DKIM(mail).verify(at, dnsfunc=records))
    except dkim.ValidationError:  # how dkimpy says that a body was changed
        return False


def signed(language: str = "en", *, plain_text: bool = False, name: str = "Zoë") -> bytes:
    personal = make_personal(name=name, plain_text=plain_text)
    return compose(edition(language), personal, make_delivery(), signer())


@pytest.mark.parametrize("plain_text", [False, True])
@pytest.mark.parametrize("language", ["en", "de", "fr", "ar"])
def test_a_verifier_accepts_both_signatures(language: str, plain_text: bool) -> None:
    """dkimpy accepts the RSA and the Ed25519 signature of a mail, whatever its language and form."""
    assert verified(signed(language, plain_text=plain_text)) == [True, True]


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "a word of the body": lambda mail: mail[:-400] + mail[-400:].replace(b"a", b"b"),
    "the subject": lambda mail: mail.replace(b"\r\nSubject: ", b"\r\nSubject: Re: ", 1),
    "where one leaves": lambda mail: mail.replace(b"List-Unsubscribe: <https://", b"List-Unsubscribe: <http://", 1),
    "that one click leaves": lambda mail: mail.replace(b"=One-Click", b"=Two-Click", 1),
    "a second From": lambda mail: b"From: <else@example.net>\r\n" + mail,
    "a second Subject": lambda mail: b"Subject: Win!\r\n" + mail,
    "a second List-Unsubscribe": lambda mail: b"List-Unsubscribe: <https://evil.example>\r\n" + mail,
    "a Reply-To": lambda mail: b"Reply-To: <else@example.net>\r\n" + mail,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_verifier_refuses_what_was_changed(change: str) -> None:
    """No signature survives a change to the body, to a signed field, or a second field beside a signed one."""
    mail = signed()
    assert CHANGES[change](mail) != mail
    assert verified(CHANGES[change](mail)) == [False, False]


def test_what_relays_do_breaks_nothing() -> None:
    """Trace fields on top, fields folded anew and blanks at line ends are borne (RFC 6376, section 3.4: relaxed)."""
    mail = signed()
    head, _, body = mail.partition(b"\r\n\r\n")
    head = head.replace(b"\r\n boundary=", b"\r\n\t  boundary=").replace(b"\r\nTo: ", b"\r\nTO:   ")
    carried = (
        b"Received: from a by b;\r\n\tMon, 23 Nov 2026 08:00:00 +0000\r\n" + head + b"\r\n\r\n" + body + b"\r\n\r\n"
    )
    assert carried != mail
    assert verified(carried) == [True, True]


def test_the_same_mail_has_the_same_signatures() -> None:
    """A delivery composed twice is the same bytes, signatures included: their time is its Date."""
    assert signed() == signed()
    assert f"t={int(make_delivery().date.timestamp())};".encode() in signed()


def test_both_unsubscribe_fields_are_signed() -> None:
    """h= names both (RFC 8058, section 4), and names From, Subject and them once more than they stand there."""
    names = re.findall(rb"[; \n]h=([^;]+);", signed().partition(b"\r\n\r\n")[0])
    assert len(names) == 2
    for found in names:
        listed = [name.strip() for name in found.replace(b"\r\n", b"").split(b":")]
        for name in (b"from", b"to", b"subject", b"list-unsubscribe", b"list-unsubscribe-post"):
            assert listed.count(name) == 2, name
        assert set(listed) <= set(SIGNED)


def test_no_line_of_a_signature_is_long() -> None:
    """Signature fields are folded within 78 (RFC 5322, section 2.1.1)."""
    head = signed().partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78


@pytest.mark.parametrize("plain_text", [False, True])
@pytest.mark.parametrize("language", ["en", "de", "fr", "ar"])
def test_our_bodies_are_canonical_as_they_are(language: str, plain_text: bool) -> None:
    """What the encoder prints is its own relaxed form, by dkimpy's judgement: nothing is rewritten for a signature."""
    body = compose_lines(edition(language), make_personal(plain_text=plain_text), make_delivery()).body
    assert relaxed_by_dkimpy(body) == body


def relaxed_by_dkimpy(body: bytes) -> bytes:
    return bytes(dkim.canonicalization.Relaxed.canonicalize_body(body))


@settings(max_examples=60)
@given(st.lists(st.sampled_from([b" ", b"\t", b"a", b"=20", b"\r\n", b"."]), max_size=24).map(b"".join))
def test_any_body_gets_the_form_of_the_rfc(body: bytes) -> None:
    """Blanks, tabs and empty lines at the end are treated as dkimpy treats them (RFC 6376, section 3.4.4)."""
    whole = body if body.endswith(b"\r\n") or not body else body + b"\r\n"
    assert canonical_body(whole) == relaxed_by_dkimpy(whole)


@pytest.mark.parametrize("html", ["", "<p>Welcome,  reader.</p>\n<pre>\tx  y</pre>"])
def test_notices_are_signed_too(html: str) -> None:
    """A mail that the standard library composed is signed, and a verifier accepts it."""
    notice = Notice(
        sender="Newsroom <news@example.org>",
        to="reader@hospital.example",
        subject="Please confirm: " + "a long subject in German with ä, ö and ü " * 4,
        text="Hello.\n\n  Two blanks, a tab\there.\n.\n\n\n",
        html=html,
        message_id="<1.2@example.org>",
        date=AT,
        reply_to="newsroom@example.org",
    )
    mail = sign_mime(signer(), notice_mime(notice), AT)
    assert verified(mail) == [True, True]
    assert sign_mime(None, notice_mime(notice), AT) == notice_mime(notice)


def domains(*names: str) -> Signers:
    return Signers(read_dkim_key(new_private_key("ed25519"), domain=name, selector="x") for name in names)


@pytest.mark.parametrize(
    ("sender", "there"),
    [
        ("News <news@example.org>", True),
        ("news@EXAMPLE.org", True),
        ("news@mail.example.org", True),
        ("news@notexample.org", False),
        ("news@example.com", False),
        ("nobody", False),
    ],
)
def test_a_key_signs_for_its_domain_and_those_below(sender: str, there: bool) -> None:
    """From must align with the signature's domain (RFC 7489, section 3.1.1), and no other domain's mail is signed."""
    assert (domains("example.org").for_sender(sender) is not None) == there


def test_the_nearest_domain_signs() -> None:
    """Where a domain and one above it have keys, its own signs."""
    found = domains("example.org", "mail.example.org").for_sender("news@mail.example.org")
    assert found is not None
    (field,) = found.sign([b"From: x\r\n"], b"", AT)
    assert b"d=mail.example.org;" in field


def test_the_record_is_what_the_rfc_asks_for() -> None:
    """RSA as SubjectPublicKeyInfo, Ed25519 as its bare 32 octets (RFC 8463, section 4); a zone file's strings fit."""
    rsa, curve = keys()
    assert rsa.record.startswith("v=DKIM1; k=rsa; p=MIIB")
    assert curve.record.startswith("v=DKIM1; k=ed25519; p=")
    assert len(base64.b64decode(curve.record.partition("p=")[2])) == 32
    for key in keys():
        strings: Sequence[str] = re.findall(r'"([^"]*)"', zone_line(key))
        assert "".join(strings) == key.record
        assert max(map(len, strings)) <= 255


def pem(key: RSAPrivateKey | EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def encrypted() -> bytes:
    key = generate_private_key(65_537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))


WEAK = {
    "has 1024 bits; 2048 are needed": lambda: pem(generate_private_key(65_537, 1024)),
    "neither RSA nor Ed25519": lambda: pem(generate_curve_key(SECP256R1())),
    "no private key in PEM form": lambda: b"-----BEGIN NOTHING-----",
    "is encrypted": encrypted,
}


@pytest.mark.parametrize("words", WEAK)
def test_a_key_that_cannot_sign_is_refused_in_words(words: str) -> None:
    """Weak, foreign, encrypted and damaged keys are refused, each in its own words (RFC 8301, section 3.2)."""
    with pytest.raises(InvalidDkimKey, match=words):
        read_dkim_key(WEAK[words](), domain=DOMAIN, selector="x")


def test_a_key_never_prints_itself() -> None:
    """The private half stands in no repr."""
    assert "private" not in repr(keys()[0])
