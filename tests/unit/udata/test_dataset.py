"""A record becomes a dataset in our fields; what is lost on the way is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.territoires.territory.reference import Reference
from ckanext.territoires.udata import Reason, map_dataset, map_organization
from ckanext.territoires.udata.vocabulary import vocabulary

ROOT = Path(__file__).resolve().parents[3]
PRESETS = ROOT / "ckanext" / "territoires" / "schemas" / "presets.yaml"
CATALOGUE = ROOT / "demo" / "catalogue"


def reasons(record: dict[str, Any], reference: Reference) -> list[tuple[str, Reason]]:
    return [(r.field, r.reason) for r in map_dataset(record, reference).remarks]


def test_a_record_in_order(record: dict[str, Any], reference: Reference) -> None:
    mapped = map_dataset(record, reference)
    assert mapped.fields == {
        "name": "info-route-departementale",
        "title": "Info route départementale",
        "notes": "Fermetures de routes et de bacs.",
        "owner_org": "departement-44",
        "contact_name": "Département 44",
        "theme": ["TRAN"],
        "territory": ["fr:departement:44"],
        "granularity": "point",
        "temporal_start": "2015-01-01",
        "temporal_end": "2020-12-31",
        "frequency": "DAILY",
        "license_id": "lov2",
        "access_level": "public",
        "tag_string": "route,trafic",
        "url": "https://www.data.gouv.fr/fr/datasets/info-route-departementale/",
        "resources": [
            {
                "udata_id": "9750daf3-7608-40d0-8816-c9c5ad0dd9ff",
                "url": "https://data.loire-atlantique.fr/routes.csv",
                "name": "routes.csv",
                "format": "CSV",
                "mimetype": "text/csv",
                "size": 1200,
                "last_modified": "2020-12-13T20:44:01",
            }
        ],
    }
    assert mapped.withdrawn is None
    (remark,) = mapped.remarks
    assert (remark.reason, remark.taken, remark.reason.assumed) == (
        Reason.THEME_FROM_WORDS,
        "TRAN",
        True,
    )


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"organization": None}, "organization", Reason.NO_ORGANIZATION),
        ({"description": " "}, "description", Reason.NO_DESCRIPTION),
        ({"license": "gpl-9"}, "license", Reason.UNKNOWN_LICENSE),
        ({"frequency": "sometimes"}, "frequency", Reason.UNKNOWN_FREQUENCY),
        ({"spatial": {"zones": ["country:fr"], "granularity": "fr:xx"}},
         "spatial.granularity", Reason.UNKNOWN_GRANULARITY),
        ({"temporal_coverage": {"start": "2020-01-01", "end": "2019-01-01"}},
         "temporal_coverage", Reason.REVERSED_PERIOD),
        ({"temporal_coverage": {"start": "spring", "end": None}},
         "temporal_coverage.start", Reason.UNREADABLE_DATE),
        ({"tags": ["route", "x"]}, "tags", Reason.UNUSABLE_TAG),
        ({"tags": [], "title": "Divers"}, "tags", Reason.NO_THEME),
        ({"archived": "2022-10-20T03:06:42"}, "archived", Reason.ARCHIVED),
        ({"resources": [{"title": "x", "url": ""}]}, "resources.url", Reason.NO_ADDRESS),
        ({"resources": [{"url": "javascript:alert(1)"}]}, "resources.url", Reason.NO_ADDRESS),
        ({"resources": [{"url": "https://a.fr/b", "format": "fr/cs/satellite?c=1"}]},
         "resources.format", Reason.UNUSABLE_FORMAT),
    ],
)  # fmt: skip
def test_what_cannot_be_mapped_is_told(
    change: dict[str, Any],
    field: str,
    reason: Reason,
    record: dict[str, Any],
    reference: Reference,
) -> None:
    assert (field, reason) in reasons(record | change, reference)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"deleted": "2020-01-01T00:00:00"}, Reason.DELETED),
        ({"private": True}, Reason.PRIVATE),
        ({"spatial": {"zones": ["country:ve", "country:zm"]}}, Reason.ELSEWHERE),
        ({"spatial": {"zones": ["country:ve", "country:fr"]}}, None),
        ({"private": None}, None),
        ({"archived": "2020-01-01"}, None),
    ],
)
def test_records_that_have_no_place_here_are_withdrawn(
    change: dict[str, Any], reason: Reason | None, record: dict[str, Any], reference: Reference
) -> None:
    assert map_dataset(record | change, reference).withdrawn is reason


@pytest.mark.parametrize(
    ("given", "expected"),
    [("csv", "CSV"), (".xlsx", "XLSX"), ("csv/utf8", "CSV"), ("shp (wgs84)", "SHP (WGS84)")],
)
def test_formats(given: str, expected: str, record: dict[str, Any], reference: Reference) -> None:
    record["resources"][0]["format"] = given
    assert map_dataset(record, reference).fields["resources"][0]["format"] == expected


def test_a_long_slug_fits_an_address(record: dict[str, Any], reference: Reference) -> None:
    assert len(map_dataset(record | {"slug": "a" * 179}, reference).name) == 100


def test_the_territory_of_the_organization_is_taken(
    record: dict[str, Any], reference: Reference
) -> None:
    mapped = map_dataset(record | {"spatial": None}, reference, {"o1": "fr:departement:44"})
    assert mapped.fields["territory"] == ["fr:departement:44"]
    assert Reason.TERRITORY_OF_ORGANIZATION in {remark.reason for remark in mapped.remarks}


def test_an_organization_keeps_no_external_image(reference: Reference) -> None:
    mapped = map_organization(
        {
            "id": "o1",
            "slug": "nantes-metropole",
            "name": "Nantes Métropole",
            "logo": "https://static.data.gouv.fr/logo.png",
            "territory": "fr:epci:244400404",
        },
        reference,
    )
    assert mapped.fields == {
        "name": "nantes-metropole",
        "title": "Nantes Métropole",
        "description": "",
        "territory": "fr:epci:244400404",
    }


def test_every_word_of_ours_is_a_choice_of_the_schema() -> None:
    presets = {
        preset["preset_name"]: {choice["value"] for choice in preset["values"].get("choices", ())}
        for preset in yaml.safe_load(PRESETS.read_text(encoding="utf-8"))["presets"]
    }
    words = vocabulary()
    assert set(words.frequencies.values()) <= presets["territoires_frequency"]
    assert set(words.granularities.values()) <= presets["territoires_granularity"]
    assert set(words.theme_words) == presets["territoires_theme"]


def test_every_licence_of_ours_is_a_licence_of_the_site() -> None:
    licenses = json.loads((PRESETS.parent / "licenses.json").read_text(encoding="utf-8"))
    assert set(vocabulary().licenses.values()) <= {entry["id"] for entry in licenses}


def test_the_whole_demonstration_maps(reference: Reference) -> None:
    lines = (CATALOGUE / "datasets.jsonl").read_text(encoding="utf-8").splitlines()
    bodies = map(json.loads, (CATALOGUE / "organizations.jsonl").read_text("utf-8").splitlines())
    competences = {body["id"]: body["territory"] for body in bodies if "territory" in body}
    mapped = [map_dataset(json.loads(line), reference, competences) for line in lines]
    assert len(mapped) >= 150
    with_territory = [one for one in mapped if one.fields["territory"]]
    assert len(with_territory) >= 0.95 * len(mapped)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(zone=st.text(max_size=40), day=st.text(max_size=12), tag=st.text(max_size=120), words=JSON)
def test_odd_values_never_raise(
    zone: str, day: str, tag: str, words: Any, record: dict[str, Any], reference: Reference
) -> None:
    odd = record | {
        "spatial": {"zones": [zone], "granularity": str(words)},
        "temporal_coverage": {"start": day, "end": words},
        "tags": [tag],
        "frequency": str(words),
        "license": str(words),
    }
    mapped = map_dataset(odd, reference)
    assert all(reference.get(territory) for territory in mapped.fields["territory"])
