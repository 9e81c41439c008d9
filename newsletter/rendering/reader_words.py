"""The words of each notice to a reader. Whoever reads one may not be who asked: each says what happens if they did not.

Names are never taken from a form: anybody may have typed one beside somebody else's address.
"""

from collections.abc import Sequence
from datetime import datetime

from newsletter.rendering.dates import moment_when
from newsletter.rendering.reader_notice import Words
from newsletter.rendering.strings import Strings


def confirm_words(
    strings: Strings, *, newsletters: Sequence[str], link: str, no_more: str, until: str, foot: tuple[str, ...]
) -> Words:
    """Ask whether the person who reads this mailbox wants to join; all that would come is named."""
    newsletter = newsletters[0]
    return Words(
        subject=strings.text("Please confirm: {newsletter}", newsletter=newsletter),
        heading=strings.text("Please confirm: {newsletter}", newsletter=newsletter),
        before=(
            strings.text(
                "Somebody, probably you, asked to receive {newsletter} at this address.",
                newsletter=", ".join(newsletters),
            ),
        ),
        button=strings.text("Go on to confirm"),
        link=link,
        after=(
            strings.text("It opens a page with one button. Only that button signs you up."),
            strings.text("If it was not you, do nothing: no more mail comes, and your address is soon forgotten here."),
            _until(strings, until),
        ),
        small_button=strings.text("Do not ask me again"),
        small_link=no_more,
        foot=foot,
    )


def already_words(strings: Strings, *, newsletter: str, link: str, until: str, foot: tuple[str, ...]) -> Words:
    """Tell somebody who gets the newsletter that joining again changes nothing, and where settings are."""
    return Words(
        subject=strings.text("You already receive {newsletter}", newsletter=newsletter),
        heading=strings.text("You already receive {newsletter}", newsletter=newsletter),
        before=(
            strings.text(
                "Somebody, probably you, asked to receive {newsletter} at this address.", newsletter=newsletter
            ),
            strings.text("It comes to you already, so nothing has changed."),
        ),
        button=strings.text("See and change what you get"),
        link=link,
        after=(_until(strings, until), strings.text("If it was not you, do nothing.")),
        foot=foot,
    )


def account_words(strings: Strings, *, link: str, until: str, foot: tuple[str, ...]) -> Words:
    """Give the link to everything that is kept about a person."""
    return Words(
        subject=strings.text("Your data and settings"),
        heading=strings.text("Your data and settings"),
        before=(strings.text("With this link you can see, change, download or delete what we keep about you."),),
        button=strings.text("Open my page"),
        link=link,
        after=(_until(strings, until), strings.text("If you did not ask for it, do nothing, and give it to nobody.")),
        foot=foot,
    )


def address_words(strings: Strings, *, old: str, link: str, until: str, foot: tuple[str, ...]) -> Words:
    """Ask at a new address whether it may take the place of the old one (masked)."""
    return Words(
        subject=strings.text("Please confirm your new address"),
        heading=strings.text("Please confirm your new address"),
        before=(strings.text("Somebody, probably you, asked that mail for {old} comes to this address.", old=old),),
        button=strings.text("Go on to confirm"),
        link=link,
        after=(
            strings.text("It opens a page with one button. Only that button changes your address."),
            _until(strings, until),
            strings.text("If it was not you, do nothing: then nothing changes."),
        ),
        foot=foot,
    )


def address_changed_words(strings: Strings, *, new: str, answers: str, foot: tuple[str, ...]) -> Words:
    """Tell the old address that mail goes to a new one (masked) from now on."""
    return Words(
        subject=strings.text("Your address was changed"),
        heading=strings.text("Your address was changed"),
        before=(
            strings.text("From now on your mail from us goes to {new}.", new=new),
            strings.text("If you did not want that, please write to {answers}.", answers=answers),
        ),
        foot=foot,
    )


def yes_words(strings: Strings, newsletters: Sequence[str]) -> str:
    """Say what the button of the page to confirm will do; it is kept as the record."""
    if len(newsletters) == 1:
        return strings.text("Press the button, and {newsletter} comes to this address.", newsletter=newsletters[0])
    names = ", ".join(newsletters)
    return strings.text("Press the button, and these come to this address: {newsletters}.", newsletters=names)


def done_words(strings: Strings, newsletters: Sequence[str]) -> str:
    """Say what the button has done."""
    if len(newsletters) == 1:
        return strings.text("From now on {newsletter} comes to this address.", newsletter=newsletters[0])
    return strings.text("From now on these come to this address: {newsletters}.", newsletters=", ".join(newsletters))


def moment(strings: Strings, at: datetime, zone: str) -> str:
    """Give a moment in words, in a zone that is told: 23. November 2026, 14:05 (Berlin)."""
    return moment_when(at, strings.locale, zone)


def _asked(strings: Strings, newsletter: str) -> str:
    return strings.text("Somebody, probably you, asked to receive {newsletter} at this address.", newsletter=newsletter)


def _until(strings: Strings, until: str) -> str:
    return strings.text("The link works once, until {time}.", time=until)
