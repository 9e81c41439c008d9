"""What an issue says in one language: its frame, its sections and their cards, before any layout."""

from datetime import date
from pathlib import PurePosixPath
from urllib.parse import quote

from jinja2 import Environment

from newsletter.issues.frozen import FrozenIssue
from newsletter.rendering.arrange import FOCUS, MORE_NEWS, NEWS, PLAIN, section_places
from newsletter.rendering.cards import CardFacts, Direction, card_maker, facing
from newsletter.rendering.dates import long_date
from newsletter.rendering.document import Document, IssueFacts, Links, Look, SectionFacts
from newsletter.rendering.markdown import begins_with_heading, markdown_html, markdown_text
from newsletter.rendering.strings import Strings, direction, load_strings
from newsletter.rendering.theme import dark_theme, font_stack, light_theme
from newsletter.rendering.values import language_tag, lines, one_line
from newsletter.sources.source import Topic

# What is announced in one issue stands for the newsletter's own in every language: two readers of one issue must not
# be told two things. Other texts of the newsletter serve readers in whose language an editor wrote none.
_REPLACES = frozenset({"announcement"})


def document_of(frozen: FrozenIssue, language: str, base: str, environment: Environment) -> Document:
    """Give the frame of an issue in one language."""
    recipe = frozen.recipe
    strings = load_strings(environment, language)
    # Pages for everybody speak the newsletter's language unless their address says another.
    in_words = "" if strings.language == recipe.language else f"?language={strings.language}"
    light = light_theme(recipe.colour)
    intro, intro_language = _written(frozen, "intro", language)
    announcement, announced_in = _written(frozen, "announcement", language)
    return Document(
        layout=recipe.layout,
        strings=strings,
        face=facing(strings.language, Direction(strings.direction)),
        issue=IssueFacts(
            newsletter=one_line(recipe.name),
            title=strings.text("Issue {number}", number=str(frozen.number)),
            date=long_date(date.fromisoformat(frozen.slot[:10]), strings.locale),
            logo=_media(base, recipe.logo),
            logo_dark=_media(base, recipe.logo_dark),
            postal_address=one_line(recipe.postal_address),
            intro_html=markdown_html(intro, light.accent),
            intro_own=facing(intro_language, Direction(direction(intro_language))),
            announcement_html=markdown_html(announcement, light.on_tile),
            announcement_heading="" if begins_with_heading(announcement) else strings.text("Announcement"),
            announcement_own=facing(announced_in, Direction(direction(announced_in))),
        ),
        intro=markdown_text(intro, direction(intro_language)),
        announcement=markdown_text(announcement, direction(announced_in)),
        links=Links(
            leave=f"{base}/u/",
            preferences=f"{base}/p/",
            own_view=f"{base}/v/",
            why=f"{base}/w/",
            public=f"{base}/issues/{recipe.slug}/{frozen.number}{in_words}",
            join=f"{base}/join/{recipe.slug}{in_words}",
            archive=f"{base}/issues/{recipe.slug}{in_words}",
        ),
        look=Look(
            light=light, dark=dark_theme(recipe.colour), font=font_stack(recipe.font), has_font=bool(recipe.font)
        ),
    )


def all_sections(frozen: FrozenIssue, strings: Strings, base: str) -> list[SectionFacts]:
    """Give every heading that a reader may get, and each post's card under its own."""
    make = card_maker(frozen, strings, base)
    places = section_places(frozen)
    cards: dict[int, list[CardFacts]] = {PLAIN: [], FOCUS: []}
    for post in frozen.posts:
        cards.setdefault(places[post.id], []).append(make(post))
    if MORE_NEWS in cards:
        cards[NEWS] = []
    headings = section_headings(frozen, strings)
    return [SectionFacts(index=index, heading=headings[index], cards=tuple(cards[index])) for index in sorted(cards)]


def section_headings(frozen: FrozenIssue, strings: Strings) -> dict[int, str]:
    """Give the heading of each section by its place."""
    return {
        PLAIN: strings.text("In this issue"),
        FOCUS: strings.text("In focus"),
        MORE_NEWS: strings.text("More news"),
        NEWS: strings.text("News"),
    } | {at: topic_name(topic, strings) for at, topic in enumerate(frozen.topics, start=1)}


def topic_name(topic: Topic, strings: Strings) -> str:
    """Give a topic's name in the language, else in its base language, else as it is."""
    names = topic.names
    return one_line(names.get(strings.language) or topic.name_in(strings.language.partition("-")[0]))


def text_for(frozen: FrozenIssue, name: str, language: str) -> str:
    """The editor's text for this issue, else the recipe's: in the language, its base, the newsletter's, or any."""
    return told_for(frozen, name, language)[0]


def told_for(frozen: FrozenIssue, name: str, language: str) -> tuple[str, str]:
    """Give the same, and the language that it is in."""
    recipe_text: str | dict[str, str] = getattr(frozen.recipe, name)
    written: dict[str, str] = getattr(frozen.texts, name)
    if written and name in _REPLACES:
        recipe_text = ""
    standing = recipe_text if isinstance(recipe_text, dict) else {}
    base, own = language.partition("-")[0], frozen.recipe.language
    wanted = [(texts, one) for texts in (written, standing) for one in (language, base)]
    wanted += [(texts, one) for texts in (written, standing) for one in (own, *texts)]
    for texts, one in wanted:
        if texts.get(one):
            return texts[one], one
    return (recipe_text, own) if isinstance(recipe_text, str) else ("", own)


def _written(frozen: FrozenIssue, name: str, language: str) -> tuple[str, str]:
    text, told_in = told_for(frozen, name, language)
    return lines(text), language_tag(told_in)


def _media(base: str, file: str) -> str:
    return f"{base}/media/{quote(one_line(PurePosixPath(file).name), safe='')}" if file else ""
