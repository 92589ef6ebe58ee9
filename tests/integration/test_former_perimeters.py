"""The switch “as published”: values of the communes of the file, and said to be so, everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ckan.tests import factories

from ckanext.territoires.bridge import releases
from ckanext.territoires.bridge.figures_of import figures_of
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.figures.levels import with_levels
from ckanext.territoires.figures.perimeter import as_published, former
from ckanext.territoires.figures.status import Origin, Status
from tests.helpers import comparateur
from tests.helpers.people import call_as

# Divided in 2024; the file is in the communes of 2021.
DIVIDED, RESTORED = "fr:commune:85084", "fr:commune:85165"
# Received others since.
MERGED = "fr:commune:72155"
UNCHANGED = "fr:commune:44109"
FILE = {DIVIDED: 9053}

INCOMES = Path(__file__).parents[2] / "demo" / "files" / "filosofi-epci-2016.csv"

pytestmark = pytest.mark.usefixtures("incomes")


@pytest.fixture(scope="module")
def incomes(loaded_extract: dict[str, Any]) -> None:
    """Add what INSEE published of the medians of EPCI, as of the communes of 2021."""
    rows = pd.read_csv(INCOMES, dtype={"CODGEO": str}).dropna(subset=["MED16"])
    medians = pd.DataFrame(
        {
            "territory": "fr:epci:" + rows["CODGEO"],
            "indicator": "median_income",
            "period": "2016",
            "value": pd.to_numeric(rows["MED16"]),
            "status": int(Status.VALUE),
            "origin": int(Origin.PUBLISHED),
        }
    )
    found = with_levels(medians, load_indicators(), reference(), cog_year=2021)
    service = loaded_extract["service"]["id"]
    dataset = factories.Dataset(owner_org=service, access_level="public")
    resource = factories.Resource(package_id=dataset["id"], url="http://example.test/i.csv")
    comparateur.publish(dataset["id"], resource["id"], found, vintage="2016")


def portrait_figure(territory: str, indicator: str, **asked: Any) -> dict[str, Any]:
    portrait = call_as(None, "territoires_portrait_show", id=territory, **asked)
    for theme in portrait["themes"]:
        for row in theme["rows"]:
            if row["indicator"] == indicator:
                return row["figure"]
    raise AssertionError(f"{indicator} is not in the portrait of {territory}")


def rows(territories: list[str], indicators: list[str], **asked: Any) -> list[dict[str, Any]]:
    found = call_as(
        None,
        "territoires_observation_search",
        territories=territories,
        indicators=indicators,
        limit=10_000,
        **asked,
    )
    return found["rows"]


def test_a_divided_commune_has_what_the_file_says_of_it() -> None:
    today = portrait_figure(DIVIDED, "population")
    then = portrait_figure(DIVIDED, "population", as_published=True)
    assert today["origin"] == "estimated"
    assert today["value"] < FILE[DIVIDED]
    assert (then["value"], then["origin"]) == (FILE[DIVIDED], "published")
    assert then["reason"] == "périmètre de 2021"


def test_what_the_file_did_not_know_has_nothing_then() -> None:
    assert portrait_figure(RESTORED, "population")["origin"] == "estimated"
    assert portrait_figure(RESTORED, "population", as_published=True)["value"] is None


def test_what_did_not_change_says_nothing_of_it() -> None:
    now = portrait_figure(UNCHANGED, "population")
    then = portrait_figure(UNCHANGED, "population", as_published=True)
    assert (then["value"], then["reason"]) == (now["value"], "")


def test_the_query_gives_what_the_portrait_gives() -> None:
    (then,) = rows([DIVIDED], ["population"], as_published=True)
    assert (then["value"], then["reason"]) == (FILE[DIVIDED], "former_perimeter")
    (now,) = rows([DIVIDED], ["population"])
    assert now["value"] == pytest.approx(portrait_figure(DIVIDED, "population")["value"])


def test_every_territory_that_changed_is_told_alike() -> None:
    names = ["population", "dwellings", "median_income", "density", "owner_share"]
    changed = [
        one.id
        for level in ("commune", "epci", "departement")
        for one in reference().members("fr:region:52", level)
        if one.id in former(reference(), 2021)
    ]
    assert DIVIDED in changed
    assert MERGED in changed
    seen = releases.visible(None, shape="observations")
    checked = 0
    for row in rows(changed, names, as_published=True, periods="all"):
        values = figures_of([row["territory"]], seen, as_published=True)
        cell = values.get(row["territory"], row["indicator"], row["period"])
        expected = None if cell is None else cell.value
        assert row["value"] == (None if expected is None else pytest.approx(expected)), row
        if row["reason"] == "former_perimeter":
            checked += 1
            assert row["origin"] == "published"
    assert checked


def test_a_median_of_an_epci_of_other_communes_says_so_in_both() -> None:
    others = former(reference(), 2021)
    told: set[bool] = set()
    for row in rows(
        [one.id for one in reference().members("fr:region:52", "epci")], ["median_income"]
    ):
        if row["value"] is None:
            continue
        figure = portrait_figure(row["territory"], "median_income")
        changed = row["territory"] in others
        assert figure["value"] == row["value"]
        assert (row["reason"] == "former_perimeter") is changed
        assert figure["reason"] == ("périmètre de 2021" if changed else "")
        told.add(changed)
    assert told == {True, False}


def test_dated_identifiers_are_asked_for_those_that_changed_alone() -> None:
    asked = as_published([DIVIDED, UNCHANGED], [2021, None, reference().year], reference())
    assert asked == {f"{DIVIDED}@2021-01-01": DIVIDED}
