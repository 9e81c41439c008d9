"""What `doctor` makes of SPF and DMARC records."""

from collections.abc import Callable

import pytest

from newsletter.app.dmarc import judge_dmarc
from newsletter.app.dns_words import LookUp, LookUpFailed, Published
from newsletter.app.spf import judge_spf

DOMAIN = "news.example.org"
ELEVEN = " ".join(f"a:host{number}.example.org" for number in range(11))


def dns(records: dict[str, list[str]]) -> LookUp:
    return lambda name: records.get(name, [])


SPF: dict[str, tuple[list[str], str, str]] = {
    "as it should be": (["v=spf1 include:_spf.example.net -all"], "good", "include:_spf.example.net"),
    "beside another text": (["site-check=7", "v=spf1 mx ~all"], "good", "v=spf1 mx ~all"),
    "handed on": (["v=spf1 redirect=_spf.example.net"], "good", "redirect"),
    "absent": ([], "warning", "no SPF record"),
    "of another version": (["v=spf10 -all"], "warning", "no SPF record"),
    "twice": (["v=spf1 -all", "v=spf1 mx -all"], "bad", "2 SPF records"),
    "open to all": (["v=spf1 mx +all"], "bad", "lets everybody"),
    "open to all, unsaid": (["v=spf1 mx ALL"], "bad", "lets everybody"),
    "without an end": (["v=spf1 mx"], "warning", "forbids nobody"),
    "neutral": (["v=spf1 mx ?all"], "warning", "forbids nobody"),
    "eleven look-ups": ([f"v=spf1 {ELEVEN} -all"], "bad", "more than 10"),
    "ten and an address": ([f"v=spf1 {ELEVEN.partition(' ')[2]} ip4:192.0.2.1 -all"], "good", "ip4"),
    "too many behind an include": (["v=spf1 include:many.example.net -all"], "bad", "more than 10"),
    "itself again": ([f"v=spf1 include:{DOMAIN} -all"], "good", "include"),
}


@pytest.mark.parametrize("published", SPF)
def test_an_spf_record_is_judged(published: str) -> None:
    """Each way that a record can be wrong has a verdict and words (RFC 7208)."""
    records, verdict, words = SPF[published]
    others = {"_spf.example.net": ["v=spf1 ip4:192.0.2.0/24 -all"], "many.example.net": [f"v=spf1 {ELEVEN} -all"]}
    found = judge_spf(DOMAIN, dns({DOMAIN: records, **others}))
    assert (found.verdict, words in found.words) == (verdict, True)


DMARC: dict[str, tuple[dict[str, list[str]], str, str]] = {
    "its own": ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=reject"]}, "good", f"_dmarc.{DOMAIN} asks for reject"),
    "of the domain above": ({"_dmarc.example.org": ["v=DMARC1; p=none"]}, "good", "_dmarc.example.org asks for none"),
    "for subdomains": (
        {"_dmarc.example.org": ["v=DMARC1; p=none; sp=reject"]},
        "good",
        "_dmarc.example.org asks for reject",
    ),
    "the nearest counts": (
        {f"_dmarc.{DOMAIN}": ["v=DMARC1;p=quarantine"], "_dmarc.example.org": ["v=DMARC1;p=none"]},
        "good",
        "quarantine",
    ),
    "absent": ({}, "warning", "no DMARC record"),
    "of a registry": ({"_dmarc.org": ["v=DMARC1; p=reject"]}, "warning", "no DMARC record"),
    "another text": ({f"_dmarc.{DOMAIN}": ["v=spf1 -all"]}, "warning", "no DMARC record"),
    "twice": ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "bad", "2 records"),
    "of no policy": ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=maybe"]}, "bad", "maybe"),
    "with tags that are over": ({f"_dmarc.{DOMAIN}": ["v=DMARC1; p=none; pct=20"]}, "warning", "pct"),
}


@pytest.mark.parametrize("published", DMARC)
def test_a_dmarc_record_is_judged(published: str) -> None:
    """The record that holds is found as receivers find it, and each way that it can be wrong is told (RFC 9989)."""
    records, verdict, words = DMARC[published]
    found = judge_dmarc(DOMAIN, dns(records))
    assert (found.verdict, words in found.words) == (verdict, True)


def test_of_a_long_name_eight_are_asked_at_most() -> None:
    """The name itself, then its last seven labels and fewer: nobody makes `doctor` ask a hundred times."""
    asked: list[str] = []

    def look_up(name: str) -> list[str]:
        asked.append(name)
        return []

    judge_dmarc(".".join(["a"] * 40) + ".example.org", look_up)
    assert len(asked) <= 8
    assert asked[-1] == "_dmarc.example.org"


@pytest.mark.parametrize("judge", [judge_spf, judge_dmarc])
def test_silence_is_no_verdict(judge: Callable[[str, LookUp], Published]) -> None:
    """Without an answer no record is called missing."""

    def silent(_name: str) -> list[str]:
        raise LookUpFailed("no answer in 5 s")

    with pytest.raises(LookUpFailed):
        judge(DOMAIN, silent)
