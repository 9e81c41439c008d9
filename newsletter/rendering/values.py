"""What a value of a post or person may hold before it enters a mail: one line, no control, no hidden direction change.

Escaping comes later and always; this is about what escaping cannot cure.
"""

import re
from urllib.parse import quote, urlsplit

NAME_LENGTH = 60
LIST_NAME_LENGTH = 200

# Embeddings, overrides and isolates turn the text around them (Trojan-source tricks). The marks LRM and RLM, and the
# joiners that Persian, Hindi and emoji need, stay.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_CONTROL = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029], " ")
_LINE = str.maketrans({**_TURNING, **_CONTROL, **dict.fromkeys(range(0xD800, 0xE000), "\ufffd")})

# Mail programs turn "word.word" into a link too; "M. Dupont" and "J.R.R. Tolkien" are names.
_LINK = re.compile(r"://|www\.|@|\w\.\w{2,}", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
# RFC 3986, section 2: reserved and unreserved characters stay, so that an address already encoded is not encoded twice.
_URL_SAFE = "!#$%&'()*+,/:;=?@[]~-._"


def one_line(text: str) -> str:
    """Give the text on one line, blanks collapsed, without control characters and direction overrides."""
    return " ".join(text.translate(_LINE).split())


def lines(text: str) -> str:
    """Give a text of several lines with the same things taken out of each."""
    return "\n".join(line.translate(_LINE).rstrip() for line in text.replace("\r\n", "\n").split("\n"))


def shorten(text: str, limit: int) -> str:
    """Give at most `limit` characters, cut at a word, with an ellipsis if something was cut."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    at_word = head.rpartition(" ")[0]
    return (at_word if len(at_word) > limit // 2 else head).rstrip(" ,;:-") + "…"


def greeting_name(name: str) -> str:
    """Give the name to greet with: short and no link, else none. A name is the one text that a stranger can put into
    our mail, by subscribing somebody else's address."""
    line = one_line(name)
    return "" if _LINK.search(line) else line[:NAME_LENGTH].rstrip()


def web_link(url: str) -> str:
    """Give an http(s) address fit for a link, everything unsafe percent-encoded; empty for any other address."""
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return ""
    return quote(url.strip().translate(_LINE), safe=_URL_SAFE) if usable else ""


def language_tag(language: str) -> str:
    """Give a language tag that may stand in an attribute (BCP 47); empty when it is none."""
    return language if _LANGUAGE.fullmatch(language) else ""
