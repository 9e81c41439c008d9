"""What partners do on their sites: publish an item, serve a document, leave things as they are."""

import random
from collections.abc import Sequence
from datetime import timedelta

from tests.conftest import NOW
from tests.fakes.web_server import WebSite
from tests.stories.partners import documents
from tests.stories.partners.documents import Item
from tests.stories.partners.partner import Act

RSS = "application/rss+xml; charset=utf-8"
ATOM = "application/atom+xml"
HTML = "text/html; charset=utf-8"
DAY = timedelta(days=1)
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
        at=NOW + on * DAY,
        **more,
    )


_WORDS = """
registry kidney disorder practitioner mother district counselling telephone surgery insurer tumour sequencing region
nurse score pharmacy interaction museum exhibition century blood ethics board answer finding steward university
dialysis centre donor farm worker pesticide exposure result hospital teaching garden winter ministry budget question
weekday language laboratory freezer courier signature archive lecture student library bridge harbour island ferry
summer conference speaker poster breakfast train station ticket patient family daughter neighbour village clinic
heart valve lung cancer screening prevention smoking nutrition breakfast sport school teacher parent infant vaccine
allergy asthma eczema migraine stroke recovery speech therapy music painting memory dementia carer respite pension
tax reform law court judge privacy consent record database standard software update security password camera robot
glove mask ward
"""
_VOCABULARY = _WORDS.split()


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


def leave(_site: WebSite) -> None:
    """Change nothing."""
