"""A sample issue of a newsletter on personalised medicine, in English, German, French and Arabic, and factories."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from jinja2 import Environment

from newsletter.base.ids import IssueId, PostId, SourceId, StoryId
from newsletter.issues.digest import Chosen, Reason
from newsletter.issues.frozen import FrozenIssue
from newsletter.issues.issue import Texts
from newsletter.issues.recipe import Recipe
from newsletter.rendering.compose import Personal
from newsletter.rendering.headers import DeliveryHeaders
from newsletter.rendering.templates import mail_environment, templates_root
from newsletter.sources.post import CallDetails, EventDetails, Picture, Post, PostKind, PostState
from newsletter.sources.source import Topic

ANNOUNCEMENT = {
    "en": "The office is closed from **21 December to 3 January**. Our survey ends on Friday: "
    "[tell us what you read](https://survey.example.org/2026?list=members), or write to "
    "[the newsroom](mailto:newsroom@example.org).",
    "de": "Das Büro ist vom **21. Dezember bis 3. Januar** geschlossen. Unsere Umfrage endet am Freitag: "
    "[sagen Sie uns, was Sie lesen](https://survey.example.org/2026?list=members).",
    "ar": "المكتب مغلق من **21 ديسمبر إلى 3 يناير**. ينتهي استبيان ERA-Net يوم الجمعة: "
    "[أخبرنا بما تقرأ](https://survey.example.org/2026?list=members).",
}
AT = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
TOKEN = "1A" + "bC3dE5fG7hJ9kL1mN3pQ5r"
PUBLIC_URL = "https://news.example.org"


# All that there are: one that is added is looked at by every test of layouts.
LAYOUTS = tuple(sorted({one.name.partition(".")[0] for one in templates_root().glob("mail/*.mjml.j2")} - {"frame"}))


@cache
def environment() -> Environment:
    """Give our own templates, parsed once for all tests."""
    return mail_environment(None)


TOPICS = (
    Topic(
        id=1,
        slug="policy",
        name="Policy and ethics",
        names={"de": "Politik und Ethik", "fr": "Politique et éthique", "ar": "السياسات والأخلاقيات"},
        keywords=(),
        sensitive=False,
        position=1,
    ),
    Topic(
        id=2,
        slug="funding",
        name="Funding calls",
        names={"de": "Förderaufrufe", "fr": "Appels à projets", "ar": "دعوات التمويل"},
        keywords=(),
        sensitive=False,
        position=2,
    ),
    Topic(
        id=3,
        slug="events",
        name="Events",
        names={"de": "Veranstaltungen", "fr": "Événements", "ar": "الفعاليات"},
        keywords=(),
        sensitive=False,
        position=3,
    ),
    Topic(
        id=4,
        slug="rare",
        name="Rare diseases",
        names={"de": "Seltene Erkrankungen", "fr": "Maladies rares", "ar": "الأمراض النادرة"},
        keywords=(),
        sensitive=True,
        position=4,
    ),
)


def make_post(number: int, **changes: Any) -> Post:
    """Give a post; every field can be changed."""
    values: dict[str, Any] = {
        "id": PostId(number),
        "source_id": SourceId(number),
        "source_name": "Consortium secretariat",
        "story_id": StoryId(number),
        "kind": PostKind.NEWS,
        "state": PostState.CANDIDATE,
        "url": f"https://www.example.org/posts/{number}",
        "title": f"Post number {number}",
        "byline": "",
        "excerpt": "What happened, told in a sentence or two that end before they become long.",
        "body": "",
        "language": "en",
        "topics": (),
        "published_at": AT,
        "first_seen_at": AT,
        "visible_from": AT,
        "alive_until": AT + timedelta(days=30),
        "picture": None,
        "event": None,
        "call": None,
        "value": 1,
        "revision": 1,
    }
    return Post(**(values | changes))


def make_recipe(**changes: Any) -> Recipe:
    """Give the recipe of the sample newsletter."""
    values: dict[str, Any] = {
        "slug": "weekly",
        "name": "Personalised Medicine Weekly",
        "sender": "Newsroom <news@example.org>",
        "reply_to": "newsroom@example.org",
        "postal_address": "Consortium secretariat, Example Street 1, 53227 Bonn, Germany",
        "lists": ("members",),
        "zone": "Europe/Berlin",
        "intro": {
            "en": "This week a vision for **2030**, a call worth an evening of your time, and the programme of the "
            "Berlin conference. Something missing? [Write to the newsroom](mailto:newsroom@example.org).",
            "de": "Diese Woche: ein Ausblick auf **2030**, ein lohnender Förderaufruf und das Programm der Berliner "
            "Konferenz.",
        },
    }
    return Recipe(**(values | changes))


def make_frozen(posts: tuple[Post, ...], **changes: Any) -> FrozenIssue:
    """Give an issue of these posts, each in the section of its first topic."""
    values: dict[str, Any] = {
        "issue_id": IssueId(12),
        "name": "weekly/12",
        "number": 12,
        "slot": "2026-11-23T08:00",
        "kind": "digest",
        "recipe": make_recipe(),
        "texts": Texts(subject={}, preheader={}, intro={}),
        "topics": TOPICS,
        "posts": posts,
        "sections": {post.id: post.topics[0] if post.topics else "" for post in posts},
    }
    return FrozenIssue(**(values | changes))


def sample_posts() -> tuple[Post, ...]:
    """Give the posts of the sample issue."""
    return (
        make_post(
            1,
            kind=PostKind.PAPER,
            title="Next-generation medicine by 2030: a vision in five perspectives",
            excerpt="Care that starts from the person: informed citizens, informed professionals, systems that make it "
            "possible, data that serve prevention and research, and value that health economies can afford.",
            topics=("policy",),
            picture=Picture(
                name="vision.jpg", width=1200, height=675, alt="Hands around a paper model of a DNA strand"
            ),
        ),
        make_post(
            2,
            title="A partner community of 150 organisations answers the pandemic together",
            source_name="Partner community",
            excerpt="Shared protocols, pooled samples and weekly calls: what members learnt about working across "
            "borders when laboratories closed.",
            topics=("policy",),
            picture=Picture(name="community.jpg", width=900, height=600, alt="People around a table with laptops"),
        ),
        make_post(
            3,
            kind=PostKind.CALL,
            title="Joint call for research on personalised prevention",
            source_name="Funders' network",
            excerpt="Consortia of three to six partners can apply; early-career teams are asked to lead work packages.",
            topics=("funding",),
            call=CallDetails(
                deadline=datetime(2027, 1, 15, 16, 0, tzinfo=UTC),
                countries=("DE", "FR", "IT", "ES", "NO"),
                page_url="https://funders.example.org/calls/prevention",
            ),
        ),
        make_post(
            4,
            kind=PostKind.CALL,
            language="de",
            title="Ministerium fördert personalisierte Medizin mit weiteren 1,5 Millionen Euro",
            source_name="Gesundheitsministerium",
            excerpt="Seit 2013 flossen rund 360 Millionen Euro in die Forschung; neu ist die Beteiligung am "
            "europäischen Verbund ERA-Net PerMed.",
            topics=("funding",),
            call=CallDetails(deadline=datetime(2027, 3, 1, 23, 59, 59, tzinfo=UTC), all_day=True),
        ),
        make_post(
            5,
            kind=PostKind.EVENT,
            title="Personalised Medicine in Action: conference in Berlin, with livestream",
            excerpt="About 400 experts from more than 40 countries discuss lung cancer, rare diseases and what works "
            "in populous countries such as India and China.",
            topics=("events",),
            event=EventDetails(
                starts_at=datetime(2026, 11, 19, 23, 0, tzinfo=UTC),
                ends_at=datetime(2026, 11, 20, 23, 0, tzinfo=UTC),
                all_day=True,
                zone="Europe/Berlin",
                place="Westhafen Event & Convention Center, Berlin",
                livestream_url="https://live.example.org/berlin",
                register_by=datetime(2026, 11, 15, 12, 0, tzinfo=UTC),
            ),
        ),
        make_post(
            6,
            kind=PostKind.EVENT,
            language="fr",
            title="Webinaire : les données de santé au service du soin et de la recherche",
            source_name="Agence de recherche",
            excerpt="Une heure pour comprendre ce que change l'espace européen des données de santé, questions "
            "comprises.",
            topics=("events",),
            event=EventDetails(
                starts_at=datetime(2026, 12, 3, 13, 0, tzinfo=UTC),
                ends_at=datetime(2026, 12, 3, 14, 0, tzinfo=UTC),
                zone="Europe/Paris",
                livestream_url="https://live.example.org/webinaire",
            ),
        ),
        make_post(
            7,
            title="A registry for familial hypercholesterolaemia shows what early testing saves",
            source_name="Rare disease alliance",
            excerpt="Ten years of data from six countries: children found early need fewer interventions, and families "
            "say that knowing helped.",
            topics=("rare",),
            picture=Picture(name="registry.png", width=600, height=800, alt=""),
        ),
        make_post(
            8,
            language="ar",
            title="برنامج تدريبي جديد في علم الجينوم السريري للأطباء الشباب",
            source_name="شبكة التعاون الدولي",
            excerpt="يمتد البرنامج ستة أشهر، ويجمع بين الدراسة عن بُعد والتدريب العملي في مستشفيات شريكة.",
            topics=(),
            picture=Picture(name="training.jpg", width=900, height=600, alt="متدربون في مختبر"),
        ),
        make_post(
            9,
            kind=PostKind.VIDEO,
            language="de",
            title="Zwei Ministerien, ein Ziel: die Eröffnung im Video",
            source_name="Forschungsministerium",
            excerpt="Was die Gastgeberinnen der Konferenz von personalisierter Medizin erwarten, in sieben Minuten.",
            topics=(),
        ),
    )


def sample_issue(**changes: Any) -> FrozenIssue:
    """Give the sample issue; the vision paper is its pick."""
    return make_frozen(sample_posts(), **({"picks": (PostId(1),)} | changes))


def sample_choice() -> tuple[Chosen, ...]:
    """Give what a reader of the sample issue gets who follows most topics."""
    return (
        Chosen(PostId(1), Reason.PICK),
        Chosen(PostId(3), Reason.TOPIC, 2),
        Chosen(PostId(2), Reason.TOPIC, 1),
        Chosen(PostId(5), Reason.TOPIC, 3),
        Chosen(PostId(4), Reason.TOPIC, 2),
        Chosen(PostId(6), Reason.TOPIC, 3),
        Chosen(PostId(7), Reason.DISCREET),
        Chosen(PostId(8), Reason.EDITORS_ORDER),
        Chosen(PostId(9), Reason.EDITORS_ORDER),
    )


def make_personal(**changes: Any) -> Personal:
    """Give a reader of the sample issue."""
    values: dict[str, Any] = {
        "token": TOKEN,
        "name": "Anna",
        "list_name": "Members and friends",
        "chosen": sample_choice(),
        "more": 3,
    }
    return Personal(**(values | changes))


def make_delivery(**changes: Any) -> DeliveryHeaders:
    """Give the headers of a delivery."""
    values: dict[str, Any] = {
        "to": "anna@example.com",
        "message_id": "<5f2c1e@news.example.org>",
        "date": datetime(2026, 11, 23, 7, 0, tzinfo=UTC),
    }
    return DeliveryHeaders(**(values | changes))
