"""What `indicators.yaml` declares, and what it may not."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ckanext.territoires.figures.indicator import (
    DIRECTIONS,
    PACKAGED,
    Indicator,
    InvalidIndicators,
    load_indicators,
    themes,
)

DECLARED = json.dumps(yaml.safe_load(PACKAGED.read_text(encoding="utf-8")))
BASE = (
    "population",
    "area",
    "births_intercensal",
    "deaths_intercensal",
    "births",
    "deaths",
    "households",
    "dwellings",
    "main_homes",
    "second_homes",
    "vacant_homes",
    "owner_homes",
    "fiscal_households",
    "fiscal_persons",
    "jobs",
    "employee_jobs",
    "population_15_64",
    "unemployed_15_64",
    "active_15_64",
    "establishments",
    "establishments_agriculture",
    "establishments_industry",
    "establishments_construction",
    "establishments_services",
    "establishments_trade",
    "establishments_public",
    "establishments_1_9",
    "establishments_10_plus",
    "grants_granted",
    "grants_count",
)
NEVER_ADDED = (
    "taxed_households_share",
    "median_income",
    "poverty_rate",
    "first_decile",
    "ninth_decile",
    "decile_ratio",
    "income_share_work",
    "income_share_pensions",
    "income_share_assets",
    "income_share_benefits",
)


def test_what_is_asked_for_is_there(indicators: Mapping[str, Indicator]) -> None:
    assert sum(not indicator.hidden for indicator in indicators.values()) >= 60
    for name in BASE:
        assert indicators[name].additive, name
    for name in NEVER_ADDED:
        assert not indicators[name].additive, name
        assert indicators[name].formula is None, name


def test_every_indicator_says_all_in_both_languages(indicators: Mapping[str, Indicator]) -> None:
    known = {name for name, _ in themes()}
    for indicator in indicators.values():
        texts = (indicator.label, indicator.definition, indicator.unit, indicator.universe)
        for words in (*texts, indicator.source, *([indicator.short] if indicator.short else [])):
            assert words["en"].strip(), indicator.name
            assert words["fr"].strip(), indicator.name
        assert indicator.definition["fr"].endswith("."), indicator.name
        assert indicator.theme in known
        assert indicator.direction in DIRECTIONS


def test_no_year_is_written(indicators: Mapping[str, Indicator]) -> None:
    for indicator in indicators.values():
        for words in (indicator.label, indicator.definition, indicator.source, indicator.universe):
            for text in words.values():
                assert not re.search(r"\b(19|20)\d\d\b", text), indicator.name


def test_labels_are_each_of_one_indicator(indicators: Mapping[str, Indicator]) -> None:
    for language in ("en", "fr"):
        labels = [indicator.label[language] for indicator in indicators.values()]
        assert len(labels) == len(set(labels))


def test_every_theme_has_a_key_figure_or_figures(indicators: Mapping[str, Indicator]) -> None:
    assert [name for name, _ in themes()] == [
        "population",
        "housing",
        "income",
        "employment",
        "economy",
        "equipments",
        "state_action",
    ]
    for name, _ in themes():
        assert any(indicator.theme == name for indicator in indicators.values())
    assert 6 <= sum(indicator.key for indicator in indicators.values()) <= 16


def write(path: Path, **changes: Any) -> Path:
    """The packaged declarations with changes to those of one or several indicators."""
    tree = json.loads(DECLARED)
    for name, change in changes.items():
        tree["indicators"].setdefault(name, {}).update(change)
    target = path / "indicators.yaml"
    target.write_text(json.dumps(tree), encoding="utf-8")  # JSON is YAML
    return target


@pytest.mark.parametrize(
    ("indicator", "change", "key", "reason"),
    [
        ("density", {"formula": "population / surface"}, "formula", "surface"),
        ("density", {"formula": "population / density"}, "formula", "circle"),
        ("births_rate", {"formula": "open(births)"}, "formula", "Call"),
        ("density", {"additive": True}, "additive", "never added"),
        ("population", {"unit": "parsecs"}, "unit", "parsecs"),
        ("population", {"theme": "weather"}, "theme", "weather"),
        ("population", {"source": "hearsay"}, "source", "hearsay"),
        ("population", {"direction": "up"}, "direction", "higher_is_better"),
        ("population", {"precision": "two"}, "precision", "decimals"),
        ("population", {"key": "yes"}, "key", "true or false"),
        ("population", {"weight": 3}, "weight", "unknown key"),
        ("population", {"label": {"en": "Population"}}, "label", "nothing in fr"),
        ("population", {"label": {"en": "A", "fr": "B", "c d": None}}, "label", "c d"),
        ("population", {"definition": None}, "definition", "mapping"),
        ("jobs_change_rate", {"periods_of": "density"}, "periods_of", "density"),
        ("New", {}, "name", "lower-case"),
    ],
)
def test_a_wrong_declaration_is_named(
    tmp_path: Path, indicator: str, change: dict[str, Any], key: str, reason: str
) -> None:
    with pytest.raises(InvalidIndicators) as caught:
        load_indicators(write(tmp_path, **{indicator: change}))
    assert (caught.value.indicator, caught.value.key) == (indicator, key)
    assert reason in caught.value.reason


def test_a_longer_circle_is_seen(tmp_path: Path) -> None:
    changes = {
        "births_rate": {"formula": "deaths_rate * 2"},
        "deaths_rate": {"formula": "natural_balance / 2"},
        "natural_balance": {"formula": "births_rate - births"},
    }
    with pytest.raises(InvalidIndicators, match="circle"):
        load_indicators(write(tmp_path, **changes))


def test_it_is_read_once(indicators: Mapping[str, Indicator]) -> None:
    assert load_indicators() is indicators
