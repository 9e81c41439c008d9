"""The unpersonal edition: an issue as a page for everybody. The layouts are those of mails; no link is a reader's."""

from collections.abc import Sequence
from dataclasses import replace

from jinja2 import Environment

from newsletter.issues.digest import Chosen
from newsletter.issues.frozen import FrozenIssue
from newsletter.rendering.arrange import Arranged, announcement_after, announcement_place, arrange, section_places
from newsletter.rendering.cards import card_maker
from newsletter.rendering.content import document_of, section_headings, text_for
from newsletter.rendering.document import Document, SectionFacts, print_mjml
from newsletter.rendering.mjml import compile_layout
from newsletter.rendering.sentinels import Sentinels
from newsletter.rendering.titles import SUBJECT_LENGTH, title_template
from newsletter.rendering.values import one_line, web_link


def public_html(
    frozen: FrozenIssue, chosen: Sequence[Chosen], language: str, *, public_url: str, environment: Environment
) -> str:
    """Give the page of an issue with these stories. It may be of any length: no mailbox cuts it.

    InvalidLayout when a template cannot be used.
    """
    base = public_url.rstrip("/")
    arranged = arrange(chosen, section_places(frozen))
    place = announcement_place(arranged, announcement_after(frozen))
    document = replace(document_of(frozen, language, base, environment), is_public=True, announcement_place=place)
    sections = _sections(frozen, arranged, document, base)
    first = next((card.id for section in sections for card in section.cards), 0)

    def variants(post: int, known: Sequence[str]) -> Sequence[str]:
        return known[-1:] if post == first else known[:1]

    texts = {"intro": document.issue.intro_html, "announcement": document.issue.announcement_html}
    parts = {name for name, text in texts.items() if text}
    sentinels = Sentinels()

    def printed(templates: Environment) -> str:
        return print_mjml(templates, document, sections, parts, lambda _: "", sentinels, variants)

    segments = sentinels.fill(compile_layout(environment, document.layout, printed))
    # Holes are what a reader would bring: a reason, a name. Here they stay empty.
    return "".join(segment for segment in segments if isinstance(segment, str))


def public_title(frozen: FrozenIssue, chosen: Sequence[Chosen], language: str, document_date: str) -> str:
    """Give the subject that a reader who has said nothing would get."""
    titles = {post.id: one_line(post.title) for post in frozen.posts}
    first, second = [*(titles[one.post_id] for one in chosen[:2]), None, None][:2]
    values = {"newsletter": one_line(frozen.recipe.name), "number": str(frozen.number), "date": document_date}
    template = title_template(text_for(frozen, "subject", language), values, SUBJECT_LENGTH)
    return template.fill(first, second) or first or f"{one_line(frozen.recipe.name)} {frozen.number}"


def _sections(frozen: FrozenIssue, arranged: Sequence[Arranged], document: Document, base: str) -> list[SectionFacts]:
    make = card_maker(frozen, document.strings, base, lambda _frozen, post, _base: web_link(post.url))
    posts = {post.id: post for post in frozen.posts}
    headings = section_headings(frozen, document.strings)
    return [
        SectionFacts(
            index=section.index,
            heading=headings[section.index],
            cards=tuple(make(posts[one.post_id]) for one in section.chosen),
        )
        for section in arranged
    ]
