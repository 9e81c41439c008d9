"""The form by which a partner sends in a post, and what it says. No cookie, no session, no script."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from newsletter.db.engine import reading
from newsletter.rendering.strings import Strings
from newsletter.sources import submission_store, topic_store
from newsletter.sources.cleaning.plain_text import LONGEST_TITLE
from newsletter.sources.post import PostKind
from newsletter.sources.source import Source
from newsletter.sources.submission import LONGEST_LINE, LONGEST_TEXT, Fault, Field, Submission
from newsletter.web.context import Web, web_of
from newsletter.web.languages import browser_language, language_name, languages_by_name, strings_in
from newsletter.web.pages import public_page

TRAP = "confirm_title"  # people do not see this field; programs fill in all they find
_LARGEST_TOLD = 1_000_000  # bytes in a megabyte, as people count them
_KINDS = {PostKind.NEWS: "News", PostKind.EVENT: "Event", PostKind.CALL: "Funding call"}
_LABELS = {
    Field.TITLE: "Title",
    Field.TEXT: "Text",
    Field.LINK: "Link",
    Field.PICTURE: "Picture",
    Field.KIND: "What is it?",
    Field.DEADLINE: "Deadline",
    Field.START: "First day",
    Field.END: "Last day",
    Field.PLACE: "Place",
    Field.LANGUAGE: "Language of the text",
    Field.TOPIC: "Topic",
    Field.SENDER: "Your name",
}
_FAULTS = {
    Fault.MISSING: "This is needed.",
    Fault.NOTHING_TOLD: "Please give a text or a link.",
    Fault.TOO_LONG: "This is too long.",
    Fault.NO_LINK: "This is no web address. One begins with https://",
    Fault.NO_DATE: "This is no date.",
    Fault.PAST: "This day is over.",
    Fault.TOO_FAR: "This is too far ahead.",
    Fault.ENDS_BEFORE: "The last day is before the first.",
    Fault.NO_CHOICE: "Please choose again.",
    Fault.NO_PICTURE: "This picture cannot be used. Please choose a JPEG, PNG or WebP file.",
    Fault.TOO_LARGE: "This picture is too large.",
}


def source_of_path(request: Request) -> Source | None:
    """Give the source whose form a request is about; None for a link that leads nowhere."""
    with reading(web_of(request).app.engine) as db:
        return submission_store.source_of_form(db, request.path_params["key"])


def form_page(
    request: Request,
    source: Source,
    *,
    entered: Mapping[str, str] | None = None,
    faults: Mapping[Field, Fault] | None = None,
    notice: str = "",
    status: int = 200,
) -> Response:
    """Give the form, with what was entered and what is wrong with it; `notice` is a message of the catalogues."""
    web = web_of(request)
    strings = _strings(web, request)
    page = public_page(
        request,
        "submit",
        strings,
        status=status,
        source=source.owner or source.name,
        key=source.form_key,
        label={field: strings.text(label) for field, label in _LABELS.items()},
        entered=entered or {},
        faults={field: strings.text(_FAULTS[fault]) for field, fault in (faults or {}).items()},
        notice=strings.text(notice) if notice else "",
        kinds=[(kind.value, strings.text(name)) for kind, name in _KINDS.items()],
        languages=languages_by_name(strings.locale),
        topics=_topics(web, strings),
        trap=TRAP,
        longest={Field.TITLE: LONGEST_TITLE, Field.TEXT: LONGEST_TEXT, Field.PLACE: LONGEST_LINE},
        largest=f"{web.app.fetcher.max_bytes / _LARGEST_TOLD:.0f} MB",
        today=web.app.clock.now().date().isoformat(),
    )
    return _varying(page)


def thanks_page(request: Request, source: Source, submission: Submission, *, has_picture: bool) -> Response:
    """Give the page that tells what was received."""
    web = web_of(request)
    strings = _strings(web, request)
    told = {
        Field.TITLE: submission.title,
        Field.TEXT: submission.text,
        Field.LINK: submission.link,
        Field.PICTURE: strings.text("received") if has_picture else "",
        Field.KIND: strings.text(_KINDS[submission.kind]),
        Field.DEADLINE: submission.deadline.isoformat() if submission.deadline else "",
        Field.START: submission.start.isoformat() if submission.start else "",
        Field.END: submission.end.isoformat() if submission.end else "",
        Field.PLACE: submission.place,
        Field.LANGUAGE: language_name(submission.language, in_language=strings.language) if submission.language else "",
        Field.TOPIC: dict(_topics(web, strings)).get(submission.topic, ""),
        Field.SENDER: submission.sender,
    }
    rows = [(strings.text(_LABELS[field]), words) for field, words in told.items() if words]
    page = public_page(
        request, "submitted", strings, source=source.owner or source.name, key=source.form_key, rows=rows
    )
    return _varying(page)


def _strings(web: Web, request: Request) -> Strings:
    return strings_in(web, browser_language(web, request.headers.get("accept-language", "")))


def _topics(web: Web, strings: Strings) -> list[tuple[str, str]]:
    with reading(web.app.engine) as db:
        return [(topic.slug, topic.name_in(strings.language)) for topic in topic_store.all_topics(db)]


def _varying(page: Response) -> Response:
    page.headers["Vary"] = "Accept-Language"
    return page
