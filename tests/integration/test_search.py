"""Search by territory against sets computed from the reference alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ckan.lib.search import SearchQueryError
from ckan.tests import factories
from ckan.tests.helpers import _get_test_app, call_action

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.territory.identifier import LEVELS

NANTES, OREE, REDON = "fr:commune:44109", "fr:commune:49126", "fr:commune:35236"
NANTES_METROPOLE, REDON_AGGLOMERATION = "fr:epci:244400404", "fr:epci:243500741"
LOIRE_ATLANTIQUE, REGION = "fr:departement:44", "fr:region:52"

COVERAGES = {
    "one-nantes": [NANTES],
    "one-reze": ["fr:commune:44143"],
    "one-saint-nazaire": ["fr:commune:44184"],
    "one-oree": [OREE],
    "one-redon": [REDON],
    "one-avessac": ["fr:commune:44007"],
    "one-allaire": ["fr:commune:56001"],
    "one-bordeaux": ["fr:commune:33063"],
    "epci-nantes": [NANTES_METROPOLE],
    "epci-redon": [REDON_AGGLOMERATION],
    "arrondissement-nantes": ["fr:arrondissement:442"],
    "departement-44": [LOIRE_ATLANTIQUE],
    "departement-49": ["fr:departement:49"],
    "departement-35": ["fr:departement:35"],
    "departement-56": ["fr:departement:56"],
    "region-52": [REGION],
    "region-53": ["fr:region:53"],
    "metropole": ["country-subset:fr:metro"],
    "nation": ["country:fr"],
    "two-nantes-bordeaux": [NANTES, "fr:commune:33063"],
    # What says nothing covers what its service is competent for.
    "unsaid": [LOIRE_ATLANTIQUE],
}
ASKED = (NANTES, OREE, REDON, NANTES_METROPOLE, REDON_AGGLOMERATION, LOIRE_ATLANTIQUE, REGION)


@pytest.fixture(scope="module")
def site(reset_db: Callable[[], None], reset_index: Callable[[], None]) -> Any:
    reset_db()
    reset_index()
    producer = factories.User()
    service = factories.Organization(name="ddtm-44", title="DDTM 44", territory=LOIRE_ATLANTIQUE)
    for name, territories in COVERAGES.items():
        call_action(
            "package_create",
            {"user": producer["name"]},
            name=name,
            title=f"Étude {name}",
            notes="Logement" if name == "one-nantes" else "Sujet",
            owner_org=service["id"],
            access_level="public",
            territory=[] if name == "unsaid" else territories,
        )
    return _get_test_app()


def parts_of(identifier: str) -> set[str]:
    """What lies in a territory, by the lists of members, which no index is made of."""
    return {member.id for level in LEVELS for member in reference().members(identifier, level)}


def contains(container: str, identifier: str) -> bool:
    return identifier in parts_of(container)


def expected(identifier: str, scope: str) -> set[str]:
    """Names of the datasets that a scope must find."""
    inside = {identifier, *parts_of(identifier)}
    found = set()
    for name, territories in COVERAGES.items():
        for covered in territories:
            exact = covered == identifier
            within = covered in inside
            relevant = within or contains(covered, identifier)
            if {"exact": exact, "within": within, "relevant": relevant}[scope]:
                found.add(name)
    return found


def names(**parameters: Any) -> list[str]:
    found = call_action("package_search", rows=100, **parameters)
    assert found["count"] == len(found["results"])
    return [dataset["name"] for dataset in found["results"]]


@pytest.mark.usefixtures("site")
class TestScopes:
    @pytest.mark.parametrize("scope", ["exact", "within", "relevant"])
    @pytest.mark.parametrize("identifier", ASKED)
    def test_the_set_is_that_of_the_reference(self, identifier: str, scope: str) -> None:
        wanted = expected(identifier, scope)
        assert wanted
        assert set(names(ext_territory=identifier, ext_scope=scope)) == wanted

    def test_relevant_is_the_default(self) -> None:
        assert set(names(ext_territory=NANTES)) == expected(NANTES, "relevant")

    def test_a_former_code_finds_what_concerns_the_commune_of_today(self) -> None:
        assert names(ext_territory="fr:commune:49069") == names(ext_territory=OREE)

    @pytest.mark.parametrize("several", [[NANTES, OREE], f"{NANTES},{OREE}"])
    def test_several_territories_add_up(self, several: str | list[str]) -> None:
        wanted = expected(NANTES, "exact") | expected(OREE, "exact")
        assert set(names(ext_territory=several, ext_scope="exact")) == wanted

    def test_the_closest_come_first(self) -> None:
        ranks = [rank_of(name, NANTES) for name in names(ext_territory=NANTES)]
        assert ranks == sorted(ranks)

    def test_words_and_territory_both_hold(self) -> None:
        assert names(ext_territory=LOIRE_ATLANTIQUE, q="logements") == ["one-nantes"]

    def test_services_of_a_territory(self) -> None:
        assert set(names(ext_service_territory=REGION)) == set(COVERAGES)
        assert names(ext_service_territory="fr:departement:49") == []

    def test_a_box_finds_what_it_touches(self) -> None:
        found = names(ext_bbox="-1.58,47.19,-1.53,47.23")
        assert {"one-nantes", "epci-nantes", "departement-44", "region-52"} <= set(found)
        assert not {"one-bordeaux", "departement-49", "region-53", "nation"} & set(found)

    def test_the_levels_are_facets_in_words(self) -> None:
        found = call_action(
            "package_search",
            ext_territory=NANTES,
            ext_scope="exact",
            **{"facet.field": ["vocab_territory_level"]},
        )
        items = found["search_facets"]["vocab_territory_level"]["items"]
        assert [(item["name"], item["count"]) for item in items] == [("commune", 2)]


def rank_of(name: str, identifier: str) -> int:
    """Itself, then what is inside, then what contains it from the nearest."""
    covered = COVERAGES[name]
    if identifier in covered:
        return 0
    if set(covered) & parts_of(identifier):
        return 1
    lineage = reference().lineage(identifier)
    return 2 + min(lineage.index(one) for one in covered if one in lineage)


@pytest.mark.usefixtures("site")
class TestErrors:
    @pytest.mark.parametrize(
        "parameters",
        [
            {"ext_territory": "nantes"},
            {"ext_territory": "fr:commune:99999"},
            {"ext_territory": "custom:unknown"},
            {"ext_territory": 'fr:commune:44109" OR *:*'},
            {"ext_territory": NANTES, "ext_scope": "around"},
            {"ext_service_territory": "nowhere"},
            {"ext_territory": ",".join([NANTES] * 51)},
        ],
    )
    def test_the_message_names_the_parameter(self, parameters: dict[str, str]) -> None:
        with pytest.raises(SearchQueryError, match=list(parameters)[-1]):
            call_action("package_search", **parameters)

    def test_the_api_answers_400(self, site: Any) -> None:
        answer = site.get("/api/3/action/package_search?ext_territory=foo", status=400)
        assert "ext_territory" in answer.body

    def test_the_page_answers_400_with_a_search_box(self, site: Any) -> None:
        answer = site.get("/dataset/?ext_territory=foo", status=400)
        assert "ext_territory" in answer.body
        assert 'action="/recherche"' in answer.body

    def test_the_page_of_a_service_says_what_is_wrong(self, site: Any) -> None:
        answer = site.get("/organization/ddtm-44?ext_territory=foo", status=400)
        assert "ext_territory" in answer.body


class TestCustomTerritories:
    def test_its_scopes_come_from_its_communes(self, site: Any) -> None:
        author = factories.UserWithToken()
        made = custom_territory(author, "Bords de Vilaine", [REDON, "fr:commune:44007"])
        inside = set(search_as(site, author, ext_territory=made, ext_scope="within"))
        assert inside == {"one-redon", "one-avessac"}
        relevant = set(search_as(site, author, ext_territory=made))
        assert relevant == expected(REDON, "relevant") | expected("fr:commune:44007", "relevant")

    def test_nobody_else_searches_a_private_one(self, site: Any) -> None:
        author, other = factories.UserWithToken(), factories.UserWithToken()
        address = f"/dataset/?ext_territory={custom_territory(author, 'Secret', [NANTES])}"
        site.get(address, headers={"Authorization": author["token"]}, status=200)
        site.get(address, headers={"Authorization": other["token"]}, status=400)
        site.get(address, status=400)


def custom_territory(author: dict[str, Any], name: str, communes: list[str]) -> str:
    context = {"ignore_auth": False, "user": author["name"]}
    made = call_action("territoires_custom_territory_create", context, name=name, communes=communes)
    return made["id"]


def search_as(site: Any, user: dict[str, Any], **parameters: Any) -> list[str]:
    answer = site.get(
        "/api/3/action/package_search",
        query_string={"rows": 100, **parameters},
        headers={"Authorization": user["token"]},
    )
    return [dataset["name"] for dataset in json.loads(answer.body)["result"]["results"]]


class TestSearchPage:
    def test_the_count_of_each_scope_shows_before_one_clicks(self, site: Any) -> None:
        body = site.get(f"/dataset/?ext_territory={NANTES}").body
        for scope in ("relevant", "within", "exact"):
            count = len(expected(NANTES, scope))
            assert f'<span class="territoires-count">{count}</span>' in body

    def test_names_become_identifiers_without_script(self, site: Any) -> None:
        answer = site.get(
            "/recherche/donnees?_page=/dataset/&_territory=nantes&q=", follow_redirects=False
        )
        assert answer.status_code == 302
        assert answer.location.endswith(f"/dataset/?ext_territory={NANTES.replace(':', '%3A')}")

    def test_no_address_leads_out_of_the_site(self, site: Any) -> None:
        for page in ("//elsewhere.example/", "https://elsewhere.example/", "/\\elsewhere.example"):
            answer = site.get(
                "/recherche/donnees", query_string={"_page": page}, follow_redirects=False
            )
            assert "elsewhere" not in answer.location

    def test_what_nobody_is_called_is_said(self, site: Any) -> None:
        body = site.get("/recherche/donnees?_page=/dataset/&_territory=zzzzqqq").body
        assert "zzzzqqq" in body

    def test_nothing_found_offers_what_is_wider(self, site: Any) -> None:
        body = site.get("/dataset/?ext_territory=fr:commune:49007&ext_scope=exact").body
        wider = len(expected("fr:commune:49007", "relevant"))
        assert "territoires-empty" in body
        assert (
            f'<span class="territoires-count">{wider}</span>' in body.split("territoires-empty")[1]
        )

    def test_a_service_s_page_searches_by_territory(self, site: Any) -> None:
        body = site.get(f"/organization/ddtm-44?ext_territory={NANTES}&ext_scope=exact").body
        assert "/dataset/one-nantes" in body
        assert "/dataset/one-reze" not in body

    def test_results_name_their_territories(self, site: Any) -> None:
        body = site.get(f"/dataset/?ext_territory={OREE}&ext_scope=exact").body
        assert "Orée d&#39;Anjou" in body

    def test_the_api_link_finds_the_same(self, site: Any) -> None:
        body = site.get(f"/dataset/?ext_territory={NANTES}&ext_scope=exact&res_format=CSV").body
        address = body.split('<a href="/api/3/action/package_search?')[1].split('"')[0]
        answer = site.get("/api/3/action/package_search?" + address.replace("&amp;", "&"))
        assert json.loads(answer.body)["result"]["count"] == 0
