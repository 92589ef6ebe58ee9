"""CKAN itself: its configuration, its commands, its web process and its worker."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from . import queue_server, search_engine
from .database import Database
from .places import CHECKOUT, CONFIG, SHARED, VENV, Places
from .progress import Shell, digest
from .services import Service
from .settings import HOST, Settings
from .site_ini import MIGRATED_PLUGINS, PLUGINS, Addresses, render
from .text_files import write_atomically

ADMIN = "admin"
DSFR = SHARED / "dsfr"


@dataclass(frozen=True)
class Catalogue:
    """CKAN on the services of one stack."""

    places: Places
    settings: Settings
    secrets: Mapping[str, str]
    database: Database

    def write_ini(self) -> None:
        """Write the configuration from its template, readable by its owner only."""
        addresses = Addresses(
            site_url=self.settings.site_url,
            database_url=self.database.url,
            solr_url=search_engine.url(self.settings.solr_port),
            redis_url=queue_server.url(self.places),
            storage=str(self.places.storage),
            webassets=str(self.places.state / "webassets"),
            dsfr=str(DSFR),
        )
        write_atomically(self.places.ini, render(addresses, self.secrets), mode=0o600)

    def migrate(self, shell: Shell) -> None:
        """Bring the tables of CKAN and of each plugin to their last migration."""
        self.command(shell, "db", "upgrade")
        for plugin in MIGRATED_PLUGINS:
            self.command(shell, "db", "upgrade", "-p", plugin)

    def migration_inputs(self) -> str:
        """Return what decides which migrations exist."""
        ours = CHECKOUT / "ckanext" / "territoires" / "migration"
        return digest(CONFIG / "requirements.lock", ours, *PLUGINS)

    def translate_scripts(self, shell: Shell) -> None:
        """Write the messages of the scripts where the pages read them."""
        self.command(shell, "translation", "js")

    def translation_inputs(self) -> str:
        """Return what decides the messages of the scripts."""
        ours = CHECKOUT / "ckanext" / "territoires" / "i18n"
        return digest(CONFIG / "requirements.lock", ours)

    def create_admin(self, shell: Shell) -> None:
        """Make the first administrator, unless it exists."""
        script = [VENV / "bin" / "python", CONFIG / "create_admin.py", ADMIN]
        shell.run(script, environment={**self.secrets, "CKAN_INI": str(self.places.ini)})

    def apply_reference(self, shell: Shell) -> None:
        """Bring the index to the territory reference of the code: only what it changes."""
        self.command(shell, "territoires", "reference", "apply")

    def reference_inputs(self) -> str:
        """Return what decides which territory reference is in force."""
        return digest(CHECKOUT / "ckanext" / "territoires" / "territory" / "data")

    def fetch_dsfr(self, shell: Shell) -> None:
        """Fetch the files of the State's design system."""
        self.command(shell, "territoires", "dsfr", "fetch")

    def dsfr_inputs(self) -> str:
        """Return what decides which release of the design system is needed."""
        return digest(CHECKOUT / "ckanext" / "territoires" / "dsfr" / "release.py")

    def load_demo(self, shell: Shell) -> None:
        """Load the demonstration: services, accounts, datasets."""
        self.command(shell, "territoires", "demo", "load")

    def load_figures(self, shell: Shell) -> None:
        """Read every file of figures now, so that the portal opens with its portraits."""
        self.command(shell, "territoires", "load", "--all")

    def accounts(self) -> list[str]:
        """Return one line for each account that a new site has, with its password."""
        password = self.secrets["TERRITOIRES_ADMIN_PASSWORD"]
        lines = [f"  {ADMIN:<24} {password}  administrator"]
        if self.settings.demo:
            lines += [
                f"  {name:<24} {self.secrets['TERRITOIRES_DEMO_PASSWORD']}  {fullname}"
                for name, fullname in _demo_accounts()
            ]
        return lines

    def reindex(self, shell: Shell) -> None:
        """Build the search index again from the database."""
        self.command(shell, "search-index", "rebuild")

    def command(self, shell: Shell, *words: str) -> None:
        """Run one ``ckan`` command with this stack's configuration and secrets."""
        ckan = [VENV / "bin" / "ckan", "-c", self.places.ini]
        shell.run([*ckan, *words], environment=self.secrets, folder=CHECKOUT)

    def web(self) -> Service:
        """Return the web process as a service."""
        return Service(
            name="web",
            command=[VENV / "bin" / "gunicorn", "--config", CONFIG / "gunicorn.conf.py"],
            answers=self.answers,
            environment=self._environment() | {"TERRITOIRES_BIND": f"{HOST}:{self.settings.port}"},
            stop_seconds=30,
        )

    def worker(self) -> Service:
        """Return the worker of background jobs as a service."""
        return Service(
            name="worker",
            command=[VENV / "bin" / "ckan", "-c", self.places.ini, "jobs", "worker"],
            answers=lambda: True,
            environment=self._environment(),
            stop_seconds=60,
        )

    def answers(self) -> bool:
        """Tell whether the site answers its API."""
        address = f"http://{HOST}:{self.settings.port}/api/3/action/status_show"
        try:
            with urllib.request.urlopen(address, timeout=20) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _environment(self) -> dict[str, str]:
        return {
            "CKAN_INI": str(self.places.ini),
            "LC_ALL": "C.UTF-8",
            "HOME": str(Path.home()),
        }


def _demo_accounts() -> list[tuple[str, str]]:
    import yaml

    accounts = yaml.safe_load((CHECKOUT / "demo" / "accounts.yaml").read_text(encoding="utf-8"))
    return [(one["name"], one["fullname"]) for one in accounts if one["name"] != ADMIN]
