"""The form of a sheet: its answers, two saves at once, drafts, and forms from elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests.helpers import call_action

from ckanext.territoires.bridge import project_drafts
from ckanext.territoires.discussion.message import Role
from tests.integration.projects.conftest import Circle, admit
from tests.integration.projects.sheets import TITLE, fields_of, form_of
from tests.integration.projects.visitors import headers, send


class TestForm:
    def test_a_project_is_opened_with_its_rows(self, app: Any, sheet: Circle) -> None:
        editor = sheet.people["agent"]
        call_action(
            "organization_member_create",
            id=sheet.service["id"],
            username=editor.name,
            role="editor",
        )
        sent = form_of(sheet, title="Halle du marché", name="", _base="", _modified="")
        sent["_remove-financing-1"] = "1"
        sent["tag_string"] = "halle, marché"
        send(app, sheet, "agent", "/projet/nouveau", sent)
        made = sheet.call("sysadmin", "package_show", id="halle-du-marche")
        assert made["financing"] == [
            {"funder": "État", "scheme": "DETR", "asked": 40000, "granted": 32000}
        ]
        assert sorted(tag["name"] for tag in made["tags"]) == ["halle", "marché"]
        assert made["type"] == "project"

    def test_whoever_edits_no_service_opens_none(self, app: Any, sheet: Circle) -> None:
        for role in ("agent", "service_member"):
            assert app.get("/projet/nouveau", headers=headers(sheet, role)).status_code == 403

    @pytest.mark.parametrize("role", ["member", "other_member", "lead", "sysadmin"])
    def test_the_form_as_it_is_shown(self, app: Any, sheet: Circle, role: str) -> None:
        """Whatever the service of who fills it in, the lead service stays."""
        if role == "other_member":
            admit(sheet.project["id"], sheet.people[role], Role.MEMBER)
        address = f"/projet/{sheet.project['name']}/modifier"
        page = BeautifulSoup(app.get(address, headers=headers(sheet, role)).body, "html.parser")
        sent = fields_of(page) | {"title": "Gare rouverte", "_action": "save"}
        before = sheet.call("sysadmin", "package_show", id=sheet.project["id"])
        answer = send(app, sheet, role, address, sent)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        shown = sheet.call("sysadmin", "package_show", id=sheet.project["id"])
        assert shown["title"] == "Gare rouverte"
        for name in ("owner_org", "territory", "stage", "partners", "financing", "access_level"):
            assert shown[name] == before[name], name

    def test_an_error_is_told_at_its_line_and_nothing_typed_is_lost(
        self, app: Any, sheet: Circle
    ) -> None:
        address = f"/projet/{sheet.project['name']}/modifier"
        sent = form_of(sheet, **{"financing-1-asked": "beaucoup", "holder": "Syndicat mixte"})
        answer = send(app, sheet, "member", address, sent)
        body = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert 'href="#field-financing-1-asked"' in body
        assert 'id="field-financing-1-asked-error"' in body
        assert 'value="beaucoup"' in body
        assert "Syndicat mixte" in body

    def test_emptied_rows_and_tags_are_gone(self, app: Any, sheet: Circle) -> None:
        kept = {k: v for k, v in form_of(sheet).items() if not k.startswith("partners")}
        address = f"/projet/{sheet.project['name']}/modifier"
        send(app, sheet, "member", address, kept)
        shown = sheet.call("sysadmin", "package_show", id=sheet.project["id"])
        assert not shown.get("partners")
        assert len(shown["financing"]) == 2

    def test_a_line_more_without_script(self, app: Any, sheet: Circle) -> None:
        address = f"/projet/{sheet.project['name']}/modifier"
        sent = form_of(sheet, _action="add:financing", title="Pas encore enregistré")
        body = send(app, sheet, "member", address, sent).get_data(as_text=True)
        assert 'id="field-financing-2-funder"' in body
        assert "Pas encore enregistré" in body


class TestTwoSaves:
    def test_changes_of_the_same_field_are_both_shown_and_one_is_chosen(
        self, app: Any, sheet: Circle
    ) -> None:
        address = f"/projet/{sheet.project['name']}/modifier"
        mine = form_of(sheet, title="Mon titre", stage="works")
        sheet.call(
            "lead",
            "package_patch",
            id=sheet.project["id"],
            title="Son titre",
            holder="Syndicat mixte",
        )
        answer = send(app, sheet, "member", address, mine)
        body = answer.get_data(as_text=True)
        assert answer.status_code == 409
        assert "Mon titre" in body
        assert "Son titre" in body
        # What only one changed is proposed; what both changed is not.
        assert 'id="choice-stage-mine" name="_choice-stage" value="mine" checked' in body
        assert 'id="choice-holder-theirs" name="_choice-holder" value="theirs" checked' in body
        assert 'value="mine" checked' not in body.split('id="choice-title-mine"')[1][:60]
        stored = sheet.call("sysadmin", "package_show", id=sheet.project["id"])
        assert (stored["title"], stored["stage"]) == ("Son titre", "study")
        draft = project_drafts.find(sheet.people["member"].id, sheet.project["id"])
        assert draft is not None
        chosen = {
            **mine,
            "_modified": stored["metadata_modified"],
            "_choice-title": "mine",
            "_choice-stage": "mine",
            "_choice-holder": "theirs",
        }
        send(app, sheet, "member", address, chosen)
        kept = sheet.call("sysadmin", "package_show", id=sheet.project["id"])
        assert (kept["title"], kept["stage"], kept["holder"]) == (
            "Mon titre",
            "works",
            "Syndicat mixte",
        )
        model.Session.expire_all()
        assert project_drafts.find(sheet.people["member"].id, sheet.project["id"]) is None

    def test_a_field_that_both_changed_waits_for_a_choice(self, app: Any, sheet: Circle) -> None:
        address = f"/projet/{sheet.project['name']}/modifier"
        mine = form_of(sheet, title="Mon titre")
        sheet.call("lead", "package_patch", id=sheet.project["id"], title="Son titre")
        stored = sheet.call("sysadmin", "package_show", id=sheet.project["id"])
        sent = {**mine, "_modified": stored["metadata_modified"], "_choice-stage": "mine"}
        answer = send(app, sheet, "member", address, sent)
        assert answer.status_code == 409
        kept = sheet.call("sysadmin", "package_show", id=sheet.project["id"])
        assert kept["title"] == "Son titre"

    def test_a_file_added_meanwhile_is_no_conflict(self, app: Any, sheet: Circle) -> None:
        address = f"/projet/{sheet.project['name']}/modifier"
        mine = form_of(sheet, title="Mon titre")
        sheet.call(
            "lead", "resource_create", package_id=sheet.project["id"], url="http://x.test/a.pdf"
        )
        send(app, sheet, "member", address, mine)
        kept = sheet.call("sysadmin", "package_show", id=sheet.project["id"])
        assert kept["title"] == "Mon titre"
        assert len(kept["resources"]) == 1


class TestDraft:
    def test_a_draft_is_its_author_s_and_comes_back(self, app: Any, sheet: Circle) -> None:
        address = f"/projet/{sheet.project['name']}/modifier"
        sent = form_of(sheet, title="En cours", **{"partners-0-role": "Paysage"})
        asked = headers(sheet, "member")
        answer = send(app, sheet, "member", f"{address}/brouillon", sent)
        assert answer.json["saved"]
        assert "brouillon=1" in app.get(address, headers=asked).get_data(as_text=True)
        again = app.get(f"{address}?brouillon=1", headers=asked).get_data(as_text=True)
        assert 'value="En cours"' in again
        assert 'value="Paysage"' in again
        other = app.get(f"{address}?brouillon=1", headers=headers(sheet, "lead"))
        assert "En cours" not in other.get_data(as_text=True)
        stored = sheet.call("sysadmin", "package_show", id=sheet.project["id"])
        assert stored["title"] == TITLE

    def test_a_draft_given_up_is_gone(self, app: Any, sheet: Circle) -> None:
        address = f"/projet/{sheet.project['name']}/modifier"
        asked = headers(sheet, "member")
        draft = form_of(sheet, title="En cours", _action="draft")
        send(app, sheet, "member", address, draft)
        assert "brouillon=1" in app.get(address, headers=asked).get_data(as_text=True)
        send(app, sheet, "member", f"{address}/brouillon/abandon", {})
        assert "brouillon=1" not in app.get(address, headers=asked).get_data(as_text=True)

    def test_whoever_may_not_change_the_sheet_keeps_no_draft(self, app: Any, sheet: Circle) -> None:
        sheet.set_level("public")
        address = f"/projet/{sheet.project['name']}/modifier/brouillon"
        for role in ("agent", "reader", "other_member"):
            answer = send(app, sheet, role, address, {"title": "x"})
            assert answer.status_code == 403, role

    def test_a_draft_that_would_fill_the_table_is_refused(self, app: Any, sheet: Circle) -> None:
        address = f"/projet/{sheet.project['name']}/modifier/brouillon"
        sent = {"notes": "x" * (project_drafts.MAX_SIZE - 10), "title": "y" * 11}
        answer = send(app, sheet, "member", address, sent)
        assert answer.status_code == 413


class TestCrossSite:
    @pytest.mark.parametrize(
        "address",
        [
            "/projet/nouveau",
            "/projet/nouveau/brouillon",
            "/projet/nouveau/brouillon/abandon",
            "/projet/{name}/modifier",
            "/projet/{name}/modifier/brouillon",
            "/projet/{name}/modifier/brouillon/abandon",
        ],
    )
    def test_a_forged_request_writes_nothing(
        self, app: Any, sheet: Circle, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(app.flask_app.config, "WTF_CSRF_ENABLED", True)
        address = address.format(name=sheet.project["name"])
        app.post(address)
        for token in ("", "forged"):
            answer = app.post(
                address,
                headers=headers(sheet, "sysadmin"),
                data={**form_of(sheet, title="Forgé"), "_csrf_token": token},
            )
            assert answer.status_code == 400, token
        shown = sheet.call("sysadmin", "package_show", id=sheet.project["id"])
        assert shown["title"] == TITLE
        drafts = [project_drafts.find(sheet.people["sysadmin"].id, at) for at in ("", shown["id"])]
        assert drafts == [None, None]
