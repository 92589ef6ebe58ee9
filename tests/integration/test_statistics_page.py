"""Figures of many territories on their page: form, table, pictures."""

from __future__ import annotations

import pytest
from ckan.tests.helpers import CKANTestApp

NANTES, LOIRE_ATLANTIQUE = "fr:commune:44109", "fr:departement:44"


@pytest.mark.usefixtures("loaded_extract")
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
