"""A subscriber's id stands in old mails: it is never used twice."""

from sqlalchemy import Engine

from subscribers.people.correspondents import correspondent, correspondent_id
from subscribers.people.erase import erase
from subscribers.subscriber import Correspondent, NotMailable
from tests.unit.subscribers.people import NOW, make_member


def test_an_erased_id_is_never_used_again(engine: Engine) -> None:
    """Erasing the newest person and adding another gives a new id, so that an old token names nobody."""
    with engine.begin() as db:
        first = make_member(db)
        erase(db, first, by="test", now=NOW)
    with engine.begin() as db:
        assert make_member(db, "bob@example.org") > first


def test_an_erased_correspondent_gives_no_id_away(engine: Engine) -> None:
    """The same holds for correspondents, who go when the person of their address is erased."""
    with engine.begin() as db:
        person = make_member(db)
        first = correspondent_id(db, "ANNA@example.org")
        assert correspondent_id(db, "anna@example.org") == first
        assert isinstance(correspondent(db, first), Correspondent)
        erase(db, person, by="test", now=NOW)
        assert correspondent(db, first) == NotMailable("erased")
        assert correspondent_id(db, "bob@example.org") > first
