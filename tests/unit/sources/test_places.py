"""The place of an event: a venue keeps the city that it is in."""

import pytest

from newsletter.sources.details.places import labelled_place, place_after
from newsletter.sources.details.zones import zone_of_place

DAY = "20 November 2026"


@pytest.mark.parametrize(
    ("rest", "place"),
    [
        (" at the Centro Cultural de Belém in Lisbon, Portugal.", "Centro Cultural de Belém in Lisbon, Portugal"),
        (", Centro Cultural de Belém in Lisbon, Portugal", "Centro Cultural de Belém in Lisbon, Portugal"),
        (" at the Town Hall in Cascais, Portugal", "Town Hall in Cascais, Portugal"),
        (" at Hotel Metropole in Brussels and online", "Hotel Metropole in Brussels"),
        (" im Haus der Kulturen in Berlin, Deutschland", "Haus der Kulturen in Berlin, Deutschland"),
        (" au Palais des Congrès à Paris (France)", "Palais des Congrès à Paris (France)"),
        (" à la Maison de la Chimie à Paris", "Maison de la Chimie à Paris"),
        (" presso Palazzo Vecchio a Firenze, Italia", "Palazzo Vecchio a Firenze, Italia"),
        (" en el Palacio de Congresos en Madrid, España", "Palacio de Congresos en Madrid, España"),
        (" no Centro Cultural de Belém em Lisboa, Portugal", "Centro Cultural de Belém em Lisboa, Portugal"),
        (" in Berlin, Germany", "Berlin, Germany"),
    ],
)
def test_a_venue_keeps_its_city(rest: str, place: str) -> None:
    """A known city, or one with its country, belongs to the venue before it, in six languages."""
    assert place_after(DAY + rest, len(DAY)) == place


@pytest.mark.parametrize(
    ("rest", "place"),
    [
        (" at the Town Hall in November", "Town Hall"),
        (" at the Town Hall in English", "Town Hall"),
        (" at the Town Hall in Partnership, Example Inc", "Town Hall"),
        (" in Berlin in Zusammenarbeit mit Partnern", "Berlin"),
        (" in Lisbon in the Town Hall", "Lisbon"),
        (" no Fee in Lisbon", ""),
        (", Ada Example in Berlin said so", ""),
    ],
)
def test_what_is_no_city_is_not_added(rest: str, place: str) -> None:
    """A month, a language, a partner, or a person who is in a city adds nothing to a place."""
    assert place_after(DAY + rest, len(DAY)) == place


def test_a_venue_with_its_city_has_a_zone() -> None:
    """The zone is that of the city, which is why it must not be lost."""
    told = place_after(f"{DAY} at the Centro Cultural de Belém in Lisbon, Portugal", len(DAY))
    assert zone_of_place(told) == "Europe/Lisbon"
    assert labelled_place("Venue: Centro Cultural de Belém in Lisbon, Portugal") == told
