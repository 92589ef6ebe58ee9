"""`ckan territoires import udata` and `demo load` on real records and real services."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from ckan import model
from ckan.cli.cli import ckan
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import CKANCliRunner, call_action
from click.testing import Result

from ckanext.territoires.bridge import catalogue
from ckanext.territoires.bridge import demo as loader
from ckanext.territoires.bridge.catalogue import Outcome, stable_id

DEMO = Path(__file__).resolve().parents[2] / "demo"
Record = dict[str, Any]
Import = Callable[..., Result]


def demo_records(*slugs: str) -> list[Record]:
    records = map(json.loads, (DEMO / "catalogue/datasets.jsonl").read_text("utf-8").splitlines())
    chosen = [record for record in records if not slugs or record["slug"] in slugs]
    assert len(chosen) >= len(slugs)
    return chosen


ROADS = "info-route-departementale-en-loire-atlantique-temps-reel-laod"
BIKES = "abris-velos-en-gare-sncf-en-pays-de-la-loire-laod"
NAMES = "prenoms-des-enfants-nes-a-nantes-1"


@pytest.fixture
def records() -> list[Record]:
    return demo_records(ROADS, BIKES, NAMES)


@pytest.fixture
def import_udata(cli: CKANCliRunner, tmp_path: Path) -> Import:
    def run(records: list[Record] | str | bytes, *options: str) -> Result:
        path = tmp_path / "records.jsonl"
        if isinstance(records, bytes):
            path.write_bytes(records)
        else:
            lines = records if isinstance(records, str) else "\n".join(map(json.dumps, records))
            path.write_text(lines, encoding="utf-8")
        return cli.invoke(ckan, ["territoires", "import", "udata", str(path), *options])

    return run


def everything() -> dict[str, str]:
    """Names and times of change of all datasets."""
    rows = model.Session.query(model.Package.name, model.Package.metadata_modified).all()
    return {name: str(modified) for name, modified in rows}


def show(slug: str) -> Record:
    return call_action("package_show", id=slug)


def show_as_admin(slug: str) -> Record:
    return tk.get_action("package_show")(catalogue.site_context(), {"id": slug})


@pytest.mark.usefixtures("clean_db", "clean_index")
class TestImport:
    def test_records_become_datasets_of_their_organizations(
        self, import_udata: Import, records: list[Record]
    ) -> None:
        result = import_udata(records)
        assert result.exit_code == 0, result.output
        roads = show(ROADS)
        assert roads["territory"] == ["fr:departement:44"]
        assert roads["license_id"] in {"lov2", "fr-lo", "odc-odbl"}
        assert roads["access_level"] == "public"
        assert roads["private"] is False
        assert roads["organization"]["name"] == "departement-de-loire-atlantique"
        assert [r["url"] for r in roads["resources"]] == [
            r["url"] for r in demo_records(ROADS)[0]["resources"]
        ]
        assert call_action("package_search", q="", fq=f"name:{ROADS}")["count"] == 1

    def test_a_second_run_touches_nothing(
        self, import_udata: Import, records: list[Record]
    ) -> None:
        import_udata(records)
        before = everything()
        result = import_udata(records)
        assert "3 unchanged" in result.output
        assert everything() == before

    def test_a_changed_record_alone_is_updated_and_keeps_its_address(
        self, import_udata: Import, records: list[Record]
    ) -> None:
        import_udata(records)
        before, resources = everything(), [r["id"] for r in show(ROADS)["resources"]]
        changed = [
            r | {"title": "Routes", "slug": "routes"} if r["slug"] == ROADS else r for r in records
        ]
        result = import_udata(changed)
        assert "1 updated, 2 unchanged" in result.output
        assert show(ROADS)["title"] == "Routes"
        assert [r["id"] for r in show(ROADS)["resources"]] == resources
        after = everything()
        assert {name for name in after if after[name] != before.get(name)} == {ROADS}

    def test_an_agent_s_change_stays_until_the_source_changes(
        self, import_udata: Import, records: list[Record]
    ) -> None:
        import_udata(records)
        agent = factories.Sysadmin()
        call_action(
            "package_patch", {"user": agent["name"]}, id=ROADS, notes="Repris par le service."
        )
        import_udata(records)
        assert show(ROADS)["notes"] == "Repris par le service."

    def test_a_record_deleted_at_the_source_is_removed(
        self, import_udata: Import, records: list[Record]
    ) -> None:
        import_udata(records)
        result = import_udata([records[0] | {"deleted": "2024-01-01T00:00:00"}])
        assert "1 removed" in result.output
        assert show_as_admin(records[0]["slug"])["state"] == model.State.DELETED
        assert import_udata([records[0] | {"deleted": "2024-01-01"}]).exit_code == 0

    def test_a_refused_record_leaves_nothing_and_stops_nothing(
        self, import_udata: Import, records: list[Record]
    ) -> None:
        wrong = records[1] | {"organization": records[1]["organization"] | {"slug": "Pas Un Nom"}}
        result = import_udata([records[0], wrong, records[2]])
        assert "2 created, 1 refused" in result.output
        assert set(everything()) == {records[0]["slug"], records[2]["slug"]}
        assert f"{wrong['slug']}: owner_org" in result.output

    def test_a_record_about_elsewhere_is_left_out(
        self, import_udata: Import, records: list[Record]
    ) -> None:
        foreign = records[1] | {"spatial": {"zones": ["country:ve"], "granularity": "country"}}
        assert "1 left out" in import_udata([foreign]).output
        assert everything() == {}

    def test_two_files_under_one_id_are_both_kept(
        self, import_udata: Import, records: list[Record]
    ) -> None:
        first = records[0]["resources"][0]
        other = first | {"url": "https://data.loire-atlantique.fr/autre.csv"}
        records[0]["resources"] = [first, other, other]
        assert import_udata(records[:1]).exit_code == 0
        urls = [file["url"] for file in show(records[0]["slug"])["resources"]]
        assert urls == [first["url"], other["url"]]

    def test_an_address_already_taken(self, import_udata: Import, records: list[Record]) -> None:
        service = factories.Organization(territory="fr:departement:44")
        factories.Dataset(name=ROADS, owner_org=service["id"])
        import_udata(demo_records(ROADS))
        names = set(everything())
        assert ROADS in names
        assert len(names) == 2

    def test_records_without_organization_need_one(
        self, import_udata: Import, records: list[Record]
    ) -> None:
        unsigned = [records[0] | {"organization": None}]
        assert "1 left out" in import_udata(unsigned).output
        service = factories.Organization(name="lab", territory="fr:region:52")
        assert import_udata(unsigned, "--default-organization", "lab").exit_code == 0
        assert show(records[0]["slug"])["owner_org"] == service["id"]
        unknown = import_udata(unsigned, "--default-organization", "nobody")
        assert unknown.exit_code == 2

    def test_select_keeps_what_concerns_a_territory(
        self, import_udata: Import, records: list[Record]
    ) -> None:
        away = demo_records("liste-des-gares")
        away[0]["spatial"] = {"zones": ["fr:commune:33063"], "granularity": "poi"}
        import_udata([*records, *away], "--select", "fr:departement:44")
        assert set(everything()) >= {ROADS, BIKES}
        assert "liste-des-gares" not in everything()
        assert import_udata(records, "--select", "fr:commune:99999").exit_code == 2

    def test_a_dry_run_tells_and_writes_nothing(
        self, import_udata: Import, records: list[Record]
    ) -> None:
        result = import_udata(records, "--dry-run")
        assert "3 created" in result.output
        assert everything() == {}
        assert model.Group.get("departement-de-loire-atlantique") is None

    def test_the_report_holds_every_remark(
        self, import_udata: Import, records: list[Record], tmp_path: Path
    ) -> None:
        path = tmp_path / "report.csv"
        records[0]["license"] = "gpl-9"
        import_udata(records, "--report", str(path))
        with path.open(encoding="utf-8", newline="") as report:
            rows = list(csv.DictReader(report))
        assert any(row["field"] == "license" and row["value"] == "gpl-9" for row in rows)
        assert {row["record"] for row in rows} >= {ROADS}

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "line 1: no record in this file"),
            (b'{"id": "1", "slug": "a", "title": "A", "resources": []}\n{"id": 2}', "line 2: "),
            (b'{"type": "FeatureCollection", "features": []}', "line 1: not a record"),
            (b"CODGEO;P18_POP\n01001;771\n", "line 1: not JSON"),
            (b"\xff\xfe\x00", "not a text in UTF-8"),
        ],
    )
    def test_another_file_is_refused_and_changes_nothing(
        self, import_udata: Import, content: bytes, said: str
    ) -> None:
        result = import_udata(content)
        assert result.exit_code == 1
        assert said in result.output
        assert "Traceback" not in result.output
        assert everything() == {}

    def test_a_missing_file_is_said(self, cli: CKANCliRunner) -> None:
        result = cli.invoke(ckan, ["territoires", "import", "udata", "nowhere.jsonl"])
        assert result.exit_code == 2
        assert "nowhere.jsonl" in result.output


@pytest.mark.usefixtures("clean_db", "clean_index")
class TestDemo:
    def test_a_load_cut_short_is_completed_and_then_stable(self, cli: CKANCliRunner) -> None:
        demo = loader.Demo(DEMO)
        list(islice(loader.load_services(demo.services), 20))
        self.leave_a_dataset_without_its_files(demo)
        list(islice(catalogue.import_datasets(demo.records[:20]), 15))

        first = cli.invoke(ckan, ["territoires", "demo", "load"])
        assert first.exit_code == 0, first.output
        assert len(everything()) >= 150 + len(demo.datasets)
        for dataset in demo.datasets:
            files = show_as_admin(dataset["name"])["resources"]
            assert [file["url_type"] for file in files] == ["upload"] * len(dataset["files"])

        before = everything()
        second = cli.invoke(ckan, ["territoires", "demo", "load"])
        assert second.exit_code == 0, second.output
        assert everything() == before

        self.check_services_and_accounts(demo)
        self.check_access(demo)

    def leave_a_dataset_without_its_files(self, demo: loader.Demo) -> None:
        dataset = demo.datasets[0]
        fields = loader.dataset_fields(dataset) | {"id": stable_id("demo", dataset["name"])}
        entry = catalogue.Entry("dataset", "", dataset["name"], Outcome.CREATED)
        assert catalogue.write(entry, "package_create", fields).outcome is Outcome.CREATED

    def check_services_and_accounts(self, demo: loader.Demo) -> None:
        for service in demo.services:
            shown = call_action("organization_show", id=service["name"])
            assert shown["territory"] == service["territory"]
            parents = [group["name"] for group in shown["groups"]]
            assert parents == ([service["parent"]] if "parent" in service else [])
        accounts = {user.name: user for user in model.Session.query(model.User)}
        assert accounts["admin"].sysadmin
        assert not accounts["agent-ddtm-44"].sysadmin
        members = call_action("member_list", id="ddtm-44", object_type="user")
        assert (accounts["agent-ddtm-44"].id, "user", "Editor") in members

    def check_access(self, demo: loader.Demo) -> None:
        levels = Counter(dataset.get("access", "public") for dataset in demo.datasets)
        assert levels["agents"]
        assert levels["service"]
        for dataset in demo.datasets:
            level = dataset.get("access", "public")
            assert show_as_admin(dataset["name"])["private"] is (level != "public")
            found = call_action(
                "package_search",
                context={"user": "", "ignore_auth": False},
                fq=f"name:{dataset['name']}",
            )
            assert found["count"] == (1 if level == "public" else 0)

    def test_a_folder_that_is_no_demonstration(self, cli: CKANCliRunner, tmp_path: Path) -> None:
        result = cli.invoke(ckan, ["territoires", "demo", "load", "--folder", str(tmp_path)])
        assert result.exit_code == 1
        assert "datasets.jsonl" in result.output
        assert everything() == {}
