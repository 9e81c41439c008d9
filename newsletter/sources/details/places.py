"""Reads the place of an event beside its date, where it stands in a fixed pattern; else there is none."""

import re
from functools import cache

from newsletter.sources.details.countries import country_code
from newsletter.sources.details.months import alternatives, month_numbers, weekday_numbers
from newsletter.sources.details.telling_words import future_words
from newsletter.sources.details.zones import cities, city_pattern

LONGEST_PLACE = 120
ONLINE = "Online"
_LABEL = re.compile(
    r"(?:^|[\s|;.(])(?:venue|location|where|place|ort|veranstaltungsort|tagungsort|wo|lieu|où|luogo|dove|sede|lugar|"
    r"dónde|local|onde)\s{0,2}:\s{0,2}(?=\S)",
    re.IGNORECASE,
)
# The next label of "Date: ... Venue: ... Contact: ...", or the end of the sentence, ends a place.
_PLACE_ENDS = re.compile(r"\s[|\u2022\u00b7]|;|\s\S{2,20}\s?:\s|(?<=[^\W\d_]{4})[.!?](?:\s|$)")
_ONLINE = re.compile(
    r"[\s,(|\u2013\u2014-]{0,4}(?:(?:as an?|held|also|und|and|et|e|y|als|auch)\s){0,2}"
    r"(?:online|virtual(?:ly|e)?|virtuell|en ligne|en línea|em linha|via zoom|on zoom)\b",
    re.IGNORECASE,
)
_IN = re.compile(
    r"\s{0,2},?\s{0,2}\(?(?:in|à|au|a|ad|al|alla|en|em|at|im|presso|nel|nella|bei|beim|no|na)\s{1,3}"
    r"(?:(?:the|der|dem|la|le|el|il|lo)\s{1,3}|l['\u2019])?",
    re.IGNORECASE,
)
_IN_BEFORE = re.compile(r"(?<!\w)(?:in|à|a|en|em)\s$", re.IGNORECASE)
_MARK = re.compile(r"\s{0,2}[,(|\u00b7\u2022\u2013\u2014-]\s{0,2}")
_NAME = r"(?:[^\W\d_a-zà-öø-ÿ](?:[^\W\d_]{0,2}\.(?=\s\w)|[\w'\u2019&/-]*))"
_SMALL = r"(?:de|di|du|des|la|le|del|della|der|am|an|do|da|dos|of|the|for|et|e|y|und|and|für)"
_PROPER = re.compile(rf"{_NAME}(?:,?\s(?:{_SMALL}\s){{0,2}}(?:[dl]['\u2019])?{_NAME}){{0,7}}")
# The city of a venue: " in Lisbon, Portugal", " à Paris (France)", ", Berlin".
_CITY_LEAD = re.compile(r"\s{0,2},?\s(?:in|à|a|en|em|at)\s(?=\S)")
_CITY = re.compile(
    rf"({_NAME}(?:[\s-](?:{_SMALL}[\s-])?{_NAME}){{0,3}})(?:,\s({_NAME}(?:\s{_NAME}){{0,3}})|\s\(({_NAME}(?:\s{_NAME}){{0,3}})\))?"
)
_BEFORE = re.compile(
    r"(?:[\s,(|\u00b7\u2013\u2014:-]|"
    r"\b(?:on|am|vom|den|le|du|il|dal|el|del|de|em|no|dia|dias|los días|from|i|les)\b){1,9}$",
    re.IGNORECASE,
)
# German writes all nouns with a capital letter: "in Zusammenarbeit", "in Präsenz"; "in Person", "in English".
_NO_PLACE = re.compile(
    r"(?:\w+(?:arbeit|ation|ung|enz|schaft|keit|heit|form)|person\w*|english|englisch|anglais|inglese|inglés|inglês|"
    r"deutsch|german|french|spanish|italian|rahmen|kürze|partnership|collaboration|cooperation)\b",
    re.IGNORECASE,
)


def labelled_place(block: str) -> str:
    """Give the place after "Venue:", "Ort:" and the like; empty for none."""
    found = _LABEL.search(block)
    return _told(_PLACE_ENDS.split(block[found.end() : found.end() + 200], maxsplit=1)[0]) if found else ""


def place_after(text: str, end: int) -> str:
    """Give the place that follows a date: " in Berlin", ", Paris (France)", " online"; empty for none."""
    if _ONLINE.match(text, end):
        return ONLINE
    lead = _IN.match(text, end)
    name = _PROPER.match(text, lead.end(), lead.end() + LONGEST_PLACE) if lead else None
    if lead and name and not _NO_PLACE.match(name[0]) and not _is_time_word(name[0]):
        # Portuguese "no Porto"; but English "no Fee".
        place = _with_city(name)
        is_english = "no" in lead[0].lower().split() and not _holds_city(name[0]) and " em " not in place
        return "" if is_english else _told(place)
    mark = _MARK.match(text, end)
    name = _PROPER.match(text, mark.end(), mark.end() + LONGEST_PLACE) if mark else None
    # After a comma anything may follow: a place that is known counts, or a short name that ends the line.
    if name and (_holds_city(name[0]) or _ends_line(name)):
        return _told(name[0])
    place = _with_city(name) if name else ""
    is_end = name is not None and text[name.start() + len(place) :].lstrip()[:1] in {"", ".", ",", ";", ")", "|"}
    return _told(place) if name and place != name[0] and is_end else ""


def _with_city(venue: re.Match[str]) -> str:
    """Give a venue with the city that it is "in": one that is known, or one with its country."""
    text = venue.string
    lead = None if _holds_city(venue[0]) else _CITY_LEAD.match(text, venue.end())
    city = _CITY.match(text, lead.end(), lead.end() + LONGEST_PLACE) if lead else None
    if city is None:
        return venue[0]
    country = city[2] or city[3] or ""
    if country and country_code(country):
        return text[venue.start() : city.end()]
    return text[venue.start() : city.end(1)] if cities().get(city[1].lower()) else venue[0]


def place_within(sentence: str) -> str:
    """Give the only known city that a sentence is "in"; empty for none and for several."""
    found = {match[0] for match in city_pattern().finditer(sentence) if _is_in(sentence, match)}
    return found.pop() if len(found) == 1 else ""


def _is_in(sentence: str, city: re.Match[str]) -> bool:
    return city[0][0].isupper() and _IN_BEFORE.search(sentence[max(0, city.start() - 8) : city.start()]) is not None


def _ends_line(name: re.Match[str]) -> bool:
    is_end = not name.string[name.end() :].strip(" .)")
    return is_end and len(name[0].split()) <= 4 and not future_words().search(name[0]) and not _is_time_word(name[0])


def place_before(text: str, start: int) -> str:
    """Give the known city that stands right before a date: "Berlin, 20-21 November 2018"; empty for none."""
    lead = text[max(0, start - 60) : start]
    gap = _BEFORE.search(lead)
    if gap is None:
        return ""
    found = [match for match in city_pattern().finditer(lead) if match[0][0].isupper()]
    last = found[-1] if found else None
    between = lead[last.end() : gap.start()] if last else ""
    # "Berlin, Germany, 20 November": a country may stand between them.
    is_near = last is not None and (not between or re.fullmatch(rf",?\s?\(?{_NAME}", between) is not None)
    return f"{last[0]}{between}".strip(" ,(") if last is not None and is_near else ""


def _told(place: str) -> str:
    place = place.strip(" ,;.|(-\u2013\u2014")
    if place.count("(") < place.count(")"):
        place = place.rstrip(")")
    return place if 2 <= len(place) <= LONGEST_PLACE else ""


def _holds_city(name: str) -> bool:
    return any(match[0][0].isupper() for match in city_pattern().finditer(name))


def _is_time_word(name: str) -> bool:
    return _time_words().match(name) is not None


@cache
def _time_words() -> re.Pattern[str]:
    words = f"{alternatives(frozenset(month_numbers()))}|{alternatives(weekday_numbers())}"
    return re.compile(rf"(?:{words})(?![^\W_])", re.IGNORECASE)
