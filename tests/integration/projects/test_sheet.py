"""The sheet of a project: its fields, its index, its saves at once, its entries in the thread."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import call_action

from ckanext.territoires.bridge import sheet_words, thread_reading
from ckanext.territoires.bridge.language import spoken
from ckanext.territoires.bridge.thread_reading import Selection
from tests.integration.projects.conftest import Circle

REDON = "fr:commune:35236"
PLAN = [
    {"funder": "État", "scheme": "DETR", "year": "2026", "asked": "40 000"},
    {"funder": "Redon Agglomération", "asked": "12000,50", "granted": 12000.5},
]


@pytest.fixture(autouse=True)
def _empty(clean_db: None, clean_index: None) -> Iterator[None]:
    yield
    model.Session.remove()


@pytest.fixture
def service() -> dict[str, Any]:
    return factories.Organization(title="DDTM 35")


def site(action: str, **data: Any) -> Any:
    user = model.User.get("operator") or factories.Sysadmin(name="operator")
    name = user["name"] if isinstance(user, dict) else user.name
    return call_action(action, {"user": name}, **data)


def project(service: dict[str, Any], **fields: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "type": "project",
        "title": "Friche de la gare de Redon",
        "notes": "Reconvertir la friche.",
        "owner_org": service["id"],
        "access_level": "agents",
        "territory": [REDON],
    }
    return site("package_create", **{**values, **fields})


def entries(project_id: str) -> list[Any]:
    return thread_reading.entries(project_id, Selection())


def said(project_id: str) -> list[str]:
    with spoken("en"):
        return [line for one in entries(project_id) for line in sheet_words.sentences(one.facts)]


class TestFields:
    def test_a_whole_sheet_is_kept_as_it_was_given(self, service: dict[str, Any]) -> None:
        made = project(
            service,
            stage="study",
            stage_dates=[{"stage": "idea", "date": "2025"}, {"stage": "study", "date": "2026-03"}],
            theme=["REGI"],
            programmes=["Petites villes de demain"],
            holder="Redon",
            partners=[{"name": "DREAL", "role": "Pollution des sols"}],
            contacts=[{"name": "Bureau de l’habitat", "email": "ddtm-habitat@exemple.fr"}],
            calendar=[{"date": "2026-09", "milestone": "Comité de pilotage"}],
            financing=PLAN,
        )
        found = site("package_show", id=made["id"])
        assert (found["stage"], found["holder"]) == ("study", REDON)
        assert found["programmes"] == ["Petites villes de demain"]
        assert found["stage_dates"][1] == {"stage": "study", "date": "2026-03"}
        assert found["financing"] == [
            {"funder": "État", "scheme": "DETR", "year": 2026, "asked": 40000},
            {"funder": "Redon Agglomération", "asked": 12000.5, "granted": 12000.5},
        ]
        # What is read may be saved again as it is.
        again = site("package_update", **found)
        assert again["financing"] == found["financing"]

    def test_a_sheet_begins_as_an_idea_for_the_agents(self, service: dict[str, Any]) -> None:
        made = site("package_create", type="project", title="Tiers-lieu", owner_org=service["id"])
        assert (made["stage"], made["access_level"], made["private"]) == ("idea", "agents", True)
        assert made["name"] == "tiers-lieu"

    def test_community_is_a_level_of_projects_alone(self, service: dict[str, Any]) -> None:
        assert project(service, access_level="community")["private"] is True
        with pytest.raises(tk.ValidationError) as error:
            factories.Dataset(owner_org=service["id"], access_level="community")
        assert "access_level" in error.value.error_dict

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("stage", "dream"),
            ("stage_dates", [{"stage": "idea", "date": "soon"}]),
            ("programmes", ["Programme inconnu"]),
            ("partners", [{"role": "Sans nom"}]),
            ("contacts", [{"name": "x", "email": "not an address"}]),
            ("calendar", [{"milestone": "sans date"}]),
            ("financing", [{"funder": "État", "asked": "beaucoup"}]),
            ("financing", [{"funder": "État", "asked": "-1"}]),
            ("financing", [{"funder": "État", "record": "xyz"}]),
            ("financing", [{"scheme": "DETR"}]),
            ("related_datasets", ["no-such-dataset"]),
            ("related_records", ["xyz"]),
            ("name", "nouveau"),
        ],
    )
    def test_a_wrong_value_is_refused_by_its_field(
        self, service: dict[str, Any], field: str, value: Any
    ) -> None:
        with pytest.raises(tk.ValidationError) as error:
            project(service, **{field: value})
        assert field in error.value.error_dict

    def test_one_links_the_data_that_one_may_see(self, circle: Circle) -> None:
        hidden = factories.Dataset(owner_org=circle.service["id"], access_level="service")
        open_ = factories.Dataset(owner_org=circle.service["id"], access_level="public")
        link = {"id": circle.project["id"], "related_datasets": [hidden["name"]]}
        with pytest.raises(tk.ValidationError):
            circle.call("member", "package_patch", **link)
        circle.call("sysadmin", "package_patch", **link)
        # What a colleague linked stays, for who cannot see it.
        address = f"http://portail.test/dataset/{open_['name']}"
        kept = circle.call(
            "member",
            "package_patch",
            id=circle.project["id"],
            related_datasets=[hidden["id"], address],
        )
        assert kept["related_datasets"] == [hidden["id"], open_["id"]]


class TestSearch:
    def test_rows_longer_than_an_index_term_are_indexed(self, service: dict[str, Any]) -> None:
        rows = [{"name": f"Partenaire {n}", "role": "r" * 250} for n in range(200)]
        made = project(service, partners=[*rows, {"name": "Établissement public foncier"}])
        found = site("package_search", q="foncier", include_private=True)
        assert [one["id"] for one in found["results"]] == [made["id"]]

    def test_a_project_is_found_by_stage_territory_and_programme(
        self, service: dict[str, Any]
    ) -> None:
        made = project(service, stage="works", programmes=["Petites villes de demain"])
        project(service, title="Autre", stage="idea", territory=["fr:commune:44109"])
        for parameters in (
            {"fq": "vocab_stage:works"},
            {"fq": 'vocab_programmes:"Petites villes de demain"'},
            {"ext_territory": "fr:commune:35236", "ext_scope": "within"},
        ):
            found = site("package_search", include_private=True, **parameters)
            assert [one["id"] for one in found["results"]] == [made["id"]]

    @pytest.mark.parametrize("page", ["/dataset/", "/organization/{service}"])
    def test_pages_of_data_hold_no_project(
        self, app: Any, service: dict[str, Any], page: str
    ) -> None:
        project(service, title="Projet visible", access_level="public")
        factories.Dataset(title="Fichier visible", owner_org=service["id"], access_level="public")
        body = app.get(page.format(service=service["name"])).get_data(as_text=True)
        assert "Fichier visible" in body
        assert "Projet visible" not in body


class TestSavingAtOnce:
    def test_a_save_from_an_older_version_is_refused(self, service: dict[str, Any]) -> None:
        made = project(service)
        seen = made["metadata_modified"]
        site("package_patch", id=made["id"], stage="study", if_unmodified_since=seen)
        with pytest.raises(tk.ValidationError) as error:
            site("package_patch", id=made["id"], title="Autre", if_unmodified_since=seen)
        assert "if_unmodified_since" in error.value.error_dict
        kept = site("package_show", id=made["id"])
        assert (kept["title"], kept["stage"]) == ("Friche de la gare de Redon", "study")
        assert "if_unmodified_since" not in kept

    def test_of_writers_at_once_one_saves(self, service: dict[str, Any]) -> None:
        made = project(service)
        model.Session.remove()

        def saves(number: int) -> bool:
            try:
                site(
                    "package_patch",
                    id=made["id"],
                    title=f"Titre {number}",
                    if_unmodified_since=made["metadata_modified"],
                )
            except tk.ValidationError:
                return False
            finally:
                model.Session.remove()
            return True

        with ThreadPoolExecutor(4) as pool:
            done = list(pool.map(saves, range(4)))
        assert sum(done) == 1
        title = site("package_show", id=made["id"])["title"]
        assert title == f"Titre {done.index(True)}"

    def test_whoever_may_not_change_it_learns_nothing_of_its_versions(self, circle: Circle) -> None:
        for role in ("reader", "agent", "other_member", "service_member"):
            with pytest.raises(tk.NotAuthorized):
                circle.call(
                    role,
                    "package_patch",
                    id=circle.project["id"],
                    title="x",
                    if_unmodified_since="2020-01-01",
                )
            model.Session.rollback()


class TestWhoMayChangeTheSheet:
    @pytest.mark.parametrize(
        ("role", "may"),
        [
            ("lead", True),
            ("member", True),
            ("sysadmin", True),
            ("reader", False),
            ("agent", False),
            ("other_member", False),
            ("service_member", False),
            ("anonymous", False),
        ],
    )
    def test_by_role(self, circle: Circle, role: str, may: bool) -> None:
        assert circle.may(role, "package_patch", id=circle.project["id"], stage="study") is may


class TestThread:
    def test_a_change_is_said_in_the_thread_in_words(self, circle: Circle) -> None:
        project_id = circle.project["id"]
        plan = [{"funder": "État", "scheme": "DETR", "asked": 40000}]
        circle.call("member", "package_patch", id=project_id, financing=plan, stage="study")
        plan[0]["granted"] = 32000
        circle.call("lead", "package_patch", id=project_id, financing=plan)
        found = entries(project_id)
        assert [(one.position, one.kind) for one in found] == [
            (1, "stage"),
            (2, "sheet"),
            (3, "sheet"),
        ]
        assert found[2].author_id == circle.people["lead"].id
        assert said(project_id) == [
            "The project passes from the stage “Idea” to the stage “Study”",
            "The financing plan gains a line: DETR, €40,000 asked",
            "The DETR grant passes from €40,000 asked to €32,000 granted",
        ]

    def test_access_and_files_are_entries_of_their_own(self, circle: Circle) -> None:
        project_id = circle.project["id"]
        circle.call("lead", "package_patch", id=project_id, access_level="agents")
        made = circle.call(
            "member",
            "resource_create",
            package_id=project_id,
            url="http://x.test/a.pdf",
            name="Diagnostic",
        )
        circle.call("member", "resource_delete", id=made["id"])
        assert [one.kind for one in entries(project_id)] == ["access", "file", "file"]
        assert said(project_id) == [
            "Who may see the project: “The community of the project” becomes “Agents of the State”",
            "File added: Diagnostic",
            "File removed: Diagnostic",
        ]

    def test_a_save_that_changes_nothing_says_nothing(self, circle: Circle) -> None:
        shown = circle.call("member", "package_show", id=circle.project["id"])
        circle.call("member", "package_update", **shown)
        assert entries(circle.project["id"]) == []

    def test_a_refused_save_says_nothing(self, circle: Circle) -> None:
        with pytest.raises(tk.ValidationError):
            circle.call(
                "member",
                "package_patch",
                id=circle.project["id"],
                stage="study",
                financing=[{"scheme": "x"}],
            )
        assert entries(circle.project["id"]) == []
