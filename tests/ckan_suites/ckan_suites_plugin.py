"""Runs CKAN's own suites with our plugins enabled, on tables that stay migrated."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent
OURS = ("territoires",)
# By its path: within CKAN's suites, `tests` names CKAN's own.
empty_tables = runpy.run_path(str(HERE.parent / "helpers" / "database.py"))["empty_tables"]


class MigratedTables:
    """Fixtures in place of CKAN's, which drop the tables of plugins and migrate them again."""

    @pytest.fixture(scope="session")
    def reset_db(self) -> Callable[[], None]:
        """Return a callable that empties every table."""
        return empty_tables

    @pytest.fixture(scope="session")
    def migrate_db_for(self) -> Callable[..., None]:
        """Return a callable that does nothing: every table is migrated once and for all."""
        return lambda *_plugin, **_options: None


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register our fixture after CKAN's, so that it is the one found."""
    config.pluginmanager.register(MigratedTables(), "migrated-tables")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Enable our plugins beside those that a test asks for."""
    for node in item.listchain():
        node.own_markers[:] = [_with_ours(mark) for mark in node.own_markers]
    if isinstance(item, pytest.Function) and "with_plugins" not in item.fixturenames:
        item.add_marker(pytest.mark.usefixtures("with_plugins"))
        item.fixturenames.append("with_plugins")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the listed differences."""
    sections = yaml.safe_load((HERE / "differences.yaml").read_text(encoding="utf-8"))
    differences = sections["ours"] | sections["ckan"]
    for item in items:
        if reason := differences.get(item.nodeid):
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


def _with_ours(mark: pytest.Mark) -> pytest.Mark:
    if mark.name != "ckan_config" or mark.args[:1] != ("ckan.plugins",):
        return mark
    asked = mark.args[1].split() if isinstance(mark.args[1], str) else list(mark.args[1])
    names = [*(name for name in OURS if name not in asked), *asked]
    return pytest.Mark("ckan_config", ("ckan.plugins", " ".join(names)), {}, _ispytest=True)
