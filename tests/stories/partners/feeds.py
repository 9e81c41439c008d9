"""Partners with feeds of every dialect."""

from dataclasses import replace

from tests.stories.partners import documents
from tests.stories.partners.acts import ATOM, RSS, both, item, leave, pages, told
from tests.stories.partners.partner import Partner


def feeds() -> list[Partner]:
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
                both(told("/feed.xml", documents.rss("{site}", [a1]), RSS, etag='"1"'), pages([a1, a2, a3])),
                told("/feed.xml", documents.rss("{site}", [a2, a1]), RSS, etag='"2"'),
                told("/feed.xml", documents.rss("{site}", [a3, a2, a1]), RSS, etag='"3"'),
            ),
            kind="feed",
            posts={one.title: "candidate" for one in (a1, a2, a3)},
            asked={"/feed.xml": 3, a1.path: 1, a2.path: 1, a3.path: 1},
        ),
        Partner(
            name="council",  # RSS 0.91, no dates: its back-catalogue is not offered
            path="/rss91.xml",
            acts=(both(told("/rss91.xml", documents.rss("{site}", [old], version="0.91"), RSS), pages([old])),),
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
                both(told("/atom.xml", documents.atom("{site}", [atom1]), ATOM), pages([atom1, atom2])),
                told("/atom.xml", documents.atom("{site}", [atom2, atom1]), ATOM),
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
                    told("/atom03.xml", documents.atom("{site}", [early], is_old=True), ATOM),
                    lambda site: site.redirect("/now", "/atom03.xml", 302),
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
                        Cache_Control="max-age=84000",
                    ),
                    pages([json1, json2]),
                ),
                leave,
                told("/feed.json", documents.json_feed("{site}", [json2, json1]), "application/feed+json"),
            ),
            kind="feed",
            posts={json1.title: "candidate", json2.title: "candidate"},
            asked={"/feed.json": 2, json1.path: 0},
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
