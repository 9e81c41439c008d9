"""Tells a page that stands where a site was: its domain is for sale, or its server shows what it has before a site.

Only what such a page calls itself counts, in its title or heading, and only where little else stands on it.
"""

import re

from newsletter.sources.cleaning.plain_text import plain_text, plain_title
from newsletter.sources.errors import NotUnderstood
from newsletter.sources.fetched_post import FetchedPost

_MOST = 3_000  # characters; an article about domains says more
_SALE = r"(?:for sale|zu verkaufen|zum verkauf|kaufen|à vendre|en venta|in vendita|à venda|te koop)"
_DOMAIN = r"(?:domains?|domaine?|domeny|dominio|domínio)"
_ENDED = r"(?:parked|expired|abgelaufen|expiré|scaduto|caducado|expirado)"
_BUY = r"(?:buy|kaufen sie|acheter|compra|comprar|acquista) (?:this|diese|ce|este|questo)"
_SERVER = r"welcome to nginx|apache2? .{0,40}default page|iis windows server|index of /|site not found"
_NAME = re.compile(
    rf"\b{_DOMAIN}\b.{{0,60}}\b(?:{_SALE}|{_ENDED})|\b{_BUY}\b.{{0,20}}\b{_DOMAIN}"
    rf"|\b{_SALE}\s*[:|-].{{0,60}}\.[a-z]{{2,12}}\s*$|^(?:[a-z0-9-]+\.)+[a-z]{{2,12}}\b.{{0,20}}\b{_SALE}"
    rf"|^(?:{_SERVER}|(?:this )?account (?:has been )?suspended)",
    re.IGNORECASE,
)


def refuse_parked(post: FetchedPost) -> None:
    """Come back if a page is a site's; NotUnderstood if it only holds the site's place."""
    title, text = plain_title(post.title), plain_text(post.html or post.summary)
    if _NAME.search(title) and len(text) < _MOST:
        raise NotUnderstood(f"the page says {title[:80]!r}: nobody's site stands there any more")
