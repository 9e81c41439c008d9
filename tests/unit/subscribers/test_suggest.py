"""Slips of the pen in large domains are suggested; a domain that may well be meant raises no alarm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.address import parse_address
from subscribers.large_domains import LARGE_DOMAINS
from subscribers.suggest import suggest_address

SLIPS = """
gmial.com gmail.com   gamil.com gmail.com     gmal.com gmail.com       gnail.com gmail.com    gmail.con gmail.com
gmail.co gmail.com    gmail.cm gmail.com      gmail,com gmail.com      gmailcom gmail.com     gmial.con gmail.com
hotmial.com hotmail.com   hotmal.com hotmail.com   hotmial.fr hotmail.fr   outlok.com outlook.com
yahoo.con yahoo.com   yaho.com yahoo.com   yahooo.fr yahoo.fr   yahoo.co.ku yahoo.co.uk
gmx.ed gmx.de   gxm.de gmx.de   gmx.nte gmx.net   wbe.de web.de   googlemial.com googlemail.com
protonmial.com protonmail.com   iclod.com icloud.com   laposte.met laposte.net   GMIAL.com gmail.com
"""
TYPED, MEANT = SLIPS.split()[::2], SLIPS.split()[1::2]
FINE = """
mail.com gmx.net ymail.com hotmail.de email.com proton.me live.it outlook.sk hotmail.hu yahoo.hu gmy.de sky.de web.com
hospital.pt uni-bonn.de icpermed.eu bmbf.de cnr.it inserm.fr example.org oranges.org serra.com.br io co.uk love.com
b\u00fccher.example gmail.com.example mail.gmail.example
"""


@pytest.mark.parametrize(("typed", "meant"), list(zip(TYPED, MEANT, strict=True)))
def test_a_slip_is_suggested(typed: str, meant: str) -> None:
    """One letter missing, doubled, swapped or beside the right one; the local part stays as it was typed."""
    assert suggest_address(f"Anna.B@{typed}") == f"Anna.B@{meant}"


@pytest.mark.parametrize("domain", FINE.split())
def test_what_may_be_meant_raises_no_alarm(domain: str) -> None:
    """Other providers, sisters in other countries, domains of institutions: nobody is asked whether they can spell."""
    assert suggest_address(f"anna@{domain}") is None


@pytest.mark.parametrize("text", ["", "anna", "@gmial.com", "anna@"])
def test_what_is_no_address_gets_no_suggestion(text: str) -> None:
    """There is nothing to suggest without a name and a domain."""
    assert suggest_address(text) is None


def test_large_domains_are_domains_and_stand_once() -> None:
    """Each can be mailed, is in its normal form, and is never doubted."""
    assert len(set(LARGE_DOMAINS)) == len(LARGE_DOMAINS)
    for domain in LARGE_DOMAINS:
        assert parse_address(f"a@{domain}").domain == domain
        assert suggest_address(f"a@{domain}") is None


@given(st.text(max_size=30))
def test_whatever_is_suggested_is_an_address_at_a_large_domain(text: str) -> None:
    """No text crashes it, and nothing but a large domain is ever suggested."""
    meant = suggest_address(f"a@{text}")
    assert meant is None or meant.rpartition("@")[2] in LARGE_DOMAINS
