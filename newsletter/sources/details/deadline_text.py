"""Tells which dates of a text are ends of something: of registration, or of a call."""

import re
from functools import cache

_REGISTER = r"\b(?:regist\w{1,12}|sign(?:ing)?[- ]?up|anmeld\w{0,12}|inscri\w{1,12}|iscri\w{1,12}|enrol\w{0,8}|rsvp)"
_UNTIL = (
    r"(?:by|before|until|till|no later than|not later than|deadline(?: is)?:?|closes?(?: on)?|closing date:?|ends?(?: on)?|"
    r"bis(?: spätestens)?(?: zum)?|spätestens(?: bis)?(?: zum| am)?|schluss(?: ist)?:?(?: am| der)?|frist(?: endet)?:?(?: am)?|"
    r"jusqu['\u2019]au|avant le|au plus tard le|entro(?: e non oltre)?(?: il)?|fino al?|hasta el|hasta|antes del?|"
    r"até(?: ao?| o dia)?|:)"
)
_NO_COLON = _UNTIL.removesuffix("|:)") + ")"  # a colon alone also stands before the beginning
_WEEKDAY = (
    r"(?:\s*(?:the|le|il|el|dia|den|dem)?\s*[^\W\d_]{3,14}(?:-feira)?[.,]{0,2})?(?:\s*(?:the|le|il|el|dia|den|dem))?"
)
_HOUR = r"(?:\s*\d{1,2}(?:[:.h]\d\d)?\s?(?:[ap]\.?m\.?|uhr|h)?(?:\s\(?[A-Za-z+\d]{3,8}(?: time)?\)?)?,?(?:\s(?:on|am|le|del|do dia|del día|on the))?)?"
_DEADLINE = (
    r"(?:deadline|closing date|closes?\b|due\b|submit\w*|submission\w*|appl(?:y|ications?)|proposals?|"
    r"einreich\w*|\w*frist\b|\w*schluss\b|bewerb\w*|antr[aä]g\w*|vorlage|"
    r"date limite|clôture|candidat\w*|dépôt|déposer|soumission|soumettre|"
    r"scade\w*|domand\w+|presentazione|termine|candidatur\w*|"
    r"fecha límite|plazo|solicitud\w*|presentación|cierre|"
    r"prazo|data limite|encerr\w+|propostas|submet\w+|submissão)"
)
_STARTS = (
    r"(?:opens?|opened|opening|launch\w*|start\w*|publish\w*|ab dem|ab\b|startet|öffnet|ouvr\w+|ouvert\w*|lancé\w*|apr[eoi]\w*|apert\w*|"
    r"abr[eió]\w*|abert\w*|abiert\w*|lanz\w*|lançad\w*|webinar\w*|info day|infotag|workshop|since|seit|depuis)"
)


def is_registration_end(lead: str) -> bool:
    """Tell whether what stands before a date makes it the last day to register."""
    return _registration().search(lead[-160:]) is not None


def is_deadline(lead: str) -> bool:
    """Tell whether what stands before a date makes it the last day to apply."""
    lead = _beginning().sub("", lead[-160:])
    return _deadline().search(lead) is not None


def is_until(lead: str) -> bool:
    """Tell whether a date is the end of anything: no event begins there."""
    return _until().search(lead[-160:]) is not None


@cache
def _registration() -> re.Pattern[str]:
    compound = r"\banmelde?(?:schluss|frist)[^!?;\d]{0,30}$"
    return re.compile(rf"{_REGISTER}[^!?;]{{0,60}}?(?<![^\W_]){_UNTIL}{_WEEKDAY}{_HOUR}\s*$|{compound}", re.IGNORECASE)


@cache
def _deadline() -> re.Pattern[str]:
    return re.compile(
        rf"\b{_DEADLINE}[^!?;]{{0,90}}?(?<![^\W_])(?:{_UNTIL}|is|ist|ist der|est le|est fixée au|è il|es el|é|am|on|le|il|el|:){_WEEKDAY}{_HOUR}\s*$",
        re.IGNORECASE,
    )


@cache
def _beginning() -> re.Pattern[str]:
    """Match up to a word that makes the date a beginning."""
    return re.compile(rf"^.*\b{_STARTS}(?![^.!?;]*(?<![^\W_]){_NO_COLON})[^.!?;]*$", re.IGNORECASE)


@cache
def _until() -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){_NO_COLON}{_WEEKDAY}{_HOUR}\s*$", re.IGNORECASE)
