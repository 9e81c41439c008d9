"""Made-up feeds and pages for the benchmarks, built as publishing systems build them. The same on every machine."""

import html
import random

_WORDS = """
patients research funders genome clinic data registry study partners trial prevention training policy cohort diagnosis
network hospital consent access biomarker and the of in for with from that which into are have said shows found takes
"""
_MENU = ("News", "Calls", "Events", "Partners", "Topics", "Library", "Press", "Jobs", "About", "Imprint", "Privacy")


def feed(number: int, *, items: int) -> bytes:
    """Give an RSS feed of a publishing system, with the whole text of each item."""
    chance = random.Random(number)
    told = "".join(_item(chance, number, place) for place in range(items))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:wfw="http://wellformedweb.org/CommentAPI/"'
        ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        "<channel><title>A partner</title>"
        f"<link>https://partner{number}.example.org/</link><language>en-GB</language>{told}</channel></rss>"
    ).encode()


def page(number: int) -> bytes:
    """Give a page of a publishing system: an article between a head, menus, a sidebar, other posts and a foot."""
    chance = random.Random(number)
    title = _sentence(chance, 9)
    head = (
        f'<meta charset="utf-8"><title>{title} | A partner</title><meta property="og:title" content="{title}">'
        f'<meta property="og:image" content="/media/{number}.jpg"><meta name="author" content="Ana Martins">'
        f'<meta property="article:published_time" content="2026-11-{1 + number % 28:02}T09:00:00+01:00">'
        + '<link rel="stylesheet" href="/style.css">' * 8
        + f"<script>{'var settings = {a: 1};' * 120}</script><style>{'.box { margin: 0 auto }' * 160}</style>"
    )
    menu = f"<nav><ul>{''.join(_entry(word, number) for word in _MENU * 3)}</ul></nav>"
    text = "".join(f"<p>{_paragraph(chance)}</p>" for _ in range(14))
    others = "".join(f'<li><a href="/news/{place}">{_sentence(chance, 8)}</a></li>' for place in range(12))
    return (
        f'<!DOCTYPE html><html lang="en"><head>{head}</head><body class="single"><header>{menu}</header>'
        f'<div id="main" class="wrap"><article class="post"><h1>{title}</h1>'
        '<div class="meta">20 views, 0 comments</div>'
        f'<div class="entry-content">{text}</div><div class="share">Share this post</div></article>'
        f'<aside class="sidebar"><h3>Recent posts</h3><ul>{others}</ul></aside></div>'
        f"<footer>{menu}<p>© 2026 A partner. All rights reserved.</p></footer></body></html>"
    ).encode()


def _item(chance: random.Random, number: int, place: int) -> str:
    address = f"https://partner{number}.example.org/news/{place}"
    text = _body(chance, place)
    return (
        f"<item><title>{_sentence(chance, 9)}</title><link>{address}?utm_source=rss</link>"
        f"<guid>{address}</guid><dc:creator>Ana Martins</dc:creator><category>Research</category>"
        f"<comments>{address}#respond</comments><wfw:commentRss>{address}/feed/</wfw:commentRss>"
        "<slash:comments>0</slash:comments>"
        f"<pubDate>Mon, {1 + place % 28:02} Nov 2026 09:00:00 +0100</pubDate>"
        f"<description>{html.escape(f'<p>{_paragraph(chance)}</p>')}</description>"
        f"<content:encoded><![CDATA[{text}]]></content:encoded></item>"
    )


def _body(chance: random.Random, place: int) -> str:
    """Give a text as the block editor of a publishing system writes it: a picture, headings, a list, classes."""
    picture = f"https://partner.example.org/wp-content/uploads/{place}"
    sizes = ", ".join(f"{picture}-{width}.jpg {width}w" for width in (300, 768, 1024, 1536))
    figure = (
        '<figure class="wp-block-image size-large"><img loading="lazy" decoding="async" width="1024" height="683"'
        f' src="{picture}-1024.jpg" alt="The hall" class="wp-image-{place}" srcset="{sizes}"'
        ' sizes="auto, (max-width: 1024px) 100vw, 1024px" /><figcaption class="wp-element-caption">The hall'
        "</figcaption></figure>"
    )
    heading = f'<h2 class="wp-block-heading"><strong>{_sentence(chance, 5)}</strong></h2>'
    points = "".join(f"<li>{_sentence(chance, 9)}</li>" for _ in range(4))
    told = [f'<p class="has-text-align-left">{_paragraph(chance)}</p>' for _ in range(5)]
    return "\n\n".join((figure, *told[:2], heading, *told[2:4], f'<ul class="wp-block-list">{points}</ul>', told[4]))


def _entry(word: str, number: int) -> str:
    return f'<li class="menu-item menu-item-type-page"><a href="/{word.lower()}/{number}">{word}</a></li>'


def _paragraph(chance: random.Random) -> str:
    place = f"https://partner.example.org/{chance.randint(1, 99)}"
    link = f' See <a href="{place}" target="_blank" rel="noreferrer noopener"><em>{_sentence(chance, 3)}</em></a>.'
    return " ".join(f"{_sentence(chance, 14)}." for _ in range(4)) + link


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choice(_WORDS.split()) for _ in range(words)).capitalize()
