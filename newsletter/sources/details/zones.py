"""Gives the time zone that a word or a city stands for. A word that means several (IST, "local time") gives none.

CET, EET and the like are read as the clock of the places that use them, as the zone database does: people write CET in
July and mean the clock in Brussels.
"""

import re
from collections.abc import Mapping
from datetime import timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale

from newsletter.sources.details.months import LANGUAGES

_WORDS = {
    "cet": "Europe/Brussels", "cest": "Europe/Brussels", "mez": "Europe/Berlin", "mesz": "Europe/Berlin",
    "wet": "Europe/Lisbon", "west": "Europe/Lisbon", "eet": "Europe/Athens", "eest": "Europe/Athens",
    "bst": "Europe/London", "gmt": "UTC", "utc": "UTC", "edt": "America/New_York", "pdt": "America/Los_Angeles",
}  # fmt: skip
# Cities where meetings are, beside the capitals and the cities that zones are named after. None has a famous namesake.
_CITIES = {
    "Europe/Berlin": "Bonn Cologne Köln Colonia Munich München Monaco_di_Baviera Múnich Munique Hamburg Hambourg "
    "Amburgo Hamburgo Heidelberg Leipzig Dresden Stuttgart Düsseldorf Hannover Hanover Göttingen Tübingen Freiburg "
    "Mainz Jena Frankfurt_am_Main Potsdam Berlín Berlim Berlino",
    "Europe/Brussels": "Bruxelles Brüssel Bruselas Bruxelas Brussel Antwerp Antwerpen Ghent Gent Leuven Liège",
    "Europe/Paris": "Lyon Marseille Strasbourg Straßburg Strasburgo Estrasburgo Toulouse Montpellier Lille Bordeaux "
    "Parigi París Grenoble Rennes Nantes Dijon",
    "Europe/Rome": "Milan Milano Mailand Milán Milão Turin Torino Bologna Firenze Florenz Florencia Naples Napoli "
    "Neapel Nápoles Padova Padua Trieste Pisa Genova Palermo Siena Verona Rom Roma Venezia Venedig Venice Turín",
    "Europe/Madrid": "Barcelona Bilbao Sevilla Zaragoza Granada Málaga Santander Salamanca Pamplona Barcellona "
    "Barcelone",
    "Europe/Lisbon": "Lisboa Lissabon Lisbonne Lisbona Porto Coimbra Braga Aveiro Oporto",
    "Europe/London": "Londres Londra Edinburgh Glasgow Cardiff Leeds",
    "Europe/Zurich": "Geneva Genève Genf Ginevra Ginebra Basel Lausanne Berne Bern Zürich Zurigo Lugano",
    "Europe/Vienna": "Wien Vienne Viena Graz Salzburg Innsbruck Linz",
    "Europe/Amsterdam": "The_Hague Den_Haag La_Haye Rotterdam Utrecht Leiden Maastricht Groningen Eindhoven Nijmegen",
    "Europe/Stockholm": "Gothenburg Göteborg Uppsala Malmö",
    "Europe/Copenhagen": "København Aarhus",
    "Europe/Helsinki": "Tampere Turku Espoo",
    "Europe/Oslo": "Bergen Trondheim",
    "Europe/Warsaw": "Warszawa Kraków Krakow Cracow Wrocław Poznań Gdańsk",
    "Europe/Prague": "Praha Brno",
    "Europe/Athens": "Thessaloniki",
    "Europe/Bucharest": "Cluj-Napoca București",
    "Europe/Tallinn": "Tartu",
    "Asia/Jerusalem": "Tel_Aviv Haifa",
    "America/Toronto": "Montreal Montréal Ottawa",
    "America/Sao_Paulo": "São_Paulo Rio_de_Janeiro Brasília",
    "America/New_York": "New_York New_York_City",
}
_AMBIGUOUS = frozenset({"Guernsey", "Jersey", "Isle_of_Man", "Vaduz"})  # islands and names that are other things too
_OTHERS = ("Asia/Tokyo", "Asia/Jerusalem", "Asia/Singapore", "America/Toronto", "America/Sao_Paulo", "Asia/Seoul")
_ADJECTIVES = {"brüsseler": "brüssel", "pariser": "paris", "londoner": "london", "züricher": "zürich"}
_OFFSET = re.compile(r"(?:utc|gmt)\s?([+\u2212\u2013-])\s?(\d{1,2})(?::?(\d\d))?")


def zone_of_word(word: str) -> tuple[str, tzinfo] | None:
    """Give name and zone for "CET", "UTC+2", "Brussels"; the name is empty for an offset, which is no zone."""
    word = " ".join(word.lower().split())
    offset = _OFFSET.fullmatch(word)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        sign = 1 if offset[1] == "+" else -1
        return ("", timezone(timedelta(minutes=sign * minutes))) if minutes <= 14 * 60 else None
    name = _WORDS.get(word) or _city_zone(word)
    return (name, ZoneInfo(name)) if name else None


def zone_of_place(place: str) -> str:
    """Give the name of the zone of the cities in a place; empty if none is known, or they differ."""
    found = {cities()[name.lower()] for name in city_pattern().findall(place)}
    return found.pop() if len(found) == 1 else ""


def zone_words() -> tuple[str, ...]:
    """Give the short names of zones that are known."""
    return tuple(_WORDS)


@cache
def cities() -> Mapping[str, str]:
    """Give the zone of each known city, in six languages, lower case."""
    found: dict[str, str] = {}
    for zone in (*sorted(available_timezones()), *_OTHERS):
        area, _, city = zone.rpartition("/")
        if (area == "Europe" and city not in _AMBIGUOUS) or zone in _OTHERS:
            found[city.replace("_", " ").lower()] = zone
            for language in LANGUAGES:
                name = Locale(language).time_zones.get(zone, {}).get("city", "")
                if name:
                    found[name.lower()] = zone
    for zone, names in _CITIES.items():
        found |= {name.replace("_", " ").lower(): zone for name in names.split()}
    return found


@cache
def city_pattern() -> re.Pattern[str]:
    """Match the name of a known city, as a word."""
    names = "|".join(re.escape(name) for name in sorted(cities(), key=lambda name: (-len(name), name)))
    return re.compile(rf"(?<![^\W_])(?i:{names})(?![^\W_]|-[a-z])")


def _city_zone(word: str) -> str:
    word = _ADJECTIVES.get(word, word)
    return cities().get(word) or cities().get(word.removesuffix("er"), "")
