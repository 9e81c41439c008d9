"""The sign-up form of a home, as people and programs use it."""

import email
import re
import threading
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default
from typing import Any

import httpx

from newsletter.app.sender import drain, sending
from newsletter.base.clock import FixedClock
from newsletter.db.engine import reading, writing
from newsletter.web.join_page import STAMP
from subscribers.lists.keep import put_list
from subscribers.lists.mailing_list import SubscriptionState
from subscribers.people.show import show
from tests.conftest import NOW as SLOT_DAY
from tests.fakes.home import Home
from tests.integration.web.asking import Asking

NEW = "nina@hospital.example"


PATH = "/join/weekly"


NOW = SLOT_DAY - timedelta(days=1)  # by the clock of the home


class Form:
    """The sign-up form of the home's newsletter; its list asks for confirmation."""

    def __init__(self, home: Home) -> None:
        self.app, self.ask = home.app, Asking(home.app)
        with writing(self.app.engine) as db:
            put_list(db, "members", name="Members and friends", opt_in="double", now=NOW)

    def send(self, address: str = NEW, *, client: str = "192.0.2.7", **fields: Any) -> httpx.Response:
        """Send it as a person does who read the page for a while."""
        return self.ask.post(PATH, data={"address": address, STAMP: self.stamp(), **fields}, client=client)

    def stamp(self, *, ago: timedelta = timedelta(seconds=30), language: str = "en") -> str:
        """Give the stamp of the page as it was shown a while ago."""
        now = self.app.clock
        self.app.clock = FixedClock(now.now() - ago)
        page = self.ask.get(PATH, headers={"accept-language": language})
        self.app.clock = now
        return hidden(page)[STAMP]

    def mails(self) -> list[EmailMessage]:
        """Send what is planned; give the mails that arrived since."""
        with sending(self.app) as outbox:
            drain(self.app, outbox, stop=threading.Event())
        found = []
        for file in sorted((self.app.home / "sent" / "new").glob("*")):
            message = email.message_from_bytes(file.read_bytes(), policy=default)
            assert isinstance(message, EmailMessage)
            found.append(message)
            file.unlink()
        return found

    def link(self) -> str:
        (mail,) = self.mails()
        part = mail.get_body(("plain",))
        assert part is not None
        return link_in(part.get_content())

    def state(self, address: str = NEW) -> SubscriptionState | None:
        with reading(self.app.engine) as db:
            found = show(db, address).subscriptions
        return found[0].state if found else None


def hidden(page: httpx.Response) -> dict[str, str]:
    """Give the hidden fields of a page."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))


def link_in(text: str) -> str:
    """Give the link to confirm of a mail's text."""
    found = re.search(r"/c/[a-z2-7]+", text)
    assert found is not None
    return found[0]
