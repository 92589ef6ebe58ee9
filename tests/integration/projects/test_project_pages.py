"""The pages of projects: who sees what, their addresses, their files."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from ckan.tests import factories
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.integration.projects.conftest import LEVELS, Circle
from tests.integration.projects.sheets import TITLE, form_of
from tests.integration.projects.visitors import headers, send

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
