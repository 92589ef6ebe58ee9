"""What a person may choose: environment variables, kept in the state folder after the first run."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .places import CHECKOUT
from .text_files import read_pairs, write_atomically

HOST = "127.0.0.1"
FIRST_PORTS = {"TERRITOIRES_PORT": 5000, "TERRITOIRES_SOLR_PORT": 8983}
# Ports that nobody types: one that is taken later gives way too.
INTERNAL = frozenset({"TERRITOIRES_SOLR_PORT"})
KEPT_NAMES = (*FIRST_PORTS, "TERRITOIRES_SITE_URL", "TERRITOIRES_DEMO")
PORTS_TRIED = 200


class BusyPortError(Exception):
    """A port that was asked for is taken by another program."""


@dataclass(frozen=True)
class Settings:
    """The settings of one stack."""

    port: int
    solr_port: int
    site_url: str
    demo: bool


@dataclass
class PortKeeper:
    """Holds free ports from the moment they are chosen until their service is about to start.

    A socket that listens is what stops two stacks that start at the same time from choosing the
    same port.
    """

    held: dict[int, socket.socket]

    @classmethod
    def empty(cls) -> PortKeeper:
        """Return a keeper that holds nothing."""
        return cls({})

    def hold(self, port: int) -> bool:
        """Take ``port``; False when another program has it."""
        if port in self.held:
            return True
        candidate = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # Without it, a connection that closed a minute ago counts as another program.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
            candidate.listen(1)
        except OSError:
            candidate.close()
            return False
        self.held[port] = candidate
        return True

    def hold_next(self, port: int) -> int:
        """Take the first free port from ``port`` on and return it."""
        for candidate in range(port, port + PORTS_TRIED):
            if candidate not in self.held and self.hold(candidate):
                return candidate
        raise BusyPortError(f"no free port between {port} and {port + PORTS_TRIED - 1}")

    def release(self, port: int) -> None:
        """Give ``port`` up, for its service to take it at once."""
        held = self.held.pop(port, None)
        if held is not None:
            held.close()


def state_folder(environment: Mapping[str, str]) -> Path:
    """Return the state folder: TERRITOIRES_STATE, relative to the checkout, or ``var``."""
    return (CHECKOUT / environment.get("TERRITOIRES_STATE", "var")).resolve()


def load(
    state: Path,
    environment: Mapping[str, str],
    keeper: PortKeeper,
    running: bool,
    first_ports: Mapping[str, int] = FIRST_PORTS,
) -> tuple[Settings, list[str]]:
    """Settle and keep the settings of the stack in ``state``; also return what to tell about them.

    The environment wins over what was kept, which wins over the defaults. A default port that is
    taken gives way to the next free one; a port that was asked for, or a kept one that people
    know, does not: it raises BusyPortError. With ``running`` the stack itself has the kept ports.
    """
    kept = read_pairs(state / "settings.env")
    asked = {name: environment[name] for name in KEPT_NAMES if environment.get(name)}
    told: list[str] = []
    values = kept | asked
    for name, first in first_ports.items():
        ours = running and name in kept and kept[name] == values[name]
        if ours:
            continue
        values[name] = str(_settle_port(name, first, kept, asked, keeper, told))
    write_atomically(state / "settings.env", "".join(f"{k}={v}\n" for k, v in values.items()))
    port = int(values["TERRITOIRES_PORT"])
    settings = Settings(
        port=port,
        solr_port=int(values["TERRITOIRES_SOLR_PORT"]),
        site_url=values.get("TERRITOIRES_SITE_URL", f"http://{HOST}:{port}"),
        demo=values.get("TERRITOIRES_DEMO", "yes") != "no",
    )
    return settings, told


def _settle_port(
    name: str,
    first: int,
    kept: Mapping[str, str],
    asked: Mapping[str, str],
    keeper: PortKeeper,
    told: list[str],
) -> int:
    wanted = asked.get(name) or kept.get(name)
    if wanted is None or (name not in asked and name in INTERNAL):
        preferred = int(wanted or first)
        port = keeper.hold_next(preferred)
        if port != preferred:
            told.append(f"port {preferred} is taken by another program: using {port} ({name})")
        return port
    if not wanted.isdigit() or not 0 < int(wanted) < 65536:
        raise BusyPortError(f"{name}={wanted} is not a port: give a number from 1 to 65535")
    if not keeper.hold(int(wanted)):
        origin = "was asked for" if name in asked else "is kept in settings.env"
        raise BusyPortError(
            f"port {wanted} ({name}) {origin} but another program has it: end that program, "
            f"or run again with another port, for instance {name}={int(wanted) + 1}"
        )
    return int(wanted)
