"""Whose figures a table holds, and which of several files."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.figures.levels import with_levels
from tests.helpers import comparateur
from tests.helpers.people import ROLES, call_as, of_each_role

NANTES = "fr:commune:44109"


def search(user: str | None = None, **data: Any) -> dict[str, Any]:
    return call_as(user, "territoires_observation_search", **data)


@pytest.mark.usefixtures("clean_db")
class TestSeveralReleases:
    @pytest.fixture
    def service(self) -> str:
        return factories.Organization()["id"]

    def publish(self, service: str, value: float, **fields: Any) -> int:
        frame = comparateur.as_observations(
            pd.DataFrame({"value": [value, 2.0]}, index=["44109", "44001"]),
            {"value": ("population", fields.pop("period", "2018"))},
        )
        found = with_levels(frame, load_indicators(), reference(), cog_year=2026)
        dataset = factories.Dataset(owner_org=service, access_level="public")
        resource = factories.Resource(package_id=dataset["id"], url="http://example.test/c.csv")
        return comparateur.publish(dataset["id"], resource["id"], found, **fields)

    def test_the_latest_geography_then_the_latest_loaded_wins(self, service: str) -> None:
        self.publish(service, 1.0, cog_year=2021)
        best = self.publish(service, 3.0, cog_year=2026)
        self.publish(service, 5.0, cog_year=2024)
        (row,) = search(territories=[NANTES], indicators=["population"])["rows"]
        assert (row["value"], row["sources"]) == (3.0, [best])
        later = self.publish(service, 7.0, cog_year=2026)
        (row,) = search(territories=[NANTES], indicators=["population"])["rows"]
        assert (row["value"], row["sources"]) == (7.0, [later])

    def test_latest_is_the_last_period_at_hand(self, service: str) -> None:
        self.publish(service, 1.0, period="2018")
        self.publish(service, 2.0, period="2022")
        (row,) = search(territories=[NANTES], indicators=["population"])["rows"]
        assert (row["period"], row["value"]) == ("2022", 2.0)
        rows = search(territories=[NANTES], indicators=["population"], periods="all")["rows"]
        assert [r["period"] for r in rows] == ["2018", "2022"]


@pytest.mark.usefixtures("clean_db", "clean_index")
class TestWhoSees:
    @pytest.mark.parametrize(
        ("level", "readers"),
        [
            ("public", set(ROLES)),
            ("agents", set(ROLES) - {"anonymous"}),
            ("service", {"member", "sysadmin"}),
        ],
    )
    def test_figures_are_those_of_the_datasets_one_may_see(
        self, app: CKANTestApp, level: str, readers: set[str]
    ) -> None:
        people = of_each_role("member")
        dataset = factories.Dataset(
            owner_org=people.service["id"],
            title="Secret title",
            access_level=level,
            access_reason="internal" if level != "public" else "",
        )
        resource = factories.Resource(package_id=dataset["id"], url="http://example.test/c.csv")
        frame = comparateur.as_observations(
            pd.DataFrame({"value": [1234567.0]}, index=["44109"]), {"value": ("population", "2018")}
        )
        found = with_levels(frame, load_indicators(), reference(), cog_year=2026)
        comparateur.publish(dataset["id"], resource["id"], found)
        query = f"territories={NANTES}&indicators=population"
        for role in ROLES:
            sees = role in readers
            answer = search(people.names[role], territories=[NANTES], indicators=["population"])
            assert [r["value"] for r in answer["rows"]] == ([1234567.0] if sees else []), role
            assert bool(answer["absent"]) is not sees, role
            (listed,) = [
                one
                for one in call_as(people.names[role], "territoires_indicator_list", q="population")
                if one["name"] == "population"
            ]
            assert bool(listed["periods"]) is bool(listed["releases"]) is sees, role
            for address in (
                f"/statistiques?{query}",
                f"/statistiques/export.csv?{query}",
                f"/statistiques/export.geojson?{query}",
            ):
                page = app.get(address, headers=people.headers(role)).get_data(as_text=True)
                number = "1\u202f234\u202f567" if "export" not in address else "1234567"
                assert (number in page or "1,234,567" in page) is sees, (role, address)
                assert ("Secret title" in page) is sees, (role, address)
