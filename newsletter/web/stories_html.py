"""The stories of an issue as a plain list, for feed readers."""

from collections.abc import Iterable
from html import escape

from newsletter.rendering.strings import direction
from newsletter.rendering.values import language_tag, one_line, web_link
from newsletter.sources.post import Post


def stories_html(stories: Iterable[Post]) -> str:
    """Give each story's title, as a link where it has one, where it comes from, and its excerpt."""
    return "".join(f"<article{_language(one)}>{_story(one)}</article>" for one in stories)


def _story(post: Post) -> str:
    title, link = escape(one_line(post.title)), web_link(post.url)
    heading = f'<a href="{escape(link)}">{title}</a>' if link else title
    excerpt = f"<p>{escape(one_line(post.excerpt))}</p>" if post.excerpt else ""
    return f"<h2>{heading}</h2><p>{escape(one_line(post.source_name))}</p>{excerpt}"


def _language(post: Post) -> str:
    tag = language_tag(post.language)
    return f' lang="{tag}" dir="{direction(tag)}"' if tag else ' dir="auto"'
