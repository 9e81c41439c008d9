"""Countries as a reader chooses them."""

import pytest
from babel import Locale

from newsletter.web.countries import countries


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "pt", "ar"])
def test_every_country_of_the_standard_and_no_other(language: str) -> None:
    """ISO 3166-1 has 249; groupings and reserved codes are none."""
    codes = {code for code, _ in countries(Locale.parse(language))}
    assert len(codes) == 249
    assert {"PT", "DE", "GB", "TW"} <= codes
    assert not codes & {"EU", "UN", "ZZ", "XK"}


def test_they_stand_in_the_order_of_their_names() -> None:
    """Accents do not move a name to the end."""
    names = [name for _, name in countries(Locale.parse("de"))]
    assert names.index("Norwegen") < names.index("Österreich") < names.index("Pakistan")


def test_what_was_chosen_stays_to_be_chosen() -> None:
    """An import may have brought a code that the standard has not."""
    assert "XK" in {code for code, _ in countries(Locale.parse("en"), "XK")}
