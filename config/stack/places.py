"""Where a stack keeps its files."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
CONFIG = CHECKOUT / "config"
# What every stack of the checkout shares: programs, no content.
SHARED = CHECKOUT / "var" / "programs"
VENV = CHECKOUT / "var" / "venv"

# A unix socket's path holds 107 bytes; PostgreSQL's own name, and a margin, are taken off.
LONGEST_SOCKET_FOLDER = 107 - len("/database/.s.PGSQL.5432.lock") - 5
# Not tempfile's folder: TMPDIR may differ from one run to the next.
SHORT_FOLDER = Path("/tmp")


@dataclass(frozen=True)
class Places:
    """The folders of one stack: ``state`` holds everything but sockets and, at times, the database.

    ``sockets`` is short enough for unix sockets; ``database`` is a folder that PostgreSQL's
    system user can reach, which a checkout under a closed folder is not.
    """

    state: Path
    sockets: Path
    database: Path

    @property
    def ini(self) -> Path:
        """The generated CKAN configuration."""
        return self.state / "ckan.ini"

    @property
    def logs(self) -> Path:
        """One log a service, and that of bin/up itself."""
        return self.state / "log"

    @property
    def storage(self) -> Path:
        """The files that people upload."""
        return self.state / "storage"

    @property
    def valkey(self) -> Path:
        """What Valkey keeps."""
        return self.state / "valkey"

    @property
    def solr_home(self) -> Path:
        """Solr's home: its core, schema and index."""
        return self.state / "solr"

    @property
    def database_socket(self) -> Path:
        """The folder of PostgreSQL's socket."""
        base = self.sockets if self.database.is_relative_to(self.state) else self.database.parent
        return base / "database"

    @property
    def valkey_socket(self) -> Path:
        """The socket of Valkey."""
        return self.sockets / "valkey.sock"

    @property
    def supervisor_socket(self) -> Path:
        """The socket of the process manager."""
        return self.sockets / "supervisor.sock"


def places_of(state: Path) -> Places:
    """Return the places of the stack kept in ``state``, creating none of them."""
    state = state.resolve()
    sockets = state / "run"
    if len(os.fsencode(sockets)) > LONGEST_SOCKET_FOLDER:
        sockets = SHORT_FOLDER / f"territoires-{os.getuid()}-{_digest(state)}"
    database = state / "database" / "data"
    if os.getuid() == 0 and not reachable(state):
        database = Path("/var/lib/territoires") / _digest(state) / "data"
    return Places(state=state, sockets=sockets, database=database)


def reachable(folder: Path) -> bool:
    """Tell whether any system user may walk down to ``folder``, created or not."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in folder.parents if parent.exists())


def packaged(name: str) -> Path:
    """Return the folder of the installed package ``name``.

    Raises FileNotFoundError when it is not in the environment.
    """
    found = sorted(VENV.glob(f"lib/python3*/site-packages/{name}"))
    if not found:
        raise FileNotFoundError(f"{name} is not installed in {VENV}")
    return found[-1]


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]


def make_folders(places: Places) -> None:
    """Create the folders that hold content, closed to others; that of the sockets can be crossed.

    Raises PermissionError when someone else has a folder where the sockets would go.
    """
    for folder in (places.logs, places.storage, places.solr_home, places.valkey):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    places.sockets.mkdir(parents=True, exist_ok=True)
    if places.sockets.stat().st_uid != os.getuid():
        raise PermissionError(f"{places.sockets} belongs to another user")
    places.sockets.chmod(0o711)
