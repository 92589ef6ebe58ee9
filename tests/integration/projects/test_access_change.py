"""Who may see a project, changed on the page of its community; and what its leads alone may do."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import call_action

from ckanext.territoires.bridge import reach
from ckanext.territoires.bridge.labels import LEVELS
from ckanext.territoires.logic.validators.project import RESERVED
from ckanext.territoires.model import JoinRequest
from tests.integration.projects.conftest import Circle
from tests.integration.projects.visitors import headers, send

ROLES = ("agent", "other_member", "service_member", "reader", "member", "lead", "sysadmin")


def page(circle: Circle) -> str:
    return f"/projet/{circle.project['name']}/communaute"


def readers(circle: Circle) -> set[str]:
    return {role for role in ROLES if circle.may(role, "package_show", id=circle.project["id"])}


def level_of(circle: Circle) -> str:
    shown = circle.call("sysadmin", "package_show", id=circle.project["id"])
    return str(shown["access_level"])


class TestAccess:
    def test_by_two_pages(self, app: Any, circle: Circle) -> None:
        circle.set_level("agents")
        form = {"deed": "access", "access_level": "community"}
        asked = send(app, circle, "lead", page(circle), form)
        assert asked.status_code == 200
        assert level_of(circle) == "agents"
        soup = BeautifulSoup(asked.data, "html.parser")
        package = model.Package.get(circle.project["id"])
        assert package
        cells = [cell.get_text(" ", strip=True) for cell in soup.select("tbody td:last-child")]
        counts = [reach.readers(package, level) for level in ("agents", "community")]
        assert [int(cell.split()[0]) for cell in cells] == counts
        done = send(app, circle, "lead", page(circle), form | {"confirmed": "1"})
        assert done.status_code == 302
        assert level_of(circle) == "community"
        assert readers(circle) == {"reader", "member", "lead", "sysadmin"}
        entries = circle.call(
            "member", "territoires_message_list", project_id=circle.project["id"], kinds=["access"]
        )["messages"]
        assert entries[-1]["facts"]["changes"][0]["after"] == "community"

    @pytest.mark.parametrize("level", LEVELS)
    def test_counts_are_of_those_who_may_read(self, circle: Circle, level: str) -> None:
        circle.set_level(level)
        package = model.Package.get(circle.project["id"])
        assert package
        users = model.Session.query(model.User).filter_by(state="active", sysadmin=False)
        may = {one.id for one in users if _may(one, circle.project["id"])}
        counted = reach.readers(package, level)
        if level == "public":
            assert counted is None
        else:
            assert counted == len(may)

    @pytest.mark.parametrize("role", ["agent", "reader", "member", "service_member"])
    def test_leads_alone(self, app: Any, circle: Circle, role: str) -> None:
        circle.set_level("public")
        for more in ({}, {"confirmed": "1"}):
            form = {"deed": "access", "access_level": "community", **more}
            assert send(app, circle, role, page(circle), form).status_code == 403
        assert level_of(circle) == "public"

    def test_a_wrong_level(self, app: Any, circle: Circle) -> None:
        form = {"deed": "access", "access_level": "everyone"}
        assert send(app, circle, "lead", page(circle), form).status_code == 400
        with pytest.raises(tk.ValidationError) as error:
            circle.call(
                "lead", "territoires_project_access", id=circle.project["id"], access_level="x"
            )
        assert "access_level" in error.value.error_dict


def _may(user: model.User, project_id: str) -> bool:
    context: Any = {"user": user.name, "auth_user_obj": user, "ignore_auth": False}
    try:
        tk.get_action("package_show")(context, {"id": project_id})
    except tk.NotAuthorized:
        model.Session.rollback()
        return False
    return True


class TestRequests:
    def test_a_reader_becomes_a_member(self, app: Any, circle: Circle) -> None:
        send(app, circle, "reader", page(circle), {"deed": "join", "text": "Je suis le dossier"})
        (asked,) = circle.call("lead", "territoires_project_community", id=circle.project["id"])[
            "requests"
        ]
        send(
            app,
            circle,
            "lead",
            page(circle),
            {"deed": "answer", "id": asked["id"], "role": "member"},
        )
        assert circle.may(
            "reader", "territoires_message_create", project_id=circle.project["id"], text="Bonjour"
        )

    def test_an_answer_takes_no_role_away(self, circle: Circle) -> None:
        project_id = circle.project["id"]
        asked = circle.call("reader", "territoires_project_join", id=project_id, text="")
        circle.call(
            "lead",
            "territoires_project_member_role",
            id=project_id,
            user=circle.people["reader"].name,
            role="lead",
        )
        with pytest.raises(tk.ObjectNotFound):
            circle.call("lead", "territoires_project_join_answer", id=asked["id"], role="reader")
        found = circle.call("reader", "territoires_project_community", id=project_id)
        assert found["role"] == "lead"

    def test_taken_back(self, app: Any, circle: Circle) -> None:
        circle.set_level("agents")
        send(app, circle, "agent", page(circle), {"deed": "join", "text": "Bonjour"})
        shown = app.get(page(circle), headers=headers(circle, "agent"))
        assert 'value="withdraw"' in shown.body
        send(app, circle, "agent", page(circle), {"deed": "withdraw"})
        assert model.Session.query(JoinRequest).count() == 0
        assert send(app, circle, "agent", page(circle), {"deed": "withdraw"}).status_code == 403

    def test_members_have_nothing_to_ask(self, circle: Circle) -> None:
        for role in ("member", "lead"):
            with pytest.raises(tk.ValidationError):
                circle.call(role, "territoires_project_join", id=circle.project["id"], text="")


class TestReports:
    def test_the_leads_have_their_own(self, app: Any, circle: Circle) -> None:
        message = circle.call(
            "member", "territoires_message_create", project_id=circle.project["id"], text="Zêta"
        )
        circle.call("reader", "territoires_message_report", id=message["id"], reason="Hors sujet")
        address = f"/projet/{circle.project['name']}/signalements"
        seen = app.get(address, headers=headers(circle, "lead"))
        assert "Zêta" in seen.body
        assert "Hors sujet" in seen.body
        for role in ("member", "reader"):
            assert app.get(address, headers=headers(circle, role)).status_code == 403
        assert app.get(address, headers=headers(circle, "agent")).status_code == 404
        report = circle.call("lead", "territoires_report_list", project_id=circle.project["id"])[0]
        form = {"id": report["id"], "outcome": "hidden", "reason": "Hors sujet"}
        assert send(app, circle, "lead", address, form).headers["Location"].endswith(address)
        kept = circle.call("reader", "territoires_message_show", id=message["id"])
        assert (kept["state"], kept["text"]) == ("hidden", "")
        assert "Zêta" in app.get(f"{address}?closes=1", headers=headers(circle, "lead")).body


class TestDeleted:
    def test_nothing_is_written_until_it_is_restored(self, circle: Circle) -> None:
        project_id = circle.project["id"]
        message = circle.call(
            "lead", "territoires_message_create", project_id=project_id, text="Avant"
        )
        circle.call("lead", "package_delete", id=project_id)
        agent = circle.people["agent"].name
        for action, data in (
            ("territoires_message_create", {"project_id": project_id, "text": "Encore"}),
            ("territoires_message_update", {"id": message["id"], "pinned": True}),
            ("territoires_project_access", {"id": project_id, "access_level": "public"}),
            ("territoires_project_member_role", {"id": project_id, "user": agent, "role": "lead"}),
        ):
            assert not circle.may("lead", action, **data)
            with pytest.raises(tk.ValidationError):
                circle.call("sysadmin", action, **data)
        circle.call("sysadmin", "package_patch", id=project_id, state="active")
        circle.call("sysadmin", "territoires_message_create", project_id=project_id, text="Encore")

    def test_whoever_runs_the_service_deletes_no_project_of_others(self, circle: Circle) -> None:
        """CKAN's bulk deletion of the datasets of a service."""
        call_action(
            "organization_member_create",
            id=circle.service["id"],
            username=circle.people["agent"].name,
            role="admin",
        )
        data = factories.Dataset(owner_org=circle.service["id"])
        asked = {"org_id": circle.service["id"], "datasets": [data["id"], circle.project["id"]]}
        assert not circle.may("agent", "bulk_update_delete", **asked)
        assert circle.call("sysadmin", "package_show", id=data["id"])["state"] == "active"
        circle.call("agent", "bulk_update_delete", **asked | {"datasets": [data["id"]]})
        assert circle.call("sysadmin", "package_show", id=data["id"])["state"] == "deleted"


def test_names_that_are_addresses(app: Any, circle: Circle) -> None:
    """No project has the name of a page: each first part of an address under ours is reserved."""
    parts = {
        rule.rule.split("/")[2].partition(".")[0]
        for rule in app.flask_app.url_map.iter_rules()
        if rule.rule.startswith(("/projet/", "/project/")) and "/<" not in rule.rule[:10]
    }
    assert parts - {""} <= RESERVED
    for name in ("moderation", "invitation", "fil", "nouveau"):
        with pytest.raises(tk.ValidationError) as error:
            circle.call(
                "sysadmin",
                "package_create",
                type="project",
                name=name,
                title="Gare",
                owner_org=circle.service["id"],
                territory=["fr:commune:44109"],
            )
        assert "name" in error.value.error_dict


def test_the_last_lead_is_told_by_the_field(circle: Circle) -> None:
    project_id, lead = circle.project["id"], circle.people["lead"].name
    for action, more, field in (
        ("territoires_project_member_role", {"user": lead, "role": "reader"}, "role"),
        ("territoires_project_member_remove", {"user": lead}, "user"),
        ("territoires_project_leave", {}, "id"),
    ):
        with pytest.raises(tk.ValidationError) as error:
            circle.call("lead", action, id=project_id, **more)
        assert set(error.value.error_dict) == {field}
