"""Two hundred made-up readers: the same ones at each run, as a CSV file that `subscriber import` reads.

Every address ends in a name that is kept for examples and tests (RFC 2606), so that none can ever belong to a person.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

PEOPLE_FILE = Path(__file__).parent / "content" / "people.txt"
CONSENT = "made-up readers: they agreed on the sign-up form of a sample congress"
WITHOUT_NEWS = "pharmacogenomics"  # a topic that no sample post has

_DOMAINS = (
    "example.org",
    "example.com",
    "example.net",
    "clinic.test",
    "university.test",
    "ministry.test",
    "patients.test",
)
# Role, topics and length, in turn. Short digests (5 stories) are for topics with few posts: what has no room this time
# comes next time, and the second run of the demo has nothing new for anybody.
_WISHES: tuple[tuple[str, str, str], ...] = (
    ("clinician", "clinical;cancer", "normal"),
    ("researcher", "genomics;data-it;funding", "full"),
    ("funder", "funding;policy;cooperation", "full"),
    ("policy maker", "policy;prevention", "normal"),
    ("patient", "rare-diseases", "short"),
    ("patient organisation", "rare-diseases;policy;events", "normal"),
    ("industry", "data-it;funding", "normal"),
    ("clinician", "training;prevention", "normal"),
    ("researcher", "funding", "short"),
    ("nurse", "training", "short"),
    ("policy maker", "cooperation;events", ""),
    ("member", "", "full"),
    ("patient", "cancer", "short"),
    ("researcher", "genomics;rare-diseases", "normal"),
    ("journalist", "policy;events;cooperation", ""),
    ("data steward", "data-it", "short"),
    ("clinician", "clinical;events;training", "normal"),
    ("industry", "clinical;genomics;cancer", "normal"),
    ("funder", "funding;data-it;genomics;clinical", "full"),
)
_EVERY_WITHOUT_NEWS = 40  # one in so many follows only the topic without news
_PENDING, _UNSUBSCRIBED = 58, 101  # places in the file
_HOUSES = ("City Hospital", "Institute of Genomics", "Ministry of Health", "Patients' Alliance", "")
_LETTERS = str.maketrans("øØðÐþÞłŁđĐıßæÆœŒ", "oOdDtTlLdDisaAoO")


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUpReader:
    """A row of the file, in the columns that an import knows and one that it keeps as an attribute."""

    address: str
    name: str
    language: str
    zone: str
    hour: str
    topics: str
    role: str
    country: str
    frequency: str
    length: str
    status: str
    consent_at: str
    organisation: str


def made_up_readers() -> list[MadeUpReader]:
    """Give the readers, all different, all with good values. One waits for confirmation, one has left."""
    return [_reader(place, *person) for place, person in enumerate(_people())]


def readers_csv() -> str:
    """Write the file: the readers, and two rows that an import refuses (a broken address, a person named twice)."""
    readers = made_up_readers()
    broken = replace(readers[7], address=readers[7].address.replace("@", " at "), name="Broken Address")
    twice = replace(readers[20], address=readers[20].address.upper(), name="Named Twice")
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow([field.name for field in fields(MadeUpReader)])
    rows.writerows(astuple(reader) for reader in (*readers[:60], broken, *readers[60:], twice))
    return file.getvalue()


def reader_without_news() -> MadeUpReader:
    """Give the first who follows only the topic without news."""
    return next(reader for reader in made_up_readers() if reader.topics == WITHOUT_NEWS)


def sample_readers() -> list[MadeUpReader]:
    """Give six to show: of different languages and zones, one of whom follows nothing."""
    readers = [reader for reader in made_up_readers() if not reader.status and reader.topics != WITHOUT_NEWS]
    ways = (
        lambda reader: reader.language == "de" and {"events", "policy"} <= set(reader.topics.split(";")),
        lambda reader: reader.language == "fr" and "funding" in reader.topics.split(";"),
        lambda reader: not reader.topics,
        lambda reader: reader.topics == "rare-diseases",
        lambda reader: reader.language == "ar",
        lambda reader: reader.zone == "Pacific/Kiritimati",
    )
    return [next(filter(way, readers)) for way in ways]


def _people() -> Iterator[tuple[str, str, str, str, str]]:
    """Read country, zone, language, name and local part of everybody in the list of names."""
    for line in PEOPLE_FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            country, zone, language, names = (part.strip() for part in line.split("|"))
            for entry in names.split(","):
                name, _, local = entry.strip().partition("=")
                yield country, zone, language, name, local or _local_part(name)


def _reader(place: int, country: str, zone: str, language: str, name: str, local: str) -> MadeUpReader:
    role, topics, length = _WISHES[place % len(_WISHES)]
    if place % _EVERY_WITHOUT_NEWS == _EVERY_WITHOUT_NEWS // 2:
        role, topics, length = "pharmacist", WITHOUT_NEWS, "normal"
    return MadeUpReader(
        address=f"{local}@{_DOMAINS[place % len(_DOMAINS)]}",
        name=name,
        language=language,
        zone=zone,
        hour=str(6 + place % 15) if place % 6 == 0 else "",
        topics=topics,
        role=role,
        country=country,
        frequency="weekly" if place % 9 == 0 else "",
        length=length,
        status={_PENDING: "pending", _UNSUBSCRIBED: "unsubscribed"}.get(place, ""),
        consent_at=f"2024-{1 + place % 12:02}-{1 + place % 28:02}" if place % 3 == 0 else "",
        organisation=_HOUSES[place % len(_HOUSES)],
    )


def _local_part(name: str) -> str:
    """Write a Latin name in the letters of an address: `Łukasz Świątek` is lukasz.swiatek."""
    plain = unicodedata.normalize("NFKD", name.translate(_LETTERS)).encode("ascii", "ignore").decode().lower()
    return ".".join(re.sub(r"[^a-z -]", "", plain).split())
