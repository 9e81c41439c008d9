"""Reads the date that a page declares or writes beside its heading. A guess is no date.

Numbers alone count only where day and month cannot be mistaken for each other; a year must stand there.
"""

import re
from datetime import UTC, datetime

from newsletter.sources.cleaning.plain_text import one_line

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
segunda-feira, terça-feira, quarta-feira, quinta-feira, sexta-feira
"""
_LABEL = "|".join(label.strip() for label in re.split(r"[,\n]", _LABELS) if label.strip())
_BEFORE = re.compile(
    rf"(?:(?:{_LABEL})\s*[,:.|·-]?\s*){{0,3}}(?:(?:on|am|le|il|el|em|vom|the|den|a)\s+)?", re.IGNORECASE
)
_BEHIND = re.compile(
    r"(?:\s*[,|·-]?\s*(?:at|um|à|alle|a las|às)?\s*\d{1,2}[:.h]\d\d\s*(?:[ap]\.?m\.?|uhr|h)?)?\.?", re.IGNORECASE
)


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
