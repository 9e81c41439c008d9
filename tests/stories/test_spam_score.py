"""SpamAssassin's opinion of our mails, without the network: its rules of content and headers."""

import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.rendering.compose import compose
from newsletter.rendering.edition import build_edition
from newsletter.rendering.strings import languages
from tests.unit.rendering.sample import (
    ANNOUNCEMENT,
    LAYOUTS,
    PUBLIC_URL,
    environment,
    make_delivery,
    make_personal,
    make_recipe,
    sample_issue,
)
from tests.unit.rendering.test_dkim import signer

MOST = 1.0  # from 5.0 on a mail is called spam; what a receiver adds for its sender must have room
# The text that every filter of this kind must call spam: without its rules a program would let anything through.
GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"


@pytest.fixture(scope="module")
def spamassassin() -> str:
    found = shutil.which("spamassassin", path=f"{os.environ.get('PATH', '')}:/usr/bin")
    if found is None:
        pytest.skip("nobody to judge here: spamassassin is missing (Debian: apt-get install spamassassin)")
    return found


def scores(spamassassin: str, folder: Path, mails: dict[str, bytes]) -> dict[str, tuple[float, str]]:
    """Give each mail's score, and the rules that made it."""
    box = folder / "mails.mbox"
    with box.open("wb") as file:
        for title, mail in mails.items():
            head = f"From test Mon Nov 23 09:00:00 2026\nX-Name: {title}\n".encode()
            file.write(head + mail.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ") + b"\n")
    command = [spamassassin, "-L", "-t", "--mbox", str(box)]
    told = subprocess.run(
        command, capture_output=True, timeout=300, check=True, env={**os.environ, "HOME": str(folder)}
    ).stdout.decode("utf-8", "replace")
    judged = {}
    for one in re.split(r"(?m)^From test ", told)[1:]:
        name, rules = re.search(r"(?m)^X-Name: (.*)$", one), re.search(r"X-Spam-Status: .*(?:\n[ \t].*)*", one)
        assert name is not None
        assert rules is not None
        score = re.search(r"score=(-?[0-9.]+)", rules[0])
        assert score is not None
        judged[name[1]] = (float(score[1]), " ".join(rules[0].split()))
    return judged


@pytest.mark.story
def test_no_mail_looks_like_spam(spamassassin: str, tmp_path: Path) -> None:
    """In every layout and language, and as plain text, the score is at most 1.0; what must be called spam is."""
    now = replace(make_delivery(), date=datetime.now(UTC))
    mails = {}
    for layout in LAYOUTS:
        for language in languages(environment()):
            issue = sample_issue(recipe=make_recipe(layout=layout, announcement=ANNOUNCEMENT))
            edition = build_edition(issue, language, public_url=PUBLIC_URL, environment=environment())
            mails[f"{layout} {language}"] = compose(edition, make_personal(), now, signer())
            mails[f"{layout} {language} text"] = compose(edition, make_personal(plain_text=True), now, signer())
    control = f"From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\n{GTUBE}\r\n".encode()
    judged = scores(spamassassin, tmp_path, {**mails, "control": control})
    assert judged.pop("control")[0] > 100
    assert judged.keys() == mails.keys()
    assert {name: rules for name, (score, rules) in judged.items() if score > MOST} == {}
