"""The charts of a portrait: their pages, their files, who sees them."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.figures.levels import Levelled
from tests.helpers import comparateur
from tests.helpers.people import ROLES, People, of_each_role
from tests.helpers.queries import counted_queries

NANTES = "/territoire/commune/44109/nantes/portrait"
ANCENIS = "/territoire/epci/244400552/cc-du-pays-d-ancenis/portrait"
LOIRE_ATLANTIQUE = "/territoire/departement/44/loire-atlantique/portrait"
#: By the access level of the dataset: the indicators it holds, and the charts they make.
HELD = {
    "public": (),
    "agents": ("median_income", "poverty_rate", "taxed_households_share"),
    "service": ("unemployed_15_64", "active_15_64", "population_15_64"),
}
MAY_SEE = {
    "housing-vacancy": set(ROLES),
    "housing-vacancy-map": set(ROLES),
    "income-median": set(ROLES) - {"anonymous"},
    "income-map": set(ROLES) - {"anonymous"},
    "employment-unemployment": {"member", "sysadmin"},
    "employment-map": {"member", "sysadmin"},
}
#: A chart of each kind that the extract draws.
CHARTS = ("housing-vacancy", "population-history", "housing-structure", "housing-vacancy-map")
# A commune whose incomes are known too: a bar alone is not drawn.
BESIDE = "?compare=fr:commune:44143"
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass
class Site:
    """The extract of the comparateur in a dataset of a service, and the people."""

    app: CKANTestApp
    people: People

    def get(self, address: str, role: str = "anonymous", **options: Any) -> Any:
        headers = self.people.headers(role) | options.pop("headers", {})
        return self.app.get(address, headers=headers, **options)


@pytest.fixture(scope="module")
def site(_site: CKANTestApp, reset_db: Any) -> Iterator[Site]:
    reset_db()
    people = of_each_role(title="INSEE")
    whole = comparateur.levelled()
    apart = [name for names in HELD.values() for name in names]
    for level, names in HELD.items():
        dataset = factories.Dataset(
            owner_org=people.service["id"], title="Comparateur 2021", access_level=level
        )
        resource = factories.Resource(package_id=dataset["id"], url="http://example.test/c.csv")
        comparateur.publish(dataset["id"], resource["id"], held(whole, names, apart))
    yield Site(_site, people)
    reset_db()


def held(whole: Levelled, names: Sequence[str], apart: Sequence[str]) -> Levelled:
    """These indicators; without names, all but those of the other files."""

    def ours(name: str) -> bool:
        return name in names if names else name not in apart

    rows = whole.observations
    return replace(
        whole,
        observations=rows[rows["indicator"].map(ours).astype(bool)],
        distributions=[one for one in whole.distributions if ours(one["indicator"])],
    )


def address(chart: str, portrait: str = NANTES) -> str:
    return f"{portrait}/graphique/{chart}"


class TestWhoSees:
    @pytest.mark.parametrize("chart", MAY_SEE)
    @pytest.mark.parametrize("ending", ["", ".svg", ".csv"])
    def test_those_who_see_the_dataset(self, site: Site, chart: str, ending: str) -> None:
        seen = {
            role
            for role in ROLES
            if site.get(address(chart) + ending + BESIDE, role, status=None).status_code == 200
        }
        assert seen == MAY_SEE[chart]

    def test_what_a_person_sees_is_kept_for_them(self, site: Site) -> None:
        anonymous = site.get(address("housing-vacancy.svg"))
        assert anonymous.cache_control.public
        assert anonymous.cache_control.max_age == 300
        signed_in = site.get(address("housing-vacancy.svg"), "agent")
        assert signed_in.cache_control.private
        assert not signed_in.cache_control.public
        assert {"Cookie", "Authorization"} <= set(signed_in.vary)


class TestFiles:
    @pytest.mark.parametrize("chart", CHARTS)
    def test_a_picture(self, site: Site, chart: str) -> None:
        answer = site.get(address(f"{chart}.svg"))
        assert answer.content_type.startswith("image/svg+xml")
        root = ET.fromstring(answer.body)
        assert root.get("width") == "640"
        said = "".join(root.itertext())
        assert "Nantes" in said
        assert "Comparateur 2021" in said
        narrow = ET.fromstring(site.get(address(f"{chart}.svg?size=narrow")).body)
        assert narrow.get("width") == "340"

    def test_pixels(self, site: Site) -> None:
        answer = site.get(address("housing-vacancy.png"))
        assert answer.content_type == "image/png"
        assert answer.data.startswith(PNG)

    def test_the_specification(self, site: Site) -> None:
        spec = json.loads(site.get(address("housing-vacancy.json")).body)
        assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/")

    @pytest.mark.parametrize("chart", ["housing-vacancy", "income-poverty"])
    def test_the_figures_are_those_of_the_portrait(self, site: Site, chart: str) -> None:
        asked = f"/api/action/territoires_portrait_show{BESIDE}&id=fr:commune:44109"
        portrait = json.loads(site.get(asked, "agent").body)["result"]
        indicator = {"housing-vacancy": "vacant_homes_share", "income-poverty": "poverty_rate"}
        row = next(
            row
            for theme in portrait["themes"]
            for row in theme["rows"]
            if row["indicator"] == indicator[chart]
        )
        expected = [row["figure"], *row["comparisons"]]
        rows = table(site.get(address(f"{chart}.csv{BESIDE}"), "agent"))
        assert [number(line[4]) for line in rows[1:]] == [one["value"] for one in expected]
        # A lack has an empty value, and its status in a column of its own.
        assert [not line[4] for line in rows[1:]] == [one["status"] != "value" for one in expected]
        assert all(line[6] for line in rows[1:])

    def test_a_map_has_the_figures_of_the_file(self, site: Site) -> None:
        rows = table(site.get(address("housing-vacancy-map.csv", LOIRE_ATLANTIQUE)))
        file = comparateur.file_rows()
        values = {line[1]: number(line[4]) for line in rows[1:]}
        assert len(values) == 207
        vacant: dict[str, float] = (100 * file["P18_LOGVAC"] / file["P18_LOG"]).to_dict()
        assert values["44109"] == pytest.approx(vacant["44109"])

    def test_a_departement_without_a_median_has_the_map_of_its_communes(self, site: Site) -> None:
        rows = table(site.get(address("income-map.csv", LOIRE_ATLANTIQUE), "agent"))
        file: dict[str, float] = comparateur.file_rows()["MED19"].dropna().to_dict()
        same = [line for line in rows[1:] if since(line[1]) <= 2021]
        assert len(same) > 190
        found = {line[1]: number(line[4]) for line in same}
        assert {code: value for code, value in found.items() if value is not None} == {
            code: value for code, value in file.items() if code in found
        }

    def test_a_map_says_how_many_are_known(self, site: Site) -> None:
        body = site.get(address("income-map.svg", LOIRE_ATLANTIQUE), "agent").body
        assert re.search(r"\b\d{3} (of|territoires sur) 207", body)

    def test_a_secret_commune_is_hatched_among_its_neighbours(self, site: Site) -> None:
        known = set(comparateur.file_rows()["MED19"].dropna().index)
        neighbour = "/territoire/commune/44003/ancenis-saint-gereon/portrait"
        rows = table(site.get(address("income-map.csv", neighbour), "agent"))
        assert len(rows) > 10
        # A commune that grew since has no median.
        same = [line for line in rows[1:] if since(line[1]) <= 2021]
        assert len(same) > 10
        for line in same:
            assert (number(line[4]) is None) == (line[1] not in known)

    def test_a_picture_that_did_not_change_is_not_sent_again(self, site: Site) -> None:
        first = site.get(address("housing-vacancy.svg"))
        tag = first.headers["ETag"]
        again = site.get(address("housing-vacancy.svg"), headers={"If-None-Match": tag}, status=304)
        assert not again.data
        other = site.get(address("housing-vacancy.svg?compare=fr:commune:49007"))
        assert other.headers["ETag"] != tag
        assert "Angers" in other.body

    def test_queries_do_not_grow_with_the_map(self, site: Site) -> None:
        counts = set[int]()
        for portrait in (ANCENIS, LOIRE_ATLANTIQUE):
            site.get(address("housing-vacancy-map.svg", portrait), status=200)
            counts.add(queries(site, address("housing-vacancy-map.svg", portrait)))
        assert len(counts) == 1


class TestPage:
    def test_it_has_the_picture_the_table_and_the_ways_out(self, site: Site) -> None:
        body = site.get(address("housing-vacancy")).body
        for ending in ("svg", "png", "csv"):
            assert f"{address('housing-vacancy')}.{ending}" in body
        assert "<table" in body
        assert "Comparateur 2021" in body
        assert '&lt;img src="http' in body
        assert re.search(r'<img [^>]*alt="[^"]*Nantes', body)

    def test_it_keeps_what_the_portrait_was_asked(self, site: Site) -> None:
        body = site.get(address("housing-vacancy?compare=fr:commune:49007&peers=1")).body
        assert "Angers" in body
        assert re.search(r"housing-vacancy\.svg\?[^\"]*compare=fr", body)

    def test_the_portrait_shows_its_charts(self, site: Site) -> None:
        body = site.get(NANTES).body
        for chart in CHARTS:
            assert f'id="chart-{chart}"' in body
            assert f"/graphique/{chart}.svg?size=narrow" in body

    @pytest.mark.parametrize("ending", ["", ".svg"])
    def test_another_slug_leads_to_it(self, site: Site, ending: str) -> None:
        answer = site.get(
            f"/territoire/commune/44109/wrong/portrait/graphique/housing-vacancy{ending}?peers=1",
            follow_redirects=False,
        )
        assert answer.status_code == 301
        assert answer.location.endswith(f"{address('housing-vacancy')}{ending}?peers=1")

    @pytest.mark.parametrize(
        "path",
        ["nothing", "nothing.svg", "housing-vacancy.gif", "income-poverty-age.svg"],
    )
    def test_an_unknown_chart_is_said_in_words(self, site: Site, path: str) -> None:
        body = site.get(address(path), status=404).body
        assert "nothing" in body or "gif" in body or "income-poverty-age" in body

    @pytest.mark.parametrize("asked", ["compare=nowhere", "compare=fr:commune:99999"])
    def test_a_wrong_comparator_is_said_in_words(self, site: Site, asked: str) -> None:
        body = site.get(address(f"housing-vacancy?{asked}"), status=400).body
        assert asked.removeprefix("compare=") in body


def table(answer: Any) -> list[list[str]]:
    text = answer.body.removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text[:60] else ","))


def since(code: str) -> int:
    found = reference().get(f"fr:commune:{code}")
    return (found.since or 0) if found else 0


def number(text: str) -> float | None:
    return float(text.replace(",", ".")) if text else None


def queries(site: Site, path: str) -> int:
    """How many times the database is asked."""
    with counted_queries() as asked:
        site.get(path)
    return len(asked)
