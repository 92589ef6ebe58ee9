"""Filters, orders and pages."""

from __future__ import annotations

from typing import Any

import pytest
from ckan.plugins import toolkit as tk

from tests.helpers.grants import read_grants
from tests.helpers.record_world import NANTES, REGION, REZE, World, published


class TestFilters:
    def test_words_without_accents_or_case(self, world: World) -> None:
        found = world.search("member", territory=NANTES, q="ECOLE zeta")
        assert [r["title"] for r in found["records"]] == ["École zêta"]

    @pytest.mark.parametrize("text", ["a cote", "D'À CÔTÉ", "association d’a"])
    def test_beneficiary(self, world: World, text: str) -> None:
        assert world.search(territory=NANTES, kind="post", beneficiary=text)["count"] == 2

    def test_ligature(self, world: World) -> None:
        assert world.search(territory=NANTES, kind="post", beneficiary="coeur")["count"] == 1

    @pytest.mark.parametrize("text", ["%", "_", "\\", "'; DROP TABLE territoires_record; --"])
    def test_signs_of_patterns_are_letters(self, world: World, text: str) -> None:
        assert world.search(territory=NANTES, kind="post", beneficiary=text)["count"] == 0

    def test_theme_with_commas(self, world: World) -> None:
        theme = "3 - Environnement, transition énergétique et écologie"
        found = world.search(territory=REGION, kind="grant", theme=theme, limit=0)
        assert found["count"] == int((published()["categorie"] == theme).sum())

    def test_amounts_and_years(self, world: World) -> None:
        found = world.search(
            territory=REGION, granted_min="500000", granted_max="1 000 000,00", year_from=2019,
            limit=0,
        )  # fmt: skip
        assert found["count"] == int(published()["amount"].between(500_000, 1_000_000).sum())

    def test_dataset_and_profile(self, world: World) -> None:
        found = world.search(territory=REGION, dataset="dotations-2019-85", limit=0)
        assert found["count"] == len(read_grants("dotations-2019-85.csv"))
        assert world.search(territory=REGION, profile="others", kind="grant")["count"] == 0

    @pytest.mark.parametrize(
        ("day", "plans"),
        [
            ("2009-12-31", []),
            ("2015-06-01", ["PLU de Nantes"]),
            ("2019-04-23", []),
            ("2024-01-01", []),
        ],
    )
    def test_as_of_a_day(self, world: World, day: str, plans: list[str]) -> None:
        found = world.search(territory=NANTES, kind="plan", as_of=day)
        assert [r["title"] for r in found["records"]] == plans

    @pytest.mark.parametrize(
        ("day", "editions"),
        [
            ("2012-01-01", []),
            ("2014-01-01", [2020]),
            ("2023-06-01", [2022]),
            ("2026-01-01", [2024]),
        ],
    )
    def test_as_of_a_day_the_edition_that_knew_it(
        self, world: World, day: str, editions: list[int]
    ) -> None:
        found = world.search(territory=REZE, kind="plan", as_of=day)
        assert [r["year"] for r in found["records"]] == editions

    def test_as_of_a_day_above(self, world: World) -> None:
        ask = {"territory": NANTES, "kind": "plan", "scope": "groupings"}
        assert world.search(as_of="2019-04-22", **ask)["count"] == 0
        assert world.search(as_of="2019-04-23", **ask)["count"] == 1


class TestOrderAndPages:
    def test_pages_hold_each_record_once(self, world: World) -> None:
        ids = [
            each["id"]
            for offset in range(0, 1000, 100)
            for each in world.search(
                territory=REGION, kind="grant", year=2019, order_by="scheme", limit=100,
                offset=offset,
            )["records"]
        ]  # fmt: skip
        assert len(ids) == len(set(ids)) == 951

    def test_order(self, world: World) -> None:
        found = world.search(territory=REGION, kind="grant", order_by="-granted", limit=3)
        largest = published()["amount"].nlargest(3).tolist()
        assert [each["granted"] for each in found["records"]] == largest

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("order_by", "granted; DROP TABLE territoires_record"),
            ("order_by", "key"),
            ("group_by", "attributes"),
            ("group_by", "-year"),
            ("kind", "nothing"),
            ("scope", "around"),
            ("year", "two"),
            ("year_from", "19"),
            ("as_of", "31/12/2020"),
            ("granted_min", "nan"),
            ("limit", 1001),
            ("limit", -1),
            ("territory", "fr:commune:99999"),
            ("benefciary", "a mistake"),
        ],
    )
    def test_an_error_names_the_field(self, world: World, name: str, value: Any) -> None:
        with pytest.raises(tk.ValidationError) as refused:
            world.search(**({"territory": NANTES} | {name: value}))
        assert list(refused.value.error_dict) == [name]
