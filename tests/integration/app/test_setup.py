"""`apply` and `show`: twice changes nothing, the desk's changes are kept, and nothing goes without being asked."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from newsletter.app.app import App
from newsletter.app.earlier_yes import unasked
from newsletter.app.setup import Change, apply_setup
from newsletter.app.setup_show import present_setup, setup_toml
from newsletter.base.clock import FixedClock
from newsletter.base.errors import InvalidSetup
from newsletter.base.ids import SourceId
from newsletter.db.engine import reading, writing
from newsletter.db.tables import audit_log
from newsletter.issues import store as issue_store
from newsletter.issues.recipe import Recipe, merge_recipe
from newsletter.sources import source_store
from newsletter.sources.source import SourceKind
from subscribers.people.add import add_subscriber
from tests.conftest import NOW
from tests.fakes.home import make_empty_home

FILE = """\
[[topic]]
slug = "funding"
name = "Funding calls"
keywords = ["grant"]
[[topic]]
slug = "policy"
[[source]]
name = "secretariat"
url = "https://www.example.org/"
kind = "auto"
topics = ["policy"]
[[source]]
name = "papers"
url = "papers"
backfill = 30
[[list]]
slug = "members"
[[newsletter]]
slug = "weekly"
name = "Weekly"
from = "Newsroom <news@example.org>"
postal_address = "Example Street 1"
lists = ["members"]
subject = { en = "News", de = "Neues" }
logo = "logo.png"
max_posts = 8
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = make_empty_home(tmp_path / "home")
    yield app
    app.close()


def apply(app: App, text: str = FILE, *, covered: str = "", **options: bool) -> list[Change]:
    path = app.home / "setup.toml"
    path.write_text(text, encoding="utf-8")
    return apply_setup(app, path, covered=covered, **options)


def recipe(app: App) -> Recipe:
    with reading(app.engine) as db:
        return issue_store.newsletter_by_slug(db, "weekly").recipe


def desk_changes(app: App, **fields: Any) -> None:
    """What the desk does to a newsletter."""
    with writing(app.engine) as db:
        issue_store.put_newsletter(db, merge_recipe(recipe(app), fields), now=NOW)


def acts(changes: list[Change]) -> list[tuple[str, str, str]]:
    return [(change.act, change.kind, change.name) for change in changes]


def test_twice_changes_nothing(app: App) -> None:
    """The first time everything is made, the second time nothing is."""
    assert {change.act for change in apply(app)} == {"create"}
    assert apply(app) == []


def test_a_dry_run_tells_and_writes_nothing(app: App) -> None:
    """It gives the very changes that the real run makes."""
    told = apply(app, dry_run=True)
    assert present_setup(app) == {"topic": [], "source": [], "list": [], "segment": [], "newsletter": []}
    assert apply(app) == told


def test_what_was_found_out_about_a_source_is_no_change(app: App) -> None:
    """An address whose feed was found keeps the feed; only another address in the file is a change."""
    apply(app)
    with writing(app.engine) as db:
        found = source_store.source_by_name(db, "secretariat")
        feed = "https://www.example.org/feed.xml"
        source_store.settle_kind(db, SourceId(found.id), kind=SourceKind.FEED, url=feed)
    assert apply(app) == []
    apply(app, FILE.replace('topics = ["policy"]', 'topics = ["funding"]'))
    with reading(app.engine) as db:
        kept = source_store.source_by_name(db, "secretariat")
    assert (kept.url, kept.kind, kept.topics) == (feed, SourceKind.FEED, ("funding",))
    moved = apply(app, FILE.replace("www.example.org/", "news.example.org/"))
    assert acts(moved) == [("update", "source", "secretariat")]


def test_for_whom_a_source_writes_is_kept(app: App) -> None:
    """Roles and country come with the file, stay where it does not say, and are shown; a wrong country is refused."""
    told = 'topics = ["policy"]\nroles = ["clinician", "patient"]\ncountry = "it"'
    apply(app, FILE.replace('topics = ["policy"]', told))
    assert apply(app, FILE.replace('topics = ["policy"]', 'topics = ["funding"]'))
    with reading(app.engine) as db:
        kept = source_store.source_by_name(db, "secretariat")
    assert (kept.roles, kept.country) == (("clinician", "patient"), "IT")
    assert 'country = "IT"' in setup_toml(present_setup(app))
    with pytest.raises(InvalidSetup, match="country"):
        apply(app, FILE.replace('topics = ["policy"]', 'country = "Italy"'))


def test_show_then_apply_changes_nothing(app: App) -> None:
    """What `show --toml` writes, in any folder, is what is there; also after kinds were found out."""
    apply(app)
    with writing(app.engine) as db:
        found = source_store.source_by_name(db, "papers")
        source_store.settle_kind(db, SourceId(found.id), kind=SourceKind.FOLDER, url=found.url)
    desk_changes(app, max_posts=3, announcement={"de": "Zu."}, intro='Dear "readers",\n\ttoday \x7f & é')
    before = present_setup(app)
    path = app.home.parent / "elsewhere.toml"
    path.write_text(setup_toml(before), encoding="utf-8")
    assert apply_setup(app, path) == []
    assert apply_setup(app, path, force=True, prune=True) == []
    assert present_setup(app) == before


def test_the_desks_change_is_kept_and_shown_again_and_again(app: App) -> None:
    """As long as the file says otherwise, and also when the file changes something else meanwhile."""
    apply(app)
    desk_changes(app, max_posts=3)
    for text in (FILE, FILE.replace('"Weekly"', '"Our weekly"'), FILE.replace('"Weekly"', '"Our weekly"')):
        changes = apply(app, text)
        assert ("keep", "newsletter", "weekly") in acts(changes)
        assert recipe(app).max_posts == 3
    assert recipe(app).name == "Our weekly"


def test_the_desks_change_is_kept_against_a_new_value_too(app: App) -> None:
    """Changed on both sides is shown and kept; when the file agrees, there is nothing to show."""
    apply(app)
    desk_changes(app, max_posts=3)
    assert acts(apply(app, FILE.replace("max_posts = 8", "max_posts = 5"))) == [("keep", "newsletter", "weekly")]
    assert apply(app, FILE.replace("max_posts = 8", "max_posts = 3")) == []
    assert acts(apply(app, FILE.replace("max_posts = 8", "max_posts = 4"))) == [("update", "newsletter", "weekly")]


def test_a_key_that_was_said_without_a_change_counts_as_said(app: App) -> None:
    """A default that the file repeats, then the desk changes, is the desk's."""
    apply(app)
    longer = FILE + "min_posts = 1\n"
    assert apply(app, longer) == []
    desk_changes(app, min_posts=2)
    apply(app, longer)
    assert recipe(app).min_posts == 2


def test_a_key_that_no_file_had_is_the_desks(app: App) -> None:
    """What the desk has set first is not overwritten by a file that names it for the first time."""
    apply(app)
    desk_changes(app, stale_after="12h")
    assert ("keep", "newsletter", "weekly") in acts(apply(app, FILE + 'stale_after = "24h"\n'))
    assert recipe(app).stale_after == "12h"


def test_force_takes_the_file(app: App) -> None:
    """With --force the file wins, and then nothing is left to say."""
    apply(app)
    desk_changes(app, max_posts=3)
    assert acts(apply(app, force=True)) == [("update", "newsletter", "weekly")]
    assert recipe(app).max_posts == 8
    assert apply(app) == []


def test_absent_keys_keep_their_value(app: App) -> None:
    """A file that no longer says something changes nothing of it."""
    apply(app)
    assert apply(app, FILE.replace("max_posts = 8\n", "").replace('keywords = ["grant"]\n', "")) == []
    assert recipe(app).max_posts == 8


def test_nothing_is_removed_without_prune(app: App) -> None:
    """A file without a source and the newsletter leaves them; with --prune they go, topics and lists never."""
    apply(app)
    bare = '[[source]]\nname = "papers"\n[[list]]\nslug = "members"\n'
    assert apply(app, bare) == []
    gone = [("remove", "newsletter", "weekly"), ("remove", "source", "secretariat")]
    assert acts(apply(app, bare, prune=True)) == gone
    left = present_setup(app)
    assert [len(left[kind]) for kind in ("topic", "source", "list", "newsletter")] == [2, 1, 1, 0]
    assert apply(app, bare, prune=True) == []


def test_a_newsletter_may_not_point_at_what_is_pruned(app: App) -> None:
    """A source that goes and is still named is a fault, and nothing is changed."""
    apply(app)
    named = FILE.replace("max_posts = 8", 'sources = ["secretariat"]')
    without = named.replace(
        named[named.index('[[source]]\nname = "secretariat"') : named.index('[[source]]\nname = "papers"')], ""
    )
    with pytest.raises(InvalidSetup, match="there is no source 'secretariat'"):
        apply(app, without, prune=True)
    assert apply(app) == []


def test_every_fault_is_told_at_once(app: App) -> None:
    """Unknown names and wrong values, each with the table it stands in; nothing is written."""
    text = FILE.replace('topics = ["policy"]', 'topics = ["sports"]').replace('lists = ["members"]', 'lists = ["all"]')
    text += 'announcement_after = "weather"\n'
    with pytest.raises(InvalidSetup) as caught:
        apply(app, text + 'sources = ["blog"]\nproviders = ["ses"]\n')
    assert [fault.split(": ")[1] for fault in caught.value.faults] == [
        "there is no topic 'sports'",
        "there is no list or segment 'all'",
        "there is no source 'blog'",
        "there is no topic 'weather'",
        "newsletter.toml has no provider 'ses'",
    ]
    assert present_setup(app)["topic"] == []


ANOTHER = (
    FILE
    + """
[[newsletter]]
slug = "second"
name = "Second Letter"
from = "Newsroom <news@example.org>"
postal_address = "Example Street 1"
lists = ["members"]
"""
)


def joined(app: App, address: str) -> None:
    """Somebody joins the list, and a day goes by."""
    with writing(app.engine) as db:
        add_subscriber(db, address, "members", consent="a test", by="test", now=app.clock.now(), profile={})
    app.clock = FixedClock(app.clock.now() + timedelta(days=1))


def open_questions(app: App) -> list[str]:
    """What doctor would say of newsletters that came later than people."""
    with reading(app.engine) as db:
        return [one.words for each in issue_store.all_newsletters(db) for one in unasked(db, each)]


def test_a_newsletter_that_comes_to_people_unasked_is_told_of(app: App) -> None:
    """Whoever joined for another is counted by apply, also in a dry run, and by doctor; who joins later is not."""
    apply(app)
    joined(app, "anna@example.org")
    assert open_questions(app) == []
    for dry_run in (True, False):
        warning = apply(app, ANOTHER, dry_run=dry_run)[-1]
        assert (warning.act, warning.name) == ("warn", "second")
        assert "1 person joined the list members before second came to it" in warning.details[0]
    assert apply(app, ANOTHER) == []
    app.clock = FixedClock(app.clock.now() + timedelta(days=1))
    joined(app, "bruno@example.org")
    (question,) = open_questions(app)
    assert question.startswith("1 person ")


def test_a_newsletter_that_moves_to_a_list_is_new_there(app: App) -> None:
    """Also one that is old itself, and one that comes to a part of the list only."""
    apply(app, ANOTHER.replace('lists = ["members"]', 'lists = ["board"]', 2) + '[[list]]\nslug = "board"\n')
    joined(app, "anna@example.org")
    segment = '[[segment]]\nslug = "part"\nlist = "members"\nrule = "language is de"\n[[newsletter]]'
    part = ANOTHER.replace("[[newsletter]]", segment, 1)
    told = apply(app, part.replace('lists = ["members"]', 'lists = ["part"]', 1))
    assert [one.name for one in told if one.act == "warn"] == ["weekly", "second"]


def test_why_an_earlier_yes_covers_a_newsletter_is_kept(app: App) -> None:
    """Said with apply or after it, it ends the question, and stands in the audit log with the day."""
    apply(app)
    joined(app, "anna@example.org")
    apply(app, ANOTHER)
    (change,) = apply(app, ANOTHER, covered="they were told of all our newsletters")
    assert (change.act, change.name) == ("cover", "second")
    assert open_questions(app) == []
    assert apply(app, ANOTHER, covered="they were told of all our newsletters") == []
    with reading(app.engine) as db:
        (details,) = db.execute(select(audit_log.c.details).where(audit_log.c.act == "setup.covered")).scalars()
    assert "they were told of all our newsletters" in details


def test_a_text_told_plainly_and_by_language_says_how_it_is_meant(tmp_path: Path) -> None:
    """TOML knows only that a key stands twice; the message shows how a text is told in each language."""
    app = make_empty_home(tmp_path / "home")
    file = tmp_path / "twice.toml"
    file.write_text('[[newsletter]]\nslug = "weekly"\nintro = "Hello"\nintro.de = "Hallo"\n')
    with pytest.raises(InvalidSetup, match=r"names each one: intro\.en"):
        apply_setup(app, file)
    app.close()
