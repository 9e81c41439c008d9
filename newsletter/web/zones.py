"""The time zones of the world to choose from: by region, as cities in the language of the page. Pure."""

import unicodedata
from dataclasses import dataclass
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

from newsletter.rendering.strings import Strings

# Regions by the codes of UN M.49, which babel has names of; a zone's name begins with its region.
_CODES = {
    "Europe": "150",
    "Arctic": "150",
    "Africa": "002",
    "America": "019",
    "Asia": "142",
    "Australia": "009",
    "Pacific": "009",
    "Antarctica": "AQ",
}


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the world with its zones: names of the database, and of cities."""

    name: str
    zones: tuple[tuple[str, str], ...]


def regions(strings: Strings, chosen: str) -> tuple[Region, ...]:
    """Give all zones by region. A chosen one of an older or newer name is among them."""
    by_region: dict[str, list[tuple[str, str]]] = {}
    known = set(get_global("zone_territories")) & available_timezones()
    for zone in known | ({chosen} if chosen else set()):
        name = _region(zone, strings) or (zone.partition("/")[0] if zone == chosen else "")
        if name:
            by_region.setdefault(name, []).append((zone, city(zone, strings.locale)))
    return tuple(
        Region(name, tuple(sorted(zones, key=lambda one: _order(one[1]))))
        for name, zones in sorted(by_region.items(), key=lambda one: _order(one[0]))
    )


def city(zone: str, locale: Locale) -> str:
    """Give the name of a zone's city: Lissabon of Europe/Lisbon."""
    if zone not in get_global("zone_territories"):
        return zone.rpartition("/")[2].replace("_", " ")
    return str(get_timezone_location(zone, locale=locale, return_city=True))


def _region(zone: str, strings: Strings) -> str:
    first = zone.partition("/")[0]
    if first == "Atlantic":
        return strings.text("Atlantic")
    if first == "Indian":
        return strings.text("Indian Ocean")
    code = _CODES.get(first, "")
    return strings.locale.territories.get(code, first) if code else ""


def _order(name: str) -> str:
    """Sort letters with accents among those without."""
    parts = unicodedata.normalize("NFKD", name.casefold())
    return "".join(one for one in parts if not unicodedata.combining(one))
