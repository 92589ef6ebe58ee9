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
from ckanext.territoires.territory.reference import load_reference
from tests.helpers.grants import FILES, record
from tests.helpers.grants import load as load_records

REGION, LOIRE_ATLANTIQUE, NANTES = "fr:region:52", "fr:departement:44", "fr:commune:44109"
METROPOLE, REDON_AGGLO, REZE = "fr:epci:244400404", "fr:epci:243500741", "fr:commune:44143"
# What Essarts en Bocage, which was granted 176,495 euros in 2019, became in 2024.
SPLIT = ("fr:commune:85084", "fr:commune:85165", "fr:commune:85212")
ESSARTS = 176_495.0
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
    *SPLIT,
    "country:fr",
    "custom:deux",
    "custom:essarts",
    "custom:oie",
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
        record(line=5, places=[REDON_AGGLO], year=2021, scheme="DETR", title="Halle", granted=90),
        record(line=6, places=[REDON_AGGLO], year=2021, scheme="DETR", title="Quai"),
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
    for slug, communes in (("deux", (NANTES, REZE)), ("essarts", SPLIT), ("oie", SPLIT[1:])):
        model.Session.add(
            CustomTerritory(
                slug=slug,
                name=slug,
                communes=list(communes),
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
        if territory == "country:fr" or (territory == REGION and year == "2021"):
            # Listed, but too few départements have any: the sum of a part is not that of the whole.
            assert count
            euros = count = None
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
            if count and year in said and said[year] != (None, None):
                assert said[year] == (pytest.approx(euros, abs=0.005), count)
                compared += 1
        assert (compared > 0) == (
            territory != "country:fr" and listed(territory, "2019")[1] is not None
        )

    def test_overlapping_files_count_once(self) -> None:
        grants = pd.read_csv(FILES / REGIONAL)
        euros, count = tabled(REGION, "2019")
        assert count == len(grants) == 951
        assert euros == pytest.approx(grants["montant_sub"].sum(), abs=0.01)

    def test_disjoint_files_add_up_and_lines_of_one_file_stay_two(self) -> None:
        assert tabled(NANTES, "2021") == (2305.0, 4)
        assert tabled(REZE, "2021") == (5.0, 1)
        assert tabled(METROPOLE, "2021") == (2375.0, 5)
        assert tabled("fr:departement:44", "2021") == (2465.0, 7)
        # What lies in both communes counts once in what holds both.
        assert tabled("custom:deux", "2021") == (2305.0, 4)

    def test_the_grant_of_a_commune_that_was_split_is_shared_by_population(self) -> None:
        (resolved,) = load_reference().resolve("85084", 2019, "commune").territories[:1]
        assert resolved[0] == SPLIT[0]
        shares = dict(load_reference().resolve("85084", 2019, "commune").territories)
        for place in SPLIT:
            assert tabled(place, "2019") == (pytest.approx(ESSARTS * shares[place], abs=0.01), 1)
        assert sum(shares.values()) == pytest.approx(1)
        assert tabled("custom:essarts", "2019") == (pytest.approx(ESSARTS, abs=0.01), 1)
        two = ESSARTS * (shares[SPLIT[1]] + shares[SPLIT[2]])
        assert tabled("custom:oie", "2019") == (pytest.approx(two, abs=0.01), 1)

    def test_a_share_is_said_to_be_an_estimate(self) -> None:
        ask = {"indicators": ["grants_granted"], "periods": ["2019"]}
        rows = asked(
            "territoires_observation_search", territories=[*SPLIT, "custom:oie", REGION], **ask
        )["rows"]
        assert [row["origin"] for row in rows] == 4 * ["estimated"] + ["published"]
        for place, shared in ((SPLIT[1], 1), ("custom:oie", 1), (REGION, 0)):
            found = asked("territoires_record_search", territory=place, kind="grant", year=2019)
            assert found["totals"]["shared"] == shared
        (listed,) = asked("territoires_record_search", territory=SPLIT[1], kind="grant")["records"]
        # As its file says it, beside the part that counts.
        assert listed["granted"] == ESSARTS
        assert 0 < listed["share"] < 1
        (portrait,) = (
            row["figure"]
            for theme in asked("territoires_portrait_show", id=SPLIT[1])["themes"]
            for row in theme["rows"]
            if row["indicator"] == "grants_granted"
        )
        assert (portrait["origin"], portrait["reason"] != "") == ("estimated", True)

    def test_a_grant_without_amount_makes_a_floor(self) -> None:
        total = asked("territoires_record_search", territory=REDON_AGGLO, kind="grant", year=2021)[
            "totals"
        ]["granted"]
        assert (total["total"], total["floor"]) == (90.0, True)
        (row,) = asked(
            "territoires_observation_search",
            territories=[REDON_AGGLO],
            indicators=["grants_granted"],
            periods=["2021"],
        )["rows"]
        assert (row["value"], row["floor"], row["reason"]) == (90.0, True, "missing_members")
        assert (row["members"], row["members_known"]) == (2, 1)
        figures = {
            figure["period"]: figure
            for theme in asked("territoires_portrait_show", id=REDON_AGGLO)["themes"]
            for row in theme["rows"]
            if row["indicator"] == "grants_granted"
            for figure in (*row["history"], row["figure"])
        }
        assert (figures["2021"]["value"], figures["2021"]["floor"]) == (90.0, True)

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
