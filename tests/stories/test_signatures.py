"""A second verifier's opinion of our signatures: OpenDKIM, as it stands before many mailboxes."""

import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.rendering.compose import compose
from tests.unit.rendering.sample import make_delivery, make_personal
from tests.unit.rendering.test_dkim import edition, keys, signer

LONG_AGO = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)  # OpenDKIM refuses a time ahead of its clock


@pytest.fixture(scope="module")
def opendkim() -> str:
    found = shutil.which("opendkim", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        pytest.skip("no second verifier here: opendkim is missing (Debian: apt-get install opendkim)")
    return found


def judged(opendkim: str, folder: Path, mail: bytes) -> list[str]:
    """Give OpenDKIM's verdict on each signature, the DNS being a file of ours."""
    (folder / "mail.eml").write_bytes(mail)
    (folder / "dns").write_text("".join(f"{key.record_name} {key.record}\n" for key in keys()))
    settings = ["Mode v", f"TestDNSData {folder / 'dns'}", "On-BadSignature accept", "Syslog no"]
    (folder / "opendkim.conf").write_text("\n".join(settings) + "\n")
    command = [opendkim, "-t", str(folder / "mail.eml"), "-x", str(folder / "opendkim.conf"), "-vvv"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return re.findall(r"dkim=(\w+)", told.stdout + told.stderr)


@pytest.mark.story
@pytest.mark.parametrize("plain_text", [False, True])
@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_a_second_verifier_agrees(opendkim: str, tmp_path: Path, language: str, plain_text: bool) -> None:
    """OpenDKIM passes both signatures of a mail, in each form, and neither once a word was changed."""
    delivery = replace(make_delivery(), date=LONG_AGO)
    mail = compose(edition(language), make_personal(plain_text=plain_text), delivery, signer())
    assert judged(opendkim, tmp_path, mail) == ["pass", "pass"]
    changed = mail.replace(b"\r\nSubject: ", b"\r\nSubject: Re: ", 1)
    assert judged(opendkim, tmp_path, changed) == ["fail", "fail"]
