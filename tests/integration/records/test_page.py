"""The page of the State's action."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup

from ckanext.territoires.portrait.numbers import format_number
from tests.helpers.grants import record
from tests.helpers.queries import counted_queries
from tests.helpers.record_world import (
    NANTES,
    NOWHERE,
    PAGES,
    REGION,
    ROLES,
    World,
    published,
    read_file,
    text_of,
)


class TestPage:
    def test_totals_are_those_of_the_file(self, world: World) -> None:
        text = text_of(world.get("anonymous", PAGES[REGION], year=2019))
        assert "951" in text
        total = format_number(published()["amount"].sum(), 2, "€", "en")
        assert total in text

    def test_sections_and_words(self, world: World) -> None:
        text = text_of(world.get("anonymous", PAGES[NANTES], as_of="2018-12-31"))
        assert "PLU de Nantes" in text
        assert "PLUi de Nantes Métropole" not in text
        assert "France services de Nantes" in text
        assert "A place where anyone is helped" in text
        assert "CRTE 44" in text
        today = text_of(world.get("anonymous", PAGES[NANTES]))
        assert "PLU de Nantes" not in today
        assert "PLUi de Nantes Métropole" in today
        assert "at least €14,328" in today

    def test_what_is_of_the_groupings_is_apart(self, world: World) -> None:
        page = BeautifulSoup(world.get("anonymous", PAGES[NANTES]).body, "html.parser")
        above = page.find("section", {"aria-labelledby": "above"})
        assert above is not None
        assert "Nantes Métropole" in above.get_text()
        grants = page.find("section", {"aria-labelledby": "grants"})
        assert grants is not None
        count = world.search(territory=NANTES, kind="grant", limit=0)["count"]
        assert grants.find_all("dd")[0].get_text(strip=True) == str(count)

    def test_an_empty_part_says_who_could_publish(self, world: World) -> None:
        text = text_of(world.get("anonymous", NOWHERE))
        assert "the DREAL or the DDT(M), from the decrees in force" in text
        assert "Publish a file" in text

    def test_in_french(self, world: World) -> None:
        text = text_of(world.get("anonymous", PAGES[REGION].replace("/en", "/fr", 1), year=2019))
        total = format_number(published()["amount"].sum(), 2, "€", "fr")
        assert " ".join(total.split()) in text

    def test_filters_sort_and_pages(self, world: World) -> None:
        page = world.get("anonymous", PAGES[REGION], scheme="DSID", order_by="-granted", page="2")
        soup = BeautifulSoup(page.body, "html.parser")
        rows = soup.select(".territoires-records tbody tr")
        assert len(rows) == 2
        assert soup.select_one("th[aria-sort=descending]") is not None
        following = world.get("anonymous", PAGES[REGION], scheme="DSID", page="99")
        assert following.status_code == 200

    @pytest.mark.parametrize(
        "query", [{"year": "x"}, {"order_by": "key"}, {"as_of": "today"}, {"page": "0"}]
    )
    def test_a_parameter_that_cannot_be_read(self, world: World, query: dict[str, str]) -> None:
        page: Any = world.app.get(PAGES[NANTES], query_string=query, status=400)
        assert next(iter(query)) in page.body

    def test_text_of_a_file_is_never_markup(self, world: World) -> None:
        world.publish(
            "markup",
            "public",
            [record(places=["fr:commune:44020"], year=2021, scheme="<b>x</b>",
                    title="<script>alert(1)</script>", beneficiary='"><img src=x>', granted=1)],
        )  # fmt: skip
        body = world.get("anonymous", "/territoire/commune/44020/bouguenais/action").body
        assert "<script>alert(1)" not in body
        assert "<img src=x>" not in body
        assert "<b>x</b>" not in body

    def test_another_slug_leads_to_the_page(self, world: World) -> None:
        answer = world.app.get(
            "/en/territoire/commune/44109/x/action?year=2019", follow_redirects=False
        )
        assert answer.status_code == 301
        assert answer.headers["Location"].endswith(PAGES[NANTES] + "?year=2019")

    @pytest.mark.parametrize("role", ROLES)
    def test_who_sees_private_grants(self, world: World, role: str) -> None:
        sees = role in ("member", "sysadmin")
        for path in (PAGES[NANTES], PAGES[NANTES].removesuffix("/action")):
            body = world.get(role, path).body
            assert ("Zeta secret" in body) == sees, path
        for extension in ("csv", "xlsx"):
            answer = world.get(role, f"{PAGES[NANTES]}/export.{extension}")
            lines = read_file(answer, extension)
            assert lines["Theme"].eq("Zeta secret").sum() == (2 if sees else 0)
        points = json.loads(world.get(role, f"{PAGES[NANTES]}/points.geojson", year=2020).body)
        assert len(points["features"]) == (1 if sees else 0)

    def test_queries_are_bounded(self, world: World) -> None:
        counts = set()
        for path in (*PAGES.values(), "/territoire/country/fr/france/action"):
            world.get("anonymous", path)
            with counted_queries() as statements:
                world.get("anonymous", path)
            counts.add(len([s for s in statements if "territoires_re" in s]))
        assert max(counts) <= 12
