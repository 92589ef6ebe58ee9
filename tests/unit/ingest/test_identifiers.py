from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.territoires.ingest.identifiers import (
    CODED_LEVELS,
    parse_code,
    parse_list,
    parse_siret,
    valid_key,
)
from ckanext.territoires.territory.reference import Reference


@pytest.mark.parametrize(
    ("text", "level", "code"),
    [
        ("1001", "commune", "01001"),
        ("1001.0", "commune", "01001"),
        (" 44109 ", "commune", "44109"),
        ("2a004", "commune", "2A004"),
        ("2B033", "commune", "2B033"),
        ("97105", "commune", "97105"),
        ("fr:commune:44109", "commune", "44109"),
        ("1", "departement", "01"),
        ("2A", "departement", "2A"),
        ("971", "departement", "971"),
        ("044", "departement", "44"),
        ("69D", "departement", "69"),
        ("69M", "departement", "69"),
        ("44002", "arrondissement", "442"),
        ("442", "arrondissement", "442"),
        ("200067635", "epci", "200067635"),
        ("200 067 635", "epci", "200067635"),
        ("200067635.0", "epci", "200067635"),
        ("20006763500019", "epci", "200067635"),
    ],
)
def test_a_code_is_mended(text: str, level: str, code: str) -> None:
    found = parse_code(text, level)
    assert found is not None
    assert (found.code, found.level) == (code, level)


def test_the_collectivity_of_corsica_is_its_region() -> None:
    found = parse_code("20A", "departement")
    assert found is not None
    assert (found.code, found.level) == ("94", "region")


def test_every_commune_comes_back_without_its_zero(reference: Reference) -> None:
    codes = [t.code for t in reference.territories.values() if t.level == "commune"]
    lost = [parse_code(code.lstrip("0"), "commune") for code in codes]
    assert [found.code if found else None for found in lost] == codes


@given(st.text(max_size=16), st.sampled_from((*CODED_LEVELS, "any")))
def test_any_text_is_a_code_or_none(text: str, level: str) -> None:
    found = parse_code(text, level)
    if found:
        again = parse_code(found.code, found.level)
        assert again is not None
        assert again.code == found.code


def test_codes_in_a_text() -> None:
    assert parse_list("Arpajon-sur-Cère (15012); Aurillac (15014)") == ["15012", "15014"]
    assert parse_list("Château-Chinon (Ville) (58062)") == ["58062"]
    assert parse_list("Ajaccio (2A004), Ajaccio (2A004)") == ["2A004"]
    assert parse_list("44109, 44001") == ["44109", "44001"]
    assert parse_list("rue de 1944, 12345 habitants") == []


def key_of(digits: str) -> str:
    return next(digits + str(last) for last in range(10) if valid_key(digits + str(last)))


@given(st.text("0123456789", min_size=13, max_size=13), st.sampled_from(("", ".0", " ")))
def test_a_siret_comes_back_with_its_lost_zeros(digits: str, tail: str) -> None:
    siret = key_of("0" + digits[1:])
    assert parse_siret(siret + tail) == (siret, True)
    if siret[1] != "0":
        assert parse_siret(siret[1:] + tail) == (siret, True)


@pytest.mark.parametrize("text", ["2.14401E+13", "12345678901234", "abc", "123"])
def test_a_spoilt_siret_is_said(text: str) -> None:
    assert parse_siret(text)[1] is False


def test_the_post_has_its_own_rule_and_associations_a_number() -> None:
    assert parse_siret("35600000049837") == ("35600000049837", True)
    assert parse_siret("W442000000") == ("W442000000", True)
    assert parse_siret("") == (None, True)
