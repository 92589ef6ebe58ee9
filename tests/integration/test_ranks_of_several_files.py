"""Ranks of figures that no one file gives: ratios of two files, sums of grants."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import numpy as np
import pandas as pd
import pytest
from ckan.tests import factories

from ckanext.territoires.bridge import loading, peer_values, releases
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.figures.frame import OBSERVATION
from ckanext.territoires.model import Distribution
from ckanext.territoires.model.copying import copy_observations
from tests.helpers import grants
from tests.helpers.people import People, call_as, of_each_role
from tests.helpers.queries import counted_queries

NANTES, LOIRE_ATLANTIQUE = "fr:commune:44109", "fr:departement:44"
REGIONAL = "dotations-2019-pays-de-la-loire.csv"


@pytest.fixture(scope="module")
def people(loaded_extract: dict[str, Any]) -> People:
    """The comparateur, which all see, and the grants of 2019, which a service keeps to itself."""
    people = of_each_role()
    dataset = factories.Dataset(
        owner_org=people.service["id"],
        title="Grants",
        access_level="service",
        access_reason="internal",
    )
    resource = factories.Resource(package_id=dataset["id"], url="http://example.test/g.csv")
    found = loading.read(grants.FILES / REGIONAL, REGIONAL)
    number = grants.load(
        resource,
        found.records,
        indicators=["grants_count", "grants_granted"],
        periods=["2019"],
        levels=["commune", "epci", "departement"],
    )
    copy_observations(number, found.observations.reindex(columns=list(OBSERVATION)))
    model.Session.commit()
    releases.forget()
    return people


def rows(people: People, role: str, id: str = NANTES) -> dict[str, dict[str, Any]]:
    releases.forget()
    portrait = call_as(people.names[role], "territoires_portrait_show", id=id)
    return {row["indicator"]: row for theme in portrait["themes"] for row in theme["rows"]}


def peers(people: People, indicator: str, level: str, within: str) -> pd.Series:
    releases.forget()
    found = call_as(
        people.names["member"],
        "territoires_observation_search",
        within=within,
        level=level,
        indicators=[indicator],
        periods=["2019"],
        limit=2000,
    )["rows"]
    return pd.Series({r["territory"]: r["value"] for r in found if r["value"] is not None})


@pytest.mark.parametrize(
    ("id", "level", "within"),
    [
        (NANTES, "commune", LOIRE_ATLANTIQUE),
        ("fr:epci:244400404", "epci", "fr:region:52"),
        (LOIRE_ATLANTIQUE, "departement", "fr:region:52"),
    ],
)
@pytest.mark.parametrize("indicator", ["grants_per_inhabitant", "grants_granted"])
def test_a_rank_is_that_among_the_values_of_the_table(
    people: People, id: str, level: str, within: str, indicator: str
) -> None:
    row = rows(people, "member", id)[indicator]
    values = peers(people, indicator, level, within)
    assert row["figure"]["value"] == pytest.approx(values[id])
    assert len(values) > 2
    assert row["rank"]["position"] == 1 + (values > values[id] * (1 + 1e-9)).sum()
    assert row["rank"]["of"] == len(values)
    assert row["rank"]["median"] == pytest.approx(values.median())


def test_what_is_computed_is_what_a_loading_writes(loaded_extract: dict[str, Any]) -> None:
    written = {
        (found.indicator, found.period): found.values
        for found in model.Session.query(Distribution).filter_by(
            group_id=LOIRE_ATLANTIQUE, level="commune", release_id=loaded_extract["release"]
        )
    }
    releases.forget()
    group = reference().get(LOIRE_ATLANTIQUE)
    assert group
    files = [info for info in releases.visible(None) if info.indicators]
    computed = peer_values.peer_values(group, "commune", written, files)
    assert len(written) > 60
    for figure, values in written.items():
        np.testing.assert_allclose(computed[figure], values, rtol=1e-12, err_msg=str(figure))


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("anonymous", False),
        ("agent", False),
        ("other_member", False),
        ("member", True),
        ("sysadmin", True),
    ],
)
def test_a_rank_is_told_to_who_sees_its_file(people: People, role: str, sees: bool) -> None:
    # Read by who sees it first, so that something is kept.
    assert rows(people, "member")["grants_granted"]["rank"]
    found = rows(people, role)
    assert (bool((found.get("grants_granted") or {}).get("rank"))) == sees
    assert ("44109" in str(found.get("grants_per_inhabitant", {}))) == sees


def test_values_of_peers_are_read_once(people: People) -> None:
    rows(people, "member")
    with counted_queries() as first:
        rows(people, "member", "fr:commune:44143")
    with counted_queries() as second:
        rows(people, "member", "fr:commune:44162")
    assert len(first) == len(second)
    assert not any("COPY" in statement for statement in second)
