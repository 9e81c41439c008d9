"""Reads the date that a page declares or writes beside its heading. A guess is no date.

Numbers alone count only where day and month cannot be mistaken for each other; a year must stand there.
"""

import re
from datetime import UTC, datetime

from newsletter.sources.cleaning.plain_text import one_line
from newsletter.sources.details.telling_words import call_words, event_words

_FIRST_YEAR, _LAST_YEAR = 1990, 2100  # the web is not older; a year beyond is a mistake
_LONGEST_LINE = 60
_MONTHS = """
january januar janvier gennaio enero janeiro jan janv gen ene jänner
february februar février febbraio febrero fevereiro feb févr fév fev
march märz mars marzo marzo março mar mär maerz
april april avril aprile abril abril apr avr abr
may mai mai maggio mayo maio mag
june juni juin giugno junio junho jun giu
july juli juillet luglio julio julho jul juil lug
august august août agosto agosto agosto aug aoû ago aout
september september septembre settembre septiembre setembro sep sept set
october oktober octobre ottobre octubre outubro oct okt ott out
november november novembre novembre noviembre novembro nov
december dezember décembre dicembre diciembre dezembro dec dez déc dic
"""
_NUMBERS = {name: number for number, line in enumerate(_MONTHS.strip().splitlines(), start=1) for name in line.split()}
_MONTH = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_WORD = r"([^\W\d_]{3,12})\.?"
_YEAR = r"((?:19|20)\d\d)"
_DAY_FIRST = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|er|º|°|\.)?\s+(?:de\s+|di\s+)?{_WORD},?\s+(?:de\s+|del\s+)?{_YEAR}"
)
_MONTH_FIRST = re.compile(rf"{_WORD}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}")
_ISO = re.compile(rf"{_YEAR}-(\d\d)-(\d\d)")
_NUMERIC = re.compile(rf"(\d{{1,2}})([./-])(\d{{1,2}})\2{_YEAR}")
_TIME_LIKE = r"(?:\s*[,|T-]?\s*\d{1,2}[:.h]\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?|uhr|h)?)?"
_DATE_LIKE = re.compile(
    rf"(?:[^\W\d_]{{2,13}}\.?,?\s+)?(?:\d{{1,4}}([./-])\s?\d{{1,2}}\1\s?\d{{2,4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|er|º|°|\.)?[\s-]+(?:de\s+|di\s+)?(?:{_MONTH})\.?(?:,?[\s-]+(?:de\s+|del\s+)?\d{{4}})?"
    rf"|(?:{_MONTH})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?){_TIME_LIKE}",
    re.IGNORECASE,
)
# What may stand on the same line: a word for publishing or a weekday. A place, or "deadline", would tell another day.
_LABELS = """
published, posted, date, press release, news release, released, monday, tuesday, wednesday, thursday, friday, saturday
sunday, veröffentlicht, erschienen, datum, pressemitteilung, meldung, montag, dienstag, mittwoch, donnerstag, freitag
samstag, sonntag, publié, publiée, communiqué de presse, lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche
pubblicato, data, comunicato stampa, lunedì, martedì, mercoledì, giovedì, venerdì, sabato, domenica, publicado
publicada, fecha, nota de prensa, lunes, martes, miércoles, jueves, viernes, sábado, domingo, nota de imprensa
segunda-feira, terça-feira, quarta-feira, quinta-feira, sexta-feira, media release, presseinformation, medienmitteilung
presseaussendung, comunicado de prensa, comunicado de imprensa, comunicado à imprensa, comunicato, communiqué
pubblicata, data di pubblicazione
date de publication, fecha de publicación, data de publicação, publication date, released on
veröffentlichungsdatum, posted on, published on, mis en ligne, mise en ligne, pressemeldung
"""
_LABEL = "|".join(label.strip() for label in re.split(r"[,\n]", _LABELS) if label.strip())
# The number of a release.
_NUMBER = r"(?:(?:no|nr|n[°º]|núm|num)?\.?\s?\d{1,4}(?:\s?[/.-]\s?\d{1,4})?\s*[,:.|·\u2013-]?\s*)?"
_BEFORE = re.compile(
    rf"(?:(?:{_LABEL})\s*{_NUMBER}[,:.|·\u2013\u2014-]?\s*){{0,3}}(?:(?:on|am|le|il|el|em|vom|the|den|a|dal?)\s+)?",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(?:\s*[,|·-]?\s*(?:at|um|à|alle|a las|às)?\s*\d{1,2}[:.h]\d\d\s*(?:[ap]\.?m\.?|uhr|h)?)?\.?", re.IGNORECASE
)


# A dateline: "Berlin, 12.11.2026", "Lisbon (Portugal), 12 November 2026 -", "Roma, lì 12 novembre 2026".
_PLACE_WORD = r"(?:[^\W\d_a-zà-öø-ÿ][\w'\u2019.-]*)"
_PLACE_SMALL = r"(?:de|di|da|do|dos|du|des|del|della|la|le|les|el|am|an der|im|in der|sur|on|upon|und|and|et|e|y)"
_PLACE = rf"{_PLACE_WORD}(?:[\s/-]+(?:{_PLACE_SMALL}\s+)?{_PLACE_WORD}){{0,3}}"
_DATELINE = re.compile(
    rf"({_PLACE})(?:,\s*{_PLACE}|\s*\({_PLACE}\))?\s*(?:[,/|·\u2013\u2014-]\s*|\s)"
    r"(?:(?i:on|am|le|l[iì]|il|el|em|aos?|a|den|the|vom|this)\s+)?"
)
_AFTER_DATELINE = re.compile(r"\s*[.:;,|·/\u2010-\u2015-]*\s*")
# What stands before a date like a place, and makes it another day than that of publication.
_OTHER_DAYS = re.compile(
    r"(?:dead ?line|closing|due|until|till|by|end|start|begin|open|save|when|where|venue|register|registration|apply"
    r"|frist|\w*frist|\w*schluss|bis|ende|wann|wo|ab|beginn|anmeld\w*|bewerb\w*|termin\w*|jusqu\w*|clôture|limite|fin|début"
    r"|quand|entro|fino|scad\w*|termine|inizio|fine|quando|dove|hasta|plazo|cierre|cuándo|inicio|fecha|até|prazo|fim|início"
    r"|valid|expires?|updated?|modified|aktualisiert|stand|mis|aggiornat\w|actualizad\w|atualizad\w|last|zuletzt|letzte"
    r"|dernière|ultim\w|última|copyright|next|nächste\w?|prochaine?|prossim\w|próxim\w|from|since|vom|von|dal?|desde|du"
    r"|embargo\w*|sperrfrist)\b",
    re.IGNORECASE,
)

# Words of the list above that begin other lines, too: "Von Ada Beispiel", "From the ministry", "Open science", "Start".
_BEGINNINGS = frozenset(
    [
        "from",
        "since",
        "vom",
        "von",
        "dal",
        "da",
        "desde",
        "du",
        "by",
        "start",
        "open",
        "where",
        "wo",
        "next",
        "stand",
        "mis",
    ]
)
_LONGEST_LEAD = 4  # words


def names_other_day(lead: str) -> bool:
    """Tell whether a short line before a day makes it another than that of publication: "Deadline", "Workshop"."""
    words = lead.rstrip(" :").split()
    if not 0 < len(words) <= _LONGEST_LEAD or words[0].casefold() in _BEGINNINGS:
        return False
    is_other = any(_OTHER_DAYS.match(word) for word in words if word.casefold() not in _BEGINNINGS)
    return is_other or (len(words) == 1 and _tells_event(lead))


def declared_date(text: str) -> datetime | None:
    """Read a date in ISO 8601, as metadata has it; one without a zone is taken as UTC."""
    try:
        date = datetime.fromisoformat(text.strip())
        date = (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return date if _FIRST_YEAR <= date.year <= _LAST_YEAR else None


def date_line(line: str, *, language: str) -> datetime | None:
    """Read a line that holds a date and nothing else that matters; None if it could mean another day."""
    line = one_line(line[: 4 * _LONGEST_LINE])
    if len(line) > _LONGEST_LINE:
        return None
    for pattern, read in ((_ISO, _iso), (_DAY_FIRST, _day_first), (_MONTH_FIRST, _month_first), (_NUMERIC, _numeric)):
        found = pattern.search(line)
        if found and _stands_alone(line[: found.start()], line[found.end() :]):
            return read(found, language)
    return None


def looks_like_date(line: str) -> bool:
    """Tell whether a line is a date and little else, be it one that nobody can read for certain ("3/4/26", "2 Nov")."""
    line = line.strip(" .,:()[]|\u2013-")
    return len(line) <= _LONGEST_LINE // 2 and _DATE_LIKE.fullmatch(line) is not None


def month_number(name: str) -> int:
    """Give the number of a month named in one of our sources' languages; 0 if it is none."""
    return _NUMBERS.get(name.casefold(), 0)


def dateline(line: str, *, language: str) -> datetime | None:
    """Read a line that holds a place and a date: what press offices write beside a heading."""
    line = one_line(line[: 4 * _LONGEST_LINE])
    if len(line) > _LONGEST_LINE or (place := _DATELINE.match(line)) is None:
        return None
    word = place[1].split()[0].casefold().rstrip(".")
    if _OTHER_DAYS.match(line) or word in _NUMBERS or _tells_event(place[1]):
        return None
    return date_line(_AFTER_DATELINE.sub("", line[place.end() :][::-1], count=1)[::-1], language=language)


def _tells_event(words: str) -> bool:
    return event_words().search(words) is not None or call_words().search(words) is not None


def _stands_alone(before: str, behind: str) -> bool:
    return bool(_BEFORE.fullmatch(before) and _BEHIND.fullmatch(behind))


def _iso(found: re.Match[str], _language: str) -> datetime | None:
    return _day(found[1], int(found[2]), found[3])


def _day_first(found: re.Match[str], _language: str) -> datetime | None:
    return _day(found[3], month_number(found[2]), found[1])


def _month_first(found: re.Match[str], _language: str) -> datetime | None:
    return _day(found[3], month_number(found[1]), found[2])


def _numeric(found: re.Match[str], language: str) -> datetime | None:
    """Day before month: where dots part them, in languages that write so, or where only one reading is a date."""
    first, second = int(found[1]), int(found[3])
    is_english = language[:2].casefold() in {"", "en"}
    if found[2] == "." or not is_english or first > 12 or first == second:
        return _day(found[4], second, found[1])
    return _day(found[4], first, found[3]) if second > 12 else None


def _day(year: str, month: int, day: str) -> datetime | None:
    try:
        return datetime(int(year), month, int(day), tzinfo=UTC)
    except ValueError:
        return None
