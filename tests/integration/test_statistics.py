"""Figures of many territories: what they are, who sees them, and the same everywhere."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import ckan.model as model
import openpyxl
import pandas as pd
import pytest
import sqlalchemy.event
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp, call_action

from ckanext.territoires.bridge import releases
from ckanext.territoires.bridge.figures_of import figures_of
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.figures.status import Origin, Status
from tests.helpers import comparateur

NANTES, LOIRE_ATLANTIQUE = "fr:commune:44109", "fr:departement:44"


def call_as(user: str | None, action: str, **data: Any) -> Any:
    """Call an action with its rights checked (None: an anonymous visitor)."""
    return call_action(action, {"ignore_auth": False, "user": user or ""}, **data)


def search(user: str | None = None, **data: Any) -> dict[str, Any]:
    return call_as(user, "territoires_observation_search", **data)


def refused(**data: Any) -> dict[str, Any]:
    with pytest.raises(tk.ValidationError) as error:
        search(**data)
    return error.value.error_dict


@pytest.fixture(scope="module")
def site(reset_db: Any) -> Iterator[dict[str, Any]]:
    """The extract of the comparateur loaded in a public dataset; nothing here changes it."""
    reset_db()
    service = factories.Organization(title="INSEE")
    dataset = factories.Dataset(
        owner_org=service["id"], title="Comparateur 2021", access_level="public"
    )
    resource = factories.Resource(package_id=dataset["id"], url="http://example.test/c.csv")
    release = comparateur.publish(dataset["id"], resource["id"])
    yield {"dataset": dataset, "release": release, "service": service}
    reset_db()


@pytest.mark.usefixtures("site")
class TestRows:
    def test_a_row_says_all_that_is_known_of_it(self, site: dict[str, Any]) -> None:
        answer = search(territories=[NANTES], indicators=["population"])
        (row,) = answer["rows"]
        assert row == {
            "territory": NANTES,
            "code": "44109",
            "name": "Nantes",
            "level": "commune",
            "indicator": "population",
            "period": "2018",
            "value": 314138.0,
            "unit": "habitants",
            "status": "value",
            "origin": "published",
            "members": None,
            "members_known": None,
            "population_share": None,
            "floor": False,
            "reason": "",
            "part_periods": [],
            "sources": [site["release"]],
        }
        source = answer["sources"][str(site["release"])]
        assert (source["title"], source["producer"], source["vintage"], source["cog_year"]) == (
            "Comparateur 2021",
            "INSEE",
            "2018",
            2021,
        )

    def test_communes_of_a_departement_add_up_to_the_file(self) -> None:
        answer = search(
            within=LOIRE_ATLANTIQUE, level="commune", indicators="population,births", limit=5000
        )
        assert answer["total"] == len(answer["rows"]) == 207 * 2
        rows = pd.DataFrame(answer["rows"])
        found = rows[rows.indicator == "population"].value.sum()
        file = comparateur.file_rows()
        assert found == file[file.index.str.startswith("44")].P18_POP.sum()

    def test_pages_put_together_are_the_whole(self) -> None:
        asked = {
            "within": LOIRE_ATLANTIQUE,
            "level": "commune",
            "indicators": ["population", "density"],
            "periods": "all",
        }
        whole = search(None, limit=5000, **asked)
        pages: list[Any] = []
        while len(pages) < whole["total"]:
            pages += search(limit=97, offset=len(pages), **asked)["rows"]
        assert pages == whole["rows"]

    def test_a_secret_a_zero_and_a_lack_stay_apart(self) -> None:
        rows = search(
            within=LOIRE_ATLANTIQUE,
            level="commune",
            indicators=["poverty_rate", "establishments_industry"],
            limit=5000,
        )["rows"]
        by_status = {(r["status"], r["value"] == 0.0) for r in rows}
        assert ("secret", False) in by_status
        assert ("value", True) in by_status
        assert all(r["value"] is None for r in rows if r["status"] != "value")

    def test_a_median_is_never_made_from_members(self) -> None:
        rows = search(
            territories=["fr:epci:244400404", LOIRE_ATLANTIQUE], indicators=["median_income"]
        )["rows"]
        assert [(r["status"], r["reason"]) for r in rows] == [
            ("not_available", "cannot_be_aggregated")
        ] * 2

    def test_ratios_are_of_sums(self) -> None:
        (row,) = search(territories=[LOIRE_ATLANTIQUE], indicators=["unemployment_rate"])["rows"]
        file = comparateur.file_rows()
        part = file[file.index.str.startswith("44")]
        assert row["value"] == pytest.approx(100 * part.P18_CHOM1564.sum() / part.P18_ACT1564.sum())
        assert row["origin"] == "computed"

    def test_a_former_commune_gives_todays_or_itself_as_published(self) -> None:
        asked = {"territories": ["fr:commune:49069"], "indicators": ["population"]}
        (today,) = search(None, **asked)["rows"]
        assert today["territory"] == "fr:commune:49126"
        (former,) = search(None, as_published=True, **asked)["rows"]
        assert (former["territory"], former["origin"]) == ("fr:commune:49069", "published")
        file = comparateur.file_rows()
        assert former["value"] == file.P18_POP["49069"]

    def test_a_sum_of_former_communes_says_so(self) -> None:
        rows = comparateur.levelled().observations
        merged = rows[(rows.origin == Origin.MERGED) & (rows.indicator == "population")].iloc[0]
        asked = {"territories": [merged.territory], "indicators": ["population"]}
        (row,) = search(None, periods=[merged.period], **asked)["rows"]
        assert (row["origin"], row["value"]) == ("merged", merged.value)
        (row,) = search(None, periods=[merged.period], as_published=True, **asked)["rows"]
        assert (row["status"], row["reason"]) == ("not_available", "no_data")

    def test_former_communes_come_with_the_others_as_published(self) -> None:
        asked = {"within": "fr:departement:49", "level": "commune", "indicators": ["population"]}
        rows = search(None, as_published=True, limit=5000, **asked)["rows"]
        known = [r for r in rows if r["status"] == "value"]
        assert {"fr:commune:49069"} <= {r["territory"] for r in known}
        assert not any(r["origin"] in ("merged", "estimated") for r in known)

    def test_a_period_that_no_file_holds_is_said(self) -> None:
        answer = search(
            territories=[NANTES],
            indicators=["households", "grants_granted", "population"],
            periods=["2013"],
        )
        assert answer["absent"] == [
            {"indicator": "households", "period": "2013"},
            {"indicator": "grants_granted", "period": "2013"},
        ]
        assert [(r["indicator"], r["period"]) for r in answer["rows"]] == [("population", "2013")]

    def test_another_format_is_an_address(self, app: CKANTestApp) -> None:
        answer = search(territories=[NANTES], indicators=["population"], format="csv")
        assert "rows" not in answer
        path = answer["url"].partition("//")[2].partition("/")[2]
        assert "Nantes" in app.get(f"/{path}").get_data(as_text=True)


@pytest.mark.usefixtures("site")
class TestErrors:
    @pytest.mark.parametrize(
        ("asked", "field", "words"),
        [
            ({"territories": ["fr:commune:99999"]}, "territories", "99999"),
            ({"territories": ["fr:commune:85084@2020-01-01"]}, None, ""),
            ({"within": LOIRE_ATLANTIQUE}, "level", "which level"),
            ({"level": "commune"}, "within", "territory"),
            ({"within": LOIRE_ATLANTIQUE, "level": "canton"}, "level", ""),
            ({"within": "fr:epci:1", "level": "commune"}, "within", "fr:epci:1"),
            ({}, "territories", "Choose"),
            ({"territories": [NANTES], "indicators": ["populaton"]}, "indicators", "population"),
            ({"territories": [NANTES], "periods": ["last"]}, "periods", "last"),
            ({"territories": [NANTES], "limit": 1_000_000}, "limit", "10000"),
            ({"territories": [NANTES], "format": "pdf"}, "format", ""),
            ({"territories": "custom:nobody"}, "territories", "custom:nobody"),
        ],
    )
    def test_each_names_its_field_and_why(
        self, asked: dict[str, Any], field: str | None, words: str
    ) -> None:
        asked = {"indicators": ["population"]} | asked
        if field is None:
            assert search(**asked)["rows"]
            return
        errors = refused(**asked)
        assert list(errors) == [field]
        assert words in " ".join(errors[field])

    def test_a_commune_that_was_split_names_its_successors(self) -> None:
        errors = refused(territories=["fr:commune:77362"], indicators=["population"])
        for id, _share in reference().resolve("fr:commune:77362").territories:
            assert id in errors["territories"][0]


@pytest.mark.usefixtures("site")
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


@pytest.mark.usefixtures("site")
class TestIndicatorList:
    def test_an_indicator_says_what_it_is_and_what_is_at_hand(self, site: dict[str, Any]) -> None:
        listed = {one["name"]: one for one in call_as(None, "territoires_indicator_list")}
        population = listed["population"]
        assert population["additive"] is True
        assert population["periods"]["commune"] == ["2013", "2018"]
        assert population["periods"]["departement"] == ["2013", "2018"]
        assert [r["id"] for r in population["releases"]] == [site["release"]]
        rate = listed["population_change_rate"]
        assert rate["formula"]
        assert rate["periods"]["commune"] == ["2013/2018"]
        assert "departement" not in listed["median_income"]["periods"]
        assert listed["grants_granted"]["periods"] == {}
        assert all(one["definition"] and one["label"] and one["source"] for one in listed.values())

    def test_words_theme_and_level_narrow_it(self) -> None:
        found = call_as(None, "territoires_indicator_list", q="vacant_homes", theme="housing")
        assert {one["name"] for one in found} == {"vacant_homes", "vacant_homes_share"}
        at_region = call_as(None, "territoires_indicator_list", level="region")
        assert "median_income" not in {one["name"] for one in at_region}
        with pytest.raises(tk.ValidationError) as error:
            call_as(None, "territoires_indicator_list", theme="weather")
        assert list(error.value.error_dict) == ["theme"]


@pytest.mark.usefixtures("site")
class TestPage:
    def test_an_empty_query_offers_three(self, app: CKANTestApp) -> None:
        page = app.get("/statistiques").get_data(as_text=True)
        assert page.count('href="/statistiques?within=') == 3

    def test_what_the_form_sends_becomes_an_address(self, app: CKANTestApp) -> None:
        answer = app.get(
            "/statistiques?_form=1&level=commune&within=Loire-Atlantique"
            "&territories=fr:commune:44109 Nantes, commune, Loire-Atlantique (44)%0A49007"
            "&indicators=population&indicators=density&periods=latest",
            follow_redirects=False,
        )
        assert answer.status_code == 302
        assert answer.headers["Location"].endswith(
            "/statistiques?territories=fr:commune:44109,fr:commune:49007"
            "&within=fr:departement:44&level=commune&indicators=population,density"
        )

    def test_a_table_with_its_sources_and_links(self, app: CKANTestApp) -> None:
        page = app.get(
            f"/en/statistiques?within={LOIRE_ATLANTIQUE}&level=commune"
            "&indicators=population,poverty_rate&sort=-population 2018"
        ).get_data(as_text=True)
        assert "Comparateur 2021" in page
        assert page.index("Nantes") < page.index("Saint-Nazaire")
        assert "statistical secrecy" in page
        assert "territoires_observation_search?" in page
        assert "page=5" in page
        assert "page=6" not in page

    @pytest.mark.parametrize(
        ("query", "chart", "map_"),
        [
            (f"territories={NANTES},fr:commune:44184&indicators=density", True, True),
            (f"territories={NANTES}&indicators=population&periods=all", True, False),
            (f"territories={NANTES}&indicators=density", False, False),
            (f"within={LOIRE_ATLANTIQUE}&level=commune&indicators=poverty_rate", False, True),
            (f"within={LOIRE_ATLANTIQUE}&level=epci&indicators=population", True, True),
            (f"territories={NANTES},fr:departement:44&indicators=population", True, False),
        ],
    )
    def test_pictures_are_drawn_or_it_is_said_why(
        self, app: CKANTestApp, query: str, chart: bool, map_: bool
    ) -> None:
        page = app.get(f"/en/statistiques?{query}").get_data(as_text=True)
        for name, drawn in (("graphique", chart), ("carte", map_)):
            assert (f"/statistiques/{name}.svg?" in page) is drawn, name
            answer = app.get(f"/statistiques/{name}.svg?{query}", status=200 if drawn else 404)
            if drawn:
                assert answer.get_data(as_text=True).startswith("<svg")
                assert app.get(f"/statistiques/{name}.png?{query}").get_data()[:4] == b"\x89PNG"
        if "level=commune" in query:
            assert "30 territories at most" in page

    def test_a_page_past_the_last_is_the_last(self, app: CKANTestApp) -> None:
        query = f"within={LOIRE_ATLANTIQUE}&level=commune&indicators=population"
        past = app.get(f"/en/statistiques?{query}&page=99").get_data(as_text=True)
        assert past.count('scope="row"') == 7

    def test_a_wrong_query_says_why(self, app: CKANTestApp) -> None:
        page = app.get("/statistiques?territories=fr:commune:99999&indicators=population")
        assert "99999" in page.get_data(as_text=True)
        file = app.get(
            "/statistiques/export.csv?territories=fr:commune:99999&indicators=population",
            status=400,
        )
        assert "99999" in file.get_data(as_text=True)


@pytest.mark.usefixtures("site")
def test_the_queries_do_not_grow_with_what_is_asked() -> None:
    def counted(**asked: Any) -> int:
        statements: list[str] = []
        engine = model.Session.get_bind()

        def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        sqlalchemy.event.listen(engine, "before_cursor_execute", note)
        try:
            search(**asked)
        finally:
            sqlalchemy.event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    one = counted(territories=[NANTES], indicators=["population"])
    many = counted(
        within="fr:region:52",
        level="commune",
        indicators=[one.name for one in load_indicators().values()],
        periods="all",
        limit=10_000,
    )
    assert one == many <= 3


def answer_ids(answer: dict[str, Any]) -> list[int]:
    return [int(id) for id in answer["sources"]]
