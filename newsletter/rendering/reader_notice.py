"""What a notice says to a reader, and its two bodies: HTML from `templates/mail/notice.html.j2`, and plain text."""

from dataclasses import dataclass

from jinja2 import Environment

from newsletter.rendering.plaintext import underlined, wrap
from newsletter.rendering.strings import Strings
from newsletter.rendering.theme import dark_theme, font_stack, light_theme

TEMPLATE = "mail/notice.html.j2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a notice, in the reader's language."""

    subject: str
    heading: str
    before: tuple[str, ...]  # paragraphs
    button: str = ""  # empty: no button
    link: str = ""
    after: tuple[str, ...] = ()
    small_button: str = ""  # a second thing that one may want, as a plain link at the end
    small_link: str = ""
    foot: tuple[str, ...] = ()


def notice_html(environment: Environment, words: Words, strings: Strings, *, colour: str, font: str) -> str:
    """Give the HTML body; every value is escaped where it stands."""
    # The mails' environment prints sentinels and does not escape; here values are printed themselves.
    template = environment.overlay(autoescape=True).get_template(TEMPLATE)
    return template.render(
        language=strings.language,
        direction=strings.direction,
        start="right" if strings.direction == "rtl" else "left",
        light=light_theme(colour),
        dark=dark_theme(colour),
        font=font_stack(font),
        by_hand=strings.text("If the button does nothing, open this address:"),
        heading=words.heading,
        before=words.before,
        button=words.button,
        link=words.link,
        after=words.after,
        small_button=words.small_button,
        small_link=words.small_link,
        foot=words.foot,
    )


def notice_text(words: Words) -> str:
    """Give the text body: the same words, the link on a line of its own."""
    blocks = [underlined(words.heading, "="), *(wrap(one) for one in words.before)]
    if words.button:
        blocks.append(f"{wrap(words.button)}:\n{words.link}")
    blocks += [wrap(one) for one in words.after]
    if words.small_button:
        blocks.append(f"{wrap(words.small_button)}:\n{words.small_link}")
    if words.foot:
        blocks.append("--\n" + "\n".join(wrap(one) for one in words.foot))
    return "\n\n".join(blocks) + "\n"
