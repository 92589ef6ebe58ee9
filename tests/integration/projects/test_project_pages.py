"""The pages of projects: who sees what, the form, two saves at once, drafts, files."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from ckan import model
from ckan.tests import factories
from ckan.tests.helpers import call_action
from openpyxl import load_workbook
from pypdf import PdfReader

from ckanext.territoires.bridge import project_drafts
from ckanext.territoires.discussion.message import Role
from tests.integration.projects.conftest import LEVELS, Circle, admit
from tests.integration.projects.visitors import headers, send

REDON = "fr:commune:35236"
TITLE = "Reconversion de la friche"
#: Who sees a project of each level, besides its lead, its members, its readers and the sysadmin.
SEEN = {
    "public": {"anonymous", "agent", "other_member", "service_member"},
    "agents": {"agent", "other_member", "service_member"},
    "service": {"service_member"},
    "community": set(),
}
ROLES = (
    "anonymous",
    "agent",
    "other_member",
    "service_member",
    "reader",
    "member",
    "lead",
    "sysadmin",
)
OF_PROJECT = (
    "/projet/{name}",
    "/projet/{name}/contours.geojson",
    "/projet/{name}/fiche.odt",
)
LISTS = (
    "/projet?q=friche",
    "/projet/export.csv",
    "/projet/carte.geojson",
    "/territoire/commune/35236/redon/projets",
    "/territoire/commune/35236/redon",
)


@pytest.fixture
def sheet(circle: Circle) -> Iterator[Circle]:
    """A filled sheet, and tokens for those who knock."""
    circle.call(
        "sysadmin",
        "package_patch",
        id=circle.project["id"],
        title=TITLE,
        notes="Une ancienne gare.\n\nQuatre-vingts logements.",
        territory=[REDON],
        stage="study",
        partners=[{"name": "DREAL", "role": "Sols"}],
        calendar=[{"date": "2026-09", "milestone": "Comité de pilotage"}],
        financing=[
            {"funder": "État", "scheme": "DETR", "asked": 40000, "granted": 32000},
            {"funder": "Commune", "asked": 1000.5},
        ],
    )
    yield circle
    model.Session.remove()


def fields_of(page: BeautifulSoup) -> dict[str, Any]:
    """What a browser sends of the form of a sheet, as it came."""
    form = page.select_one("form:has(#field-title)")
    assert form
    sent: dict[str, Any] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        name, kind = str(field["name"]), str(field.get("type", ""))
        if name == "_csrf_token" or (
            kind in ("radio", "checkbox") and not field.has_attr("checked")
        ):
            continue
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            value = str(chosen.get("value", "")) if chosen else ""
        else:
            value = (
                field.text.lstrip("\n") if field.name == "textarea" else str(field.get("value", ""))
            )
        sent.setdefault(name, []).append(value)
    return sent


def form_of(circle: Circle, **changed: str) -> dict[str, str]:
    """What the form of the sheet sends, with some answers changed."""
    shown = circle.call("sysadmin", "package_show", id=circle.project["id"])
    sent = {
        "title": shown["title"],
        "name": shown["name"],
        "notes": shown.get("notes") or "",
        "territory": REDON,
        "stage": shown["stage"],
        "owner_org": shown["owner_org"],
        "access_level": shown["access_level"],
        "_modified": shown["metadata_modified"],
        "_base": json.dumps(
            {
                "title": shown["title"],
                "notes": shown.get("notes"),
                "territory": [REDON],
                "stage": shown["stage"],
                "owner_org": shown["owner_org"],
                "access_level": shown["access_level"],
                "partners": shown["partners"],
                "calendar": shown["calendar"],
                "financing": shown["financing"],
            }
        ),
        "partners-0-name": "DREAL",
        "partners-0-role": "Sols",
        "calendar-0-date": "2026-09",
        "calendar-0-milestone": "Comité de pilotage",
        "financing-0-funder": "État",
        "financing-0-scheme": "DETR",
        "financing-0-asked": "40 000",
        "financing-0-granted": "32000",
        "financing-1-funder": "Commune",
        "financing-1-asked": "1000,50",
        "_action": "save",
    }
    return {**sent, **changed}


class TestWhoSees:
    @pytest.mark.parametrize("level", LEVELS)
    def test_each_page_shows_a_project_to_those_whom_its_level_admits(
        self, app: Any, sheet: Circle, level: str
    ) -> None:
        sheet.set_level(level)
        admitted = SEEN[level] | {"reader", "member", "lead", "sysadmin"}
        for role in ROLES:
            asked = headers(sheet, role)
            for address in OF_PROJECT:
                answer = app.get(address.format(name=sheet.project["name"]), headers=asked)
                wanted = 200 if role in admitted else 404
                assert answer.status_code == wanted, (level, role, address)
                assert (TITLE.encode() in answer.data) <= (role in admitted)
            for address in LISTS:
                body = app.get(address, headers=asked).get_data(as_text=True)
                assert (TITLE in body) is (role in admitted), (level, role, address)

    def test_the_count_of_the_home_page_is_that_of_the_reader(
        self, app: Any, sheet: Circle
    ) -> None:
        for role, seen in (("agent", False), ("lead", True)):
            body = app.get("/", headers=headers(sheet, role)).get_data(as_text=True)
            assert ("1 projet" in body or "1 project" in body) is seen

    def test_the_form_is_for_leads_and_members(self, app: Any, sheet: Circle) -> None:
        sheet.set_level("public")
        address = f"/projet/{sheet.project['name']}/modifier"
        for role in ROLES[1:]:
            may = role in ("lead", "member", "sysadmin")
            answer = app.get(address, headers=headers(sheet, role))
            assert answer.status_code == (200 if may else 403), role
            sent = send(app, sheet, role, address, form_of(sheet, title=f"De {role}"))
            assert sent.status_code == (302 if may else 403), role

    def test_linked_data_show_to_those_who_may_see_them(self, app: Any, sheet: Circle) -> None:
        hidden = factories.Dataset(
            title="Données cachées", owner_org=sheet.service["id"], access_level="service"
        )
        sheet.call(
            "sysadmin",
            "package_patch",
            id=sheet.project["id"],
            related_datasets=[hidden["id"]],
            access_level="agents",
        )
        for address in ("/projet/{name}", "/projet/{name}/modifier"):
            for role, seen in (("member", False), ("sysadmin", True)):
                page = app.get(
                    address.format(name=sheet.project["name"]), headers=headers(sheet, role)
                )
                body = page.get_data(as_text=True)
                assert (hidden["title"] in body or hidden["name"] in body) is seen

    def test_my_projects_are_those_of_whose_community_one_is(self, app: Any, sheet: Circle) -> None:
        sheet.set_level("public")
        for role, mine in (("member", True), ("service_member", True), ("agent", False)):
            page = app.get("/projet?ext_mine=1", headers=headers(sheet, role))
            assert (TITLE in page.get_data(as_text=True)) is mine, role


class TestAddresses:
    @pytest.mark.parametrize(
        ("address", "leads"),
        [
            ("/project/", "/projet"),
            ("/project/new", "/projet/nouveau"),
            ("/project/{name}", "/projet/{name}"),
            ("/project/{id}", "/projet/{name}"),
            ("/project/edit/{name}", "/projet/{name}/modifier"),
            ("/dataset/{name}", "/projet/{name}"),
            ("/dataset/edit/{id}", "/projet/{name}/modifier"),
        ],
    )
    def test_the_addresses_of_ckan_lead_to_ours(
        self, app: Any, sheet: Circle, address: str, leads: str
    ) -> None:
        project = sheet.project
        answer = app.get(
            address.format(**project), headers=headers(sheet, "lead"), follow_redirects=False
        )
        assert answer.status_code == 303
        assert answer.headers["Location"].endswith(leads.format(**project))

    def test_the_form_of_ckan_saves_nothing(self, app: Any, sheet: Circle) -> None:
        address = f"/dataset/edit/{sheet.project['name']}"
        send(app, sheet, "lead", address, {"title": "x", "save": ""})
        shown = sheet.call("sysadmin", "package_show", id=sheet.project["id"])
        assert shown["title"] == TITLE

    def test_a_dataset_keeps_its_own(self, app: Any, sheet: Circle) -> None:
        dataset = factories.Dataset(owner_org=sheet.service["id"], access_level="public")
        assert app.get(f"/dataset/{dataset['name']}", follow_redirects=False).status_code == 200
        assert app.get(f"/projet/{dataset['name']}").status_code == 404


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


class TestFiles:
    def test_totals_are_apart_on_the_page(self, app: Any, sheet: Circle) -> None:
        body = app.get(
            f"/projet/{sheet.project['name']}", headers=headers(sheet, "reader")
        ).get_data(as_text=True)
        assert "41\u202f000,50\u00a0€" in body
        assert "32\u202f000\u00a0€" in body
        assert "73\u202f000" not in body

    def test_a_summary_is_of_one_page_however_much_there_is_to_say(
        self, app: Any, sheet: Circle
    ) -> None:
        sheet.call(
            "sysadmin",
            "package_patch",
            id=sheet.project["id"],
            title="Un titre très long " * 9,
            notes="Une phrase qui se répète. " * 800,
            territory=[f"fr:commune:44{n:03}" for n in range(1, 60)],
            partners=[{"name": f"Partenaire {n} " * 8, "role": "r" * 250} for n in range(30)],
            calendar=[{"date": "2026", "milestone": "m" * 250} for _ in range(30)],
            contacts=[{"name": f"Bureau {n} " * 12} for n in range(20)],
            theme=["AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "SOCI", "REGI", "TRAN"],
        )
        name = sheet.project["name"]
        answer = app.get(f"/projet/{name}/resume.pdf", headers=headers(sheet, "reader"))
        assert answer.status_code == 200
        assert len(PdfReader(io.BytesIO(answer.data)).pages) == 1
        whole = app.get(f"/projet/{name}/fiche.pdf", headers=headers(sheet, "reader"))
        pages = PdfReader(io.BytesIO(whole.data)).pages
        assert len(pages) > 1
        assert "Partenaire 29" in "".join(page.extract_text() for page in pages)

    def test_csv_and_xlsx_say_the_same(self, app: Any, sheet: Circle) -> None:
        asked = headers(sheet, "reader")
        text = app.get("/projet/export.csv?vocab_stage=study", headers=asked).data.decode(
            "utf-8-sig"
        )
        (head, line) = list(csv.reader(io.StringIO(text), delimiter=";"))
        book = load_workbook(
            io.BytesIO(app.get("/projet/export.xlsx?vocab_stage=study", headers=asked).data)
        )
        rows = list(book.worksheets[0].iter_rows(values_only=True))
        assert list(rows[0]) == head
        assert line[0] == rows[1][0] == TITLE
        asked_at = head.index("Montant demandé, en euros")
        assert (float(line[asked_at]), rows[1][asked_at]) == (41000.5, 41000.5)
        # Nobody said what was paid: the cell is empty, not zero.
        assert (line[asked_at + 2], rows[1][asked_at + 2]) == ("", None)
        none = app.get("/projet/export.csv?vocab_stage=done", headers=asked).data.decode(
            "utf-8-sig"
        )
        assert len(none.strip().splitlines()) == 1

    def test_a_title_runs_no_formula(self, app: Any, sheet: Circle) -> None:
        sheet.call("sysadmin", "package_patch", id=sheet.project["id"], title="=1+1")
        text = app.get("/projet/export.csv", headers=headers(sheet, "reader")).data.decode(
            "utf-8-sig"
        )
        assert "\r\n'=1+1;" in text

    def test_no_markup_of_a_sheet_runs(self, app: Any, sheet: Circle) -> None:
        evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
        sheet.call(
            "sysadmin",
            "package_patch",
            id=sheet.project["id"],
            title=f"T {evil}"[:190],
            notes=f"N {evil} [x](javascript:alert(3))",
            holder=f"H {evil}"[:190],
            partners=[{"name": evil, "role": evil}],
        )
        for address in ("/projet/{name}", "/projet/{name}/modifier", "/projet"):
            body = app.get(
                address.format(name=sheet.project["name"]), headers=headers(sheet, "lead")
            ).get_data(as_text=True)
            assert "<script>alert" not in body
            assert "<img src=x" not in body
            assert 'href="javascript:' not in body


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
