"""Message-ID and envelope sender: the same in every process, read back, and never made up by anybody else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.base.keys import Keys
from newsletter.base.tokens import TokenKeys
from newsletter.outbox.delivery import ARROWS, DeliveryState, lane_of, provider_of
from newsletter.outbox.identity import BounceSetup, delivery_of_sender, envelope_sender, message_id

KEYS = Keys(TokenKeys({1: b"k" * 16}), b"m" * 32, b"e" * 32)
OTHERS = Keys(TokenKeys({1: b"k" * 16}), b"M" * 32, b"E" * 32)
VERP = BounceSetup("bounces@news.example.org", verp=True)
_DOT_ATOM = re.compile(r"<[a-z0-9]+\.[0-9a-f]{16}@example\.org>")


@given(number=st.integers(1, 2**62))
def test_an_envelope_sender_reads_back(number: int) -> None:
    """Whatever a relay does to the case, the delivery is found again; the local part stays under 64 octets."""
    sender = envelope_sender(KEYS, number, VERP)
    assert len(sender.rpartition("@")[0]) <= 64
    assert delivery_of_sender(KEYS, sender) == delivery_of_sender(KEYS, sender.upper().replace("+B", "+b")) == number


@given(number=st.integers(1, 10**9), other=st.integers(1, 10**9))
def test_nobody_can_make_one_up(number: int, other: int) -> None:
    """Another's key, another's number, or a cut MAC names nothing."""
    sender = envelope_sender(KEYS, number, VERP)
    assert delivery_of_sender(OTHERS, sender) is None
    if other != number:
        assert delivery_of_sender(KEYS, sender.replace(f"b{number}.", f"b{other}.")) is None
    assert delivery_of_sender(KEYS, sender.replace("@", "0@")) is None


@given(text=st.text(max_size=80))
def test_any_text_is_read_without_an_error(text: str) -> None:
    """What comes back in a mail may be anything; it names no delivery."""
    assert delivery_of_sender(KEYS, text) is None
    assert delivery_of_sender(KEYS, f"bounces+b1.{text}@example.org") is None


@pytest.mark.parametrize("text", ["b1.\u00e9\u00e9", "b\u0661.abc", "b" + "9" * 6000 + ".0123456789abcdef"])
def test_foreign_digits_and_long_numbers_are_no_trap(text: str) -> None:
    """Letters that compare or count differently end as "not ours"."""
    assert delivery_of_sender(KEYS, f"bounces+{text}@example.org") is None


def test_without_verp_the_sender_is_the_address() -> None:
    """One address for all where the mailbox takes no extensions."""
    assert envelope_sender(KEYS, 7, BounceSetup("b@example.org", verp=False)) == "b@example.org"


def test_a_message_id_is_the_deliverys_own() -> None:
    """The same for the same delivery, another for another, and RFC 5322 takes it."""
    one = message_id(KEYS, 7, "issue:12:345", "example.org")
    assert one == message_id(KEYS, 7, "issue:12:345", "example.org")
    assert _DOT_ATOM.fullmatch(one)
    assert (
        len(
            {
                one,
                message_id(KEYS, 8, "issue:12:346", "example.org"),
                message_id(OTHERS, 7, "issue:12:345", "example.org"),
            }
        )
        == 3
    )


def test_keys_are_apart() -> None:
    """A Message-ID, which is quoted everywhere, says nothing about the envelope sender of the same delivery."""
    mac = message_id(KEYS, 7, "7", "example.org").split(".")[1].partition("@")[0]
    assert mac not in envelope_sender(KEYS, 7, VERP)


def test_large_mailbox_providers_have_lanes_of_their_own() -> None:
    """Each group is a lane; all others share one."""
    assert (lane_of("relay", "gmail.com"), lane_of("relay", "googlemail.com")) == ("relay/gmail", "relay/gmail")
    assert lane_of("relay", "example.org") == "relay/other"
    assert provider_of(lane_of("relay", "hotmail.com")) == "relay"


def test_what_is_over_stays_over() -> None:
    """From accepted, failed and suppressed no arrow leads anywhere."""
    ends = {state for state, arrows in ARROWS.items() if not arrows}
    assert ends == {DeliveryState.ACCEPTED, DeliveryState.FAILED, DeliveryState.SUPPRESSED}
