"""Figures of many territories: what is asked, what is answered, what is refused."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from ckan.plugins import toolkit as tk
from ckan.tests.helpers import CKANTestApp

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.figures.status import Origin
from tests.helpers import comparateur
from tests.helpers.people import call_as
from tests.helpers.queries import counted_queries

NANTES, LOIRE_ATLANTIQUE = "fr:commune:44109", "fr:departement:44"


def search(user: str | None = None, **data: Any) -> dict[str, Any]:
    return call_as(user, "territoires_observation_search", **data)


def refused(**data: Any) -> dict[str, Any]:
    with pytest.raises(tk.ValidationError) as error:
        search(**data)
    return error.value.error_dict


@pytest.mark.usefixtures("loaded_extract")
class TestRows:
    def test_a_row_says_all_that_is_known_of_it(self, loaded_extract: dict[str, Any]) -> None:
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
            "sources": [loaded_extract["release"]],
        }
        source = answer["sources"][str(loaded_extract["release"])]
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
        then = rows[rows.territory == f"{merged.territory}@2021-01-01"]
        (published,) = then.loc[
            (then.indicator == "population") & (then.period == merged.period), "value"
        ]
        (row,) = search(None, periods=[merged.period], as_published=True, **asked)["rows"]
        assert (row["value"], row["reason"]) == (published, "former_perimeter")

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


@pytest.mark.usefixtures("loaded_extract")
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


@pytest.mark.usefixtures("loaded_extract")
class TestIndicatorList:
    def test_an_indicator_says_what_it_is_and_what_is_at_hand(
        self, loaded_extract: dict[str, Any]
    ) -> None:
        listed = {one["name"]: one for one in call_as(None, "territoires_indicator_list")}
        population = listed["population"]
        assert population["additive"] is True
        assert population["periods"]["commune"] == ["2013", "2018"]
        assert population["periods"]["departement"] == ["2013", "2018"]
        assert [r["id"] for r in population["releases"]] == [loaded_extract["release"]]
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


@pytest.mark.usefixtures("loaded_extract")
def test_the_queries_do_not_grow_with_what_is_asked() -> None:
    def counted(**asked: Any) -> int:
        with counted_queries() as statements:
            search(**asked)
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
