"""The first weeks of a newsletter: five sources, three lists, 500 readers, every mail held against what was promised.

What each reader should get is worked out here from the CSV rows and the posts alone, and compared with three other
tellers: the mail that the relay took, `explain`, and `preview --as`. Then a week without news mails nobody, readers
mute and leave by the links of their mails, and one new post reaches those whom it concerns and brings nothing old.
"""

import email
import email.policy
import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from newsletter.app.app import App, open_app
from newsletter.app.explain import explain
from newsletter.base.keys import read_keys
from newsletter.db.engine import reading
from subscribers.people.find import find_by_address
from tests.fakes.web_server import WebSite
from tests.stories.stage import Home, Mail, Relay, relay_in, served, web_settings, write_post

pytestmark = pytest.mark.story

TOKEN = re.compile(rb"/u/([A-Za-z0-9]{24})")
TOPICS = ("funding", "genomics", "policy")
LISTS = ("members", "press", "partners")
DOMAINS = ("gmail.com", "example.org", "web.de", "clinic.example")


@dataclass(frozen=True, slots=True)
class Told:
    """A post as its source tells it."""

    title: str
    language: str
    topics: frozenset[str]


@dataclass(frozen=True, slots=True)
class Person:
    """A reader as the CSV files tell: on which lists with which status, in which language, following what."""

    address: str
    language: str
    follows: frozenset[str]
    statuses: dict[str, str]

    @property
    def is_mailed(self) -> bool:
        """Who left or bounced anywhere is out; else one confirmed list is enough."""
        said = set(self.statuses.values())
        return not said & {"unsubscribed", "cleaned"} and "subscribed" in said

    def reads(self, told: Told) -> bool:
        is_readable = told.language in {self.language or "en", "en"}
        return is_readable and (not self.follows or bool(self.follows & told.topics))


def told(title: str, language: str, *topics: str) -> Told:
    return Told(title, language, frozenset(topics))


RSS = [
    told("Ten countries sign a charter for health data", "en", "policy"),
    told("Joint call opens for rare disease trials & registries", "en", "funding"),
]
ATOM = [
    told("Förderbekanntmachung zur Krebsforschung erschienen", "de", "funding"),
    told("Genomdaten sicher teilen: ein Leitfaden", "de", "genomics", "policy"),
]
JSON_FEED = [told("Le séquençage entre à l'hôpital de Lyon", "fr", "genomics")]
PAGE = told("A roadmap that patients wrote themselves", "en", "policy")
FOLDER = [
    told('Pilot "Variants for all" publishes its first thousand genomes', "en", "genomics"),
    told("Small grants for young clinicians", "en", "funding"),
]
FIRST = [*RSS, *ATOM, *JSON_FEED, PAGE, *FOLDER]
LATER = told("Travel grants for the spring school", "en", "funding")

SETUP = """
[[topic]]
slug = "funding"
name = "Funding calls"
[[topic]]
slug = "genomics"
name = "Genomics"
[[topic]]
slug = "policy"
name = "Policy"
[[source]]
name = "secretariat"
url = "{site}/news.xml"
language = "en"
[[source]]
name = "ministry"
url = "{site}/aktuell.atom"
language = "de"
[[source]]
name = "institute"
url = "{site}/feed.json"
language = "fr"
[[source]]
name = "patients"
url = "{site}/roadmap.html"
kind = "page"
topics = ["policy"]
language = "en"
[[source]]
name = "newsroom"
url = "{folder}"
[[list]]
slug = "members"
[[list]]
slug = "press"
[[list]]
slug = "partners"
[[newsletter]]
slug = "weekly"
name = "Personalised Medicine Weekly"
from = "Newsroom <news@example.org>"
postal_address = "Example Street 1, 53227 Bonn, Germany"
lists = ["members", "press", "partners"]
zone = "Europe/Berlin"
max_posts = 12
"""


def test_every_reader_gets_exactly_what_was_promised(tmp_path: Path) -> None:
    """Over three issues and 500 readers each mail is what lists, languages, follows, mutes and leaves promise."""
    site = publish(tmp_path / "posts")
    people = make_people(500)
    with relay_in(tmp_path) as relay:
        home = Home(tmp_path / "home").settle_in(relay.port, more=web_settings())
        home.apply(SETUP.format(site=site.address, folder=tmp_path / "posts"))
        import_people(home, people)
        issue = first_issue(home, relay, people, tmp_path)
        week_without_news(home, relay)
        muted, left = by_the_links_of_their_mails(home, relay, people)
        write_post(tmp_path / "posts", "later", LATER.title, topics="funding")
        issue_with_one_new_post(home, relay, people, muted=muted, left=left, first_issue=issue)
    site.close()


def first_issue(home: Home, relay: Relay, people: list[Person], folder: Path) -> int:
    """Ingest, assemble, preview, approve, send; then look at every mail."""
    assert sum(one["new"] for one in home.json("ingest")) == len(FIRST)
    assembled = home.json("issue", "assemble", "weekly")
    assert (assembled["newsletter"], assembled["posts"]) == ("weekly", len(FIRST))
    looked_at = [one for one in people if one.is_mailed and any(map(one.reads, FIRST))][:40:10]
    previews = {one.address: preview(home, one.address, folder) for one in looked_at}
    home.run("issue", "send", "weekly", code=1)  # not approved yet
    home.json("issue", "approve", "weekly")
    status = home.json("issue", "send", "weekly", "--wait")
    check_promise(home, relay.mails, people, FIRST, assembled["issue"])
    check_counts(status, mailed=relay.count)
    check_explain(home, people, relay.mails, assembled["issue"])
    for mail in relay.mails:
        if mail.recipient in previews:
            assert without_what_differs(previews[mail.recipient]) == without_what_differs(mail.data)
    assert set(previews) <= set(relay.recipients)
    return int(assembled["issue"])


def week_without_news(home: Home, relay: Relay) -> None:
    """Nothing new mails nobody, never an empty mail, and the issue says why (row 13)."""
    before = relay.count
    home.run("ingest")
    again = home.json("issue", "assemble", "weekly")
    home.json("issue", "approve", "weekly")
    status = home.json("issue", "send", "weekly", "--wait")
    assert (status["issue"], relay.count) == (again["issue"], before)
    assert (status["state"], status["accepted"], status["suppressed"]) == ("skipped", 0, status["candidates"])
    assert "nothing new for them" in status["reason"]


def by_the_links_of_their_mails(home: Home, relay: Relay, people: list[Person]) -> tuple[set[str], set[str]]:
    """Some mute funding on their preference page, some leave by one click. All of them have seen all else."""
    tokens = {mail.recipient: TOKEN.search(mail.data) for mail in relay.mails}
    concerned = [one.address for one in people if one.address in tokens and not one.follows and one.reads(LATER)]
    muted, left = set(concerned[:3]), set(concerned[3:6])
    with served(home) as address:
        for person in sorted(muted | left):
            found = tokens[person]
            assert found
            path, form = (
                ("p", {"topic:funding": "mute"}) if person in muted else ("u", {"List-Unsubscribe": "One-Click"})
            )
            with urllib.request.urlopen(
                f"{address}/{path}/{found[1].decode()}", urllib.parse.urlencode(form).encode()
            ) as answer:
                assert answer.status == 200
    return muted, left


def issue_with_one_new_post(
    home: Home, relay: Relay, people: list[Person], *, muted: set[str], left: set[str], first_issue: int
) -> None:
    """One new post is all that anybody gets, and nobody gets it who muted its topic or left."""
    before = relay.count
    assert sum(one["new"] for one in home.json("ingest")) == 1
    issue = home.json("issue", "assemble", "weekly")["issue"]
    assert issue > first_issue
    home.json("issue", "approve", "weekly")
    status = home.json("issue", "send", "weekly", "--wait")
    mails = relay.mails[before:]
    check_promise(home, mails, [one for one in people if one.address not in muted | left], [LATER], issue)
    check_counts(status, mailed=len(mails))
    assert explanation_of(home, min(muted), issue)["reason"] == "nothing_new"
    assert explanation_of(home, min(left), issue)["reason"] == "unsubscribed"


# What is held against what


def check_promise(home: Home, mails: list[Mail], people: list[Person], posts: list[Told], issue: int) -> None:
    """Hold every mail against the CSV rows and the posts."""
    promised = {one.address: {post.title for post in posts if one.reads(post)} for one in people if one.is_mailed}
    promised = {address: titles for address, titles in promised.items() if titles}
    assert sorted(mail.recipient for mail in mails) == sorted(promised)  # each once, and nobody else
    tokens = read_keys(home.folder).tokens
    with opened(home) as app, reading(app.engine) as db:
        ids = {address: find_by_address(db, address).id for address in promised}
    for mail in mails:
        message = parsed(mail.data)
        assert addresses(message) == [mail.recipient]  # to its reader alone
        assert titles_in(message) == promised[mail.recipient], mail.recipient
        found = set(TOKEN.findall(mail.data))
        assert len(found) == 1
        subject = tokens.decode(found.pop().decode())
        assert (subject.issue, subject.subscriber, subject.inert) == (issue, ids[mail.recipient], False)
    assert len({mail.message_id for mail in mails}) == len(mails)


def check_explain(home: Home, people: list[Person], mails: list[Mail], issue: int) -> None:
    """What `explain` lists is what stands in the mail, for every reader; asked by the command for a few."""
    sent = {mail.recipient: titles_in(parsed(mail.data)) for mail in mails}
    with opened(home) as app:
        for person in (one for one in people if one.is_mailed):
            assert {post.title for _, post in explain(app, person.address, str(issue)).chosen} == sent.get(
                person.address, set()
            )
    for address in sorted(sent)[:2]:
        explained = explanation_of(home, address, issue)
        assert explained["state"] == "accepted"
        assert {one["title"] for one in explained["chosen"]} == sent[address]
    unconfirmed = next(one for one in people if set(one.statuses.values()) == {"pending"})
    explained = explanation_of(home, unconfirmed.address, issue)
    assert (explained["state"], explained["reason"], explained["chosen"]) == ("none", "unconfirmed", [])


def check_counts(status: dict[str, Any], *, mailed: int) -> None:
    """The counts add up to the candidates, and "accepted" is what the relay took."""
    states = ("planned", "in_flight", "accepted", "failed", "suppressed", "in_doubt")
    assert status["state"] == "sent"
    assert sum(status[state] for state in states) == status["candidates"]
    assert (status["accepted"], status["planned"], status["in_flight"]) == (mailed, 0, 0)


def explanation_of(home: Home, address: str, issue: int) -> Any:
    return home.json("explain", address, issue)


def preview(home: Home, address: str, folder: Path) -> bytes:
    """What the preview says that this reader will get; its page is the mail's HTML."""
    out = folder / f"preview-{address}"
    why = home.json("issue", "preview", "weekly", "--as", address, "--out", out)
    mime = (out / "digest.eml").read_bytes()
    message = parsed(mime)
    assert {one["title"] for one in why["chosen"]} == titles_in(message)
    assert json.loads((out / "why.json").read_text())["subject"] == message["Subject"]
    return mime


def without_what_differs(mime: bytes) -> bytes:
    """A mail without its token, Message-ID and Date: what must be equal in preview and sending (row 32)."""
    token = TOKEN.search(mime)
    assert token
    mime = mime.replace(token[1], b"T" * 24)
    return re.sub(rb"(?m)^(Message-ID|Date):.*\r\n(?:[ \t].*\r\n)*", rb"\1:\r\n", mime)


def parsed(mime: bytes) -> EmailMessage:
    message = email.message_from_bytes(mime, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def addresses(message: EmailMessage) -> list[str]:
    assert not message["Cc"]
    assert not message["Bcc"]
    return [one.addr_spec for one in message["To"].addresses]


def titles_in(message: EmailMessage) -> set[str]:
    """Which of all titles a reader sees; in the HTML and in the text the same."""
    page, text = message.get_body(("html",)), message.get_body(("plain",))
    assert page
    assert text
    seen, read = visible(page.get_content()), " ".join(text.get_content().split())
    titles = {post.title for post in (*FIRST, LATER)}
    in_page = {title for title in titles if title in seen}
    assert in_page == {title for title in titles if title in read}
    return in_page


class _Visible(HTMLParser):
    """The text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def visible(page: str) -> str:
    reader = _Visible()
    reader.feed(page)
    return " ".join("".join(reader.words).split())


# The world of this story


def make_people(count: int) -> list[Person]:
    """Readers over three overlapping lists: 3 of 4 languages said, topics followed or none, some who are not mailed."""
    people = []
    for number in range(count):
        lists = [slug for slug, every in zip(LISTS, (2, 3, 5), strict=True) if number % every == 0] or ["partners"]
        statuses = dict.fromkeys(lists, "subscribed")
        if number % 17 == 0:
            statuses[lists[-1]] = "unsubscribed"
        elif number % 19 == 0:
            statuses[lists[0]] = "pending"  # who is on another list too is mailed through that one
        elif number % 23 == 0:
            statuses[lists[0]] = "cleaned"
        follows = ((), ("funding",), ("genomics", "policy"), ("policy",), ("genomics",))[number % 5]
        people.append(
            Person(
                f"reader{number:03}@{DOMAINS[number % len(DOMAINS)]}",
                ("", "en", "de", "fr")[(number // 3) % 4],
                frozenset(follows),
                statuses,
            )
        )
    return people


def import_people(home: Home, people: list[Person]) -> None:
    """One CSV a list."""
    for slug in LISTS:
        rows = [
            f"{one.address},{one.language},{';'.join(sorted(one.follows))},{one.statuses[slug]}"
            for one in people
            if slug in one.statuses
        ]
        report = home.import_csv(["address,language,topics,status", *rows], slug)
        assert report["refused"] == []


def publish(folder: Path) -> WebSite:
    """An RSS feed, an Atom feed, a JSON Feed and a page on a web server; a folder of Markdown."""
    site, at = WebSite(), datetime.now(UTC) - timedelta(days=1)
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>https://charter.example/{number}</link>"
        f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>{terms(one, '<category>{}</category>')}"
        f"<description>{excerpt(number)}</description></item>"
        for number, one in enumerate(RSS)
    )
    site.feed("/news.xml", f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>')
    entries = "".join(
        f"<entry><id>urn:x:{number}</id><title>{one.title}</title><link href='https://ministerium.example/{number}'/>"
        f"<updated>{at.isoformat()}</updated>{terms(one)}"
        f"<summary>Das Ministerium teilt mit, was sich für Forschende im Fall {number} ändert.</summary></entry>"
        for number, one in enumerate(ATOM)
    )
    site.content(
        "/aktuell.atom",
        f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Aktuell</title>{entries}</feed>'.encode(),
        "application/atom+xml",
    )
    feed = [
        {"id": str(number), "url": f"https://institut.example/{number}", "title": one.title, "tags": sorted(one.topics),
         "date_published": at.isoformat(), "content_text": "Lyon séquence désormais le génome de ses patients."}
        for number, one in enumerate(JSON_FEED)
    ]  # fmt: skip
    site.json_feed(
        "/feed.json", json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Institut", "items": feed})
    )
    paragraphs = "".join(
        f"<p>{excerpt(number)} They met in Utrecht, and wrote it down for all.</p>" for number in range(6)
    )
    site.page(
        "/roadmap.html",
        f"<html lang='en'><head><title>{PAGE.title}</title><meta property='og:title' content='{PAGE.title}'></head>"
        f"<body><nav>Home About</nav><article><h1>{PAGE.title}</h1>{paragraphs}</article></body></html>",
    )
    for number, one in enumerate(FOLDER):
        write_post(folder, f"post{number}", one.title, topics=", ".join(sorted(one.topics)))
    return site


def terms(post: Told, form: str = '<category term="{}"/>') -> str:
    """The topics of a post as its feed tells them."""
    return "".join(form.format(topic) for topic in sorted(post.topics))


def excerpt(number: int) -> str:
    return f"In session {number} the partners described in plain words what they had agreed on and what comes next."


@contextmanager
def opened(home: Home) -> Iterator[App]:
    app = open_app(home.folder)
    try:
        yield app
    finally:
        app.close()
