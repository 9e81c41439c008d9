"""Tells the name of who wrote a post from the name of an account: systems sign what nobody signed with "admin"."""

import re
from urllib.parse import urlsplit

from newsletter.sources.cleaning.plain_text import one_line

_LONGEST = 200
# Accounts that publishing systems make by themselves, and the roles of their users.
_ONE_WORD = """
admin admins administrator administrators webadmin siteadmin web-admin site-admin wpadmin wp-admin wpengine superadmin
super-admin superuser super-user sysadmin root webmaster web-master webmistress webteam web-team webredaktion wordpress
wp drupal typo3 joomla editor editors author autor auteur autore contributor user username benutzer utilisateur utente
usuario usuário administrateur administratore amministratore administrador redacteur moderator guest anonymous anonym
anonyme anonimo anônimo unknown unbekannt default test none null undefined n/a
"""
_ACCOUNTS = frozenset(_ONE_WORD.split())
_TWO_WORDS = frozenset(
    {"super user", "site admin", "web admin", "web master", "web team", "site administrator", "website administrator",
     "web editor", "site editor", "wordpress admin", "admin user", "website admin", "no author", "not verified"}
)  # fmt: skip
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.\w+\s*(?:\(([^()]+)\))?")  # RSS 2.0: "ada@example.org (Ada Example)"
_NUMBER = re.compile(r"\W*\d*\W*$")
_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,4}[a-z]{2,24}", re.IGNORECASE)


def byline_of(text: str, *, url: str = "") -> str:
    """Give the names of the people or of the office; empty where only an account, an address or a host is told.

    `url`: of the post, whose host says nothing of who wrote it.
    """
    text = one_line(text)[:_LONGEST]
    names = [name for part in text.split(",") if (name := part.strip())]
    kept = [told for name in names if (told := _told(name)) and not _is_account(told, url)]
    return text if kept == names else ", ".join(kept)


def _told(name: str) -> str:
    mail = _MAIL.fullmatch(name)
    return (mail[1] or "").strip() if mail else name


def _is_account(name: str, url: str) -> bool:
    bare = _NUMBER.sub("", name).strip(" .-_@").casefold()
    if not bare or bare in _ACCOUNTS or bare in _TWO_WORDS:
        return True
    host = (urlsplit(url).hostname or "").removeprefix("www.") if "://" in url else ""
    site = re.sub(r"^(?:https?://)?(?:www\.)?", "", name.casefold()).rstrip("/")
    is_near = site == host or site.endswith(f".{host}") or host.endswith(f".{site}")
    return bool(host) and is_near and _HOST.fullmatch(site) is not None
