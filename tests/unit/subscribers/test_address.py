"""Addresses: one normal form, nothing that could break out of a header, and a fast path that is no other opinion."""

import string

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from subscribers.address import mask, parse_address, parse_plain
from subscribers.errors import InvalidAddress

ATOMS = st.text(string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~.", min_size=1, max_size=70)
LABELS = st.one_of(
    st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=8),
    st.text(string.ascii_lowercase + "-", min_size=60, max_size=66),
    st.sampled_from(["org", "test", "local", "localhost", "arpa", "xn--bcher-kva", "ab--cd", "io", "9"]),
)
DOMAINS = st.lists(LABELS, min_size=1, max_size=6).map(".".join)
ADDRESSES = st.builds("{}@{}".format, ATOMS, DOMAINS)


def reference(text: str) -> tuple[str, str] | None:
    """Local part and domain as email-validator reads them, or None."""
    try:
        found = validate_email(text, strict=True, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return found.local_part.lower(), (found.ascii_domain or "").lower()


@settings(max_examples=150)
@given(ADDRESSES)
@example("a@b.example")
@example("a" * 64 + "@example.org")
@example("a" * 65 + "@example.org")
@example("a@" + "b" * 63 + ".org")
@example("a@" + "b" * 64 + ".org")
@example("a@" + ".".join(["b" * 49] * 5) + ".org")
@example("a@host.localhost")
@example("a@ab--cd.org")
@example("a@example.o9")
@example("a@example.org\n")
@example("a..b@example.org")
def test_the_fast_path_is_equal_to_email_validator(text: str) -> None:
    """What the fast path takes, email-validator takes with the same parts; what it leaves is refused, or not plain."""
    plain, expected = parse_plain(text), reference(text)
    if plain is not None:
        assert expected == (plain.key.rpartition("@")[0], plain.domain)
    elif "xn--" not in text.lower() and not text.lower().endswith("@test"):
        assert expected is None


@given(st.text(max_size=40))
@example("anna@example.org\r\nBcc: all@example.org")
@example("anna\x00@example.org")
@example("anna@example.org\x85")
@example("\u2028anna@example.org")
@example("\ud800@example.org")
def test_no_control_character_ever_passes(text: str) -> None:
    """An address that is taken holds no line break, NUL or other control character, whatever came in."""
    try:
        address = parse_address(text)
    except InvalidAddress:
        return
    assert address.address == text
    assert text.isprintable()


@settings(max_examples=50)
@given(ADDRESSES)
def test_the_key_of_a_key_is_itself(text: str) -> None:
    """The normal form is normal: reading it again changes nothing."""
    try:
        address = parse_address(text)
    except InvalidAddress:
        return
    assert parse_address(address.key).key == address.key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna@Example.ORG", "anna@example.org"),
        ("anna@b\u00fccher.example", "ANNA@xn--bcher-kva.example"),
        ("Jose\u0301@example.org", "jos\u00e9@example.org"),
    ],
)
def test_two_ways_of_writing_are_one_address(one: str, other: str) -> None:
    """Case, the form of the domain and the composition of letters make no other person."""
    assert parse_address(one).key == parse_address(other).key
    assert parse_address(one).hash == parse_address(other).hash
    assert parse_address(one).address == one


def test_a_domain_without_a_dot_is_a_slip_of_the_pen_but_at_a_country() -> None:
    """`anna@hospital` is refused; `anna@io` is an address."""
    with pytest.raises(InvalidAddress, match="period"):
        parse_address("anna@hospital")
    assert parse_address("anna@io").domain == "io"


@pytest.mark.parametrize("text", ["", "anna", "anna@", "@example.org", "Anna <anna@example.org>", '"a b"@example.org'])
def test_what_is_no_address_is_refused_in_words(text: str) -> None:
    """Everything else is InvalidAddress with a reason, display names and quoted parts included."""
    with pytest.raises(InvalidAddress, match=r"\w+ \w+"):
        parse_address(text)


def test_the_local_part_is_measured_in_octets() -> None:
    """RFC 5321 4.5.3.1 counts octets: 40 letters of two octets are too many."""
    with pytest.raises(InvalidAddress, match="64 octets"):
        parse_address("\u00e9" * 40 + "@example.org")


@pytest.mark.parametrize(
    ("address", "masked"),
    [("maria@hospital.pt", "m...a@hospital.pt"), ("ab@x.org", "a...@x.org"), ("a@x.org", "a...@x.org")],
)
def test_a_masked_address_names_nobody(address: str, masked: str) -> None:
    """Logs and screens get the first and last letter, and short local parts the first alone."""
    assert mask(address) == masked
