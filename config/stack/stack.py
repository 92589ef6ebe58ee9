"""One stack: its services, and the steps that bring it up."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from . import credentials, database, queue_server, report, search_engine
from .catalogue import ADMIN, Catalogue
from .places import CONFIG, SOLR_PROGRAM, VENV, Places, make_sockets_folder
from .progress import Shell, Step, digest, run_steps
from .services import Service, Supervisor
from .settings import PortKeeper, Settings

BACKSTAGE = ("database", "valkey", "solr")
FRONT = ("web", "worker")


@dataclass(frozen=True)
class Stack:
    """The services of one state folder; ``durable`` is off for tests and benchmarks."""

    places: Places
    settings: Settings
    catalogue: Catalogue
    supervisor: Supervisor
    services: dict[str, Service]
    durable: bool

    @classmethod
    def describe(cls, places: Places, settings: Settings, *, durable: bool = True) -> Stack:
        """Return the stack of ``places``, writing its secrets if it has none yet."""
        base = database.Database(places, durable=durable)
        catalogue = Catalogue(places, settings, credentials.load(places.state), base)
        make_sockets_folder(places)
        services = (
            base.service(),
            queue_server.service(places, durable=durable),
            search_engine.service(places, settings.solr_port),
            catalogue.web(),
            catalogue.worker(),
        )
        by_name = {service.name: service for service in services}
        return cls(places, settings, catalogue, Supervisor(places), by_name, durable)

    def steps(self, shell: Shell, keeper: PortKeeper) -> list[Step]:
        """Return the steps from an installed environment to services with an up-to-date site."""
        base, site = self.catalogue.database, self.catalogue
        return [
            Step("Solr", lambda: search_engine.fetch_jars(shell), _solr_program_inputs),
            Step("Solr schema", self._write_solr_home, _schema_inputs),
            Step("Database files", lambda: base.create_files(shell)),
            Step("Configuration", site.write_ini),
            Step("Database, queue, search engine", lambda: self._start_backstage(keeper)),
            Step("Database", base.create_database),
            Step("Migrations", lambda: site.migrate(shell), site.migration_inputs),
            Step("Search index", lambda: site.reindex(shell), _schema_inputs),
        ]

    def content_steps(self, shell: Shell) -> list[Step]:
        """Return the steps that fill a new site."""
        return [Step("Administrator", lambda: self.catalogue.create_admin(shell), lambda: ADMIN)]

    def front_step(self, keeper: PortKeeper) -> Step:
        """Return the step that starts, or starts again, the web process and the worker."""
        return Step("Web process and worker", lambda: self._restart_front(keeper))

    def run(self, steps: Sequence[Step]) -> None:
        """Run ``steps``, remembering in the state folder those that need not be run again."""
        run_steps(steps, self.places.state / "done")

    def farewell(self) -> str:
        """Return what to tell the person when all is up."""
        info = self.supervisor.all_info()
        weights = report.weights((one["name"], one["pid"]) for one in info)
        return (
            f"\nThe portal is at {self.settings.site_url}\n"
            f"Memory: {report.describe(weights)}\n"
            f"Administrator: {ADMIN}, password "
            f"{self.catalogue.secrets['TERRITOIRES_ADMIN_PASSWORD']}\n"
        )

    def _write_solr_home(self) -> None:
        search_engine.write_home(self.places)
        # A running core has read the former schema.
        if self.supervisor.is_running:
            self.supervisor.stop("solr")

    def _start_backstage(self, keeper: PortKeeper) -> None:
        self.places.logs.mkdir(parents=True, exist_ok=True)
        self.supervisor.start_daemon(list(self.services.values()))
        keeper.release(self.settings.solr_port)
        for name in BACKSTAGE:
            self.supervisor.start(self.services[name])

    def _restart_front(self, keeper: PortKeeper) -> None:
        for name in FRONT:
            self.supervisor.stop(name)
        keeper.release(self.settings.port)
        for name in FRONT:
            self.supervisor.start(self.services[name])


def remove(places: Places) -> None:
    """Remove what a stack keeps. The environment and Solr's jars stay: they are not content."""
    database.remove(places)
    if places.sockets.exists():
        shutil.rmtree(places.sockets)
    shared = {VENV, SOLR_PROGRAM}
    for path in places.state.iterdir() if places.state.exists() else ():
        if path in shared or path.name == "bin-up.lock":
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _schema_inputs() -> str:
    sources = [search_engine.SOURCES / "derive_schema.py", search_engine.SOURCES / "core"]
    return digest(CONFIG / "requirements.lock", *sources)


def _solr_program_inputs() -> str:
    names = ("pom.xml", "jars.sha256", "SolrServer.java")
    return digest(*(search_engine.SOURCES / name for name in names), sys.platform)
