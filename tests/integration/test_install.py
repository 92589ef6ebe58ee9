"""The wheel, installed in a CKAN that already runs on CKAN's own Solr schema, and taken away."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.running_ckan import RunningCkan, new_database, stock_core

ROOT = Path(__file__).parents[2]
OURS = {
    "ckan__plugins": "territoires activity scheming_datasets scheming_organizations text_view",
    "scheming__dataset_schemas": (
        "ckanext.territoires:schemas/dataset.yaml ckanext.territoires:schemas/project.yaml"
    ),
    "scheming__organization_schemas": "ckanext.territoires:schemas/organization.yaml",
    "scheming__presets": "ckanext.scheming:presets.json ckanext.territoires:schemas/presets.yaml",
    "ckanext__territoires__home_territory": "fr:region:52",
}


@pytest.fixture(scope="module")
def sources() -> list[str]:
    """Files that a clone of the repository would hold."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.splitlines() if (ROOT / name).exists()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, sources: list[str]) -> Path:
    """The package, built as a person who publishes it does, away from what a build left here."""
    clone, out = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("wheel")
    for name in sources:
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, clone / name)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run([*command, "--wheel-dir", str(out), str(clone)], check=True)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCkan]:
    """A CKAN that ran before us: a public and a private dataset, an organisation."""
    from ckan.common import config

    folder = tmp_path_factory.mktemp("running")
    with (
        new_database(config["sqlalchemy.url"], "running") as database,
        stock_core(config["solr_url"], "running") as core,
    ):
        site = RunningCkan(folder, database, core, config["ckan.redis.url"])
        site.configure(ckan__plugins="activity text_view")
        site.command("db", "upgrade")
        site.command("db", "upgrade", "-p", "activity")
        words = ("user", "add", "admin", "email=admin@example.org", "password=long-enough-1")
        site.command(*words)
        site.command("sysadmin", "add", "admin")
        site.token = site.command("user", "token", "add", "admin", "tests", "-q").strip()
        with site.serving():
            fill(site)
        yield site


def fill(site: RunningCkan) -> None:
    site.call("organization_create", name="mairie", title="Mairie")
    for name, private in (("old-public", False), ("old-private", True)):
        site.call(
            "package_create",
            name=name,
            title=f"Écoles de Nantes, {name}",
            notes="Liste des écoles",
            owner_org="mairie",
            private=private,
            extras=[{"key": "spatial-note", "value": "Nantes"}],
            resources=[{"url": "https://example.org/ecoles.csv", "format": "CSV", "name": "File"}],
        )


@pytest.fixture(scope="module")
def after(before: RunningCkan, wheel: Path, tmp_path_factory: Any) -> Iterator[RunningCkan]:
    """The same, with the wheel installed and enabled as docs/operators.md says."""
    packages = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "-q", "--target", packages]
    subprocess.run([*command, str(wheel)], check=True)
    # This environment has the checkout installed too: the wheel goes before it.
    first = f"import ckanext\n\nckanext.__path__.insert(0, {str(packages / 'ckanext')!r})\n"
    (packages / "sitecustomize.py").write_text(first, encoding="utf-8")
    before.packages = packages
    before.configure(**OURS)
    before.command("db", "upgrade", "-p", "territoires")
    before.command("search-index", "rebuild")
    before.command("territoires", "reference", "apply")
    with before.serving():
        yield before


class TestWheel:
    def test_holds_every_file_of_the_package(self, wheel: Path, sources: list[str]) -> None:
        names = set(zipfile.ZipFile(wheel).namelist())
        assert names >= {name for name in sources if name.startswith("ckanext/")}

    def test_holds_the_package_and_nothing_else(self, wheel: Path) -> None:
        tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
        assert {top for top in tops if not top.endswith(".dist-info")} == {"ckanext"}

    @pytest.mark.parametrize(
        "end",
        [".html", ".css", ".js", ".yaml", ".yml", ".csv.gz", ".json.gz", "alembic.ini"]
        + ["fr/LC_MESSAGES/ckanext-territoires.po", "fr/LC_MESSAGES/ckanext-territoires.mo"],
    )
    def test_holds_what_is_not_python(self, wheel: Path, end: str) -> None:
        assert [name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(end)]


class TestInRunningCkan:
    def test_is_the_installed_one(self, after: RunningCkan) -> None:
        code = "import ckanext.territoires.plugin as p; print(p.__file__)"
        found = subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": str(after.packages)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert found.stdout.startswith(str(after.packages))

    def test_what_was_there_is_still_there(self, after: RunningCkan) -> None:
        found = after.call("package_search", q="écoles", anonymous=True)
        assert [dataset["name"] for dataset in found["results"]] == ["old-public"]
        assert "Écoles de Nantes" in after.page("/dataset/old-public")
        assert after.status("/dataset/old-private") in (401, 403, 404)
        shown = after.call("package_show", id="old-public")
        assert {"key": "spatial-note", "value": "Nantes"} in shown["extras"]

    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/dataset/",
            "/dataset/?ext_territory=fr:commune:44109",
            "/organization/mairie",
            "/territoire/commune/44109/nantes",
            "/territoire/departement/44/loire-atlantique",
            "/feeds/dataset.atom",
            "/user/login",
        ],
    )
    def test_pages_answer(self, after: RunningCkan, path: str) -> None:
        assert after.status(path) == 200

    def test_an_old_dataset_is_given_a_territory_and_found_by_it(self, after: RunningCkan) -> None:
        after.call(
            "package_patch",
            id="old-public",
            territory=["fr:commune:44109"],
            theme=["EDUC"],
            contact_email="mairie@example.org",
        )
        for territory, scope, count in (
            ("fr:commune:44109", "exact", 1),
            ("fr:departement:44", "within", 1),
            ("fr:departement:44", "relevant", 1),
            ("fr:departement:49", "relevant", 0),
        ):
            found = after.call(
                "package_search", ext_territory=territory, ext_scope=scope, anonymous=True
            )
            assert found["count"] == count, (territory, scope)
        page = after.page("/territoire/departement/44/loire-atlantique")
        assert "/dataset/old-public" in page

    def test_an_old_private_dataset_stays_its_service_s(self, after: RunningCkan) -> None:
        shown = after.call("package_patch", id="old-private", territory=["fr:commune:44109"])
        assert shown["private"] is True
        found = after.call("package_search", ext_territory="fr:commune:44109", anonymous=True)
        assert "old-private" not in [dataset["name"] for dataset in found["results"]]

    def test_nothing_is_left_to_migrate(self, after: RunningCkan) -> None:
        assert "territoires" not in after.command("db", "pending-migrations")


class TestUninstall:
    def test_ckan_goes_on_without_us(self, after: RunningCkan) -> None:
        after.command("db", "downgrade", "-p", "territoires")
        bare = RunningCkan(
            after.folder, after.database_url, after.solr_url, after.redis_url, token=after.token
        )
        bare.configure(ckan__plugins="activity text_view")
        bare.command("search-index", "rebuild")
        with bare.serving():
            assert "Écoles de Nantes" in bare.page("/dataset/old-public")
            found = bare.call("package_search", q="écoles", anonymous=True)
            assert [dataset["name"] for dataset in found["results"]] == ["old-public"]
            shown = bare.call("package_show", id="old-public")
            kept = {extra["key"]: extra["value"] for extra in shown["extras"]}
            assert kept["territory"] == '["fr:commune:44109"]'
