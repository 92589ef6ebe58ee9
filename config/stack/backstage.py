"""Stacks for tests and benchmarks: services alone, or a whole site with the demonstration."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from .places import places_of
from .progress import Shell
from .services import Supervisor
from .settings import PortKeeper, load
from .stack import Stack, remove

# Apart from those of bin/up, so that a portal started later finds its own ports free.
FIRST_PORTS = {"TERRITOIRES_PORT": 5600, "TERRITOIRES_SOLR_PORT": 9083}


@contextlib.contextmanager
def private_stack(state: Path, lock: int, *, keep: bool = False) -> Iterator[Stack]:
    """Bring up PostgreSQL, Valkey, Solr and an empty migrated CKAN in ``state``; end them after.

    Nothing in it survives a power cut: it is made for speed. With ``keep`` it is left running.
    """
    stack, keeper = _describe(state)
    try:
        stack.run(stack.steps(_shell(stack, lock), keeper))
        yield stack
    finally:
        if not keep:
            stack.supervisor.stop_daemon()


@contextlib.contextmanager
def demonstration_site(state: Path, lock: int, *, keep: bool = False) -> Iterator[Stack]:
    """Bring up a new site with the demonstration in ``state``; end it after.

    With ``keep`` it is left running, and found again with what was done to it.
    """
    stack, keeper = _describe(state)
    if not keep:
        stack.supervisor.stop_daemon()
        remove(stack.places)
        stack, keeper = _describe(state)
    shell = _shell(stack, lock)
    steps = [*stack.steps(shell, keeper), *stack.content_steps(shell), stack.front_step(keeper)]
    try:
        stack.run(steps)
        yield stack
    finally:
        if not keep:
            stack.supervisor.stop_daemon()


def _describe(state: Path) -> tuple[Stack, PortKeeper]:
    places = places_of(state)
    keeper = PortKeeper.empty()
    running = Supervisor(places).found_running()
    if not running:
        # Nobody knows these ports by heart: a taken one is simply not taken again.
        (places.state / "settings.env").unlink(missing_ok=True)
    settings, _ = load(places.state, {}, keeper, running, FIRST_PORTS)
    return Stack.describe(places, settings, durable=False), keeper


def _shell(stack: Stack, lock: int) -> Shell:
    return Shell(stack.places.logs / "up.log", lock)
