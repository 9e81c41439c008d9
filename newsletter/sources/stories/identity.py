"""Tells which fetched items are one and the same post, however their feed changes around them.

A post has several keys: the feed's id, its canonical address, a hash of title and date, and one of title, date and
text; any hit is the same post. Each counts only where it is unique in its document: in some feeds all items share one.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from newsletter.sources.cleaning.plain_text import one_line, plain_text, plain_title, storable
from newsletter.sources.fetched_post import FetchedPost

_TRACKING = re.compile(
    r"^(utm_.*|mtm_.*|pk_(campaign|kwd|source|medium|content)|hsa_.*|_hs(enc|mi)|mc_(cid|eid)|at_(campaign|medium|custom\d)"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|twclid|yclid|igshid|igsh|li_fat_id|ttclid|mkt_tok|oly_(anon|enc)_id"
    r"|vero_id|vero_conv|s_cid|cmpid|ref_src|ref_url|_ga|_gl|wt_mc|wt_zmc|sc_cid|trk|xtor)$"
)
# An address with nothing in it that could be written in another way: most are such.
_PLAIN = re.compile(r"https?://(?!www\.(?:/|\Z))(?:www\.)?([a-z0-9.-]+)(/[A-Za-z0-9!$'()*,;:@/._~-]*)?")
_LONGEST_KEY = 500  # longer ones are hashed: an index row has a limit
_UNRESERVED = "!$'()*,;:@/-._~"  # stay as they are in a path (RFC 3986 section 3.3)
_TELLING_TITLE = 5  # words; shorter ones ("Newsletter", "Job offer") come again and again
_TELLING_WORDS = 8  # of title and text together, where there is no date beside


def canonical_url(url: str) -> str:
    """Give the form by which an address is compared; not a link. Equal pages with other tracking come out equal."""
    if plain := _PLAIN.fullmatch(url):
        return f"https://{plain[1]}{(plain[2] or '').rstrip('/') or '/'}"
    return _canonical(url)


def _canonical(url: str) -> str:
    try:
        parts = urlsplit(storable(url).strip())
        host, port = (parts.hostname or "").removeprefix("www."), parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in {"http", "https"} or not host:
        return ""
    place = host if port in {None, 80, 443} else f"{host}:{port}"
    path = quote(unquote(parts.path), safe=_UNRESERVED).rstrip("/") or "/"
    pairs = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(name)
    ]
    fragment = (
        parts.fragment if parts.fragment.startswith(("!", "/")) else ""
    )  # "#!/x" is a page of its own, "#x" is none
    return urlunsplit(("https", place, path, urlencode(sorted(pairs)), fragment))


def untracked(url: str) -> str:
    """Give a link without tracking parameters, and else as it was written: what a reader gets."""
    address, mark, fragment = url.partition("#")
    address, query_mark, query = address.partition("?")
    pairs = [pair for pair in query.split("&") if not _is_tracking(pair)] if query else []
    is_tracking = bool(fragment) and "=" in fragment and all(_is_tracking(pair) for pair in fragment.split("&"))
    kept = query == "&".join(pairs)
    query = f"?{query}" if query_mark and kept else f"?{'&'.join(pairs)}" if any(pairs) else ""
    return address + query + ("" if is_tracking else mark + fragment)


def _is_tracking(pair: str) -> bool:
    name = pair.removeprefix("amp;").partition("=")[0]
    return _TRACKING.match(unquote(name).lower()) is not None


def content_key(post: FetchedPost) -> str:
    """Give the key that hashes normalised title, date and text: the same item parses to the same key."""
    return _content_key(post, _text_of(post))


def _content_key(post: FetchedPost, text: str) -> str:
    date = post.published.astimezone(UTC).isoformat() if post.published else ""
    words = [plain_title(post.title), date, one_line(text)]
    return "hash:" + _digest("\0".join(word.casefold() for word in words))


def dated_title_key(post: FetchedPost) -> str:
    """Give the key that hashes title and date, empty where the title is too short to tell items apart."""
    title = plain_title(post.title).casefold()
    if post.published is None or len(title.split()) < _TELLING_TITLE:
        return ""
    return "dated:" + _digest(f"{title}\0{post.published.astimezone(UTC).isoformat()}")


def distinct(posts: Sequence[FetchedPost]) -> list[FetchedPost]:
    """Leave out items that stand twice in the document, word for word; with few words, only at the same address."""
    found: dict[tuple[str, str], FetchedPost] = {}
    for post in posts:
        text = _text_of(post)
        found.setdefault((_content_key(post, text), "" if _is_telling(post, text) else canonical_url(post.url)), post)
    return list(found.values())


def identify(posts: Sequence[FetchedPost]) -> list[tuple[FetchedPost, tuple[str, ...]]]:
    """Give each item of one document with its keys, the strongest first."""
    every = [_all_keys(post) for post in posts]
    counts = Counter(key for keys in every for key in keys)
    return [
        (post, _counting(post, [key for key in keys if counts[key] == 1]))
        for post, keys in zip(posts, every, strict=True)
    ]


def url_key(keys: Sequence[str]) -> str:
    """Give the canonical address among the keys, empty where it did not count."""
    return next((key.removeprefix("url:") for key in keys if key.startswith("url:")), "")


def _all_keys(post: FetchedPost) -> list[str]:
    link = canonical_url(post.url)
    keys = [
        "guid:" + _short(storable(post.guid)) if post.guid else "",
        "url:" + _short(link) if link and not is_front_page(link) else "",
        dated_title_key(post),
    ]
    return [key for key in keys if key]


def _counting(post: FetchedPost, unique: list[str]) -> tuple[str, ...]:
    """Add the hash of the content: where it tells items apart, and where there is nothing else."""
    text = _text_of(post)
    return (*unique, _content_key(post, text)) if _is_telling(post, text) or not unique else tuple(unique)


def _is_telling(post: FetchedPost, text: str) -> bool:
    """Tell whether two items with this content are one: "Read more", without a date, may be anything."""
    if post.published is not None and text:
        return True
    return len(f"{plain_title(post.title)} {text}".split()) >= _TELLING_WORDS


def _text_of(post: FetchedPost) -> str:
    return plain_text(post.html or post.summary)


def is_front_page(link: str) -> bool:
    """Tell a site's front page: a lazy feed links every item to it, one document after the other."""
    parts = urlsplit(link)
    return parts.path == "/" and not parts.query and not parts.fragment


def same_site(link: str, other: str) -> bool:
    """Tell whether two addresses are of one site: one host, or one a part of the other ("blog.x.org" of "x.org")."""
    try:
        hosts = [(urlsplit(one).hostname or "").removeprefix("www.") for one in (link, other)]
    except ValueError:
        return False
    return all(hosts) and (
        hosts[0] == hosts[1] or hosts[0].endswith(f".{hosts[1]}") or hosts[1].endswith(f".{hosts[0]}")
    )


def _short(key: str) -> str:
    return key if len(key) <= _LONGEST_KEY else f"{key[:100]}#{_digest(key)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:40]
