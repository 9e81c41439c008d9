"""The forty: what each publishes, and what must come of it. Polls are on three days in a row, the first at NOW."""

import gzip
import io
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from html import escape

from PIL import Image

from tests.conftest import NOW
from tests.fakes.web_server import WebSite
from tests.stories.partners import documents
from tests.stories.partners.documents import Item
from tests.stories.partners.partner import Act, Partner

_RSS = "application/rss+xml; charset=utf-8"
_ATOM = "application/atom+xml"
_HTML = "text/html; charset=utf-8"
_DAY = timedelta(days=1)
_LONG = (
    "Partners from eleven countries have agreed on how samples, records and consent are described, so that a hospital "
    "in one country can use what a biobank in another has collected. The paper explains the five steps in plain words "
    "and names for each who has to act first. Patients took part in every working group and wrote the last chapter."
)


def item(name: str, number: int, *, on: int = -1, title: str = "", text: str = "", **more: str) -> Item:
    """Make an item of a partner; no two have enough words in common to be taken for one story."""
    chance = random.Random(f"{name} {number}")
    told = ". ".join(" ".join(chance.sample(_VOCABULARY, 9)).capitalize() for _ in range(6))
    return Item(
        path=f"/{name}-{number}",
        title=title or f"{' '.join(chance.sample(_VOCABULARY, 7))} {name} {number}".capitalize(),
        text=text or f"{told}.",
        at=NOW + on * _DAY,
        **more,  # type: ignore[arg-type]  # the texts of an Item
    )


_VOCABULARY = [
    "registry",
    "kidney",
    "disorder",
    "practitioner",
    "mother",
    "district",
    "counselling",
    "telephone",
    "surgery",
    "insurer",
    "tumour",
    "sequencing",
    "region",
    "nurse",
    "score",
    "pharmacy",
    "interaction",
    "museum",
    "exhibition",
    "century",
    "blood",
    "ethics",
    "board",
    "answer",
    "finding",
    "steward",
    "university",
    "dialysis",
    "centre",
    "donor",
    "farm",
    "worker",
    "pesticide",
    "exposure",
    "result",
    "hospital",
    "teaching",
    "garden",
    "winter",
    "ministry",
    "budget",
    "question",
    "weekday",
    "language",
    "laboratory",
    "freezer",
    "courier",
    "signature",
    "archive",
    "lecture",
    "student",
    "library",
    "bridge",
    "harbour",
    "island",
    "ferry",
    "summer",
    "conference",
    "speaker",
    "poster",
    "breakfast",
    "train",
    "station",
    "ticket",
    "patient",
    "family",
    "daughter",
    "neighbour",
    "village",
    "clinic",
    "heart",
    "valve",
    "lung",
    "cancer",
    "screening",
    "prevention",
    "smoking",
    "nutrition",
    "breakfast",
    "sport",
    "school",
    "teacher",
    "parent",
    "infant",
    "vaccine",
    "allergy",
    "asthma",
    "eczema",
    "migraine",
    "stroke",
    "recovery",
    "speech",
    "therapy",
    "music",
    "painting",
    "memory",
    "dementia",
    "carer",
    "respite",
    "pension",
    "tax",
    "reform",
    "law",
    "court",
    "judge",
    "privacy",
    "consent",
    "record",
    "database",
    "standard",
    "software",
    "update",
    "security",
    "password",
    "camera",
    "robot",
    "glove",
    "mask",
    "ward",
]


def told(path: str, text: str, media_type: str, *, etag: str = "", **headers: str) -> Act:
    """Answer a path with a document that says `{site}` where its own address belongs."""

    def act(site: WebSite) -> None:
        content = text.replace("{site}", site.address).encode()
        site.content(
            path, content, media_type, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        site.etag(path, etag)

    return act


def both(*acts: Act) -> Act:
    """Do several things at once."""

    def act(site: WebSite) -> None:
        for one in acts:
            one(site)

    return act


def pages(items: Sequence[Item], *, site: str = "{site}") -> Act:
    """Serve the page of each item."""
    return both(*(told(one.path, documents.page(one, site=site), "text/html; charset=utf-8") for one in items))


def _picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (640, 360), (20, 90, 160)).save(file, "PNG")
    return file.getvalue()


def leave(_site: WebSite) -> None:
    """Change nothing."""


def _feeds() -> list[Partner]:
    """Partners with feeds of every dialect."""
    a1, a2, a3 = item("ministry", 1), item("ministry", 2, on=0), item("ministry", 3, on=1)
    old = item("council", 1)
    rdf1, rdf2 = item("academy", 1), item("academy", 2, on=1)
    atom1, atom2 = item("agency", 1), item("agency", 2, on=0)
    early = item("institute", 1)
    json1, json2 = item("clinic", 1, picture="/a.png"), item("clinic", 2, on=1)
    edited = item("foundation", 1)
    corrected = replace(edited, text=f"{edited.text} Correction: the date was wrong before.")
    return [
        Partner(
            name="ministry",  # RSS 2.0 with an etag: the third poll has a new post
            path="/feed.xml",
            acts=(
                both(told("/feed.xml", documents.rss("{site}", [a1]), _RSS, etag='"1"'), pages([a1, a2, a3])),
                told("/feed.xml", documents.rss("{site}", [a2, a1]), _RSS, etag='"2"'),
                told("/feed.xml", documents.rss("{site}", [a3, a2, a1]), _RSS, etag='"3"'),
            ),
            kind="feed",
            posts={one.title: "candidate" for one in (a1, a2, a3)},
            asked={"/feed.xml": 3, a1.path: 1, a2.path: 1, a3.path: 1},
        ),
        Partner(
            name="council",  # RSS 0.91, no dates: its back-catalogue is not offered
            path="/rss91.xml",
            acts=(both(told("/rss91.xml", documents.rss("{site}", [old], version="0.91"), _RSS), pages([old])),),
            kind="feed",
            posts={old.title: "seen"},
        ),
        Partner(
            name="academy",  # RSS 1.0, unchanged at the second poll
            path="/rdf",
            acts=(
                both(
                    told("/rdf", documents.rdf("{site}", [rdf1]), "application/rdf+xml", etag='"r"'),
                    pages([rdf1, rdf2]),
                ),
                leave,
                told("/rdf", documents.rdf("{site}", [rdf2, rdf1]), "application/rdf+xml", etag='"s"'),
            ),
            kind="feed",
            posts={rdf1.title: "candidate", rdf2.title: "candidate"},
            asked={rdf1.path: 1, rdf2.path: 1},
        ),
        Partner(
            name="agency",
            path="/atom.xml",
            acts=(
                both(told("/atom.xml", documents.atom("{site}", [atom1]), _ATOM), pages([atom1, atom2])),
                told("/atom.xml", documents.atom("{site}", [atom2, atom1]), _ATOM),
            ),
            kind="feed",
            posts={atom1.title: "candidate", atom2.title: "candidate"},
            asked={atom1.path: 1, atom2.path: 1},
        ),
        Partner(
            name="institute",  # Atom 0.3 behind a redirect for the time being
            path="/now",
            acts=(
                both(
                    told("/atom03.xml", documents.atom("{site}", [early], is_old=True), _ATOM),
                    lambda site: site.redirect("/now", "/atom03.xml", 302) and None,
                    pages([early]),
                ),
            ),
            kind="feed",
            posts={early.title: "candidate"},
            asked={"/now": 3},
        ),
        Partner(
            name="clinic",  # JSON Feed 1.0 that may be kept for two days: asked again on the third
            path="/feed.json",
            acts=(
                both(
                    told(
                        "/feed.json",
                        documents.json_feed("{site}", [json1], version="1.0"),
                        "application/feed+json",
                        Cache_Control="max-age=90000",
                    ),
                    pages([json1, json2]),
                ),
                leave,
                told("/feed.json", documents.json_feed("{site}", [json2, json1]), "application/feed+json"),
            ),
            kind="feed",
            posts={json1.title: "candidate", json2.title: "candidate"},
        ),
        Partner(
            name="foundation",  # JSON Feed 1.1; a post is edited: a revision, not a new post
            path="/",
            acts=(
                both(told("/", documents.json_feed("{site}", [edited]), "application/feed+json"), pages([edited])),
                told("/", documents.json_feed("{site}", [corrected]), "application/feed+json"),
            ),
            kind="feed",
            posts={edited.title: "candidate"},
        ),
    ]


def _systems() -> list[Partner]:
    """Partners whose publishing system is known by name."""
    word1, word2 = item("oncology", 1), item("oncology", 2, on=1)
    cut = replace(word2, text=f"{word2.text[:90]} [&hellip;]")
    tail = "<p>The post <a href='{site}'>x</a> appeared first on <a href='{site}'>Oncology</a>.</p>"
    wix, square, ghost, drupal = (item(name, 1) for name in ("wixsite", "squaresite", "ghostsite", "drupalsite"))
    typo3, joomla, blogger, medium = (item(name, 1) for name in ("typosite", "joomlasite", "bloggersite", "mediumsite"))
    talk = item("channel", 1)
    return [
        Partner(
            name="oncology",  # WordPress, found from its front page; the second post is cut and read from its page
            path="/",
            acts=(
                both(
                    told("/", _front("WordPress 6.5", "/comments/feed/", "/feed/"), _HTML),
                    told("/comments/feed/", documents.rss("{site}", []), _RSS),
                    told("/feed/", documents.rss("{site}", [_with_tail(word1, tail)]), _RSS),
                    pages([word1, word2]),
                ),
                leave,
                told("/feed/", documents.rss("{site}", [cut, word1]), _RSS),
            ),
            kind="feed",
            posts={word1.title: "candidate", word2.title: "candidate"},
            asked={word1.path: 1, word2.path: 1, "/comments/feed/": 0},
        ),
        _known("wixsite", "Wix.com Website Builder", "/blog-feed.xml", wix),
        _known("squaresite", "Squarespace", "/blog?format=rss", square),
        _known("ghostsite", "Ghost 5.8", "/rss/", ghost),
        _known("drupalsite", "Drupal 10 (https://www.drupal.org)", "/rss.xml", drupal),
        _known("typosite", "TYPO3 CMS", "/feed.xml?type=9818", typo3, announced=True),
        _known(
            "joomlasite",
            "Joomla! - Open Source Content Management",
            "/news?format=feed&type=rss",
            joomla,
            announced=True,
        ),
        _known("bloggersite", "Blogger", "/feeds/posts/default", blogger, is_atom=True, announced=True),
        _known("mediumsite", "Medium", "/feed/mediumsite", medium, announced=True),
        Partner(
            name="channel",
            path="/feeds/videos.xml?channel_id=UC0000000000000000000000",
            acts=(
                both(
                    told("/feeds/videos.xml?channel_id=UC0000000000000000000000", _channel(talk), _ATOM),
                    pages([talk]),
                ),
            ),
            kind="feed",
            posts={talk.title: "candidate"},
        ),
    ]


def _with_tail(one: Item, tail: str) -> Item:
    return replace(one, text=f"{one.text}</p>{tail}<p>")


def _front(generator: str, *feeds: str) -> str:
    """Write a front page that names its system and announces its feeds, the comments' first as WordPress may."""
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" title="{feed}" href="{{site}}{escape(feed)}">'
        for feed in feeds
    )
    return (
        f'<!doctype html><html lang="en"><head><title>Welcome</title><meta name="generator" content="{generator}">{links}'
        "</head><body><h1>Welcome</h1><p>We are one of forty partners who publish what they do.</p></body></html>"
    )


def _known(
    name: str, generator: str, feed: str, post: Item, *, is_atom: bool = False, announced: bool = True
) -> Partner:
    written = documents.atom("{site}", [post]) if is_atom else documents.rss("{site}", [post])
    front = _front(generator, feed) if announced else _front(generator)
    acts = both(told("/", front, _HTML), told(feed, written, _ATOM if is_atom else _RSS, etag='"k"'), pages([post]))
    return Partner(
        name=name, path="/", acts=(acts,), kind="feed", posts={post.title: "candidate"}, asked={feed: 4, post.path: 1}
    )


def _channel(talk: Item) -> str:
    return (
        '<?xml version="1.0"?><feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:media="http://search.yahoo.com/mrss/"><title>Channel</title><entry><id>yt:video:abcdefghijk</id>'
        f"<yt:videoId>abcdefghijk</yt:videoId><title>{talk.title}</title>"
        f'<link rel="alternate" href="{{site}}{talk.path}"/><published>{talk.at.isoformat() if talk.at else ""}</published>'
        f"<media:group><media:title>{talk.title}</media:title><media:description>{talk.text}</media:description>"
        "</media:group></entry></feed>"
    )


def _pages_and_lists() -> list[Partner]:
    """Partners without a feed."""
    map1, map2 = item("museum", 1), item("museum", 2, on=1)
    news1, news2 = item("herald", 1), item("herald", 2, on=0)
    listed = [replace(item("bureau", number, on=-number), path=f"/press/bureau-{number}") for number in (1, 2, 3, 4)]
    fresh = replace(item("bureau", 0, on=1), path="/press/bureau-0")
    release = item("chancery", 1)
    return [
        Partner(
            name="museum",
            path="/sitemap.xml",
            acts=(
                both(told("/sitemap.xml", documents.sitemap("{site}", [map1]), "application/xml"), pages([map1, map2])),
                leave,
                told("/sitemap.xml", documents.sitemap("{site}", [map2, map1]), "application/xml"),
            ),
            kind="index",
            posts={map1.title: "candidate", map2.title: "candidate"},
        ),
        Partner(
            name="herald",
            path="/news-sitemap.xml",
            acts=(
                both(
                    told("/news-sitemap.xml", documents.sitemap("{site}", [news1], is_news=True), "application/xml"),
                    pages([news1, news2]),
                ),
                told("/news-sitemap.xml", documents.sitemap("{site}", [news2, news1], is_news=True), "application/xml"),
            ),
            kind="index",
            posts={news1.title: "candidate", news2.title: "candidate"},
        ),
        Partner(
            name="bureau",  # an overview: new links only
            path="/press",
            acts=(
                both(told("/press", documents.overview("{site}", listed), _HTML), pages([*listed, fresh])),
                leave,
                told("/press", documents.overview("{site}", [fresh, *listed]), _HTML),
            ),
            kind="index",
            posts={one.title: "candidate" for one in (*listed, fresh)},
        ),
        Partner(
            name="chancery",
            path="/chancery-1",
            acts=(pages([release]),),
            kind="page",
            posts={release.title: "candidate"},
        ),
    ]


def _hard_cases() -> list[Partner]:
    """Partners whose feeds are what feeds should not be."""
    short, whole = item("digestion", 1), item("digestion", 1)
    teaser = replace(short, text=f"{short.text[:100]} [&hellip;]")
    plain = item("library", 1, picture="/hall.png")
    packed, latin = item("archive", 1), item("caffe", 1, title="Café et société à Liège: un café par région")
    moved = item("mover", 1)
    bare1, bare2 = replace(item("bulletin", 1), at=None), replace(item("bulletin", 2), at=None)
    shared = [replace(item("podcast", number), path="/listen", guid=f"episode-{number}") for number in (1, 2)]
    flood = [item("archivist", number, on=-number - 1, guid=f"old-{number}") for number in range(1, 7)]
    renamed = [replace(one, guid=f"new-{one.guid}", path=f"/2027{one.path}") for one in flood]
    return [
        Partner(
            name="digestion",  # a feed of teasers
            path="/feed",
            acts=(both(told("/feed", documents.rss("{site}", [teaser]), _RSS, etag='"t"'), pages([whole])),),
            kind="feed",
            posts={whole.title: "candidate"},
            asked={whole.path: 1},
        ),
        Partner(
            name="library",  # no pictures in its feed: its page has one
            path="/feed",
            acts=(
                both(
                    told("/feed", documents.rss("{site}", [replace(plain, picture="")]), _RSS, etag='"p"'),
                    pages([plain]),
                    lambda site: site.content("/hall.png", _picture(), "image/png") and None,
                ),
            ),
            kind="feed",
            posts={plain.title: "candidate"},
            asked={plain.path: 1, "/hall.png": 1},
        ),
        Partner(
            name="archive",
            path="/feed",
            acts=(both(_gzipped("/feed", documents.rss("{site}", [packed])), pages([packed])),),
            kind="feed",
            posts={packed.title: "candidate"},
        ),
        Partner(
            name="caffe",  # undeclared Latin-1 with a bare ampersand
            path="/feed",
            acts=(both(_latin("/feed", documents.rss("{site}", [latin])), pages([latin])),),
            kind="feed",
            posts={latin.title: "candidate"},
        ),
        Partner(
            name="mover",  # moved for good: its old address is asked once
            path="/old.xml",
            acts=(
                both(
                    lambda site: site.redirect("/old.xml", "/new.xml", 301) and None,
                    told("/new.xml", documents.rss("{site}", [moved]), _RSS, etag='"m"'),
                    pages([moved]),
                ),
            ),
            kind="feed",
            posts={moved.title: "candidate"},
        ),
        Partner(
            name="bulletin",  # neither guid nor date: the second post comes with the third poll
            path="/feed",
            acts=(
                both(told("/feed", documents.rss("{site}", [bare1], version="0.92"), _RSS), pages([bare1, bare2])),
                leave,
                told("/feed", documents.rss("{site}", [bare2, bare1], version="0.92"), _RSS),
            ),
            kind="feed",
            posts={bare1.title: "seen", bare2.title: "candidate"},
        ),
        Partner(
            name="podcast",  # all items share one link
            path="/feed",
            acts=(
                both(told("/feed", documents.rss("{site}", shared[:1]), _RSS), pages(shared[:1])),
                told("/feed", documents.rss("{site}", shared), _RSS),
            ),
            kind="feed",
            posts={one.title: "candidate" for one in shared},
        ),
        Partner(
            name="archivist",  # at the third poll its system has given every post a new id and a new address
            path="/feed",
            acts=(
                both(told("/feed", documents.rss("{site}", flood), _RSS), pages([*flood, *renamed])),
                leave,
                told("/feed", documents.rss("{site}", renamed), _RSS),
            ),
            kind="feed",
            posts={one.title: "candidate" for one in flood},
        ),
    ]


def _failing() -> list[Partner]:
    """Partners whose sites fail, each in a way of its own."""
    steady, brief = item("observer", 1), item("pharmacist", 1)
    away, soon = item("nursery", 1), item("harvest", 1)
    stays, goes = item("withdrawn", 1), item("withdrawn", 2)
    return [
        Partner(name="appshell", path="/", acts=(told("/", _SHELL, _HTML),), kind="auto", trouble="JavaScript"),
        Partner(
            name="members",
            path="/news",
            acts=(lambda site: site.status("/news", 401) and None,),
            kind="auto",
            trouble="login",
        ),
        Partner(
            name="secluded",
            path="/press",
            acts=(
                both(
                    told("/robots.txt", "User-agent: *\nDisallow: /press\n", "text/plain"),
                    told("/press", documents.page(item("secluded", 1)), _HTML),
                ),
            ),
            kind="page",
            setup='kind = "page"',
            trouble="robots",
            asked={"/press": 0},
        ),
        Partner(
            name="observer",  # an error in the middle, well again
            path="/feed",
            acts=(
                both(told("/feed", documents.rss("{site}", [steady]), _RSS), pages([steady])),
                lambda site: site.status("/feed", 500) and None,
                told("/feed", documents.rss("{site}", [steady]), _RSS),
            ),
            kind="feed",
            posts={steady.title: "candidate"},
        ),
        Partner(
            name="pharmacist",  # an error page with status 200
            path="/feed",
            acts=(
                both(told("/feed", documents.rss("{site}", [brief]), _RSS), pages([brief])),
                told("/feed", "<!doctype html><html><body><h1>Down for maintenance</h1></body></html>", _HTML),
            ),
            kind="feed",
            posts={brief.title: "candidate"},
            trouble="HTML page",
        ),
        Partner(
            name="bomber",
            path="/feed",
            acts=(lambda site: site.gzip_bomb("/feed", 60_000_000) and None,),
            kind="auto",
            trouble="larger than",
        ),
        Partner(
            name="hurried",
            path="/feed",
            acts=(lambda site: site.status("/feed", 429, headers={"Retry-After": "90000"}) and None,),
            kind="auto",
            trouble="429",
            asked={"/feed": 2},
        ),
        Partner(
            name="nursery",  # gone for good, its posts stay
            path="/feed",
            acts=(
                both(told("/feed", documents.rss("{site}", [away]), _RSS), pages([away])),
                leave,
                lambda site: site.status("/feed", 410) and None,
            ),
            kind="feed",
            posts={away.title: "candidate"},
            trouble="410",
        ),
        Partner(
            name="sleeper",
            path="/feed",
            acts=(lambda site: site.hang("/feed") and None,),
            kind="auto",
            trouble="did not answer",
        ),
        Partner(
            name="withdrawn",  # one of two posts disappears from the feed, and its page with it
            path="/feed",
            acts=(
                both(told("/feed", documents.rss("{site}", [goes, stays]), _RSS), pages([goes, stays])),
                leave,
                both(
                    told("/feed", documents.rss("{site}", [stays]), _RSS),
                    lambda site: site.status(goes.path, 404) and None,
                ),
            ),
            kind="feed",
            posts={stays.title: "candidate", goes.title: "gone"},
        ),
        Partner(
            name="harvest",  # tomorrow's date is an embargo
            path="/feed",
            acts=(
                both(told("/feed", documents.rss("{site}", [replace(soon, at=NOW + 9 * _DAY)]), _RSS), pages([soon])),
            ),
            kind="feed",
            posts={soon.title: "candidate"},
        ),
    ]


def _same_stories() -> list[Partner]:
    """Partners who tell what others tell, or tell it in two languages."""
    copied = item("ministry", 1)
    english = item("bilingual", 1, title="Five perspectives on personalised medicine until 2030")
    german = replace(
        english,
        path="/de/bilingual-1",
        title="Fünf Perspektiven für die personalisierte Medizin bis 2030",
        text="Fachleute aus elf Ländern beschreiben, wie die Medizin auf die Eigenschaften jedes Menschen eingehen soll. "
        "Bürgerinnen und Bürger, Ärztinnen und Pfleger, Krankenhäuser und Kassen finden darin ihre Aufgaben.",
        language="de",
    )
    hint = '<link rel="alternate" hreflang="{}" href="{{site}}{}">'
    pair = both(
        told(english.path, documents.page(english, head=hint.format("de", german.path)), _HTML),
        told(german.path, documents.page(german, head=hint.format("en", english.path)), _HTML),
    )
    return [
        Partner(
            name="reprinter",  # a press agency that takes over the ministry's release word for word
            path="/feed",
            acts=(
                both(
                    told("/feed", documents.rss("{site}", [replace(copied, path="/taken-over")]), _RSS),
                    pages([replace(copied, path="/taken-over")]),
                ),
            ),
            kind="feed",
            posts={copied.title: "candidate"},
        ),
        Partner(
            name="bilingual",
            path="/feed",
            acts=(both(told("/feed", documents.rss("{site}", [english, german]), _RSS), pair),),
            kind="feed",
            posts={english.title: "candidate", german.title: "candidate"},
        ),
    ]


def all_partners() -> list[Partner]:
    """Give them all."""
    groups = (_feeds(), _systems(), _pages_and_lists(), _hard_cases(), _failing(), _same_stories())
    return [partner for group in groups for partner in group]


def _gzipped(path: str, text: str) -> Act:
    def act(site: WebSite) -> None:
        content = gzip.compress(text.replace("{site}", site.address).encode())
        site.content(path, content, _RSS, headers={"Content-Encoding": "gzip"})

    return act


def _latin(path: str, text: str) -> Act:
    def act(site: WebSite) -> None:
        bare = text.replace("{site}", site.address).replace('<?xml version="1.0"?>', "").replace("&amp;", "&")
        site.content(path, bare.encode("latin-1"), "application/rss+xml")

    return act


# A page that a script fills: nothing stands in it for who does not run scripts.
_SHELL = (
    '<!doctype html><html><head><title>News</title><script src="/main.js"></script></head><body><div id="root"></div>'
    "<noscript>You need to enable JavaScript to run this app.</noscript></body></html>"
)
