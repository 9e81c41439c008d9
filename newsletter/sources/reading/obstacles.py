"""Names what keeps programs from reading a page, and says what its owner could do about it."""

import re
from typing import Any
from urllib.parse import urlsplit

from newsletter.base.errors import SourceError
from newsletter.sources.cleaning.plain_text import one_line
from newsletter.sources.errors import FetchFailed, Obstacle, RobotsForbid
from newsletter.sources.fetching.fetch import shown

_LITTLE = 200  # characters of text; a page of posts has more
_NOT_READ = frozenset({"script", "style", "noscript", "template", "head", "svg"})
_SHELLS = frozenset({"root", "app", "__next", "__nuxt", "___gatsby", "app-root", "main-app", "react-root"})
_SCRIPTED = re.compile(r"java\s?script|skript", re.IGNORECASE)
_LOGIN = re.compile(
    r"/(?:log-?in|sign-?in|anmelden|anmeldung|connexion|accedi|acceso|entrar|wp-login\.php|sso|oauth2?|saml2?|adfs"
    r"|account/login|users/sign_in)(?:[/.?]|$)",
    re.IGNORECASE,
)
_LOCKED = frozenset({401, 403, 407})


def refuse_obstacles(page: Any, *, asked: str, came: str) -> None:
    """Come back if a parsed page shows what it holds; Obstacle if it wants a login or a script first."""
    text = _text(page)
    has_password = any((node.get("type") or "").lower() == "password" for node in page.iter("input"))
    was_sent_to_login = bool(_LOGIN.search(urlsplit(came).path)) and not _LOGIN.search(urlsplit(asked).path)
    if was_sent_to_login or (has_password and len(text) < 3 * _LITTLE):
        raise login_wanted(asked)
    if len(text) < _LITTLE and _wants_script(page, text):
        raise Obstacle(
            f"{shown(asked)} shows nothing without JavaScript",
            for_the_owner=f"Your page {shown(asked)} is empty for everybody who does not run JavaScript, and for "
            "newsletters. Could you publish your news as an RSS feed, or deliver the page with its text in it?",
        )


def obstacle_of(error: FetchFailed, *, asked: str) -> FetchFailed | Obstacle:
    """Give what a failed request means for a person: a closed door is an obstacle, all else stays what it is."""
    if isinstance(error, RobotsForbid):
        return Obstacle(
            str(error).rstrip("."),
            for_the_owner=f"We would like to read {shown(asked)} for a newsletter that links to you; your robots.txt "
            "asks programs not to. Could you allow our program there, or publish your news as an RSS feed?",
        )
    return login_wanted(asked) if error.status in _LOCKED else error


def words_for_people(error: SourceError, *, asked: str) -> str:
    """Say why a source could not be read; of a closed door, with the sentence for its owner, whenever it is met."""
    return str(obstacle_of(error, asked=asked) if isinstance(error, FetchFailed) else error)


def login_wanted(asked: str) -> Obstacle:
    """Make the obstacle of a page behind a login."""
    return Obstacle(
        f"{shown(asked)} is behind a login, or refuses programs",
        for_the_owner=f"We would like to read {shown(asked)} for a newsletter that links to you, but it asks for a "
        "login or refuses our program. Could you publish your news openly, best as an RSS feed?",
    )


def _wants_script(page: Any, text: str) -> bool:
    notes = " ".join(one_line(node.text_content()) for node in page.iter("noscript"))
    has_shell = any((node.get("id") or "").lower() in _SHELLS for node in page.iter("div", "main", "section"))
    has_scripts = next(page.iter("script"), None) is not None
    return bool(_SCRIPTED.search(notes)) or (has_scripts and (has_shell or len(text) < 20))


def _text(page: Any) -> str:
    """Give what a person reads on the page without scripts."""
    found: list[str] = []
    silent = 0
    body = page.find("body")
    for node in (page if body is None else body).iter():
        if (
            not isinstance(node.tag, str)
            or node.tag in _NOT_READ
            or any(isinstance(above.tag, str) and above.tag in _NOT_READ for above in node.iterancestors())
        ):
            found.append(node.tail or "" if not isinstance(node.tag, str) or node.tag in _NOT_READ else "")
            continue
        found.append(node.text or "")
        found.append(node.tail or "")
        silent += 1
        if silent > 20_000:
            break
    return one_line(" ".join(found))
