"""Figures of many territories are those of the portraits, and the same in every format."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import openpyxl
import pytest
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp

from ckanext.territoires.bridge import releases
from ckanext.territoires.bridge.figures_of import figures_of
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.figures.status import Status
from tests.helpers.people import call_as

NANTES, LOIRE_ATLANTIQUE = "fr:commune:44109", "fr:departement:44"


def search(user: str | None = None, **data: Any) -> dict[str, Any]:
    return call_as(user, "territoires_observation_search", **data)


@pytest.mark.usefixtures("loaded_extract")
class TestTheSameFiguresEverywhere:
    def territories(self) -> list[str]:
        known = reference()
        communes = [t.id for t in known.members("fr:region:52", "commune")][::40]
        above = [
            t.id
            for level in ("epci", "arrondissement", "departement")
            for t in known.members("fr:region:52", level)
        ]
        return [*communes, NANTES, *above[::5], LOIRE_ATLANTIQUE, "fr:region:52"]

    def test_every_indicator_is_as_the_portrait_has_it(self) -> None:
        names = [one.name for one in load_indicators().values()]
        answer = search(
            territories=self.territories(), indicators=names, periods="all", limit=10_000
        )
        assert answer["total"] == len(answer["rows"]) > 1_000
        seen = releases.visible(None, shape="observations")
        values: dict[str, Any] = {}
        for row in answer["rows"]:
            id = row["territory"]
            if id not in values:
                values[id] = figures_of([id], seen)
            cell = values[id].get(id, row["indicator"], row["period"])
            if cell is None:
                assert row["status"] == "not_available", row
                continue
            assert row["status"] == cell.status.key, row
            assert row["value"] == (None if cell.value is None else pytest.approx(cell.value)), row
            if cell.status is Status.VALUE:
                assert row["origin"] == cell.origin.key, row
            members = cell.coverage.members if cell.coverage else None
            assert row["members"] == members, row
            assert row["part_periods"] == list(cell.periods), row
            if row["value"] is not None:
                assert set(row["sources"]) <= set(answer_ids(answer)), row

    def test_the_api_gives_the_figures_of_the_portraits(self, app: CKANTestApp) -> None:
        def api(action: str, query: str) -> Any:
            answer = app.get(f"/api/3/action/{action}?{query}")
            return json.loads(answer.get_data(as_text=True))["result"]

        names = ",".join(one.name for one in load_indicators().values())
        compared = 0
        for territory in (NANTES, "fr:commune:49126", "fr:epci:243500741", LOIRE_ATLANTIQUE):
            portrait = api("territoires_portrait_show", f"id={territory}")
            places = [territory, *(place["id"] for place in portrait["comparators"])]
            answer = api(
                "territoires_observation_search",
                f"territories={','.join(places)}&indicators={names}&periods=all&limit=10000",
            )
            assert answer["total"] == len(answer["rows"])
            rows = {(r["territory"], r["indicator"], r["period"]): r for r in answer["rows"]}
            for theme in portrait["themes"]:
                for line in theme["rows"]:
                    for figure in (line["figure"], *line["comparisons"], *line["history"]):
                        key = (figure["territory"], line["indicator"], figure["period"])
                        row = rows.get(key)
                        if row is None:
                            assert figure["status"] == "not_available", key
                            continue
                        assert row["status"] == figure["status"], key
                        value = figure["value"]
                        assert row["value"] == (None if value is None else pytest.approx(value))
                        assert row["floor"] == figure["floor"], key
                        assert row["unit"] == line["unit"], key
                        if value is not None:
                            assert row["origin"] == figure["origin"], key
                            assert row["sources"] == sorted(set(figure["sources"])), key
                        compared += 1
        assert compared > 500

    def test_csv_xlsx_and_geojson_give_the_rows_of_the_api(self, app: CKANTestApp) -> None:
        query = (
            f"within={LOIRE_ATLANTIQUE}&level=commune&periods=all"
            "&indicators=population,density,poverty_rate,establishments_industry"
        )
        rows = search(
            within=LOIRE_ATLANTIQUE,
            level="commune",
            periods="all",
            indicators="population,density,poverty_rate,establishments_industry",
            limit=10_000,
        )["rows"]
        sent = app.get(f"/statistiques/export.csv?{query}").get_data(as_text=True)
        lines = list(csv.DictReader(io.StringIO(sent)))
        assert len(lines) == len(rows)
        for line, row in zip(lines, rows, strict=True):
            assert (line["territory"], line["indicator"], line["period"], line["status"]) == (
                row["territory"],
                row["indicator"],
                row["period"],
                row["status"],
            )
            assert (float(line["value"]) if line["value"] else None) == row["value"]
            assert line["source"] == "Comparateur 2021"
        by_column = {(r["territory"], f"{r['indicator']} {r['period']}"): r for r in rows}
        collection = json.loads(
            app.get(f"/statistiques/export.geojson?{query}").get_data(as_text=True)
        )
        assert len(collection["features"]) == 207
        for feature in collection["features"]:
            assert feature["geometry"]["type"] in ("Polygon", "MultiPolygon")
            for key, value in feature["properties"].items():
                if " " in key:
                    row = by_column[feature["id"], key]
                    assert value == (row["value"] if row["status"] == "value" else row["status"])
        workbook = openpyxl.load_workbook(
            io.BytesIO(app.get(f"/statistiques/export.xlsx?{query}").get_data())
        )
        figures, remarks, definitions, sources = workbook.worksheets
        width = len(rows) // 207
        assert (figures.max_row, figures.max_column) == (208, 4 + width)
        for line, sheet_row in enumerate(figures.iter_rows(min_row=2, values_only=True)):
            for rank, cell in enumerate(sheet_row[4:]):
                row = rows[line * width + rank]
                if row["status"] == "value":
                    assert cell == pytest.approx(row["value"])
                else:
                    assert isinstance(cell, str)
        assert definitions.max_row == 5
        assert sources.cell(2, 1).value == "Comparateur 2021"
        assert remarks.max_row > 1

    def test_a_french_spreadsheet_reads_its_numbers(self, app: CKANTestApp) -> None:
        sent = app.get(
            f"/statistiques/export.csv?territories={NANTES}&indicators=density"
            "&locale=fr&layout=table"
        ).get_data()
        assert sent.startswith("\ufeff".encode())
        header, line = list(csv.reader(io.StringIO(sent.decode("utf-8-sig")), delimiter=";"))
        assert len(header) == len(line)
        assert float(line[4].replace(",", ".")) == pytest.approx(314138 / 65.19)

    def test_a_custom_territory_is_the_sum_of_its_communes(self) -> None:
        author = factories.User()["name"]
        communes = ["fr:commune:44109", "fr:commune:44184", "fr:commune:44162"]
        made = call_as(
            author,
            "territoires_custom_territory_create",
            name="Trois villes",
            communes=communes,
            visibility="public",
        )
        rows = search(
            territories=[made["id"], *communes],
            indicators=["population", "unemployment_rate", "median_income"],
        )["rows"]
        own = {r["indicator"]: r for r in rows if r["territory"] == made["id"]}
        members = [r for r in rows if r["territory"] != made["id"]]
        assert own["population"]["value"] == sum(
            r["value"] for r in members if r["indicator"] == "population"
        )
        assert (own["population"]["members"], own["population"]["origin"]) == (3, "computed")
        assert own["unemployment_rate"]["status"] == "value"
        assert own["median_income"]["reason"] == "cannot_be_aggregated"
        inside = search(within=made["id"], level="commune", indicators=["population"])["rows"]
        assert {r["territory"] for r in inside} == set(communes)


def answer_ids(answer: dict[str, Any]) -> list[int]:
    return [int(id) for id in answer["sources"]]
