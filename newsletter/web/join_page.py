"""The form by which people join, and what it says: the same for every address. No cookie, no session, no script.

It may be posted from a partner's own page, and shown in the frames of site builders that the operator names.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from math import ceil
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from newsletter.app.archive import OUT
from newsletter.app.coming import coming_with
from newsletter.base.errors import NotFound
from newsletter.db.engine import reading
from newsletter.issues import store as issue_store
from newsletter.issues.recipe import Recipe, in_language
from newsletter.issues.slots import first_slots
from newsletter.rendering.dates import long_date
from newsletter.rendering.strings import Strings, languages
from newsletter.sources import topic_store
from newsletter.web.client import client_address
from newsletter.web.context import Web, web_of
from newsletter.web.languages import browser_language, language_name, strings_in
from newsletter.web.pages import public_page
from newsletter.web.security_headers import framed_policy
from newsletter.web.stamp import shown_language, stamp
from subscribers.consent.join import Shown
from subscribers.doors import first_list
from subscribers.lists.keep import list_by_slug

TRAP = "homepage"  # people do not see this field; programs fill in all they find
STAMP = "shown"
VIA = "via"
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\[\]:-]{1,200}")
SURE = "sure"  # the address that somebody was asked about and meant as it is


def recipe_of_path(request: Request) -> Recipe | None:
    """Give the newsletter that a sign-up page is about; None for one that is not there."""
    with reading(web_of(request).app.engine) as db:
        try:
            return issue_store.newsletter_by_slug(db, request.path_params["newsletter"]).recipe
        except NotFound:
            return None


def form_page(
    request: Request,
    recipe: Recipe,
    *,
    entered: Mapping[str, str] | None = None,
    fault: str = "",
    suggestion: str = "",
    status: int = 200,
) -> Response:
    """Give the form, with what was entered, and what is wrong with the address or may be a slip in it."""
    entered = entered or {}
    web, strings = web_of(request), page_strings(request, entered)
    via = posted_from(request, entered)
    page = public_page(
        request,
        "join",
        strings,
        status=status,
        wording=_wording(web, strings, recipe),
        hidden=_hidden(web, strings, recipe, via),
        via=(VIA, via),
        slug=recipe.slug,
        entered=entered,
        fault=fault,
        suggestion=suggestion,
        sure=SURE,
        topics=_topics(web, strings),
        about=_about(web, strings, recipe),
        languages=[(one, language_name(one, in_language=one)) for one in languages(web.app.templates)],
        policy_url=web.app.settings.privacy.policy_url,
    )
    return _framed(request, page)


def again_page(request: Request, recipe: Recipe, entered: Mapping[str, str]) -> Response:
    """Ask once more: the form came from elsewhere, too quickly, or after a day. All that was typed is kept."""
    web, strings = web_of(request), page_strings(request, entered)
    kept = {name: value for name, value in entered.items() if name not in {TRAP, STAMP}}
    kept[VIA] = posted_from(request, entered)  # the next post is our own page's
    page = public_page(
        request,
        "join_again",
        strings,
        wording=_wording(web, strings, recipe),
        hidden=_hidden(web, strings, recipe, kept[VIA]),
        slug=recipe.slug,
        entered=kept,
        policy_url=web.app.settings.privacy.policy_url,
    )
    return _framed(request, page)


def asked_page(request: Request, recipe: Recipe, entered: Mapping[str, str]) -> Response:
    """Give the page that says what happens next: the same for each address."""
    strings = page_strings(request, entered)
    with reading(web_of(request).app.engine) as db:
        is_double = list_by_slug(db, first_list(db, recipe.lists)).opt_in == "double"
    page = public_page(
        request,
        "joined",
        strings,
        newsletter=recipe.name,
        address=entered.get("address", "").strip(),
        sender=_apart(recipe.sender),
        is_double=is_double,
    )
    return _framed(request, page)


def too_many_page(request: Request, recipe: Recipe, entered: Mapping[str, str], wait: timedelta) -> Response:
    """Give the form back to a network from which too many sign-ups came."""
    strings = page_strings(request, entered)
    words = strings.text("Too many sign-ups came from your network. Please try again in an hour.")
    page = form_page(request, recipe, entered=entered, fault=words, status=429)
    page.headers["Retry-After"] = str(max(1, ceil(wait.total_seconds())))
    return page


def shown_words(request: Request, recipe: Recipe, entered: Mapping[str, str]) -> Shown:
    """Give the words of the page that was posted, in the language in which it was shown, as consent is recorded.

    Whether that page showed just these is proved by its stamp: see `stamped`.
    """
    web = web_of(request)
    language = shown_language(entered.get(STAMP, ""))
    known = language in languages(web.app.templates)
    strings = strings_in(web, language) if known else page_strings(request, entered)
    return Shown(
        text=_text(web, strings, recipe),
        language=strings.language,
        place=_place(recipe, posted_from(request, entered)),
        network_address=client_address(request),
    )


def stamped(shown: Shown) -> str:
    """Give what the stamp of a page proves: what it said, and which page that was."""
    return f"{shown.place}\n{shown.text}"


def posted_from(request: Request, entered: Mapping[str, str]) -> str:
    """Give the other site whose form was posted, as the browser told it first; empty for our own page."""
    told = entered.get(VIA) or request.headers.get("origin", "")
    ours = urlsplit(web_of(request).app.settings.web.public_url)
    if not _ORIGIN.fullmatch(told) or told == f"{ours.scheme}://{ours.netloc}":
        return ""
    return "" if told.partition("://")[2] == request.headers.get("host") else told


def page_strings(request: Request, entered: Mapping[str, str]) -> Strings:
    """Give the words in the language that was chosen in the form or the address, else in the browser's."""
    web = web_of(request)
    chosen = entered.get("language") or request.query_params.get("language", "")
    accepted = request.headers.get("accept-language", "")
    known = chosen in languages(web.app.templates)
    return strings_in(web, chosen if known else browser_language(web, accepted))


def stamp_key(web: Web) -> bytes:
    """Give the key that signs the stamps of forms."""
    return web.app.keys.message_id


def _wording(web: Web, strings: Strings, recipe: Recipe) -> dict[str, str]:
    """What somebody agrees to: also what is kept as the record."""
    return {
        "heading": strings.text("Receive {newsletter}", newsletter=recipe.name),
        "statement": strings.text(
            "We keep your address to send you {newsletter}, and for nothing else. Each mail has a link to leave.",
            newsletter=_names(web, recipe),
        ),
        "button": strings.text("Sign up"),
    }


def _about(web: Web, strings: Strings, recipe: Recipe) -> dict[str, str]:
    """What helps to decide and is no part of the agreement: what it is, when the next one comes, where others lie."""
    now = web.app.clock.now()
    coming = first_slots(recipe.schedule, recipe.zone, after=now, count=1, skip=recipe.skip, shift=recipe.shift)
    day = long_date(date.fromisoformat(coming[0].wall[:10]), strings.locale) if coming else ""
    with reading(web.app.engine) as db:
        newsletter = issue_store.newsletter_by_slug(db, recipe.slug)
        is_out = bool(issue_store.list_issues(db, newsletter_id=newsletter.id, states=OUT, limit=1))
    in_words = "" if strings.language == recipe.language else f"?language={strings.language}"
    return {
        "description": in_language(recipe.description, strings.language, recipe.language),
        "next": strings.text("The next issue comes on {date}.", date=day) if day else "",
        "sender": strings.text("It comes from {sender}.", sender=_apart(recipe.sender)),
        "archive": f"issues/{recipe.slug}{in_words}" if is_out else "",
    }


def _apart(text: str) -> str:
    """Keep the direction of a text to itself (Unicode, first strong isolate): in Arabic an address would fall apart."""
    return f"\u2068{text}\u2069"


def _names(web: Web, recipe: Recipe) -> str:
    with reading(web.app.engine) as db:
        return ", ".join(coming_with(db, first_list(db, recipe.lists), recipe))


def _text(web: Web, strings: Strings, recipe: Recipe) -> str:
    policy = web.app.settings.privacy.policy_url
    lines = [
        *_wording(web, strings, recipe).values(),
        f"{strings.text('How we treat your data')}: {policy}" if policy else "",
    ]
    return "\n".join(line for line in lines if line)


def _place(recipe: Recipe, via: str) -> str:
    """Name the page as the record does: what a partner's form said before it are not the words that are kept."""
    ours = f"the sign-up page /join/{recipe.slug}"
    return f"{ours}, in these words, after a form on {via} that had words of its own" if via else ours


def _hidden(web: Web, strings: Strings, recipe: Recipe, via: str) -> dict[str, str]:
    shown = Shown(
        text=_text(web, strings, recipe), language=strings.language, place=_place(recipe, via), network_address=""
    )
    made = stamp(stamp_key(web), web.app.clock.now(), language=strings.language, words=stamped(shown))
    return {"trap": TRAP, "stamp_name": STAMP, "stamp": made}


def _topics(web: Web, strings: Strings) -> list[tuple[str, str]]:
    """Topics to choose from; sensitive ones are asked for nowhere but on a page that only their reader can open."""
    with reading(web.app.engine) as db:
        topics = topic_store.all_topics(db)
    return [(one.slug, one.name_in(strings.language)) for one in topics if not one.sensitive]


def _framed(request: Request, page: Response) -> Response:
    page.headers["Content-Security-Policy"] = framed_policy(web_of(request).app.settings.web.frame_ancestors)
    page.headers["Vary"] = "Accept-Language"
    return page
