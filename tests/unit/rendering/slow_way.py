"""The way that the fast path must equal: one document compiled for one reader."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import escape

from newsletter.issues.digest import Reason
from newsletter.issues.frozen import FrozenIssue
from newsletter.rendering.arrange import announcement_after, announcement_place, arrange, section_places
from newsletter.rendering.cards import card_maker
from newsletter.rendering.compose import Personal
from newsletter.rendering.content import document_of, section_headings
from newsletter.rendering.document import Document, SectionFacts, print_mjml
from newsletter.rendering.edition import Edition, build_edition
from newsletter.rendering.mjml import compile_mjml
from newsletter.rendering.sentinels import Segment, Sentinels
from newsletter.rendering.strings import Strings
from newsletter.rendering.values import greeting_name, one_line
from tests.unit.rendering.sample import (
    PUBLIC_URL,
    environment,
)


def build(frozen: FrozenIssue, language: str = "en") -> Edition:
    return build_edition(frozen, language, public_url=PUBLIC_URL, environment=environment())


def _ours(source: str) -> str:
    return compile_mjml(source, "one reader's mail")


def compile_for_one(
    frozen: FrozenIssue, language: str, personal: Personal, compiler: Callable[[str], str] = _ours
) -> str:
    """The slow way: one MJML document with this reader's stories only, compiled, and the values put in."""
    document = own_document(frozen, language, personal)
    sections = own_sections(frozen, document.strings, personal)
    cards = [card for section in sections for card in section.cards]
    name = greeting_name(personal.name)
    values = {
        "token": personal.token,
        "name": name,
        "preheader": cards[1].title if len(cards) > 1 else "",
        "more": document.strings.count("{count} more story online", "{count} more stories online", personal.more),
        "list_name": personal.list_name,
    }
    wanted = {
        "preheader": bool(values["preheader"]),
        "named": bool(name),
        "greeting": not name,
        "intro": bool(document.issue.intro_html),
        "widen": any(one.reason is Reason.WIDENED for one in personal.chosen),
        "announcement": bool(document.issue.announcement_html),
        "more": personal.more > 0,
    }
    sentinels = Sentinels()
    parts = {part for part, is_wanted in wanted.items() if is_wanted}
    first = cards[0].id if cards else 0

    def variants(post: int, known: Sequence[str]) -> Sequence[str]:
        return known[-1:] if post == first else known[:1]

    source = print_mjml(environment(), document, sections, parts, lambda _: "", sentinels, variants)
    segments = sentinels.fill(compiler(source))
    return _filled(segments, values, own_reasons(frozen, document.strings, personal))


def own_document(frozen: FrozenIssue, language: str, personal: Personal) -> Document:
    arranged = arrange(personal.chosen, section_places(frozen))
    place = announcement_place(arranged, announcement_after(frozen))
    return replace(document_of(frozen, language, PUBLIC_URL, environment()), announcement_place=place)


def own_sections(frozen: FrozenIssue, strings: Strings, personal: Personal) -> list[SectionFacts]:
    make = card_maker(frozen, strings, PUBLIC_URL)
    cards = {post.id: make(post) for post in frozen.posts}
    headings = section_headings(frozen, strings)
    return [
        SectionFacts(
            index=section.index,
            heading=headings[section.index],
            cards=tuple(cards[one.post_id] for one in section.chosen),
        )
        for section in arrange(personal.chosen, section_places(frozen))
    ]


def own_reasons(frozen: FrozenIssue, strings: Strings, personal: Personal) -> Iterator[str]:
    topics = {topic.id: topic.names.get(strings.language.partition("-")[0], topic.name) for topic in frozen.topics}
    sensitive = {topic.slug for topic in frozen.topics if topic.sensitive}
    private = {post.source_id for post in frozen.posts if sensitive & set(post.topics)}
    sources = {post.id: "" if post.source_id in private else one_line(post.source_name) for post in frozen.posts}
    words = {
        Reason.PICK: strings.text("Editors' choice"),
        Reason.EDITORS_ORDER: strings.text("From all topics"),
        Reason.DISCREET: strings.text("Chosen for you"),
        Reason.WIDENED: strings.text("Editors' choice"),
        Reason.OUTSIDE: strings.text("Outside your topics, for variety"),
        Reason.REMINDER: strings.text("Reminder: the date is near"),
        Reason.UPDATE: strings.text("Updated since you got it"),
    }
    for section in arrange(personal.chosen, section_places(frozen)):
        for one in section.chosen:
            followed = sources[one.post_id] if one.reason == Reason.SOURCE else topics.get(one.topic_id, "")
            follow = strings.text("You follow {topic}", topic=followed) if followed else words[Reason.DISCREET]
            yield words.get(one.reason, follow)


def _filled(segments: Sequence[Segment], values: Mapping[str, str], reasons: Iterator[str]) -> str:
    out = []
    for segment in segments:
        if isinstance(segment, str):
            out.append(segment)
        elif segment.name == "reason":
            reason = next(reasons)
            out.append(escape(f" · {reason}") if reason else "")
        else:
            out.append(escape(values[segment.name]))
    return "".join(out)
