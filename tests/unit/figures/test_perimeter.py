"""Which territories had other communes in the year of a file."""

from __future__ import annotations

from ckanext.territoires.figures.perimeter import changed
from ckanext.territoires.territory.reference import Reference
from tests.helpers.figures import extract


def test_those_of_the_region_are_those_of_the_official_tables(reference: Reference) -> None:
    today = {row["code"]: row["epci"] for row in extract("communes-pdl-2026")}
    passage = {row["DEPCOM_HIST"]: row["DEPCOM"] for row in extract("passage-2025")}
    expected = set()
    for row in extract("communes-pdl-2021"):
        epci = today[passage.get(row["code"], row["code"])]
        if epci != row["epci"]:
            expected |= {f"fr:epci:{epci}", f"fr:epci:{row['epci']}"}
    region = {territory.id for territory in reference.members("fr:region:52", "epci")}
    assert expected
    assert changed(reference, 2021) & region == expected & region


def test_a_merger_within_an_epci_changes_nothing_of_it(reference: Reference) -> None:
    # Communes merged or were split there: the people are the same.
    others = changed(reference, 2021)
    for code in ("72155", "85084", "49126", "85001"):
        epci = next(p for p in reference.lineage(f"fr:commune:{code}") if ":epci:" in p)
        assert epci not in others


def test_nothing_is_known_without_a_year_nor_changed_today(reference: Reference) -> None:
    assert changed(reference, None) == frozenset()
    assert changed(reference, reference.year) == frozenset()
    assert changed(reference, 2013) == changed(reference, 2021)
