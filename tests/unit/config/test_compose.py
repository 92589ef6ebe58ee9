"""The production deployment: the same configuration, commands and schema as bin/up."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from stack.places import CHECKOUT, CONFIG
from stack.site_ini import MIGRATED_PLUGINS, PLUGINS

COMPOSE = CONFIG / "compose"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((COMPOSE / "compose.yaml").read_text(encoding="utf-8"))


def test_every_lasting_service_says_whether_it_is_well(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert ("healthcheck" in service) != (name == "prepare")


def test_what_it_builds_from_exists(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        if build := service.get("build"):
            assert (CHECKOUT / build["dockerfile"]).is_file()


def test_every_volume_in_use_is_declared(compose: dict[str, Any]) -> None:
    used = {
        volume.split(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
    }
    assert used == set(compose["volumes"])


@pytest.mark.parametrize("name", ["Dockerfile", "solr.Dockerfile"])
def test_an_image_copies_only_files_that_exist(name: str) -> None:
    for line in (COMPOSE / name).read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words[:1] == ["COPY"] and not words[1].startswith("--from"):
            for source in words[1:-1]:
                assert (CHECKOUT / source).exists(), source


def test_containers_migrate_each_plugin_that_has_migrations() -> None:
    entrypoint = (COMPOSE / "entrypoint").read_text(encoding="utf-8")
    for plugin in MIGRATED_PLUGINS:
        assert f"ckan db upgrade -p {plugin}\n" in entrypoint


def test_a_container_writes_its_configuration_once_for_all(tmp_path: Path) -> None:
    ini = tmp_path / "ckan.ini"
    environment = os.environ | {
        "CKAN_INI": str(ini),
        "TERRITOIRES_SITE_URL": "https://territoires.example.org",
        "CKAN_SQLALCHEMY_URL": "postgresql://ckan:p%40ss@database/ckan",
        "CKAN_SOLR_URL": "http://solr:8983/solr/ckan",
        "CKAN_REDIS_URL": "redis://valkey:6379/0",
        "PYTHONPATH": str(CONFIG),
    }
    command = [sys.executable, "-m", "stack.container"]
    written = []
    for _ in range(2):
        subprocess.run(command, env=environment, check=True)
        written.append(ini.read_text(encoding="utf-8"))
    parser = configparser.ConfigParser()
    parser.read_string(written[0])
    section = parser["app:main"]
    assert written[0] == written[1]
    assert ini.stat().st_mode & 0o077 == 0
    assert section["sqlalchemy.url"] == "postgresql://ckan:p%40ss@database/ckan"
    assert section["ckan.plugins"].split() == list(PLUGINS)
    assert len(section["SECRET_KEY"]) >= 32
