"""What a mail uses and mail programs cannot show, from the data of caniemail.com.

caniemail.json is made by tests/new_caniemail.py, which says what is kept; its licence lies beside it. What is
deliberate is in deliberate.py, with the reason.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from newsletter.rendering.lint.deliberate import DELIBERATE
from newsletter.rendering.lint.finding import LintFinding, warning
from newsletter.rendering.lint.mail_features import features_used
from newsletter.rendering.lint.page import Page, shown

_NAMED = 4  # clients that a finding names; the rest is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Something that some clients lack."""

    title: str  # "display:flex"
    finds: tuple[str, ...]  # what it is found by, see mail_features.py
    lacking: frozenset[str]  # clients


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientData:
    """What is known of mail clients."""

    made_from: str
    data_of: str  # a day
    clients: Mapping[str, str]  # "gmail.ios": "Gmail (iOS)"
    features: Mapping[str, Feature]


def check_clients(page: Page, clients: Collection[str]) -> Iterator[LintFinding]:
    """Give what a mail uses and some of these clients lack; what still works without it is left out."""
    used, data = features_used(page), client_data()
    for slug, feature in data.features.items():
        lacking = [data.clients[one] for one in sorted(feature.lacking.intersection(clients))]
        place = next((where for found in feature.finds for where in _places(slug, used.get(found, {}))), "")
        if lacking and place:
            names = ", ".join(lacking[:_NAMED])
            more = f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
            words = f"{feature.title}: {len(lacking)} of {len(clients)} mail programs lack it: {names}{more}"
            yield warning("client-support", place, words)


def _places(slug: str, used: Mapping[str, str]) -> Iterator[str]:
    """Give the places that use a feature without a reason that is known."""
    for place, line in used.items():
        if not _is_meant(slug, place):
            yield f"{line} ({place})" if line else shown(place)


def _is_meant(slug: str, place: str) -> bool:
    meant = DELIBERATE.get(slug)
    return meant is not None and (not meant.only or place in meant.only)


@cache
def client_data() -> ClientData:
    """Read the packaged data."""
    told = json.loads(files(__package__).joinpath("caniemail.json").read_text(encoding="utf-8"))
    return ClientData(
        made_from=told["made_from"],
        data_of=told["data_of"],
        clients=told["clients"],
        features={
            slug: Feature(title=one["title"], finds=tuple(one["finds"]), lacking=frozenset(one["lacking"]))
            for slug, one in told["features"].items()
        },
    )
