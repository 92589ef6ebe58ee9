"""The shipped profiles are valid, and a mistake in one is named."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.ingest.profile import Profiles
from ckanext.territoires.ingest.profile_yaml import (
    PACKAGED,
    InvalidProfile,
    load_profiles,
    parse_profile,
)

ROOT = Path(__file__).parents[3]
NAMES = sorted(path.stem for path in PACKAGED.glob("*.yaml"))

EXAMPLE: dict[str, Any] = {
    "name": "example",
    "label": {"en": "Example", "fr": "Exemple"},
    "description": "Example",
    "shape": "observations",
    "territory": {"column": "CODE", "level": "commune"},
    "columns": [{"column": "P{yy}_POP", "indicator": "population"}],
}


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_profile_is_valid_and_its_indicators_exist(name: str, profiles: Profiles) -> None:
    profile = profiles[name]
    assert profile.name == name
    assert profile.label["en"]
    assert profile.label["fr"]
    known = load_indicators()
    assert profile.indicators <= known.keys()
    assert all(known[indicator].formula is None for indicator in profile.indicators)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_profile_is_documented(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")


def test_a_later_folder_replaces_a_profile(tmp_path: Path) -> None:
    mine = {**EXAMPLE, "name": "bpe"}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(mine), encoding="utf-8")
    found = load_profiles(PACKAGED, tmp_path)
    assert len(found) == len(NAMES)
    assert found["bpe"].label["fr"] == "Exemple"


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("shape",), "table", "shape"),
        (("name",), "Not A Name", "name"),
        (("label",), {"en": "Only English"}, "label"),
        (("territory",), None, "territory"),
        (("territory", "level"), "canton", "territory.level"),
        (("territory", "colunm"), "x", "territory.colunm"),
        (("columns", 0, "indicator"), None, "columns[0].(column)"),
        (("columns", 0, "type"), "colour", "columns[0].type"),
        (("columns", 0, "column"), "P{year}_POP", "columns[0].column"),
        (("columns", 0, "column"), "POP", "columns.POP"),
        (("columns", 0, "pattern"), "(", "columns[0].pattern"),
        (("columns", 0, "empty"), "zero", "columns[0].empty"),
        (("columns", 0, "like"), "nobody", "columns[0].like"),
        (("columns",), "POP", "columns"),
        (("identities",), ["population = births + deaths"], "identities"),
        (("identities",), ["population"], "identities"),
        (("period",), "last year", "period"),
        (("derive",), [{"indicator": "grants_count", "count": True}], "derive"),
        (("surprise",), 1, "surprise"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_its_key(
    path: tuple[Any, ...], value: Any, key: str
) -> None:
    data = copy.deepcopy(EXAMPLE)
    place: Any = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(InvalidProfile) as raised:
        parse_profile(data, "example.yaml")
    assert raised.value.file == "example.yaml"
    assert raised.value.key == key
    assert raised.value.reason


def test_broken_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("name: [", encoding="utf-8")
    with pytest.raises(InvalidProfile, match=r"broken\.yaml"):
        load_profiles(tmp_path)
    with pytest.raises(InvalidProfile, match="mapping of keys"):
        parse_profile("text", "text.yaml")


def test_stored_values_have_words(profiles: Profiles) -> None:
    assert profiles["docurba"].label_of("state", "39", "fr") == "PLU approuvé"
    assert profiles["abc"].label_of("state", "Abis", "en") == "Zone A bis"
    assert profiles["abc"].label_of("state", "other", "fr") == "other"
