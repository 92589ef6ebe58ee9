from __future__ import annotations

import random
import time
import unicodedata
from collections import Counter

import pytest

from ckanext.territoires.territory.reference import Reference

from .conftest import extract


def typed(name: str) -> str:
    """A name as one types it: no accents, no hyphens, no capitals."""
    plain = unicodedata.normalize("NFD", name.replace("œ", "oe").replace("Œ", "oe"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return plain.replace("-", " ").lower()


def first(reference: Reference, q: str, **options: str) -> str:
    return reference.search(q, **options)[0].territory.id  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("nantes", "fr:commune:44109"),
        ("NANTES", "fr:commune:44109"),
        ("saint nazaire", "fr:commune:44184"),
        ("st nazaire", "fr:commune:44184"),
        ("St-Nazaire", "fr:commune:44184"),
        ("saintnazaire", "fr:commune:44184"),
        ("mans", "fr:commune:72181"),
        ("le mans", "fr:commune:72181"),
        ("loire atlantique", "fr:departement:44"),
        ("la loire atlantique", "fr:departement:44"),
        ("pays de la loire", "fr:region:52"),
        ("44", "fr:departement:44"),
        ("44000", "fr:commune:44109"),
        ("44109", "fr:commune:44109"),
        ("1001", "fr:commune:01001"),
        ("214401093", "fr:commune:44109"),
        ("244400404", "fr:epci:244400404"),
        ("oree d anjou", "fr:commune:49126"),
        ("orée d’anjou", "fr:commune:49126"),
        ("oreedanjou", "fr:commune:49126"),
        ("champtoceaux", "fr:commune:49126"),
        ("49069", "fr:commune:49126"),
        ("redon agglo", "fr:epci:243500741"),
        ("nantes metropole", "fr:epci:244400404"),
        ("cap atlantique", "fr:epci:244400610"),
        ("carene", "fr:epci:244400644"),
        ("sables olonne", "fr:commune:85194"),
        ("paris 15", "fr:commune:75056"),
        ("auvergne", "fr:region:84"),
        ("arrondissement de nantes", "fr:arrondissement:442"),
        ("france", "country:fr"),
    ],
)
def test_first_answer(reference: Reference, q: str, expected: str) -> None:
    assert first(reference, q) == expected


def test_levels_come_in_a_sensible_order(reference: Reference) -> None:
    found = [match.territory.id for match in reference.search("nantes", limit=3)]
    assert found == ["fr:commune:44109", "fr:epci:244400404", "fr:arrondissement:442"]


def test_every_commune_of_the_region_typed_plainly(reference: Reference) -> None:
    rows = extract("communes-pdl-2026")
    national = Counter(
        typed(commune.name) for commune in reference.members("country:fr", "commune")
    )
    for row in rows:
        q = typed(row["nom"])
        within = {} if national[q] == 1 else {"within": f"fr:departement:{row['departement']}"}
        answer = first(reference, q, level="commune", **within)
        assert answer == f"fr:commune:{row['code']}", row["nom"]


def test_every_place_of_the_region_is_found_by_its_former_name(reference: Reference) -> None:
    for row in extract("places-pdl-2026"):
        id = f"fr:commune:{row['commune']}"
        departement = f"fr:departement:{row['commune'][:2]}"
        found = reference.search(typed(row["nom"]), within=departement, limit=20)
        assert id in [match.territory.id for match in found], row["nom"]


def test_a_match_says_why(reference: Reference) -> None:
    assert reference.search("nantes")[0].kind == "exact"
    assert reference.search("nante")[0].kind == "prefix"
    assert reference.search("44109")[0].kind == "code"
    postal = reference.search("44000")[0]
    assert (postal.kind, postal.matched) == ("postal_code", "44000")
    former = reference.search("champtoceaux")[0]
    assert (former.kind, former.matched) == ("former", "Champtoceaux")
    assert (former.former_kind, former.former_code) == ("delegated", "49069")


class TestFilters:
    def test_level(self, reference: Reference) -> None:
        found = reference.search("nantes", level="epci")
        assert {match.territory.level for match in found} == {"epci"}

    def test_within(self, reference: Reference) -> None:
        assert first(reference, "nantes", within="fr:departement:44") == "fr:commune:44109"
        found = reference.search("saint", within="fr:departement:85", limit=50)
        assert all("fr:departement:85" in match.territory.parents for match in found)
        assert len(found) == 50

    def test_within_keeps_out_the_container(self, reference: Reference) -> None:
        assert first(reference, "mayenne", within="fr:departement:53") == "fr:commune:53147"

    def test_limit(self, reference: Reference) -> None:
        assert len(reference.search("saint", limit=3)) == 3
        assert reference.search("saint", limit=0) == ()

    @pytest.mark.parametrize("q", ["", "  ", "--", "zzzzzz", "日本"])
    def test_no_answer(self, reference: Reference, q: str) -> None:
        assert reference.search(q) == ()


def test_is_quick_over_the_nation(reference: Reference) -> None:
    chance = random.Random(1)
    names = [territory.name for territory in reference.territories.values()]
    queries = [name[: chance.randint(1, len(name))] for name in chance.sample(names, 1000)]
    reference.search("warm")
    times: list[float] = []
    for q in queries:
        start = time.thread_time()
        reference.search(q)
        times.append(time.thread_time() - start)
    assert sorted(times)[950] < 0.002
