"""The same lines as files."""

from __future__ import annotations

import json

import pytest

from tests.helpers.grants import record
from tests.helpers.record_world import MAYENNE, NANTES, PAGES, World, read_file


class TestFiles:
    @pytest.mark.parametrize("extension", ["csv", "xlsx"])
    def test_hold_what_the_page_counts(self, world: World, extension: str) -> None:
        asked = {"scheme": "DETR", "order_by": "-granted"}
        answer = world.get("anonymous", f"{PAGES[MAYENNE]}/export.{extension}", **asked)
        lines = read_file(answer, extension)
        found = world.search(territory=MAYENNE, kind="grant", limit=1000, **asked)
        assert len(lines) == found["count"]
        assert lines["Amount granted, in euros"].tolist() == [
            each["granted"] for each in found["records"]
        ]
        assert lines["Title"].tolist() == [each["title"] for each in found["records"]]
        assert "attachment" in answer.headers["Content-Disposition"]

    def test_of_more_lines_than_one_answer(self, world: World) -> None:
        world.publish(
            "many",
            "public",
            [record(line=n, places=["fr:commune:44026"], title=f"n{n}", granted=n)
             for n in range(2, 2302)],
        )  # fmt: skip
        answer = world.get("anonymous", "/en/territoire/commune/44026/carquefou/action/export.csv")
        lines = read_file(answer, "csv")
        many = lines["Title"][lines["Title"].str.match(r"n\d")]
        assert many.nunique() == len(many) == 2300

    def test_of_another_part(self, world: World) -> None:
        answer = world.get("anonymous", f"{PAGES[NANTES]}/export.csv", kind="plan",
                           as_of="2015-01-01")  # fmt: skip
        assert read_file(answer, "csv")["Title"].tolist() == ["PLU de Nantes"]

    def test_no_formula(self, world: World) -> None:
        world.publish(
            "formulas",
            "public",
            [record(places=["fr:commune:44035"], title="=HYPERLINK(1)", granted=1)],
        )
        path = "/en/territoire/commune/44035/la-chapelle-sur-erdre/action/export"
        assert "'=HYPERLINK(1)" in world.get("anonymous", f"{path}.csv").body
        lines = read_file(world.get("anonymous", f"{path}.xlsx"), "xlsx")
        assert "=HYPERLINK(1)" in lines["Title"].tolist()

    def test_of_another_form(self, world: World) -> None:
        world.app.get(f"{PAGES[NANTES]}/export.pdf", status=404)

    def test_points(self, world: World) -> None:
        points = json.loads(world.get("anonymous", f"{PAGES[MAYENNE]}/points.geojson").body)
        total = world.search(territory=MAYENNE, kind="grant", limit=0)["totals"]["granted"]
        weights = sum(f["properties"]["weight"] for f in points["features"])
        assert weights == pytest.approx(total["total"])
        world.app.get("/territoire/country/fr/france/action/points.geojson", status=400)
