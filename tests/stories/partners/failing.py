"""Partners whose sites fail, each in a way of its own."""

from dataclasses import replace

from tests.conftest import NOW
from tests.stories.partners import documents
from tests.stories.partners.acts import DAY, HTML, RSS, both, item, leave, pages, told
from tests.stories.partners.partner import Partner


def failing() -> list[Partner]:
    """Partners whose sites fail, each in a way of its own."""
    steady, brief = item("observer", 1), item("pharmacist", 1)
    away, soon = item("nursery", 1), item("harvest", 1)
    stays, goes = item("withdrawn", 1), item("withdrawn", 2)
    return [
        Partner(name="appshell", path="/", acts=(told("/", _SHELL, HTML),), kind="auto", trouble="JavaScript"),
        Partner(
            name="members",
            path="/news",
            acts=(lambda site: site.status("/news", 401),),
            kind="auto",
            trouble="login",
        ),
        Partner(
            name="secluded",
            path="/press",
            acts=(
                both(
                    told("/robots.txt", "User-agent: *\nDisallow: /press\n", "text/plain"),
                    told("/press", documents.page(item("secluded", 1)), HTML),
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
                both(told("/feed", documents.rss("{site}", [steady]), RSS), pages([steady])),
                lambda site: site.status("/feed", 500),
                told("/feed", documents.rss("{site}", [steady]), RSS),
            ),
            kind="feed",
            posts={steady.title: "candidate"},
        ),
        Partner(
            name="pharmacist",  # an error page with status 200
            path="/feed",
            acts=(
                both(told("/feed", documents.rss("{site}", [brief]), RSS), pages([brief])),
                told("/feed", "<!doctype html><html><body><h1>Down for maintenance</h1></body></html>", HTML),
            ),
            kind="feed",
            posts={brief.title: "candidate"},
            trouble="HTML page",
        ),
        Partner(
            name="bomber",
            path="/feed",
            acts=(lambda site: site.gzip_bomb("/feed", 60_000_000),),
            kind="auto",
            trouble="larger than",
        ),
        Partner(
            name="hurried",
            path="/feed",
            acts=(lambda site: site.status("/feed", 429, headers={"Retry-After": "84000"}),),
            kind="auto",
            trouble="429",
            asked={"/feed": 2},
        ),
        Partner(
            name="nursery",  # gone for good, its posts stay
            path="/feed",
            acts=(
                both(told("/feed", documents.rss("{site}", [away]), RSS), pages([away])),
                leave,
                lambda site: site.status("/feed", 410),
            ),
            kind="feed",
            posts={away.title: "candidate"},
            trouble="410",
        ),
        Partner(
            name="sleeper",
            path="/feed",
            acts=(lambda site: site.hang("/feed"),),
            kind="auto",
            trouble="did not answer",
        ),
        Partner(
            name="withdrawn",  # one of two posts disappears from the feed, and its page with it
            path="/feed",
            acts=(
                both(told("/feed", documents.rss("{site}", [goes, stays]), RSS), pages([goes, stays])),
                leave,
                both(
                    told("/feed", documents.rss("{site}", [stays]), RSS),
                    lambda site: site.status(goes.path, 404),
                ),
            ),
            kind="feed",
            posts={stays.title: "candidate", goes.title: "gone"},
        ),
        Partner(
            name="harvest",  # tomorrow's date is an embargo
            path="/feed",
            acts=(both(told("/feed", documents.rss("{site}", [replace(soon, at=NOW + 9 * DAY)]), RSS), pages([soon])),),
            kind="feed",
            posts={soon.title: "candidate"},
        ),
    ]


# A page that a script fills: nothing stands in it for who does not run scripts.
_SHELL = (
    '<!doctype html><html><head><title>News</title><script src="/main.js"></script></head><body><div id="root"></div>'
    "<noscript>You need to enable JavaScript to run this app.</noscript></body></html>"
)
