"""The actions on territories, custom ones included, as the API gives them."""

from __future__ import annotations

from typing import Any

import ckan.model as model
import pytest
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.territoires.bridge import custom
from ckanext.territoires.model import CustomTerritory
from tests.helpers.people import call_as

ROLES = ("anonymous", "author", "agent", "sysadmin")


class TestTerritoryShow:
    def test_a_commune_with_its_lineage(self) -> None:
        nantes = call_as(None, "territoires_territory_show", id="fr:commune:44109")
        assert nantes["name"] == "Nantes"
        assert nantes["path"] == "/territoire/commune/44109/nantes"
        assert [parent["id"] for parent in nantes["parents"]] == [
            "fr:epci:244400404",
            "fr:arrondissement:442",
            "fr:departement:44",
            "fr:region:52",
            "country-subset:fr:metro",
            "country:fr",
        ]

    def test_a_former_code_gives_the_commune_of_today(self) -> None:
        shown = call_as(None, "territoires_territory_show", id="fr:commune:49069")
        assert (shown["id"], shown["requested"]) == ("fr:commune:49126", "fr:commune:49069")

    def test_an_epci_over_two_regions_lies_in_both(self) -> None:
        redon = call_as(None, "territoires_territory_show", id="fr:epci:243500741")
        parents = {parent["id"] for parent in redon["parents"]}
        assert {"fr:departement:35", "fr:departement:44", "fr:departement:56"} <= parents
        assert {"fr:region:52", "fr:region:53"} <= parents

    @pytest.mark.parametrize("id", ["fr:commune:99999", "nonsense", "custom:none", "fr:epci:1"])
    def test_an_unknown_territory_is_not_found(self, id: str) -> None:
        with pytest.raises(tk.ObjectNotFound, match=id):
            call_as(None, "territoires_territory_show", id=id)


class TestAutocomplete:
    @pytest.mark.parametrize(
        ("q", "within", "first"),
        [
            ("nantes", None, "fr:commune:44109"),
            ("44000", None, "fr:commune:44109"),
            ("saint nazaire", None, "fr:commune:44184"),
            ("loire atlantique", None, "fr:departement:44"),
            ("pays de la loire", None, "fr:region:52"),
            ("champtoceaux", None, "fr:commune:49126"),
            ("nantes", "fr:departement:44", "fr:commune:44109"),
        ],
    )
    def test_best_first(self, q: str, within: str | None, first: str) -> None:
        data = {"q": q} | ({"within": within} if within else {})
        assert call_as(None, "territoires_territory_autocomplete", **data)[0]["id"] == first

    def test_nothing_where_the_name_is_not(self) -> None:
        data = {"q": "nantes", "within": "fr:departement:85"}
        assert call_as(None, "territoires_territory_autocomplete", **data) == []

    @pytest.mark.parametrize(
        ("field", "value"),
        [("level", "canton"), ("within", "fr:departement:99"), ("limit", 101), ("limit", "many")],
    )
    def test_wrong_input_names_its_field(self, field: str, value: Any) -> None:
        with pytest.raises(tk.ValidationError) as refused:
            call_as(None, "territoires_territory_autocomplete", q="nantes", **{field: value})
        assert list(refused.value.error_dict) == [field]


class TestMembersAndResolve:
    def test_members_of_an_epci(self) -> None:
        members = call_as(None, "territoires_territory_members", id="fr:epci:244400404")
        assert len(members) == 24
        assert members == sorted(members, key=lambda m: m["slug"])

    def test_a_code_of_the_past_with_its_shares(self) -> None:
        answer = call_as(None, "territoires_territory_resolve", code="85084", year=2022)
        assert answer["status"] == "split"
        assert {t["code"] for t in answer["territories"]} == {"85084", "85165", "85212"}
        assert sum(t["share"] for t in answer["territories"]) == pytest.approx(1)


@pytest.mark.usefixtures("clean_db", "clean_index")
class TestCustomTerritory:
    @pytest.fixture
    def people(self) -> dict[str, str | None]:
        return {
            "anonymous": None,
            "author": factories.User()["name"],
            "agent": factories.User()["name"],
            "sysadmin": factories.Sysadmin()["name"],
        }

    def create(self, author: Any, **fields: Any) -> dict[str, Any]:
        data = {"name": "Bords de Loire", "communes": ["44109", "fr:commune:49069"]} | fields
        return call_as(author, "territoires_custom_territory_create", **data)

    def test_codes_of_any_time_pass_to_today(self, people: Any) -> None:
        made = self.create(people["author"])
        assert made["communes"] == ["fr:commune:44109", "fr:commune:49126"]
        assert made["visibility"] == "private"

    def test_text_pasted_from_a_spreadsheet(self, people: Any) -> None:
        made = self.create(people["author"], communes="44109\n44184;44003\t")
        assert [id[-5:] for id in made["communes"]] == ["44109", "44184", "44003"]

    @pytest.mark.parametrize("communes", ["", "44109 99999", '["a"', '{"a": 1}', [1, 2]])
    def test_a_wrong_list_names_its_field(self, people: Any, communes: Any) -> None:
        with pytest.raises(tk.ValidationError) as refused:
            self.create(people["author"], communes=communes)
        assert list(refused.value.error_dict) == ["communes"]

    def test_too_long_a_list_is_refused(self, people: Any) -> None:
        region = call_as(None, "territoires_territory_members", id="fr:region:52")
        with pytest.raises(tk.ValidationError, match=str(custom.MAX_COMMUNES)):
            self.create(people["author"], communes=[member["id"] for member in region])

    def test_an_anonymous_visitor_creates_nothing(self) -> None:
        with pytest.raises(tk.NotAuthorized):
            self.create(None)
        assert not model.Session.query(CustomTerritory).count()

    @pytest.mark.parametrize(
        ("visibility", "readers"),
        [
            ("private", {"author", "sysadmin"}),
            ("agents", {"author", "agent", "sysadmin"}),
            ("public", set(ROLES)),
        ],
    )
    def test_who_sees_it(self, people: Any, visibility: str, readers: set[str]) -> None:
        made = self.create(people["author"], visibility=visibility)
        for role in ROLES:
            listed = call_as(people[role], "territoires_custom_territory_list")
            assert bool(listed) is (role in readers), role
            for action in ("territoires_territory_show", "territoires_territory_members"):
                if role in readers:
                    assert call_as(people[role], action, id=made["id"])
                else:
                    with pytest.raises(tk.ObjectNotFound):
                        call_as(people[role], action, id=made["id"])

    def test_only_its_author_changes_it(self, people: Any) -> None:
        made = self.create(people["author"], visibility="public")
        for action in ("update", "delete"):
            for role in ("anonymous", "agent"):
                with pytest.raises(tk.NotAuthorized):
                    call_as(people[role], f"territoires_custom_territory_{action}", id=made["id"])
        changed = call_as(
            people["author"],
            "territoires_custom_territory_update",
            id=made["id"],
            name="Rives de Loire",
        )
        assert (changed["name"], changed["communes"]) == ("Rives de Loire", made["communes"])
        call_as(people["author"], "territoires_custom_territory_delete", id=made["id"])
        with pytest.raises(tk.ObjectNotFound):
            call_as(people["author"], "territoires_territory_show", id=made["id"])
