"""One stack: its services, and the steps that bring it up."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import credentials, database, queue_server, report, search_engine
from .catalogue import ADMIN, Catalogue
from .places import CONFIG, SHARED, VENV, Places, make_folders
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
        make_folders(places)
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
        solr_inputs = search_engine.program_inputs
        return [
            Step("Solr", lambda: search_engine.fetch_jars(shell), solr_inputs, shared=True),
            Step("Solr schema", self._write_solr_home, _schema_inputs),
            Step("Database files", lambda: base.create_files(shell)),
            Step("Configuration", site.write_ini),
            Step("Database, queue, search engine", lambda: self._start_backstage(keeper)),
            Step("Database", base.create_database),
            Step("Migrations", lambda: site.migrate(shell), site.migration_inputs),
            Step("Translations", lambda: site.translate_scripts(shell), site.translation_inputs),
            Step("Design system", lambda: site.fetch_dsfr(shell), site.dsfr_inputs, shared=True),
            Step("Search index", lambda: site.reindex(shell), _schema_inputs),
        ]

    def content_steps(self, shell: Shell) -> list[Step]:
        """Return the steps that fill a new site; each is for once, but for a new reference."""
        site = self.catalogue
        steps = [
            Step("Administrator", lambda: site.create_admin(shell), lambda: ADMIN),
            Step("Territories", lambda: site.apply_reference(shell), site.reference_inputs),
        ]
        if self.settings.demo:
            # Once only: what people changed in it since is theirs.
            steps += [
                Step("Demonstration", lambda: site.load_demo(shell), lambda: "loaded"),
                Step("Figures of the demonstration", lambda: site.load_figures(shell), lambda: "1"),
            ]
        return steps

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
        return "\n".join(
            [
                f"\nThe portal is at {self.settings.site_url}",
                *self.catalogue.accounts(),
                f"Memory: {report.describe(weights)}",
                f"Passwords are kept in {self.places.state / credentials.FILE_NAME}",
            ]
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
    for path in places.state.iterdir() if places.state.exists() else ():
        if path in {VENV, SHARED} or path.name == "bin-up.lock" or _is_state(path):
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_state(folder: Path) -> bool:
    """Tell whether ``folder`` is the state of another stack, kept inside of this one."""
    return (folder / "settings.env").exists()


def _schema_inputs() -> str:
    sources = [search_engine.SOURCES / "derive_schema.py", search_engine.SOURCES / "core"]
    return digest(CONFIG / "requirements.lock", *sources)
