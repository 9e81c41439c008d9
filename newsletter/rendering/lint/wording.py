"""Subject and preheader: the two lines that decide whether a mail is opened."""

import re
from collections.abc import Iterator

from newsletter.rendering.lint.finding import LintFinding, error, warning

_VALUES = "{first_title}, {second_title}, {newsletter}, {number}, {date}"
_PHONE = 70  # characters of a subject that a phone shows, at most
_OPEN_BRACES = re.compile(r"\{\w+\}")
_REPLY = re.compile(r"\s*(?:re|fwd?|aw|wg|tr|rv|enc)\s*:", re.IGNORECASE)
# What other programs put a name for, and what stands in a text until somebody writes it.
_LEFT_OVER = re.compile(r"\*\|\w+\|\*|%%?[A-Z_]{3,}%%?|\[\[[A-Z_]{3,}\]\]|<<\w+>>|(?i:lorem ipsum)|\b(?:TODO:|FIXME)")
# Phrases that advertisers wore out, in the languages of our catalogues: readers pass over them, and filters count them.
_WORN = re.compile(
    "|".join(
        (
            *("act now", "click here", "limited time", "risk[ -]free", "100 ?% free", "you have won", "no obligation"),
            *("jetzt zugreifen", "hier klicken", "nur für kurze zeit", "100 ?% gratis", "sie haben gewonnen"),
            *("cliquez ici", "agissez maintenant", "offre limitée", "100 ?% gratuit", "vous avez gagné"),
            *("haga clic aquí", "actúe ahora", "oferta limitada", "ha ganado", "clicca qui", "offerta limitata"),
            *("agisci ora", "hai vinto", "clique aqui", "aja agora", "você ganhou", "اضغط هنا", "عرض محدود"),
        )
    )
)
_SHOUTING = 12  # letters from which capitals are no abbreviation


def check_wording(subject: str, preheader: str) -> Iterator[LintFinding]:
    """Give what is wrong with the subject and preheader of the mail that a reader who said nothing gets."""
    yield from _braces("subject", subject)
    yield from _braces("preheader", preheader)
    yield from _words("subject", subject)
    yield from _words("preheader", preheader)
    if not subject.strip():
        yield error("subject-empty", "subject", "there is no subject")
        return
    yield from _subject(subject)
    if not preheader.strip():
        yield warning("preheader-empty", "preheader", "there is none: mail programs show the first words of the mail")
    elif preheader.strip().casefold() == subject.strip().casefold():
        yield warning("preheader-same", "preheader", "it repeats the subject: readers see the same line twice")


def _braces(name: str, text: str) -> Iterator[LintFinding]:
    for brace in _OPEN_BRACES.findall(text):
        yield error(f"{name}-braces", name, f"{brace} is no value that is put in; known are {_VALUES}")


def _words(name: str, text: str) -> Iterator[LintFinding]:
    for left in _LEFT_OVER.findall(text):
        yield error(f"{name}-left-over", name, f"{left} was meant to be replaced: readers would get it as it is")
    for worn in dict.fromkeys(_WORN.findall(text.casefold())):
        yield warning(f"{name}-words", name, f"“{worn}” reads as an advertisement, and filters count it")


def _subject(subject: str) -> Iterator[LintFinding]:
    if len(subject) > _PHONE:
        yield warning("subject-long", "subject", f"{len(subject)} characters; phones show {_PHONE} at most")
    if _REPLY.match(subject):
        yield warning("subject-reply", "subject", "it looks like an answer to a mail that there was not")
    # Many scripts have no capitals: only letters that have both forms count.
    letters = [letter for letter in subject if letter.lower() != letter.upper()]
    if len(letters) >= _SHOUTING and all(letter.isupper() for letter in letters):
        yield warning("subject-capitals", "subject", "all capitals read as shouting, and filters count it")
    if "!!" in subject or "??" in subject:
        yield warning("subject-marks", "subject", "several marks in a row read as shouting, and filters count it")
