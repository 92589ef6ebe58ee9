"""The Solr schema derived from CKAN's."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from solr.derive_schema import UnexpectedSchemaError, ckan_schema_path, derive


@pytest.fixture(scope="module")
def source() -> str:
    return ckan_schema_path().read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def schema(source: str) -> ET.Element:
    return ET.fromstring(derive(source))


def filters(schema: ET.Element, field_type: str, use: str) -> list[str]:
    path = f"types/fieldType[@name='{field_type}']/analyzer[@type='{use}']/filter"
    return [part.get("class", "").removeprefix("solr.") for part in schema.findall(path)]


@pytest.mark.parametrize("use", ["index", "query"])
def test_text_is_stemmed_in_french_once_accents_are_folded(schema: ET.Element, use: str) -> None:
    names = filters(schema, "text", use)
    assert names[0] == "ElisionFilterFactory"
    assert names[-3:] == [
        "ASCIIFoldingFilterFactory",
        "KeywordMarkerFilterFactory",
        "FrenchLightStemFilterFactory",
    ]
    assert "SnowballPorterFilterFactory" not in names
    assert names.count("ASCIIFoldingFilterFactory") == 1


@pytest.mark.parametrize("field_type", ["text_general", "text_ngram"])
@pytest.mark.parametrize("use", ["index", "query"])
def test_other_text_folds_accents(schema: ET.Element, field_type: str, use: str) -> None:
    assert filters(schema, field_type, use)[-1] == "ASCIIFoldingFilterFactory"


def test_polygons_have_a_field(schema: ET.Element) -> None:
    field = schema.find("fields/field[@name='spatial_geom']")
    assert field is not None
    assert field.get("type") == "location_rpt"
    assert schema.find("types/fieldType[@name='location_rpt']") is not None


def test_territory_codes_stay_out_of_the_full_text(schema: ET.Element) -> None:
    assert schema.find("copyField[@source='vocab_*']") is None
    assert schema.find("fields/dynamicField[@name='vocab_*']") is not None


def test_everything_else_is_ckan_s(source: str, schema: ET.Element) -> None:
    theirs = ET.fromstring(source)
    assert schema.get("name") == theirs.get("name")
    names = {field.get("name") for field in theirs.iter("field")}
    assert {field.get("name") for field in schema.iter("field")} == names | {"spatial_geom"}


@pytest.mark.parametrize(
    "missing", ["solr.SnowballPorterFilterFactory", 'name="text_ngram"', 'source="vocab_*"']
)
def test_a_schema_that_lost_what_is_changed_is_refused(source: str, missing: str) -> None:
    with pytest.raises(UnexpectedSchemaError):
        derive(source.replace(missing, missing.replace('="', '="other_').replace("Porter", "")))
