"""The sums of grants are the same wherever they are read, whatever the files that hold them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ckan.model as model
import pandas as pd
import pytest
from ckan.tests import factories
from ckan.tests.helpers import call_action

from ckanext.territoires.bridge import loading, releases
from ckanext.territoires.figures.frame import OBSERVATION
from ckanext.territoires.model import CustomTerritory
from ckanext.territoires.model.copying import copy_observations
from tests.helpers.grants import FILES, record
from tests.helpers.grants import load as load_records

REGION, LOIRE_ATLANTIQUE, NANTES = "fr:region:52", "fr:departement:44", "fr:commune:44109"
METROPOLE, REDON_AGGLO, REZE = "fr:epci:244400404", "fr:epci:243500741", "fr:commune:44143"
# A commune of 2019 that was split in 2024 into this one and two others.
SPLIT = "fr:commune:85090"
EVERYWHERE = (
    REGION,
    LOIRE_ATLANTIQUE,
    "fr:departement:49",
    "fr:departement:53",
    "fr:departement:72",
    "fr:departement:85",
    METROPOLE,
    REDON_AGGLO,
    NANTES,
    REZE,
    SPLIT,
    "country:fr",
    "custom:deux",
)
REGIONAL = "dotations-2019-pays-de-la-loire.csv"
OVERLAPPING = sorted(
    path.name for path in FILES.glob("*.csv") if path.name.startswith(("d", "dotations"))
)
# Two files of one year that have nothing in common, and a line that one of them has twice.
DISJOINT = (
    [
        record(line=2, places=[NANTES], year=2021, scheme="DSIL", title="École", granted=1000),
        record(line=3, places=[NANTES], year=2021, scheme="DSIL", title="École", granted=1000),
    ],
    [
        record(line=2, places=[NANTES], year=2021, scheme="DETR", title="Gymnase", granted=300),
        record(line=3, places=[METROPOLE], year=2021, scheme="DETR", title="Piscine", granted=70),
        record(line=4, places=[REZE, NANTES], year=2021, scheme="DETR", title="Pont", granted=5),
    ],
)


def link(service: dict[str, Any], name: str) -> dict[str, Any]:
    """Make a file, of a dataset of its own: a change of the dataset ends what a link has loaded."""
    dataset = factories.Dataset(owner_org=service["id"], access_level="public", title="Grants")
    return factories.Resource(package_id=dataset["id"], url=f"http://example.test/{name}")


def load(service: dict[str, Any], path: Path) -> None:
    """Read a file, and write all that it holds."""
    resource = link(service, path.name)
    found = loading.read(path, path.name)
    assert found.state == "read", path.name
    number = load_records(
        resource,
        found.records,
        indicators=["grants_count", "grants_granted"],
        periods=["2019"],
        levels=["commune", "epci", "departement"],
    )
    copy_observations(number, found.observations.reindex(columns=list(OBSERVATION)))
    model.Session.commit()


@pytest.fixture(scope="module")
def _loaded(reset_db: Any) -> Iterator[None]:
    """All the files of grants of the demonstration, and two of another year."""
    reset_db()
    author = factories.User(name="autrice")
    service = factories.Organization()
    for name in OVERLAPPING:
        load(service, FILES / name)
    for rows in DISJOINT:
        load_records(
            link(service, "x.csv"),
            rows,
            indicators=["grants_count", "grants_granted"],
            periods=["2021"],
            levels=["commune", "epci"],
        )
    model.Session.add(
        CustomTerritory(
            slug="deux",
            name="Deux",
            communes=[NANTES, REZE],
            author_id=author["id"],
            visibility="public",
        )
    )
    model.Session.commit()
    yield
    reset_db()


def asked(action: str, **data: Any) -> dict[str, Any]:
    releases.forget()
    return call_action(action, {"ignore_auth": False, "user": ""}, **data)


def listed(territory: str, year: str) -> tuple[float | None, int | None]:
    """Euros and number of grants, as the State's action lists them; None for none."""
    found = asked(
        "territoires_record_search", territory=territory, kind="grant", year=int(year), limit=0
    )
    return found["totals"]["granted"]["total"], found["count"] or None


def tabled(territory: str, year: str) -> tuple[float | None, int | None]:
    names = ["grants_granted", "grants_count"]
    rows = asked(
        "territoires_observation_search", territories=[territory], indicators=names, periods=[year]
    )["rows"]
    found = {row["indicator"]: row["value"] for row in rows}
    return found["grants_granted"], found["grants_count"]


def portrayed(territory: str) -> dict[str, tuple[float | None, int | None]]:
    """The same of each year, as the portrait gives them."""
    portrait = asked("territoires_portrait_show", id=territory)
    found: dict[str, dict[str, Any]] = {}
    for theme in portrait["themes"]:
        for row in theme["rows"]:
            for figure in (*row.get("history", ()), row["figure"]):
                years = found.setdefault(figure["period"], {})
                years[row["indicator"]] = figure["value"]
    return {
        year: (figures.get("grants_granted"), figures.get("grants_count"))
        for year, figures in found.items()
    }


@pytest.mark.usefixtures("_loaded")
class TestOneFigure:
    @pytest.mark.parametrize("territory", EVERYWHERE)
    @pytest.mark.parametrize("year", ["2019", "2021"])
    def test_the_table_says_what_the_list_adds_up_to(self, territory: str, year: str) -> None:
        euros, count = listed(territory, year)
        assert tabled(territory, year) == (
            euros if euros is None else pytest.approx(euros, abs=0.005),
            count,
        )

    @pytest.mark.parametrize("territory", EVERYWHERE)
    def test_so_does_the_portrait(self, territory: str) -> None:
        said = portrayed(territory)
        compared = 0
        for year in ("2019", "2021"):
            euros, count = listed(territory, year)
            if count and year in said:
                assert said[year] == (pytest.approx(euros, abs=0.005), count)
                compared += 1
        assert compared or listed(territory, "2019")[1] is None

    def test_overlapping_files_count_once(self) -> None:
        grants = pd.read_csv(FILES / REGIONAL)
        euros, count = tabled(REGION, "2019")
        assert count == len(grants) == 951
        assert euros == pytest.approx(grants["montant_sub"].sum(), abs=0.01)

    def test_disjoint_files_add_up_and_lines_of_one_file_stay_two(self) -> None:
        assert tabled(NANTES, "2021") == (2305.0, 4)
        assert tabled(REZE, "2021") == (5.0, 1)
        assert tabled(METROPOLE, "2021") == tabled(REGION, "2021") == (2375.0, 5)
        # What lies in both communes counts once in what holds both.
        assert tabled("custom:deux", "2021") == (2305.0, 4)

    def test_every_file_that_a_sum_comes_from_is_named(self) -> None:
        row = asked(
            "territoires_observation_search",
            territories=[NANTES],
            indicators=["grants_granted"],
            periods=["2021"],
        )["rows"][0]
        assert len(row["sources"]) == 2

    def test_a_table_of_many_lines_is_that_of_each(self) -> None:
        rows = asked(
            "territoires_observation_search",
            within=LOIRE_ATLANTIQUE,
            level="commune",
            indicators=["grants_granted"],
            periods=["2019"],
            limit=1000,
        )["rows"]
        assert len(rows) == 207
        for row in rows[::20]:
            euros, _count = listed(row["territory"], "2019")
            assert row["value"] == (euros if euros is None else pytest.approx(euros, abs=0.005))
