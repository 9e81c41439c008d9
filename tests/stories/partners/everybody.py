"""All of them."""

from tests.stories.partners.failing import failing
from tests.stories.partners.feeds import feeds
from tests.stories.partners.hard_cases import hard_cases
from tests.stories.partners.lists import lists
from tests.stories.partners.partner import Partner
from tests.stories.partners.same_stories import same_stories
from tests.stories.partners.systems import systems


def all_partners() -> list[Partner]:
    """Give them all: there are three polls, nearly a day apart, the first at NOW."""
    groups = (feeds(), systems(), lists(), hard_cases(), failing(), same_stories())
    return [partner for group in groups for partner in group]
