"""The values among which a territory is ranked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ckanext.territoires.figures.cell import Cell, Coverage
from ckanext.territoires.figures.formula import evaluate
from ckanext.territoires.figures.indicator import Indicator
from ckanext.territoires.figures.levels import Levelled, with_levels
from ckanext.territoires.figures.peers import groups_of
from ckanext.territoires.figures.status import Origin, Status
from ckanext.territoires.territory.reference import Reference
from tests.helpers.figures import long

PERIODS = {
    "population": ("2013", "2018"),
    "jobs": ("2013", "2018"),
    "births_intercensal": ("2013/2018",),
    "deaths_intercensal": ("2013/2018",),
    "births": ("2020",),
    "area": ("2021",),
}


def values(levelled: Levelled, group: str, level: str, indicator: str, period: str) -> Any:
    found = [
        d
        for d in levelled.distributions
        if (d["group_id"], d["level"], d["indicator"], d["period"])
        == (group, level, indicator, period)
    ]
    assert len(found) <= 1
    return found[0]["values"] if found else None


def test_one_of_each(levelled: Levelled) -> None:
    keys = [
        (d["group_id"], d["level"], d["indicator"], d["period"]) for d in levelled.distributions
    ]
    assert len(keys) == len(set(keys))
    for found in levelled.distributions:
        assert len(found["values"])
        assert np.isfinite(found["values"]).all()
        assert (np.diff(found["values"]) >= 0).all()


def test_what_is_hidden_has_none(levelled: Levelled, indicators: Mapping[str, Indicator]) -> None:
    names = {found["indicator"] for found in levelled.distributions}
    assert not any(indicators[name].hidden for name in names)
    assert {"median_income", "migration_change_rate", "density", "population"} <= names
    # Nothing of what the file does not hold.
    assert not any(name.startswith(("equipments", "grants")) for name in names)


def test_only_the_groups_of_some(
    levelled: Levelled,
    comparateur: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    reference: Reference,
) -> None:
    asked = {"fr:commune:44109", "fr:epci:244400404", "fr:departement:44", "fr:region:52"}
    groups = {
        ("fr:departement:44", "commune"),
        ("fr:region:52", "epci"),
        ("fr:region:52", "departement"),
        ("country:fr", "region"),
    }
    assert groups_of(asked, reference) == groups
    some = with_levels(long(comparateur), indicators, reference, cog_year=2021, only=asked)
    assert set(some.observations["territory"]) == asked
    wanted = [one for one in levelled.distributions if (one["group_id"], one["level"]) in groups]
    assert {(one["group_id"], one["level"]) for one in some.distributions} == {
        (one["group_id"], one["level"]) for one in wanted
    }
    for one in wanted:
        keys = (one["group_id"], one["level"], one["indicator"], one["period"])
        assert np.array_equal(values(some, *keys), one["values"]), keys


@pytest.mark.parametrize(
    ("name", "period"),
    [
        ("migration_change_rate", "2013/2018"),
        ("density", "2018"),
        ("births_rate", "2020"),
        ("jobs_change_rate", "2013/2018"),
        ("births", "2020"),
    ],
)
@pytest.mark.parametrize(
    ("group", "level"),
    [
        ("fr:departement:53", "commune"),
        ("fr:region:52", "epci"),
        ("fr:region:52", "arrondissement"),
        ("fr:region:52", "departement"),
    ],
)
def test_they_are_the_figures_one_by_one(
    levelled: Levelled,
    indicators: Mapping[str, Indicator],
    reference: Reference,
    name: str,
    period: str,
    group: str,
    level: str,
) -> None:
    members = {territory.id for territory in reference.members(group, level)}
    table: Any = levelled.observations
    table = table[table["territory"].isin(members)]
    cells = {
        (row.territory, row.indicator, row.period): Cell(
            row.value if row.status == Status.VALUE else None,
            Status(row.status),
            Origin(row.origin),
            Coverage(row.members, row.members_known, row.population_share)
            if row.members is not None and row.members == row.members
            else None,
        )
        for row in table.astype({"members": float, "members_known": float}).itertuples()
    }
    figures = [
        evaluate(
            indicators[name], period, lambda part, at, id=id: cells.get((id, part, at)), PERIODS
        )
        for id in members
    ]
    expected = sorted(
        f.value for f in figures if f.status is Status.VALUE and f.complete and f.value is not None
    )
    found = values(levelled, group, level, name, period)
    assert len(found) == len(expected)
    assert list(found) == pytest.approx(expected, rel=1e-12)


def test_an_epci_over_two_regions_is_among_the_peers_of_both(
    levelled: Levelled, reference: Reference
) -> None:
    redon = reference.territories["fr:epci:243500741"]
    assert {"fr:region:52", "fr:region:53"} <= set(redon.parents)
    value = 66_478.0
    assert value in values(levelled, "fr:region:52", "epci", "population", "2018")
    assert value in values(levelled, "fr:region:53", "epci", "population", "2018")


def test_a_floor_has_no_rank(levelled: Levelled) -> None:
    table: Any = levelled.observations
    table = table[
        (table["indicator"] == "fiscal_households")
        & table["territory"].astype(str).str.startswith("fr:epci:")
    ]
    floors = table[(table["status"] == Status.VALUE) & (table["members_known"] < table["members"])]
    assert len(floors)
    found = values(levelled, "fr:region:52", "epci", "fiscal_households", "2019")
    assert not set(floors["value"]) & set(found)
