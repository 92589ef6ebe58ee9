"""A CKAN of its own beside the tests' one: another database, CKAN's Solr schema, processes."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ckan
import sqlalchemy as sa

CKAN_SCHEMA = Path(ckan.__file__).parent / "config" / "solr" / "schema.xml"
SOLR_SOURCES = Path(__file__).parents[2] / "config" / "solr" / "core"


@dataclass
class RunningCkan:
    """One site: an ini that a person wrote, commands, a web process, its API."""

    folder: Path
    database_url: str
    solr_url: str
    redis_url: str
    packages: Path | None = None
    port: int = field(default_factory=lambda: free_port())
    token: str = ""

    @property
    def ini(self) -> Path:
        """The configuration file."""
        return self.folder / "ckan.ini"

    def configure(self, **options: str) -> None:
        """Write the ini: what CKAN needs, and these options, dots written as double underscores."""
        lines = {
            "use": "egg:ckan",
            "ckan.site_url": f"http://127.0.0.1:{self.port}",
            "ckan.site_id": "running",
            "sqlalchemy.url": self.database_url,
            "solr_url": self.solr_url,
            "ckan.redis.url": self.redis_url,
            "ckan.storage_path": str(self.folder / "storage"),
            "SECRET_KEY": "one-of-the-tests",
            "ckan.locale_default": "en",
        } | {name.replace("__", "."): value for name, value in options.items()}
        text = "\n".join(f"{name} = {value}" for name, value in lines.items())
        self.ini.write_text(f"[DEFAULT]\ndebug = false\n\n[app:main]\n{text}\n", encoding="utf-8")

    def command(self, *words: str) -> str:
        """Run a `ckan` command; return what it printed."""
        done = subprocess.run(
            [Path(sys.executable).parent / "ckan", "-c", self.ini, *words],
            capture_output=True,
            text=True,
            check=False,
            env=self._environment(),
            cwd=self.folder,
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Run the web process until the end of the block."""
        log = self.folder / "web.log"
        command = [Path(sys.executable).parent / "ckan", "-c", str(self.ini), "run"]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--disable-reloader"]
        with log.open("w") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=output, env=self._environment(), cwd=self.folder
            )
            try:
                self._wait(process, log)
                yield
            finally:
                process.terminate()
                process.wait(timeout=30)

    def call(self, action: str, *, anonymous: bool = False, **data: Any) -> Any:
        """Call an action of the API as the administrator, or as a visitor."""
        headers = {"Content-Type": "application/json"}
        if not anonymous:
            headers["Authorization"] = self.token
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/3/action/{action}",
            data=json.dumps(data).encode(),
            headers=headers,
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["result"]

    def page(self, path: str) -> str:
        """Return a page as a visitor gets it; urllib.error.HTTPError when it is refused."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return answer.read().decode()

    def status(self, path: str) -> int:
        """Return the status of a page for a visitor."""
        try:
            self.page(path)
        except urllib.error.HTTPError as error:
            return error.code
        return 200

    def _wait(self, process: subprocess.Popen[bytes], log: Path) -> None:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            assert process.poll() is None, log.read_text(encoding="utf-8")
            try:
                self.call("status_show", anonymous=True)
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.5)
                continue
            return
        raise AssertionError(log.read_text(encoding="utf-8"))

    def _environment(self) -> Mapping[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CKAN")}
        return kept | ({"PYTHONPATH": str(self.packages)} if self.packages else {})


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def new_database(url: str, name: str) -> Iterator[str]:
    """Create an empty database for the role of ``url``; yield its URL; drop it after.

    The superuser of the test services, `postgres`, makes it: CKAN's role may not.
    """
    site = sa.make_url(url)
    superuser = site.set(username="postgres", database="postgres")
    engine = sa.create_engine(superuser, isolation_level="AUTOCOMMIT")
    drop = sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    with engine.connect() as connection:
        connection.execute(drop)
        connection.execute(sa.text(f"CREATE DATABASE {name} OWNER {site.username}"))
        try:
            # CKAN's migrations take no "%" in the address.
            address = site.set(database=name).render_as_string(hide_password=False)
            yield urllib.parse.unquote(address)
        finally:
            connection.execute(drop)
    engine.dispose()


@contextmanager
def stock_core(url: str, name: str) -> Iterator[str]:
    """Add to the Solr of ``url`` a core with CKAN's schema as it ships; unload it after."""
    base, _, beside = url.rstrip("/").rpartition("/")
    found = _admin(base, action="STATUS", core=beside)["status"][beside]
    folder = Path(found["instanceDir"]).parent / name
    conf = folder / "conf"
    conf.mkdir(parents=True, exist_ok=True)
    for source in SOLR_SOURCES.iterdir():
        if source.name != "core.properties":
            shutil.copy(source, conf / source.name)
    shutil.copy(CKAN_SCHEMA, conf / "schema.xml")
    _admin(base, action="CREATE", name=name, instanceDir=str(folder))
    try:
        yield f"{base}/{name}"
    finally:
        _admin(base, action="UNLOAD", core=name, deleteInstanceDir="true")


def _admin(base: str, **parameters: str) -> Any:
    query = urllib.parse.urlencode(parameters | {"wt": "json"})
    with urllib.request.urlopen(f"{base}/admin/cores?{query}", timeout=60) as answer:
        return json.load(answer)
