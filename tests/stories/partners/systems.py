"""Partners whose publishing system is known by name."""

from dataclasses import replace
from html import escape

from tests.stories.partners import documents
from tests.stories.partners.acts import ATOM, HTML, RSS, both, item, leave, pages, told
from tests.stories.partners.documents import Item
from tests.stories.partners.partner import Partner


def systems() -> list[Partner]:
    """Partners whose publishing system is known by name."""
    word1, word2 = item("oncology", 1), item("oncology", 2, on=1)
    cut = replace(word2, text=f"{word2.text[:90]} [&hellip;]")
    tail = "<p>The post <a href='{site}'>x</a> appeared first on <a href='{site}'>Oncology</a>.</p>"
    wix, square, ghost, drupal = (item(name, 1) for name in ("wixsite", "squaresite", "ghostsite", "drupalsite"))
    typo3, joomla, blogger, medium = (item(name, 1) for name in ("typosite", "joomlasite", "bloggersite", "mediumsite"))
    talk = item("channel", 1)
    return [
        Partner(
            name="oncology",  # WordPress, found from its front page; the second post is cut and read from its page
            path="/",
            acts=(
                both(
                    told("/", _front("WordPress 6.5", "/comments/feed/", "/feed/"), HTML),
                    told("/comments/feed/", documents.rss("{site}", []), RSS),
                    told("/feed/", documents.rss("{site}", [_with_tail(word1, tail)]), RSS),
                    pages([word1, word2]),
                ),
                leave,
                told("/feed/", documents.rss("{site}", [cut, _with_tail(word1, tail)]), RSS),
            ),
            kind="feed",
            posts={word1.title: "candidate", word2.title: "candidate"},
            asked={word1.path: 1, word2.path: 1, "/comments/feed/": 0},
        ),
        _known("wixsite", "Wix.com Website Builder", "/blog-feed.xml", wix),
        _known("squaresite", "Squarespace", "/blog?format=rss", square),
        _known("ghostsite", "Ghost 5.8", "/rss/", ghost),
        _known("drupalsite", "Drupal 10 (https://www.drupal.org)", "/rss.xml", drupal),
        _known("typosite", "TYPO3 CMS", "/feed.xml?type=9818", typo3),
        _known(
            "joomlasite",
            "Joomla! - Open Source Content Management",
            "/news?format=feed&type=rss",
            joomla,
        ),
        _known("bloggersite", "Blogger", "/feeds/posts/default", blogger, is_atom=True),
        _known("mediumsite", "Medium", "/feed/mediumsite", medium),
        Partner(
            name="channel",
            path="/feeds/videos.xml?channel_id=UC0000000000000000000000",
            acts=(
                both(
                    told("/feeds/videos.xml?channel_id=UC0000000000000000000000", _channel(talk), ATOM),
                    pages([talk]),
                ),
            ),
            kind="feed",
            posts={talk.title: "candidate"},
        ),
    ]


# Where a system keeps its feed though its front page may not say so.
_WELL_KNOWN = frozenset({"/blog-feed.xml", "/rss/", "/rss.xml"})


def _with_tail(one: Item, tail: str) -> Item:
    return replace(one, text=f"{one.text}</p>{tail}<p>")


def _front(generator: str, *feeds: str) -> str:
    """Write a front page that names its system and announces its feeds, the comments' first as WordPress may."""
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="{feed}" href="{{site}}{escape(feed)}">'
        for feed in feeds
    )
    return (
        '<!doctype html><html lang="en"><head><title>Welcome</title>'
        f'<meta name="generator" content="{generator}">{links}'
        "</head><body><h1>Welcome</h1><p>We are one of forty partners who publish what they do.</p></body></html>"
    )


def _known(name: str, generator: str, feed: str, post: Item, *, is_atom: bool = False) -> Partner:
    written = documents.atom("{site}", [post]) if is_atom else documents.rss("{site}", [post])
    front = _front(generator) if feed in _WELL_KNOWN else _front(generator, feed)
    acts = both(told("/", front, HTML), told(feed, written, ATOM if is_atom else RSS, etag='"k"'), pages([post]))
    return Partner(
        name=name, path="/", acts=(acts,), kind="feed", posts={post.title: "candidate"}, asked={feed: 3, post.path: 1}
    )


def _channel(talk: Item) -> str:
    return (
        '<?xml version="1.0"?><feed xmlns:yt="http://www.youtube.com/xml/schemas/2015"'
        ' xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:media="http://search.yahoo.com/mrss/"><title>Channel</title><entry><id>yt:video:abcdefghijk</id>'
        f"<yt:videoId>abcdefghijk</yt:videoId><title>{talk.title}</title>"
        f'<link rel="alternate" href="{{site}}{talk.path}"/>'
        f"<published>{talk.at.isoformat() if talk.at else ''}</published>"
        f"<media:group><media:title>{talk.title}</media:title><media:description>{talk.text}</media:description>"
        "</media:group></entry></feed>"
    )
