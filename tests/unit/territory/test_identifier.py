from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.territoires.territory.identifier import (
    LEVELS,
    InvalidTerritoryId,
    TerritoryId,
    canonical_code,
    parse,
)

DEPARTEMENTS = st.sampled_from(["01", "44", "2A", "2B", "85", "971", "976", "988"])
CODES = {
    "commune": DEPARTEMENTS.flatmap(
        lambda d: st.text("0123456789", min_size=5 - len(d), max_size=5 - len(d)).map(d.__add__)
    ),
    "epci": st.from_regex(r"[0-9]{9}", fullmatch=True),
    "arrondissement": st.tuples(DEPARTEMENTS, st.sampled_from("123456789")).map("".join),
    "departement": DEPARTEMENTS,
    "region": st.sampled_from(["01", "11", "52", "94", "988"]),
}
IDENTIFIERS = st.one_of(
    *(
        codes.map(lambda code, level=level: TerritoryId("fr", level, code))
        for level, codes in CODES.items()
    ),
    st.just(TerritoryId("fr", "country", "fr")),
    st.sampled_from(["metro", "dromcom"]).map(lambda c: TerritoryId("fr", "country-subset", c)),
    st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True).map(
        lambda slug: TerritoryId("", "custom", slug)
    ),
)


@given(IDENTIFIERS)
def test_what_is_written_is_read(identifier: TerritoryId) -> None:
    assert parse(str(identifier)) == identifier
    assert identifier.level in LEVELS


@given(IDENTIFIERS, st.dates())
def test_a_date_of_validity_is_dropped(identifier: TerritoryId, date: object) -> None:
    assert parse(f" {identifier}@{date} ") == identifier


@given(st.text())
def test_any_other_text_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(InvalidTerritoryId) as refusal:
        parse("fr:" + text.replace(":", ""))
    assert refusal.value.text == "fr:" + text.replace(":", "")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("fr:commune:44109", "fr:commune:44109"),
        ("fr:commune:1001", "fr:commune:01001"),
        ("FR:Commune:2a004", "fr:commune:2A004"),
        ("fr:commune:44109@1943-01-01", "fr:commune:44109"),
        ("fr:arrondissement:44002", "fr:arrondissement:442"),
        ("fr:arrondissement:442", "fr:arrondissement:442"),
        ("fr:arrondissement:2A001", "fr:arrondissement:2A1"),
        ("fr:arrondissement:97101", "fr:arrondissement:9711"),
        ("fr:departement:1", "fr:departement:01"),
        ("fr:region:52@1970-01-09", "fr:region:52"),
        ("fr:collectivite:987@2004-02-27", "fr:departement:987"),
        ("country:fr", "country:fr"),
        ("country-subset:fr:dromcom", "country-subset:fr:dromcom"),
        ("custom:pays-de-retz", "custom:pays-de-retz"),
    ],
)
def test_accepted(given: str, expected: str) -> None:
    assert str(parse(given)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "44109",
        "fr:commune",
        "fr:commune:",
        "fr:commune:441090",
        "fr:commune:44109:x",
        "fr:commune:٤٤١٠٩",
        "fr:canton:4401",
        "fr:epci:24440040",
        "country-group:ue",
        "custom:",
        "custom:Pays de Retz",
        "fr:arrondissement:44",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(InvalidTerritoryId):
        parse(text)


def test_a_level_without_codes_has_no_canonical_code() -> None:
    assert canonical_code("custom", "x") is None
