"""A site of the COG of 2024 passes to the reference of the package, on 1 January or late."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ckan.lib.search as search
import pytest
from ckan import model
from ckan.cli.cli import ckan
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import call_action

from ckanext.territoires.bridge import upgrade
from ckanext.territoires.model import CustomTerritory, ReferenceState
from ckanext.territoires.territory.reference import load_reference
from tests.helpers.older_reference import write_older_reference

FOLDER = "ckanext.territoires.reference.folder"
NANTES, FORMER, TODAY = "fr:commune:44109", "fr:commune:49069", "fr:commune:49126"


@pytest.fixture(scope="session")
def reference_2024(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_older_reference(2024, tmp_path_factory.mktemp("reference-2024"))


@pytest.fixture(scope="session")
def moved(reference_2024: Path) -> str:
    """A commune that another EPCI took since 2024, told from the two references."""
    before, after = load_reference(reference_2024), load_reference()
    return next(
        id
        for id, territory in before.territories.items()
        if territory.level == "commune"
        and (now := after.get(id))
        and {p for p in territory.parents if ":epci:" in p}
        != {p for p in now.parents if ":epci:" in p}
    )


@pytest.fixture
def site(
    clean_db: None, clean_index: None, ckan_config: Any, reference_2024: Path, moved: str, cli: Any
) -> dict[str, str]:
    """A site of 2024, ids of its datasets by name; then the package brings its own reference."""
    ckan_config[FOLDER] = str(reference_2024)
    cli.invoke(ckan, ["territoires", "reference", "apply"], catch_exceptions=False)
    author = factories.Sysadmin()
    service = factories.Organization(name="ddt-49", territory="fr:departement:49")
    mairie = factories.Organization(name="mairie", territory=FORMER)
    custom = call_action(
        "territoires_custom_territory_create",
        {"user": author["name"]},
        name="Bords de Loire",
        communes=[FORMER, NANTES],
        visibility="public",
    )
    coverages = {
        "merged": [FORMER],
        "merged-private": [FORMER, NANTES],
        "moved": [moved],
        "custom": [custom["id"]],
        "of-the-mairie": [NANTES],
        "nantes": [NANTES],
        "departement": ["fr:departement:49"],
        "nation": ["country:fr"],
    }
    ids: dict[str, str] = {
        name: factories.Dataset(
            name=name,
            owner_org=mairie["id"] if name == "of-the-mairie" else service["id"],
            territory=territories,
            access_level="service" if name == "merged-private" else "public",
        )["id"]
        for name, territories in coverages.items()
    }
    ckan_config[FOLDER] = ""
    return ids


def latest() -> ReferenceState:
    state = ReferenceState.latest()
    assert state
    return state


TOUCHED = {"merged", "merged-private", "moved", "custom", "of-the-mairie"}


def indexed(name: str) -> dict[str, Any]:
    return search.query_for(model.Package).get_index(name)


def apply(cli: Any, *options: str) -> str:
    result = cli.invoke(ckan, ["territoires", "reference", "apply", *options])
    assert result.exit_code == 0, result.output
    return result.output


class TestPlan:
    def test_takes_the_datasets_that_the_changes_touch_and_no_other(
        self, site: dict[str, str]
    ) -> None:
        assert set(upgrade.plan().datasets) == {site[name] for name in TOUCHED}

    def test_reports_what_changed(self, site: dict[str, str], cli: Any, moved: str) -> None:
        report = apply(cli, "--dry-run")
        assert f"gone {FORMER} Orée d'Anjou: - -> {TODAY}" in report
        assert f"epci {moved} " in report
        assert f"Bords de Loire: {FORMER} -> {TODAY}" in report
        assert f"service mairie: {FORMER} -> {TODAY}" in report
        assert f"{len(TOUCHED)} datasets to reindex" in report

    def test_a_dry_run_changes_nothing(self, site: dict[str, str], cli: Any) -> None:
        before = {name: indexed(name)["_version_"] for name in site}
        apply(cli, "--dry-run")
        assert {name: indexed(name)["_version_"] for name in site} == before
        assert latest().year == 2024

    def test_takes_every_dataset_when_only_the_tables_of_the_year_differ(
        self, site: dict[str, str]
    ) -> None:
        model.Session.add(ReferenceState(year=load_reference().year, version="others"))
        model.Session.commit()
        assert set(upgrade.plan().datasets) == set(site.values())

    def test_takes_every_dataset_when_the_year_is_not_at_hand(self, site: dict[str, str]) -> None:
        model.Session.add(ReferenceState(year=1999, version="1999-old"))
        model.Session.commit()
        assert set(upgrade.plan().datasets) == set(site.values())


class TestApply:
    def test_reindexes_what_is_touched_and_nothing_else(
        self, site: dict[str, str], cli: Any, moved: str
    ) -> None:
        before = {name: indexed(name)["_version_"] for name in site}
        assert indexed("merged")["vocab_territory"] == [FORMER]
        apply(cli)
        after = {name: indexed(name) for name in site}
        assert {name for name in site if after[name]["_version_"] != before[name]} == TOUCHED
        assert after["merged"]["vocab_territory"] == [TODAY]
        lineage = load_reference().lineage
        assert after["moved"]["vocab_territory_lineage"] == [moved, *lineage(moved)]
        assert after["of-the-mairie"]["vocab_service_territory"] == [TODAY, *lineage(TODAY)]
        assert set(lineage(TODAY)) <= set(after["custom"]["vocab_territory_lineage"])

    def test_the_former_code_and_the_new_one_find_the_same(
        self, site: dict[str, str], cli: Any
    ) -> None:
        apply(cli)
        for identifier in (FORMER, TODAY):
            found = call_action("package_search", ext_territory=identifier, ext_scope="exact")
            assert [dataset["name"] for dataset in found["results"]] == ["merged"]

    def test_the_coverage_shown_is_of_today_and_still_editable(
        self, site: dict[str, str], cli: Any, app: Any
    ) -> None:
        apply(cli)
        assert call_action("package_show", id="merged")["territory"] == [TODAY]
        found = call_action("package_search", ext_territory=TODAY, ext_scope="exact")
        assert found["results"][0]["territory"] == [TODAY]
        assert "49126" in app.get("/dataset/merged").body
        editor = {"user": factories.Sysadmin()["name"]}
        patched = call_action("package_patch", editor, id="merged", title="Another title")
        assert patched["territory"] == [TODAY]

    def test_passes_custom_territories_and_services(self, site: dict[str, str], cli: Any) -> None:
        apply(cli)
        custom = model.Session.query(CustomTerritory).one()
        assert custom.communes == [TODAY, NANTES]
        assert call_action("organization_show", id="mairie")["territory"] == TODAY

    def test_is_idempotent(self, site: dict[str, str], cli: Any) -> None:
        apply(cli)
        again = apply(cli)
        assert "nothing to do" in again
        assert model.Session.query(ReferenceState).count() == 2

    def test_interrupted_it_starts_again(self, site: dict[str, str], cli: Any) -> None:
        def cut(datasets: tuple[str, ...]) -> Iterator[str]:
            yield from datasets[:2]
            raise KeyboardInterrupt

        plan = upgrade.plan()
        with pytest.raises(KeyboardInterrupt):
            upgrade.apply(plan, cut(plan.datasets))
        model.Session.rollback()
        assert latest().year == 2024
        assert f"{len(TOUCHED)} datasets to reindex" in apply(cli)
        assert latest().year == load_reference().year
        assert indexed("merged")["vocab_territory"] == [TODAY]
        lineage = load_reference().lineage(TODAY)
        assert set(lineage) <= set(indexed("custom")["vocab_territory_lineage"])

    def test_a_purged_dataset_stops_nothing(self, site: dict[str, str], cli: Any) -> None:
        plan = upgrade.plan()
        call_action("dataset_purge", id="moved")
        upgrade.apply(plan, plan.datasets)
        assert indexed("merged")["vocab_territory"] == [TODAY]


class TestFirstApply:
    def test_a_new_site_only_notes_the_reference(
        self, clean_db: None, clean_index: None, cli: Any
    ) -> None:
        assert "first reference of this site" in apply(cli)
        assert latest().version == load_reference().version

    def test_show_says_what_is_at_hand_and_what_is_applied(
        self, clean_db: None, clean_index: None, cli: Any
    ) -> None:
        version = load_reference().version
        shown = cli.invoke(ckan, ["territoires", "reference", "show"]).output
        assert f"({version})" in shown
        assert "none" in shown
        apply(cli)
        shown = cli.invoke(ckan, ["territoires", "reference", "show"]).output
        assert f"Reference applied: {version}" in shown


def test_a_region_of_before_2016_is_still_understood(site: dict[str, str]) -> None:
    assert upgrade.current_ids("fr:region:72") == ("fr:region:75",)
    with pytest.raises(tk.ValidationError):
        call_action("package_patch", id="nation", territory=["fr:region:999"])
