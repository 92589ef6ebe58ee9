"""The community of a project: who comes, who leaves, who decides, what is left."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import call_action

from ckanext.territoires.bridge import invitations
from ckanext.territoires.discussion.message import Role
from ckanext.territoires.model import (
    Follow,
    Invitation,
    JoinRequest,
    Message,
    Notice,
    ProjectService,
    Thread,
    Visit,
)
from tests.integration.projects.conftest import LEVELS, Circle, person
from tests.integration.projects.visitors import headers, send

OUTSIDE = ("agent", "other_member", "service_member", "reader", "member")
NAMES_ON_PAGE = ("lead", "member", "reader")


def of(circle: Circle, role: str) -> str:
    return circle.people[role].name


def act(circle: Circle, who: str, what: str, /, **data: Any) -> Any:
    return circle.call(who, f"territoires_project_{what}", id=circle.project["id"], **data)


def kinds(circle: Circle) -> list[str]:
    rows = model.Session.query(Message.kind).filter_by(project_id=circle.project["id"])
    return [kind for (kind,) in rows.order_by(Message.position)]


def roles(circle: Circle) -> dict[str, str]:
    members = act(circle, "sysadmin", "community")["members"]
    return {one["name"]: one["role"] for one in members}


class TestRoles:
    def test_a_lead_gives_and_takes_roles(self, circle: Circle) -> None:
        act(circle, "lead", "member_role", user=of(circle, "agent"), role="member")
        assert roles(circle)[of(circle, "agent")] == "member"
        assert circle.may("agent", "package_show", id=circle.project["id"])
        act(circle, "lead", "member_remove", user=of(circle, "agent"))
        assert of(circle, "agent") not in roles(circle)
        assert not circle.may("agent", "package_show", id=circle.project["id"])
        assert kinds(circle) == ["arrival", "departure"]

    @pytest.mark.parametrize("role", ["anonymous", *OUTSIDE])
    def test_others_do_not(self, circle: Circle, role: str) -> None:
        circle.set_level("agents")
        before = roles(circle)
        for what, data in (
            ("member_role", {"user": of(circle, "agent"), "role": "lead"}),
            ("member_remove", {"user": of(circle, "reader")}),
            ("hand_over", {"user": of(circle, "agent")}),
            ("service_add", {"service": circle.service["name"]}),
            ("service_remove", {"service": circle.service["name"]}),
            ("invite", {"email": "a@b.test"}),
        ):
            with pytest.raises(tk.NotAuthorized):
                act(circle, role, what, **data)
            model.Session.rollback()
        assert roles(circle) == before
        assert model.Session.query(Invitation).count() == 0

    def test_the_last_lead_hands_over_before_leaving(self, circle: Circle) -> None:
        with pytest.raises(tk.ValidationError):
            act(circle, "lead", "leave")
        with pytest.raises(tk.ValidationError):
            act(circle, "lead", "member_role", user=of(circle, "lead"), role="reader")
        act(circle, "lead", "hand_over", user=of(circle, "member"))
        assert roles(circle)[of(circle, "lead")] == "member"
        act(circle, "lead", "leave")
        assert of(circle, "lead") not in roles(circle)

    def test_ckan_s_own_actions_follow_the_same_rules(self, circle: Circle) -> None:
        asked = {"id": circle.project["id"], "user_id": circle.people["lead"].id}
        with pytest.raises(tk.ValidationError):
            circle.call("sysadmin", "package_collaborator_delete", **asked)
        asked["user_id"] = circle.people["agent"].id
        circle.call("lead", "package_collaborator_create", **asked, capacity="editor")
        circle.call("lead", "package_collaborator_delete", **asked)
        assert kinds(circle) == ["arrival", "departure"]

    @pytest.mark.parametrize("level", LEVELS)
    def test_the_lead_service_governs_what_is_not_its_community_s_alone(
        self, circle: Circle, level: str
    ) -> None:
        circle.set_level(level)
        head = circle.people["head"] = person()
        call_action(
            "organization_member_create",
            id=circle.service["id"],
            username=head.name,
            role="admin",
        )
        governs = level != "community"
        project, agent = circle.project["id"], circle.people["agent"].id
        lead = circle.people["lead"].id
        assert circle.may("head", "package_collaborator_list", id=project) is governs
        for action, data in (
            ("package_collaborator_create", {"user_id": agent, "capacity": "editor"}),
            ("package_collaborator_create", {"user_id": head.id, "capacity": "admin"}),
            ("package_collaborator_delete", {"user_id": lead}),
        ):
            assert circle.may("head", action, id=project, **data) is governs, (action, data)
        assert (of(circle, "lead") in roles(circle)) is not governs

    @pytest.mark.parametrize("role", OUTSIDE)
    def test_ckan_s_own_actions_are_for_those_who_lead(self, circle: Circle, role: str) -> None:
        before, project = roles(circle), circle.project["id"]
        own = {"id": project, "user_id": circle.people[role].id}
        assert not circle.may(role, "package_collaborator_list", id=project)
        assert not circle.may(role, "package_collaborator_create", **own, capacity="admin")
        asked = {"id": project, "user_id": circle.people["lead"].id}
        assert not circle.may(role, "package_collaborator_delete", **asked)
        assert roles(circle) == before

    def test_who_opens_a_project_leads_it(self, circle: Circle) -> None:
        editor = circle.people["service_member"]
        circle.call(
            "sysadmin",
            "organization_member_create",
            id=circle.service["id"],
            username=editor.name,
            role="editor",
        )
        made = circle.call(
            "service_member",
            "package_create",
            type="project",
            name="nouveau-projet",
            title="Nouveau",
            notes="Notes",
            owner_org=circle.service["id"],
            territory=["fr:commune:44109"],
            stage="idea",
            access_level="community",
            access_reason="internal",
        )
        members = circle.call("service_member", "territoires_project_community", id=made["id"])
        assert [(one["name"], one["role"]) for one in members["members"]] == [(editor.name, "lead")]


class TestServices:
    def test_members_present_and_to_come(self, circle: Circle) -> None:
        other = factories.Organization()
        newcomer = person()
        act(circle, "lead", "service_add", service=other["name"], role="member")
        asked = {"project_id": circle.project["id"], "text": "Bonjour"}
        circle.people["newcomer"] = newcomer
        assert not circle.may("newcomer", "territoires_message_create", **asked)
        circle.call(
            "sysadmin",
            "organization_member_create",
            id=other["id"],
            username=newcomer.name,
            role="member",
        )
        assert circle.may("newcomer", "territoires_message_create", **asked)
        act(circle, "lead", "service_remove", service=other["name"])
        project = asked["project_id"]
        assert not circle.may("newcomer", "territoires_message_list", project_id=project)


class TestInvitations:
    @pytest.fixture
    def token(self, circle: Circle) -> str:
        project = model.Package.get(circle.project["id"])
        lead = model.User.get(of(circle, "sysadmin"))
        assert project
        assert lead
        _made, token = invitations.create(project, lead, "jeanne@agence.test", Role.MEMBER)
        model.Session.commit()
        return token

    def test_is_used_once(self, circle: Circle, token: str) -> None:
        circle.call("agent", "territoires_project_invitation_accept", token=token)
        assert roles(circle)[of(circle, "agent")] == "member"
        with pytest.raises(tk.ObjectNotFound):
            circle.call("other_member", "territoires_project_invitation_accept", token=token)

    def test_opens_an_account(self, app: Any, circle: Circle, token: str) -> None:
        path = f"/projet/invitation/{token}"
        page = app.get(path)
        assert circle.project["title"] not in page.body
        client = app.test_client()
        found = re.search(r'name="_csrf_token" content="([^"]+)"', client.get(path).text)
        assert found
        data = {"_csrf_token": found[1], "fullname": "Jeanne Martin", "password": "correct-horse-9"}
        assert client.post(path, data=data, follow_redirects=False).status_code == 302
        jeanne = model.User.get("jeanne-martin")
        assert jeanne
        assert (jeanne.email, jeanne.state) == ("jeanne@agence.test", "active")
        assert roles(circle)["jeanne-martin"] == "member"

    @pytest.mark.parametrize("why", ["expired", "revoked", "purged", "unknown"])
    def test_leads_nowhere_and_tells_nothing(
        self, app: Any, circle: Circle, token: str, why: str
    ) -> None:
        kept = model.Session.query(Invitation).one()
        if why == "expired":
            kept.expires = kept.created
            model.Session.commit()
        elif why == "revoked":
            circle.call("lead", "territoires_project_invitation_revoke", id=kept.id)
        elif why == "purged":
            circle.call("sysadmin", "dataset_purge", id=circle.project["id"])
        else:
            token = "x" * 43
        answer = app.get(f"/projet/invitation/{token}")
        assert answer.status_code == 404
        assert circle.project["title"] not in answer.body

    def test_a_lead_who_is_put_out_does_not_come_back_by_one(self, circle: Circle) -> None:
        lead = circle.people["lead"]
        project = model.Package.get(circle.project["id"])
        assert project
        _kept, token = invitations.create(project, lead, "later@example.test", Role.LEAD)
        model.Session.commit()
        act(circle, "sysadmin", "member_role", user=of(circle, "member"), role="lead")
        act(circle, "member", "member_remove", user=lead.name)
        with pytest.raises(tk.ObjectNotFound):
            circle.call("lead", "territoires_project_invitation_accept", token=token)
        assert lead.name not in roles(circle)
        assert act(circle, "member", "community")["invitations"] == []

    def test_its_token_is_not_kept(self, circle: Circle, token: str) -> None:
        kept = model.Session.query(Invitation).one()
        assert token not in str({c.name: getattr(kept, c.name) for c in kept.__table__.columns})

    def test_an_address_is_asked_for(self, circle: Circle) -> None:
        with pytest.raises(tk.ValidationError) as error:
            act(circle, "lead", "invite", email="personne")
        assert "email" in error.value.error_dict


class TestJoining:
    def test_asking_and_being_admitted(self, circle: Circle) -> None:
        circle.set_level("agents")
        request = act(circle, "agent", "join", text="Je suis le dossier")
        waiting = act(circle, "lead", "community")["requests"]
        assert [one["user"]["name"] for one in waiting] == [of(circle, "agent")]
        assert act(circle, "member", "community")["requests"] == []
        circle.call("lead", "territoires_project_join_answer", id=request["id"], role="member")
        assert roles(circle)[of(circle, "agent")] == "member"
        with pytest.raises(tk.ValidationError):
            act(circle, "agent", "join", text="Encore")

    def test_being_refused(self, circle: Circle) -> None:
        circle.set_level("agents")
        request = act(circle, "agent", "join", text="")
        circle.call("lead", "territoires_project_join_answer", id=request["id"], role="refused")
        assert of(circle, "agent") not in roles(circle)
        assert act(circle, "agent", "community")["request"]["outcome"] == "refused"

    def test_what_one_may_not_see_cannot_be_asked_for(self, circle: Circle) -> None:
        for role in ("anonymous", "agent", "other_member"):
            with pytest.raises(tk.NotAuthorized):
                act(circle, role, "join", text="")


class TestPage:
    @pytest.mark.parametrize("level", LEVELS)
    def test_who_sees_names(self, app: Any, circle: Circle, level: str) -> None:
        circle.set_level(level)
        names = [circle.people[role].fullname for role in NAMES_ON_PAGE]
        path = f"/projet/{circle.project['name']}/communaute"
        for role in ("anonymous", *circle.people):
            answer = app.get(path, headers=headers(circle, role))
            reads = circle.may(role, "package_show", id=circle.project["id"])
            assert answer.status_code == (200 if reads else 404), role
            sees = reads and role != "anonymous"
            assert all((name in answer.body) == sees for name in names), role

    def test_deeds_by_its_forms(self, app: Any, circle: Circle) -> None:
        path = f"/projet/{circle.project['name']}/communaute"
        form = {"deed": "role", "user": of(circle, "agent"), "role": "reader"}
        assert send(app, circle, "lead", path, form).status_code == 302
        assert roles(circle)[of(circle, "agent")] == "reader"
        wrong = send(app, circle, "lead", path, form | {"user": "personne-ici"})
        assert wrong.status_code == 200
        assert 'value="personne-ici"' in wrong.text
        assert send(app, circle, "member", path, form).status_code == 403
        assert send(app, circle, "reader", path, {"deed": "leave"}).status_code == 302
        assert of(circle, "reader") not in roles(circle)

    @pytest.mark.parametrize("token", ["", "forged"])
    def test_a_form_without_its_token(self, app: Any, circle: Circle, token: str) -> None:
        path = f"/projet/{circle.project['name']}/communaute"
        app.post(path, data={})
        form = {"deed": "leave", "_csrf_token": token}
        assert send(app, circle, "reader", path, form).status_code == 400
        assert of(circle, "reader") in roles(circle)

    def test_the_queue_of_reports(self, app: Any, circle: Circle) -> None:
        message = circle.call(
            "member",
            "territoires_message_create",
            project_id=circle.project["id"],
            text="Propos oméga",
        )
        circle.call("reader", "territoires_message_report", id=message["id"], reason="Données")
        for role in (*OUTSIDE, "lead"):
            answer = app.get("/projet/moderation", headers=headers(circle, role))
            assert answer.status_code == 403
        page = app.get("/projet/moderation", headers=headers(circle, "sysadmin")).body
        assert "Propos oméga" in page
        found = re.search(r'name="id" value="([^"]+)"', page)
        assert found
        form = {"id": found[1], "outcome": "hidden", "reason": "Données personnelles"}
        assert send(app, circle, "sysadmin", "/projet/moderation", form).status_code == 302
        shown = circle.call("reader", "territoires_message_show", id=message["id"])
        assert (shown["state"], shown["text"]) == ("hidden", "")


def test_purging_leaves_nothing(circle: Circle) -> None:
    project = circle.project["id"]
    circle.set_level("agents")
    circle.call("agent", "territoires_follow", kind="project", id=project)
    circle.call("member", "territoires_message_create", project_id=project, text="Bonjour")
    act(circle, "agent", "join", text="")
    act(circle, "lead", "service_add", service=circle.service["name"])
    circle.call("sysadmin", "dataset_purge", id=project)
    for table in (Message, Thread, Invitation, JoinRequest, ProjectService, Visit):
        assert model.Session.query(table).filter_by(project_id=project).count() == 0, table
    assert model.Session.query(Notice).filter_by(package_id=project).count() == 0
    assert model.Session.query(Follow).filter_by(object_id=project).count() == 0


def test_a_closed_account_leaves_its_projects_led(circle: Circle) -> None:
    circle.call("sysadmin", "user_delete", id=circle.people["lead"].id)
    assert roles(circle)[of(circle, "member")] == "lead"
    assert kinds(circle) == ["arrival", "departure"]
