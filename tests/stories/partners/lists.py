"""Partners without a feed: sitemaps, an overview, a single page."""

from dataclasses import replace

from tests.stories.partners import documents
from tests.stories.partners.acts import HTML, both, item, leave, pages, told
from tests.stories.partners.partner import Partner


def lists() -> list[Partner]:
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
                both(told("/press", documents.overview("{site}", listed), HTML), pages([*listed, fresh])),
                leave,
                told("/press", documents.overview("{site}", [fresh, *listed]), HTML),
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
