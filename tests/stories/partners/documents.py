"""Documents as publishing systems write them: feeds, pages, sitemaps, of items given as values."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a partner tells, before any system has written it down."""

    path: str  # below the site's address
    title: str
    text: str
    at: datetime | None = None
    guid: str = ""
    picture: str = ""  # path
    category: str = ""
    language: str = ""


def rss(site: str, items: Sequence[Item], *, version: str = "2.0", language: str = "en", extra: str = "") -> str:
    """Write RSS: 2.0 with all it has, 0.91 without guids and dates."""
    written = "".join(_rss_item(site, item, with_ids=version == "2.0") for item in items)
    spaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"'
    head = f"<title>News</title><link>{site}/</link><description>News</description><language>{language}</language>"
    return f'<?xml version="1.0"?><rss version="{version}" {spaces}><channel>{head}{extra}{written}</channel></rss>'


def _rss_item(site: str, item: Item, *, with_ids: bool) -> str:
    parts = [f"<title>{escape(item.title)}</title><link>{site}{item.path}</link>"]
    parts.append(f"<description>{escape(f'<p>{item.text}</p>')}</description>")
    if with_ids:
        parts.append(f'<guid isPermaLink="false">{item.guid or site + item.path}</guid>')
        parts.append(f"<pubDate>{format_datetime(item.at)}</pubDate>" if item.at else "")
    parts.append(f"<category>{escape(item.category)}</category>" if item.category else "")
    parts.append(f'<media:content url="{site}{item.picture}" medium="image"/>' if item.picture else "")
    return f"<item>{''.join(parts)}</item>"


def rdf(site: str, items: Sequence[Item]) -> str:
    """Write RSS 1.0."""
    written = "".join(
        f'<item rdf:about="{site}{item.path}"><title>{escape(item.title)}</title><link>{site}{item.path}</link>'
        f"<description>{escape(item.text)}</description>"
        f"{f'<dc:date>{item.at.isoformat()}</dc:date>' if item.at else ''}</item>"
        for item in items
    )
    return (
        '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="{site}/"><title>News</title><link>{site}/</link></channel>{written}</rdf:RDF>'
    )


def atom(site: str, items: Sequence[Item], *, is_old: bool = False) -> str:
    """Write Atom 1.0, or 0.3 with its own names."""
    space = "http://purl.org/atom/ns#" if is_old else "http://www.w3.org/2005/Atom"
    published = "issued" if is_old else "published"
    written = "".join(
        f"<entry><id>tag:{item.guid or item.path}</id><title>{escape(item.title)}</title>"
        f'<link rel="alternate" type="text/html" href="{site}{item.path}"/>'
        f"{f'<{published}>{item.at.isoformat()}</{published}>' if item.at else ''}"
        f"{f'<updated>{item.at.isoformat()}</updated>' if item.at and not is_old else ''}"
        f'<content type="{"text/html" if is_old else "html"}" mode="escaped">{escape(f"<p>{item.text}</p>")}</content>'
        "</entry>"
        for item in items
    )
    return f'<?xml version="1.0"?><feed xmlns="{space}"><title>News</title>{written}</feed>'


def json_feed(site: str, items: Sequence[Item], *, version: str = "1.1") -> str:
    """Write JSON Feed."""
    written = [
        {
            "id": item.guid or item.path,
            "url": site + item.path,
            "title": item.title,
            "content_html": f"<p>{item.text}</p>",
            **({"date_published": item.at.isoformat()} if item.at else {}),
            **({"image": site + item.picture} if item.picture else {}),
        }
        for item in items
    ]
    return json.dumps({"version": f"https://jsonfeed.org/version/{version}", "title": "News", "items": written})


def page(item: Item, *, site: str = "", head: str = "", around: str = "") -> str:
    """Write an article's page with the page around it: menus, counts, cookies, other posts."""
    when = f'<meta property="article:published_time" content="{item.at.isoformat()}">' if item.at else ""
    image = f'<meta property="og:image" content="{site}{item.picture}">' if item.picture else ""
    return (
        f'<!doctype html><html lang="{item.language or "en"}"><head><title>{escape(item.title)} | News</title>'
        f'<meta property="og:title" content="{escape(item.title)}">{when}{image}{head}</head><body>'
        '<nav><ul><li><a href="/">Home</a></li><li><a href="/about">About us</a></li></ul></nav>'
        f"<main><article><h1>{escape(item.title)}</h1><p>{item.text}</p>{around}</article></main>"
        "<div>20 views</div><div>0 comments</div><div>top of page</div>"
        '<section><h2>Recent posts</h2><ul><li><a href="/other">Something else</a></li></ul></section>'
        "<footer>We use cookies. Accept all</footer></body></html>"
    )


def overview(site: str, items: Sequence[Item]) -> str:
    """Write a page "News" that lists articles, between the menus of its site."""
    listed = "".join(
        f'<li class="teaser"><h3><a href="{site}{item.path}">{escape(item.title)}</a></h3>'
        f"{f'<time datetime={item.at.date().isoformat()}>{item.at:%d %B %Y}</time>' if item.at else ''}"
        f"<p>{item.text[:80]}</p></li>"
        for item in items
    )
    menu = "".join(
        f'<li><a href="/{word}">{word.title()}</a></li>' for word in ("about", "partners", "press", "imprint")
    )
    return (
        '<!doctype html><html lang="en"><head><title>News</title></head><body>'
        f'<nav><ul class="menu">{menu}</ul></nav><main><h1>News</h1><ul class="list">{listed}</ul></main>'
        f'<footer><ul class="menu">{menu}</ul></footer></body></html>'
    )


def sitemap(site: str, items: Sequence[Item], *, is_news: bool = False) -> str:
    """Write a sitemap: addresses and dates of change; a news sitemap tells titles and dates of publication too."""
    written = "".join(
        f"<url><loc>{site}{item.path}</loc>"
        + (
            f"<news:news><news:publication><news:name>News</news:name><news:language>en</news:language></news:publication>"
            f"<news:publication_date>{item.at.isoformat() if item.at else ''}</news:publication_date>"
            f"<news:title>{escape(item.title)}</news:title></news:news>"
            if is_news
            else f"<lastmod>{item.at.date().isoformat() if item.at else ''}</lastmod>"
        )
        + "</url>"
        for item in items
    )
    spaces = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"' if is_news else ""
    return (
        f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {spaces}>{written}</urlset>'
    )
