"""A stack without a site: the services that tests and benchmarks run on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from .places import places_of
from .progress import Shell
from .services import Supervisor
from .settings import PortKeeper, load
from .stack import Stack

# Apart from those of bin/up, so that a portal started later finds its own ports free.
FIRST_PORTS = {"TERRITOIRES_PORT": 5600, "TERRITOIRES_SOLR_PORT": 9083}


@contextlib.contextmanager
def private_stack(state: Path, lock: int, *, keep: bool = False) -> Iterator[Stack]:
    """Bring up PostgreSQL, Valkey, Solr and an empty migrated CKAN in ``state``; end them after.

    Nothing in it survives a power cut: it is made for speed. With ``keep`` it is left running.
    """
    places = places_of(state)
    keeper = PortKeeper.empty()
    running = Supervisor(places).is_running
    settings, _ = load(places.state, {}, keeper, running, FIRST_PORTS)
    stack = Stack.describe(places, settings, durable=False)
    try:
        stack.run(stack.steps(Shell(places.logs / "up.log", lock), keeper))
        yield stack
    finally:
        if not keep:
            stack.supervisor.stop_daemon()
