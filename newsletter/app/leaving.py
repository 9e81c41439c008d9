"""A person leaves by the link of a mail: one newsletter, one list, everything; and takes it back.

Each departure is noted in leaves.log before it is committed: should this machine be lost between the two, a restored
home still knows; and of two acts at once the log tells that one last which counts. Saying so twice is as good as once.
"""

from newsletter.app.app import App
from newsletter.app.coming import has_opted_out, lists_of
from newsletter.app.leaves import EVERYTHING, LIST, OPT_OUT, UNDO, note_leave
from newsletter.db.engine import reading, writing
from newsletter.feedback.unsubscribe import BY, opt_out_key, record_leaving_all, record_unsubscribe, undo_unsubscribe
from newsletter.issues.issue import Issue
from subscribers.consent.consent import SuppressionKind
from subscribers.consent.leave import leave_list
from subscribers.subscriber import Subscriber
from subscribers.suppression import suppression_store


def leave_newsletter(app: App, person: Subscriber, issue: Issue, slug: str, *, how: str, network_address: str) -> bool:
    """Leave one newsletter, whatever lists it comes through, by a link in the mail of an issue.

    Tells whether this changed anything; what changed nothing leaves no trace.
    """
    with reading(app.engine) as db:
        if has_opted_out(db, person, slug):
            return False
    with writing(app.engine) as db:
        left = record_unsubscribe(
            db, issue, person.id, newsletter=slug, how=how, network_address=network_address, now=app.clock.now()
        )
        if left:
            note_leave(app, OPT_OUT, person, opt_out_key(slug))
    return left


def take_back(app: App, person: Subscriber, issue: Issue, slug: str, *, how: str, network_address: str) -> bool:
    """End the opt-out of one newsletter and nothing else. Tells whether there was one."""
    with writing(app.engine) as db:
        undone = undo_unsubscribe(
            db, issue, person.id, newsletter=slug, how=how, network_address=network_address, now=app.clock.now()
        )
        if undone:
            note_leave(app, UNDO, person, opt_out_key(slug))
    return undone


def leave_one_list(app: App, person: Subscriber, issue: Issue, slug: str, *, how: str, network_address: str) -> bool:
    """Leave one list, and so whatever comes through it alone. Only a confirmed yes leads back to it."""
    with reading(app.engine) as db:
        if slug not in {one.slug for one in lists_of(db, person)}:
            return False
    evidence = f"{how}, in the mail of {issue.name}"
    with writing(app.engine) as db:
        left = leave_list(
            db, person.id, slug, by=BY, evidence=evidence, network_address=network_address, now=app.clock.now()
        )
        if left:
            note_leave(app, LIST, person, slug)
    return left


def leave_all(app: App, person: Subscriber, issue: Issue, *, how: str, network_address: str) -> bool:
    """Leave every list, and be suppressed as one who left: no list made later brings them back."""
    with reading(app.engine) as db:
        kinds = suppression_store.open_suppressions(db, person.address_hash)
        if SuppressionKind.LEFT in kinds and not lists_of(db, person):
            return False
    with writing(app.engine) as db:
        left = record_leaving_all(db, issue, person.id, how=how, network_address=network_address, now=app.clock.now())
        if left:
            note_leave(app, EVERYTHING, person)
    return left
