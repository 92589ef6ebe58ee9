"""The theme is optional: its files may be absent, and CKAN's own theme then stands."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from ckan.plugins import toolkit as tk

from ckanext.territoires.dsfr.release import PINNED
from ckanext.territoires.plugin_dsfr import TerritoiresDsfrPlugin

THEME = "dsfr/templates"


@pytest.fixture
def plugin() -> Any:
    return TerritoiresDsfrPlugin()


@pytest.fixture
def empty_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the paths of templates aside for one test."""
    monkeypatch.setitem(tk.config, "plugin_template_paths", [])


@pytest.mark.usefixtures("empty_paths")
class TestUpdateConfig:
    """`update_config` adds the theme when its files are there, else says how to get them."""

    def test_without_the_files(
        self,
        plugin: Any,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ):
        monkeypatch.setitem(tk.config, "ckanext.territoires.dsfr.folder", str(tmp_path))

        with caplog.at_level(logging.WARNING):
            plugin.update_config(tk.config)

        assert "ckan territoires dsfr fetch" in caplog.text
        assert not any(path.endswith(THEME) for path in tk.config["plugin_template_paths"])

    def test_with_the_files(self, plugin: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        stylesheet = tmp_path / PINNED.version / PINNED.stylesheets[0]
        stylesheet.parent.mkdir()
        stylesheet.write_text("")
        monkeypatch.setitem(tk.config, "ckanext.territoires.dsfr.folder", str(tmp_path))

        plugin.update_config(tk.config)

        assert any(path.endswith(THEME) for path in tk.config["plugin_template_paths"])
