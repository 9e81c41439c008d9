"""Partners whose feeds are what feeds should not be."""

import gzip
import io
from dataclasses import replace

from PIL import Image

from tests.fakes.web_server import WebSite
from tests.stories.partners import documents
from tests.stories.partners.acts import RSS, both, item, leave, pages, told
from tests.stories.partners.partner import Act, Partner


def hard_cases() -> list[Partner]:
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
            acts=(both(told("/feed", documents.rss("{site}", [teaser]), RSS, etag='"t"'), pages([whole])),),
            kind="feed",
            posts={whole.title: "candidate"},
            asked={whole.path: 1},
        ),
        Partner(
            name="library",  # no pictures in its feed: its page has one
            path="/feed",
            acts=(
                both(
                    told("/feed", documents.rss("{site}", [replace(plain, picture="")]), RSS, etag='"p"'),
                    pages([plain]),
                    lambda site: site.content("/hall.png", _picture(), "image/png"),
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
                    lambda site: site.redirect("/old.xml", "/new.xml", 301),
                    told("/new.xml", documents.rss("{site}", [moved]), RSS, etag='"m"'),
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
                both(told("/feed", documents.rss("{site}", [bare1], version="0.92"), RSS), pages([bare1, bare2])),
                leave,
                told("/feed", documents.rss("{site}", [bare2, bare1], version="0.92"), RSS),
            ),
            kind="feed",
            posts={bare1.title: "seen", bare2.title: "candidate"},
        ),
        Partner(
            name="podcast",  # all items share one link
            path="/feed",
            acts=(
                both(told("/feed", documents.rss("{site}", shared[:1]), RSS), pages(shared[:1])),
                told("/feed", documents.rss("{site}", shared), RSS),
            ),
            kind="feed",
            posts={one.title: "candidate" for one in shared},
        ),
        Partner(
            name="archivist",  # at the third poll its system has given every post a new id and a new address
            path="/feed",
            acts=(
                both(told("/feed", documents.rss("{site}", flood), RSS), pages([*flood, *renamed])),
                leave,
                told("/feed", documents.rss("{site}", renamed), RSS),
            ),
            kind="feed",
            posts={one.title: "candidate" for one in flood},
        ),
    ]


def _gzipped(path: str, text: str) -> Act:
    def act(site: WebSite) -> None:
        content = gzip.compress(text.replace("{site}", site.address).encode())
        site.content(path, content, RSS, headers={"Content-Encoding": "gzip"})

    return act


def _latin(path: str, text: str) -> Act:
    def act(site: WebSite) -> None:
        bare = text.replace("{site}", site.address).replace('<?xml version="1.0"?>', "").replace("&amp;", "&")
        site.content(path, bare.encode("latin-1"), "application/rss+xml")

    return act


def _picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (640, 360), (20, 90, 160)).save(file, "PNG")
    return file.getvalue()
