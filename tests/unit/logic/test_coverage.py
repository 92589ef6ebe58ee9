"""Lists of territories as people write them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.territoires.logic.coverage import read_coverage, redundant, simpler
from ckanext.territoires.territory.reference import Reference, load_reference

HOME = "fr:region:52"
NANTES = "fr:commune:44109"


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference()


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("44109", [NANTES]),
        ("1001", ["fr:commune:01001"]),
        ("2a004", ["fr:commune:2A004"]),
        ("44", ["fr:departement:44"]),
        ("52", ["fr:region:52"]),
        ("244400404 Nantes Métropole", ["fr:epci:244400404"]),
        ("FR:commune:44109", [NANTES]),
        ("Nantes, commune, Loire-Atlantique (44)\tfr:commune:44109", [NANTES]),
        ("NANTES | st herblain", [NANTES, "fr:commune:44162"]),
        ("Nantes (44)", [NANTES]),
        ("44109\r\n44109\r\n", [NANTES]),
        ("'44109', \"44162\"", [NANTES, "fr:commune:44162"]),
        ("44109\tNantes\t327734\n44184\tSaint-Nazaire\t72000", [NANTES, "fr:commune:44184"]),
        ("44109\t44162", [NANTES, "fr:commune:44162"]),
        ("Redon Agglomération", ["fr:epci:243500741"]),
        ("fr:commune:44109 Nantes, commune, Loire-Atlantique (44)", [NANTES]),
    ],
)
def test_understood(reference: Reference, written: str, understood: list[str]) -> None:
    found = read_coverage(written, reference, home=HOME)
    assert list(found.territories) == understood
    assert found.complete


@pytest.mark.parametrize("written", ["zzz", "99999", "44000", "custom:mine", "fr:epci:1", "xx:a:b"])
def test_unknown(reference: Reference, written: str) -> None:
    assert read_coverage(written, reference).unknown == (written,)


def test_former_commune_by_code_and_by_name(reference: Reference) -> None:
    found = read_coverage("49069; Liré", reference)
    assert found.territories == ("fr:commune:49126",)
    assert dict(found.replaced) == {"49069": "fr:commune:49126", "Liré": "fr:commune:49126"}


def test_name_of_several_places(reference: Reference) -> None:
    (item,) = read_coverage("Saint-Denis", reference, home=HOME).ambiguous
    assert "fr:commune:93066" in item.choices
    assert not item.split


def test_home_settles_a_name(reference: Reference) -> None:
    assert not read_coverage("Saint-Nazaire", reference).complete
    found = read_coverage("Saint-Nazaire", reference, home=HOME)
    assert found.territories == ("fr:commune:44184",)


def test_custom_territory(reference: Reference) -> None:
    found = read_coverage("custom:mine", reference, has_custom=lambda id: id == "custom:mine")
    assert found.territories == ("custom:mine",)


def test_redundant(reference: Reference) -> None:
    listed = [NANTES, "fr:departement:44", "fr:commune:49007"]
    assert redundant(listed, reference) == {NANTES: "fr:departement:44"}


def test_simpler_says_each_commune_once_in_the_widest(reference: Reference) -> None:
    communes = [t.id for t in reference.members("fr:departement:44")]
    (proposal,) = simpler(communes, reference)
    assert proposal.territory == "fr:departement:44"
    assert set(proposal.members) == set(communes)
    assert [p.territory for p in simpler(communes[1:], reference)] != []
    assert all(p.territory != "fr:departement:44" for p in simpler(communes[1:], reference))


def test_a_whole_nation_is_read_quickly(reference: Reference) -> None:
    codes = [t.code for t in reference.members("country:fr")]
    start = time.perf_counter()
    found = read_coverage("\n".join(codes), reference)
    assert time.perf_counter() - start < 3
    assert len(found.territories) == len(codes)


@given(text=st.text(max_size=200))
def test_anything_can_be_typed(text: str) -> None:
    found = read_coverage(text, load_reference(), home=HOME)
    assert set(found.territories) <= set(load_reference().territories)


@given(
    codes=st.lists(st.sampled_from(["44109", "44162", "49007", "85191"]), min_size=1),
    separator=st.sampled_from([" ", ",", ";", "\t", "\n", "\r\n", " ; ", ", "]),
)
def test_any_separator(codes: list[str], separator: str) -> None:
    found = read_coverage(separator.join(codes), load_reference())
    assert list(found.territories) == [f"fr:commune:{code}" for code in dict.fromkeys(codes)]


def test_what_stands_beside_a_code_in_a_list_is_not_dropped(reference: Reference) -> None:
    found = read_coverage("44109; zzz; 99999", reference)
    assert found.unknown == ("zzz", "99999")
