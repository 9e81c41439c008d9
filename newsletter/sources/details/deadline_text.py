"""Tells which dates of a text are ends: of registration, or of a call. Only what stands before a date counts."""

import re
from functools import cache

_LOOKED_AT = 160  # characters before a date
# One pattern a line; a line is a word's form in one language or more.
_UNTIL = r"""
by
before
until
till
(?:no|not) later than
deadline(?: is)?
closes?(?: on)?
closing date
ends?(?: on)?
bis(?: spätestens)?(?: zum| am)?
spätestens(?: bis)?(?: zum| am)?
jusqu['\u2019]au
avant le
au plus tard le
entro(?: e non oltre)?(?: il)?
fino al?
hasta(?: el)?
antes del?
até(?: ao?| o dia)?
"""
_IS = r"""
is
are
ist(?: der)?
endet(?: am)?
est(?: fixée)?(?: au| le)
(?:è|es|termina|scade|finaliza|é|termina)
am
on
le
il
el
"""
_REGISTERING = r"(?:regist\w{1,12}|sign(?:ing)?[- ]?up|anmeld\w{0,12}|inscri\w{1,12}|iscri\w{1,12}|enrol\w{0,8}|rsvp)"
_APPLYING = r"""
deadline
closing date
closes?\b
due\b
submit
submission
appl(?:y|ications?)\b
proposals?\b
einreich
\w{0,20}frist\b
\w{0,20}schluss\b
bewerb
antr[aä]g
vorlage
date limite
clôture
candidat
dépôt
déposer
soumission
soumettre
scade
domand
presentazione
termine
fecha límite
plazo
solicitud
presentación
cierre
prazo
data limite
encerr
propostas
submet
submissão
"""
# An opening, and what goes with a call but is no end of it.
_BEGINNING = r"""
open
launch
start
publish
ab\b
öffnet
ouvr
ouvert
lancé
apr[eoi]
apert
abr[eió]
abert
abiert
lanz
lançad
webinar
info day
infotag
workshop
since
seit
depuis
"""
_ARTICLE = r"(?:\s{0,2}(?:the|le|il|el|dia|den|dem)\b)?"
_WEEKDAY = rf"{_ARTICLE}(?:\s{{0,2}}[^\W\d_]{{3,14}}(?:-feira)?[.,]{{0,2}})?{_ARTICLE}"
_HOUR = (
    r"(?:\s{0,2}\d{1,2}(?:[:.h]\d\d)?\s?(?:[ap]\.?m\.?|uhr|h)?(?:\s\(?[A-Za-z+\d]{3,8}(?: time)?\)?)?,?"
    r"(?:\s(?:on(?: the)?|am|le|del(?: día)?|do dia)\b)?)?"
)


def is_registration_end(lead: str) -> bool:
    """Tell whether what stands before a date makes it the last day to register."""
    return _registration().search(lead[-_LOOKED_AT:]) is not None


def is_deadline(lead: str) -> bool:
    """Tell whether what stands before a date makes it the last day to apply."""
    lead = lead[-_LOOKED_AT:]
    begun = [found.end() for found in _beginning().finditer(lead)]
    # "The call opens on ...": not this date; "... opens soon; apply until ...": this one.
    if begun and not _until().search(lead, begun[-1]):
        lead = lead[begun[-1] :]
    return _deadline().search(lead) is not None


def is_until(lead: str) -> bool:
    """Tell whether a date is the end of anything: no event begins there."""
    return _until().search(lead[-_LOOKED_AT:]) is not None


@cache
def _registration() -> re.Pattern[str]:
    compound = r"\banmelde?(?:schluss|frist)\b[^!?;\d]{0,30}$"
    end = rf"(?:(?<!\w)(?:{_any(_UNTIL)})\s{{0,2}}:?|:){_WEEKDAY}{_HOUR}\s{{0,3}}$"
    return re.compile(rf"\b{_REGISTERING}[^!?;]{{0,60}}?{end}|{compound}", re.IGNORECASE)


@cache
def _deadline() -> re.Pattern[str]:
    end = rf"(?:(?<!\w)(?:{_any(_UNTIL)}|{_any(_IS)})\s{{0,2}}:?|:){_WEEKDAY}{_HOUR}\s{{0,3}}$"
    return re.compile(rf"\b(?:{_any(_APPLYING)})[^!?;]{{0,90}}?{end}", re.IGNORECASE)


@cache
def _beginning() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_any(_BEGINNING)})\w{{0,12}}", re.IGNORECASE)


@cache
def _until() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_any(_UNTIL)})\s{{0,2}}:?{_WEEKDAY}{_HOUR}\s{{0,3}}$", re.IGNORECASE)


def _any(lines: str) -> str:
    return "|".join(lines.strip().split("\n"))
