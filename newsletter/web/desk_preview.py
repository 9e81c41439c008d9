"""What the desk shows of an issue through one reader's eyes, and which readers it offers to choose from."""

from dataclasses import dataclass

from sqlalchemy import Connection

from newsletter.app.app import App
from newsletter.app.preview import Preview, preview
from newsletter.base.errors import NotFound
from newsletter.issues.issue import Issue
from newsletter.issues.recipe import Recipe
from newsletter.rendering.errors import InvalidLayout
from newsletter.web.languages import language_name
from subscribers.doors import members, still_mailable
from subscribers.errors import SubscribersError
from subscribers.subscriber import Recipient

_LOOKED_AT = 200  # members among whom different ones are sought
_OFFERED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleReader:
    """A reader to look through the eyes of."""

    address: str
    words: str  # what makes this one different


@dataclass(frozen=True, slots=True)
class Sight:
    """A preview, or why there is none."""

    preview: Preview | None
    why_not: str
    is_somebody: bool = True  # the reader asked for is there


def see(app: App, issue: Issue, address: str) -> Sight:
    """Preview an issue for the reader with an address; without one for somebody who has said nothing."""
    try:
        return Sight(preview(app, issue, address=address or None), "")
    except (NotFound, SubscribersError) as error:
        return Sight(None, str(error), is_somebody=False)
    except InvalidLayout as error:
        return Sight(None, f"A template is wrong, so that there is no mail to show. {error}")


def sample_readers(db: Connection, recipe: Recipe) -> list[SampleReader]:
    """Offer some readers of a newsletter, as different in language and wishes as the first ones on its lists are."""
    opt_out = f"newsletter:{recipe.slug}"
    ids = [one.subscriber_id for one in members(db, recipe.lists, opt_out=opt_out, after=0, limit=_LOOKED_AT)]
    answers = still_mailable(db, ids, recipe.lists, opt_out=opt_out)
    people = [one for one in answers.values() if isinstance(one, Recipient)]
    kinds: dict[tuple[str, bool, str], Recipient] = {}
    for person in people:
        kinds.setdefault((person.language, bool(person.follows), person.length), person)
    chosen = [*kinds.values(), *(one for one in people if one not in kinds.values())][:_OFFERED]
    return [SampleReader(address=one.address, words=_words(one, recipe)) for one in chosen]


def _words(person: Recipient, recipe: Recipe) -> str:
    topics = len(person.follows)
    follows = f"follows {topics} topic{'' if topics == 1 else 's'}" if topics else "follows nothing"
    return f"{language_name(person.language or recipe.language)}, {follows}"
