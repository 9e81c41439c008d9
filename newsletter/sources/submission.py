"""A Submission: what somebody sent in by a source's form, checked. Pure: no clock, no database, no network.

What comes in is text, whatever it looks like: HTML stays words, and Markdown is sanitised like any post.
"""

import hashlib
import hmac
import html
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from markdown_it import MarkdownIt

from newsletter.sources.cleaning.clean import web_address
from newsletter.sources.cleaning.plain_text import LONGEST_TITLE, one_line, storable
from newsletter.sources.fetched_post import FetchedPost
from newsletter.sources.post import CallDetails, EventDetails, PostKind

LONGEST_TEXT = 20_000  # characters
LONGEST_LINE = 200  # of a name or a place
LONGEST_LINK = 2_000
KINDS = (PostKind.NEWS, PostKind.EVENT, PostKind.CALL)
_LONGEST_AHEAD = timedelta(days=5 * 366)
_SAME = timedelta(hours=1)  # sent again within it: the same post


class Field(StrEnum):
    """The fields of the form, as they are called in it."""

    TITLE = "title"
    TEXT = "text"
    LINK = "link"
    PICTURE = "picture"
    KIND = "kind"
    DEADLINE = "deadline"
    START = "start"
    END = "end"
    PLACE = "place"
    LANGUAGE = "language"
    TOPIC = "topic"
    SENDER = "sender"


class Fault(StrEnum):
    """What can be wrong with a field."""

    MISSING = "missing"
    NOTHING_TOLD = "nothing_told"  # neither text nor link
    TOO_LONG = "too_long"
    NO_LINK = "no_link"
    NO_DATE = "no_date"
    PAST = "past"
    TOO_FAR = "too_far"
    ENDS_BEFORE = "ends_before"
    NO_CHOICE = "no_choice"
    NO_PICTURE = "no_picture"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What was sent in."""

    title: str
    text: str
    link: str
    kind: PostKind
    deadline: date | None
    start: date | None
    end: date | None
    place: str
    language: str
    topic: str
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A form as it was read: the submission, or what is wrong with which fields."""

    submission: Submission
    faults: Mapping[Field, Fault]


def check_form(
    form: Mapping[str, str], *, topics: AbstractSet[str], languages: AbstractSet[str], today: date
) -> Checked:
    """Read the fields of a posted form."""
    faults: dict[Field, Fault] = {}
    kind = _kind(form, faults)
    title = _line(form, Field.TITLE, LONGEST_TITLE, faults)
    text = storable(form.get(Field.TEXT, "").replace("\r\n", "\n")).strip()
    link = _link(form, faults)
    start = _day(form, Field.START, today, faults) if kind is PostKind.EVENT else None
    submission = Submission(
        title=title,
        text=text,
        link=link,
        kind=kind,
        deadline=_day(form, Field.DEADLINE, today, faults),
        start=start,
        end=_day(form, Field.END, today, faults) if kind is PostKind.EVENT else None,
        place=_line(form, Field.PLACE, LONGEST_LINE, faults) if kind is PostKind.EVENT else "",
        language=_choice(form, Field.LANGUAGE, languages, faults),
        topic=_choice(form, Field.TOPIC, topics, faults),
        sender=_line(form, Field.SENDER, LONGEST_LINE, faults),
    )
    _look_at_the_whole(submission, faults)
    return Checked(submission=submission, faults={field: faults[field] for field in Field if field in faults})


def to_post(submission: Submission, *, picture: str = "") -> FetchedPost:
    """Give the post that a submission asks for; a deadline makes a call of what is no event."""
    event = call = None
    if submission.start is not None:
        event = EventDetails(
            starts_at=_moment(submission.start, time.min),
            ends_at=_moment(submission.end, time.min) if submission.end else None,
            all_day=True,
            place=submission.place,
            register_by=_moment(submission.deadline, time.max) if submission.deadline else None,
        )
    elif submission.kind is PostKind.CALL or submission.deadline is not None:
        deadline = _moment(submission.deadline, time.max) if submission.deadline else None
        call = CallDetails(deadline=deadline, all_day=deadline is not None)
    return FetchedPost(
        url=submission.link,
        title=html.escape(submission.title),
        html=rendered(submission.text),
        language=submission.language,
        categories=(submission.topic,) if submission.topic else (),
        picture_url=picture,
        kind=PostKind.CALL if call else submission.kind,
        event=event,
        call=call,
        submitted_by=submission.sender,
    )


def rendered(text: str) -> str:
    """Render Markdown or plain paragraphs; HTML in it stays text, and each line break stays one."""
    try:
        return str(MarkdownIt("commonmark", {"html": False, "breaks": True}).render(text))
    except RecursionError:  # nested too deeply to be meant
        return "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n") if part.strip())


def submission_keys(submission: Submission, picture: bytes, *, secret: bytes, now: datetime) -> tuple[str, ...]:
    """Give the keys of a submission's post: of this hour and of the hour before, so that a doubled one is found.

    No address is among them: what somebody sends in must never revise the post that a source has published there.
    """
    hour = int(now.timestamp() // _SAME.total_seconds())
    told = hmac.new(secret, repr(submission).encode() + hashlib.sha256(picture).digest(), hashlib.sha256).hexdigest()
    return tuple(f"guid:form:{told[:40]}:{one}" for one in (hour, hour - 1))


def _look_at_the_whole(told: Submission, faults: dict[Field, Fault]) -> None:
    for field, value in ((Field.TITLE, told.title), (Field.SENDER, told.sender)):
        if not any(one.isalnum() for one in value):
            faults.setdefault(field, Fault.MISSING)
    if not told.text and not told.link:
        faults.setdefault(Field.TEXT, Fault.NOTHING_TOLD)
    if len(told.text) > LONGEST_TEXT:
        faults.setdefault(Field.TEXT, Fault.TOO_LONG)
    if told.kind is PostKind.EVENT and told.start is None:
        faults.setdefault(Field.START, Fault.MISSING)
    if told.start and told.end and told.end < told.start:
        faults.setdefault(Field.END, Fault.ENDS_BEFORE)


def _kind(form: Mapping[str, str], faults: dict[Field, Fault]) -> PostKind:
    kind = form.get(Field.KIND, "")
    if kind and kind not in KINDS:
        faults[Field.KIND] = Fault.NO_CHOICE
    return PostKind(kind) if kind in KINDS else PostKind.NEWS


def _line(form: Mapping[str, str], field: Field, longest: int, faults: dict[Field, Fault]) -> str:
    line = one_line(form.get(field, ""))
    if len(line) > longest:
        faults[field] = Fault.TOO_LONG
    return line


def _link(form: Mapping[str, str], faults: dict[Field, Fault]) -> str:
    told = form.get(Field.LINK, "").strip()
    link = web_address(told) or (web_address(f"https://{told}") if told and "." in told and ":" not in told else "")
    if (told and not link) or len(link) > LONGEST_LINK:
        faults[Field.LINK] = Fault.NO_LINK
        return ""
    return link


def _day(form: Mapping[str, str], field: Field, today: date, faults: dict[Field, Fault]) -> date | None:
    told = form.get(field, "").strip()
    if not told:
        return None
    try:
        day = date.fromisoformat(told)
    except ValueError:
        faults[field] = Fault.NO_DATE
        return None
    if day < today:
        faults[field] = Fault.PAST
    elif day > today + _LONGEST_AHEAD:
        faults[field] = Fault.TOO_FAR
    return day


def _choice(form: Mapping[str, str], field: Field, known: AbstractSet[str], faults: dict[Field, Fault]) -> str:
    told = form.get(field, "").strip()
    if told and told not in known:
        faults[field] = Fault.NO_CHOICE
        return ""
    return told


def _moment(day: date, of_day: time) -> datetime:
    return datetime.combine(day, of_day.replace(microsecond=0), UTC)
