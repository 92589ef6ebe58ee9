"""What a producer fills in, by the API and by the form, right and wrong."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp, call_action

from ckanext.territoires.bridge.reference import reference

pytestmark = pytest.mark.usefixtures("clean_db", "clean_index")
Create = Callable[..., dict[str, Any]]
NANTES = "fr:commune:44109"


@pytest.fixture
def service() -> dict[str, Any]:
    return factories.Organization(
        name="ddtm-44", title="DDTM 44", territory="44", contact_email="ddtm@example.gouv.fr"
    )


@pytest.fixture
def create(service: dict[str, Any]) -> Create:
    author = {"user": factories.Sysadmin()["name"]}

    def created(**fields: Any) -> dict[str, Any]:
        fields = {"type": "dataset", "title": "Essai", "owner_org": service["id"], **fields}
        return call_action("package_create", dict(author), **fields)

    return created


def refusal(call: Callable[..., Any], *args: Any, **fields: Any) -> dict[str, Any]:
    with pytest.raises(tk.ValidationError) as raised:
        call(*args, **fields)
    return raised.value.error_dict


def change(service: str, **fields: Any) -> dict[str, Any]:
    author = {"user": factories.Sysadmin()["name"]}
    return call_action("organization_patch", author, id=service, **fields)


class TestDefaults:
    def test_come_from_the_service(self, create: Create) -> None:
        dataset = create()
        assert dataset["territory"] == ["fr:departement:44"]
        assert dataset["contact_email"] == "ddtm@example.gouv.fr"
        assert dataset["license_id"] == "lov2"
        assert (dataset["access_level"], dataset["private"]) == ("agents", True)
        assert dataset["access_reason"] == "internal"

    def test_level_is_the_site_s(
        self, create: Create, ckan_config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(ckan_config, "ckanext.territoires.access_level.default", "public")
        assert create()["access_level"] == "public"

    def test_name_is_made_from_the_title_and_is_free(self, create: Create) -> None:
        names = [create(title="Forêts de l'Ouest")["name"] for _ in range(3)]
        assert names == ["forets-de-louest", "forets-de-louest-2", "forets-de-louest-3"]

    def test_api_asks_no_more_than_ckan(self, create: Create) -> None:
        assert create(title="Seul").get("notes") is None

    def test_licences(self) -> None:
        ids = [licence["id"] for licence in call_action("license_list")]
        assert ids[0] == "lov2"
        assert {"fr-lo", "odc-odbl", "other-at", "notspecified", "cc-by"} <= set(ids)

    def test_service_without_territory_or_contact(self, create: Create) -> None:
        dataset = create(owner_org=factories.Organization()["id"])
        assert "territory" not in dataset
        assert "contact_email" not in dataset


class TestTerritories:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ([NANTES, "fr:epci:244400404"], [NANTES, "fr:epci:244400404"]),
            (json.dumps([NANTES]), [NANTES]),
            (
                "44109; 44162\t1001\n49069",
                [NANTES, "fr:commune:44162", "fr:commune:01001", "fr:commune:49126"],
            ),
            ("Nantes, Saint Herblain", [NANTES, "fr:commune:44162"]),
            ("244400404", ["fr:epci:244400404"]),
            ("52", ["fr:region:52"]),
            ("fr:commune:44109@1943-01-01 Nantes", [NANTES]),
            ("Nantes (44)\n44109 Nantes", [NANTES]),
            ("country:fr", ["country:fr"]),
        ],
    )
    def test_understood(self, create: Create, given: Any, expected: list[str]) -> None:
        assert create(territory=given)["territory"] == expected

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ("99999", "“99999”"),
            (["fr:commune:99999", NANTES], "“fr:commune:99999”"),
            ('["fr:commune:44109"', "JSON"),
            ('{"a": 1}', "A list of identifiers"),
            ([1, 2], "A list of identifiers"),
            ("Saint-Denis", "fr:commune:93066"),
            ("custom:nowhere", "“custom:nowhere”"),
        ],
    )
    def test_refused(self, create: Create, given: Any, said: str) -> None:
        errors = refusal(create, territory=given)
        assert list(errors) == ["territory"]
        assert said in errors["territory"][0]

    def test_split_commune_names_the_choices(self, create: Create) -> None:
        gone = next(
            move.before
            for move in reference().history.moves
            if move.level == "commune"
            and len(reference().resolve(move.before, level="commune").territories) > 1
        )
        message = refusal(create, territory=gone)["territory"][0]
        for identifier, _share in reference().resolve(gone, level="commune").territories:
            assert identifier in message

    def test_many_wrong_codes_make_one_short_message(self, create: Create) -> None:
        message = refusal(create, territory="\n".join(map(str, range(99100, 99400))))
        assert len(message["territory"][0]) < 400

    def test_1500_codes_pasted_are_quick(self, create: Create) -> None:
        codes = [t.code for t in reference().members("country:fr")][:1500]
        pasted = "\n".join(code.lstrip("0") for code in codes)
        start = time.perf_counter()
        read = call_action("territoires_coverage_read", text=pasted)
        assert time.perf_counter() - start < 1
        assert len(read["territories"]) == 1500
        assert len(create(territory=pasted)["territory"]) == 1500

    def test_show_gives_a_list_and_the_index_its_lineage(self, create: Create) -> None:
        create(title="Essai de Nantes", territory=[NANTES], access_level="public")
        found = call_action("package_search", extras={"ext_territory": "fr:region:52"})
        assert [d["territory"] for d in found["results"]] == [[NANTES]]

    def test_codes_are_not_words_of_the_search(self, create: Create) -> None:
        create(territory=[NANTES], theme=["ENVI"])
        assert call_action("package_search", q="commune", include_private=True)["count"] == 0


class TestCoverageRead:
    def test_former_commune_is_said(self) -> None:
        read = call_action("territoires_coverage_read", text="49069")
        assert [t["id"] for t in read["territories"]] == ["fr:commune:49126"]
        assert "49069" in read["remarks"][0]
        assert "fr:commune:49126" in read["remarks"][0]

    def test_inside_another_is_said(self) -> None:
        read = call_action("territoires_coverage_read", text="Nantes; Loire-Atlantique")
        assert len(read["territories"]) == 2
        assert "fr:departement:44" in read["remarks"][0]

    def test_a_mix_that_adds_is_not_said(self) -> None:
        read = call_action("territoires_coverage_read", text=["fr:epci:244400404", "49007"])
        assert read["remarks"] == []

    def test_simpler_is_proposed(self) -> None:
        members = [t.id for t in reference().members("fr:epci:244400404")]
        read = call_action("territoires_coverage_read", text=[*members, "49007"])
        proposal = read["simpler"][0]
        assert proposal["territory"]["id"] == "fr:epci:244400404"
        assert set(proposal["members"]) == set(members)

    def test_nothing_is_lost(self) -> None:
        read = call_action("territoires_coverage_read", text="44109; zzz; Saint-Denis")
        assert read["left"] == ["zzz", "Saint-Denis"]
        assert len(read["problems"]) == 2


class TestOtherFields:
    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            ("2019", "2019", ("2019-01-01", "2019-12-31")),
            ("2020-02", "2020-02", ("2020-02-01", "2020-02-29")),
            ("2020-05-17", "2020-05-17", ("2020-05-17", "2020-05-17")),
        ],
    )
    def test_period(self, create: Create, start: str, end: str, expected: Any) -> None:
        dataset = create(temporal_start=start, temporal_end=end)
        assert (dataset["temporal_start"], dataset["temporal_end"]) == expected

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"temporal_start": "2020", "temporal_end": "2019"}, "temporal_end"),
            ({"temporal_start": "17/05/2020"}, "temporal_start"),
            ({"temporal_end": "2020-02-30"}, "temporal_end"),
            ({"theme": ["NOPE"]}, "theme"),
            ({"frequency": "yearly"}, "frequency"),
            ({"granularity": "canton"}, "granularity"),
            ({"access_level": "secret"}, "access_level"),
            ({"access_level": "service", "access_reason": "because"}, "access_reason"),
            ({"contact_email": "not an address"}, "contact_email"),
        ],
    )
    def test_refused_by_field(self, create: Create, fields: Any, field: str) -> None:
        assert list(refusal(create, **fields)) == [field]

    def test_reason_goes_when_public(self, create: Create) -> None:
        dataset = create(access_level="public", access_reason="privacy")
        assert not dataset.get("access_reason")
        assert dataset["private"] is False

    def test_private_alone_decides_on_creation(self, create: Create) -> None:
        assert create(private=False)["access_level"] == "public"
        assert create(private=True)["access_level"] == "service"

    def test_resource(self, create: Create) -> None:
        resource = {"url": "https://example.org/a.csv", "cog_year": 2021, "data_date": "2019"}
        shown = create(resources=[resource])["resources"][0]
        assert (shown["cog_year"], shown["data_date"]) == ("2021", "2019-01-01")

    @pytest.mark.parametrize("year", ["21", "1900", "2999", "vingt"])
    def test_cog_year_refused(self, create: Create, year: str) -> None:
        resource = {"url": "https://example.org/a.csv", "cog_year": year}
        assert list(refusal(create, resources=[resource])["resources"][0]) == ["cog_year"]


class TestServices:
    def test_territory(self, service: dict[str, Any]) -> None:
        assert service["territory"] == "fr:departement:44"

    @pytest.mark.parametrize("wrong", ["44109; 44162", "zzz", "99999"])
    def test_territory_refused(self, wrong: str) -> None:
        with pytest.raises(tk.ValidationError) as raised:
            factories.Organization(territory=wrong)
        assert list(raised.value.error_dict) == ["territory"]

    def test_without_our_fields(self) -> None:
        group = model.Group(name="before", title="Before", is_organization=True)
        group.type = "organization"
        model.Session.add(group)
        model.Session.commit()
        assert call_action("organization_show", id="before")["title"] == "Before"
        assert change("before", title="After")["title"] == "After"

    def test_hierarchy(self, service: dict[str, Any]) -> None:
        below = factories.Organization(name="unite", groups=[{"name": "ddtm-44"}])
        top = model.Group.get("ddtm-44")
        assert top is not None
        tree = top.get_children_group_hierarchy(type="organization")
        assert [name for _id, name, _title, _parent in tree] == ["unite"]
        patched = change(below["id"], title="Unité")
        assert [group["name"] for group in patched["groups"]] == ["ddtm-44"]

    @pytest.mark.parametrize("parent", ["ddtm-44", "unite", "bureau"])
    def test_cycle_refused(self, service: dict[str, Any], parent: str) -> None:
        factories.Organization(name="unite", groups=[{"name": "ddtm-44"}])
        factories.Organization(name="bureau", groups=[{"name": "unite"}])
        errors = refusal(change, "ddtm-44", groups=[{"name": parent}])
        assert len(errors["parent"]) == 1


class TestForm:
    @pytest.fixture
    def headers(self, service: dict[str, Any]) -> dict[str, str]:
        user = factories.User(name="producer")
        call_action(
            "member_create",
            id="ddtm-44",
            object="producer",
            object_type="user",
            capacity="editor",
        )
        return {"Authorization": factories.APIToken(user=user["name"])["token"]}

    @staticmethod
    def area(body: str) -> str:
        found = re.search(r'<textarea[^>]*name="territory".*?>(.*?)</textarea>', body, re.S)
        assert found
        return html.unescape(found[1])

    def test_proposes_service_contact_and_territory(
        self, app: CKANTestApp, headers: dict[str, str]
    ) -> None:
        body = app.get("/dataset/new", headers=headers).text
        assert self.area(body).startswith("fr:departement:44 Loire-Atlantique")
        assert 'value="ddtm@example.gouv.fr"' in body
        assert re.search(r'value="agents" checked', body)
        assert 'name="private"' not in body

    def test_keeps_what_was_typed(self, app: CKANTestApp, headers: dict[str, str]) -> None:
        typed = {
            "_ckan_phase": "1",
            "save": "",
            "title": "Un titre",
            "notes": "",
            "owner_org": "ddtm-44",
            "contact_email": "pas une adresse",
            "territory": "44109\nzzz; 99999",
            "theme": ["ENVI", "TRAN"],
            "access_level": "service",
            "access_reason": "privacy",
            "temporal_start": "hier",
        }
        body = app.post("/dataset/new", data=typed, headers=headers).text
        assert self.area(body).split() == ["44109", "zzz;", "99999"]
        assert 'value="Un titre"' in body
        assert 'value="pas une adresse"' in body
        assert 'value="hier"' in body
        for value in ("ENVI", "TRAN", "service"):
            assert re.search(rf'value="{value}" checked', body)
        assert '<option value="privacy" selected' in body
        for field in ("notes", "territory", "contact_email", "temporal_start"):
            assert f'data-field-label="{field}"' in body
        assert not model.Package.get("un-titre")

    def test_saves_and_says_what_was_understood(
        self, app: CKANTestApp, headers: dict[str, str]
    ) -> None:
        typed = {
            "_ckan_phase": "1",
            "save": "",
            "title": "Un titre",
            "notes": "Des données",
            "owner_org": "ddtm-44",
            "contact_email": "jeanne.martin@example.gouv.fr",
            "territory": "49069",
            "access_level": "agents",
        }
        body = app.post("/dataset/new", data=typed, headers=headers).text
        saved = call_action("package_show", id="un-titre")
        assert saved["territory"] == ["fr:commune:49126"]
        text = html.unescape(body)
        assert "fr:commune:49126" in text
        assert text.count("jeanne.martin@example.gouv.fr") == 1

    def test_page_shows_words_not_codes(
        self, app: CKANTestApp, headers: dict[str, str], create: Create
    ) -> None:
        create(territory=[NANTES], theme=["ENVI"], frequency="ANNUAL", access_level="agents")
        body = html.unescape(app.get("/dataset/essai", headers=headers).text)
        assert 'href="/territoire/commune/44109/nantes"' in body
        assert "Environnement" in body
        assert "annuelle" in body
        assert "territoires-access--agents" in body
        assert "Private" not in body
        assert ">Privé" not in body
