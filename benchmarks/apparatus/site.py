"""The site that is measured and those it is measured against, in this process or over HTTP."""

from __future__ import annotations

import configparser
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app

CHECKOUT = Path(__file__).resolve().parents[2]
SCHEMAS = CHECKOUT / "ckanext" / "territoires" / "schemas"
OURS = ("territoires", "territoires_dsfr")
BUNDLED = ("activity", "text_view", "image_view")
SECONDS_TO_ANSWER = 90


def site_ini() -> Path:
    """Configuration of the site that `bin/bench` brought up."""
    return Path(os.environ["CKAN_INI"])


@contextlib.contextmanager
def opened(ini: Path) -> Iterator[Any]:
    """CKAN in this process, in the context of a request; yields its Flask application."""
    app: Any = make_app(CKANConfigLoader(str(ini)).get_config())
    with app._wsgi_app.test_request_context():
        yield app


def plain_ckan(ini: Path) -> Path:
    """The same database, index and settings under CKAN alone, with its bundled plugins."""
    options = {name: "" for name in _options(ini) if name.startswith("scheming.")}
    return _variant(ini, "plain", options | {"ckan.plugins": " ".join(BUNDLED)})


def without_territoires(ini: Path) -> Path:
    """The same site less our plugins; the dataset's fields stay, less our validators."""
    plugins = _options(ini)["ckan.plugins"].split()
    schemas = {
        f"scheming.{kind}_schemas": f"file:{_stripped_schema(ini, name)}"
        for kind, name in (("dataset", "dataset.yaml"), ("organization", "organization.yaml"))
    }
    schemas["scheming.presets"] = (
        f"ckanext.scheming:presets.json file:{_stripped_schema(ini, 'presets.yaml')}"
    )
    kept = " ".join(name for name in plugins if name not in OURS)
    return _variant(ini, "without", schemas | {"ckan.plugins": kept})


@contextlib.contextmanager
def served(ini: Path) -> Iterator[str]:
    """A web process, as `bin/up` runs it, on a free port; yields its address."""
    port = _free_port()
    environment = {**os.environ, "CKAN_INI": str(ini), "TERRITOIRES_BIND": f"127.0.0.1:{port}"}
    gunicorn = [Path(sys.executable).parent / "gunicorn"]
    with (
        (ini.parent / "log" / f"web-{ini.stem}.log").open("wb") as log,
        subprocess.Popen(
            [*gunicorn, "--config", CHECKOUT / "config" / "gunicorn.conf.py"],
            env=environment,
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            _wait_for(f"http://127.0.0.1:{port}/api/3/action/status_show", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _options(ini: Path) -> dict[str, str]:
    return dict(_parsed(ini)["app:main"])


def _parsed(ini: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(ini.read_text(encoding="utf-8"))
    return parser


def _variant(ini: Path, name: str, options: Mapping[str, str]) -> Path:
    parser = _parsed(ini)
    parser["app:main"].update(options)
    path = ini.with_name(f"{name}.ini")
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8") as file:
        parser.write(file)
    return path


def _stripped_schema(ini: Path, name: str) -> Path:
    schema = yaml.safe_load((SCHEMAS / name).read_text(encoding="utf-8"))
    path = ini.with_name(f"without-{name}")
    path.write_text(yaml.safe_dump(_stripped(schema), allow_unicode=True), encoding="utf-8")
    return path


def _stripped(part: Any) -> Any:
    """Leave out of a schema what names a validator or a helper of ours."""
    if isinstance(part, list):
        return [_stripped(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _stripped(value)
        for key, value in part.items()
        if not (
            key in ("validators", "output_validators", "after_validators", "choices_helper")
            and "territoires_" in str(value)
        )
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while True:
        try:
            with urllib.request.urlopen(address, timeout=30):
                return
        except (urllib.error.URLError, OSError):
            if process.poll() is not None or time.monotonic() > deadline:
                raise
        time.sleep(0.2)
