"""bin/up: from a clean clone to a portal that answers."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from . import environment
from .environment import Need
from .places import SHARED, VENV, Places, places_of
from .progress import Shell, only_one, run_steps
from .settings import PortKeeper, load, state_folder

HELP = """\
Bring the portal up: install what is missing, start its services, load its data. Run again, it
restarts in seconds and loses nothing.

Settings, as environment variables; kept in settings.env of the state folder once given:
  TERRITOIRES_STATE      folder of the state, relative to the checkout (var; not kept)
  TERRITOIRES_PORT       port of the site (5000, or the next free one)
  TERRITOIRES_SOLR_PORT  port of Solr (8983, or the next free one)
  TERRITOIRES_SITE_URL   address that people use (http://127.0.0.1:PORT)
  TERRITOIRES_DEMO       "no" to load no demonstration data (yes)
"""


def main(arguments: Sequence[str]) -> int:
    """Run bin/up with ``arguments``; return the exit status."""
    options = _parse(arguments)
    places = places_of(state_folder(os.environ))
    if options.status:
        return _status(places)
    with only_one(places.state / "bin-up.lock") as lock:
        shell = Shell(places.logs / "up.log", lock)
        if options.stop:
            return _stop(places)
        if options.reset:
            return _reset(places, sure=options.yes)
        prepare_python(shell, Need.SERVICES)
        return _up(places, shell)


def prepare_python(shell: Shell, need: Need, *, tools: bool = False) -> None:
    """Make the Python environment, then go on in it: this process is replaced by one there."""
    if in_environment():
        return
    steps = [
        environment.system_step(shell, need),
        *environment.python_steps(shell, tools=tools),
    ]
    run_steps(steps, SHARED / "done")
    enter_environment()


def in_environment() -> bool:
    """Tell whether this process runs in the project's own Python environment."""
    return os.path.realpath(sys.prefix) == os.path.realpath(VENV)


def enter_environment() -> None:
    """Start over in the project's own Python environment."""
    python = VENV / "bin" / "python"
    os.execv(python, [str(python), "-m", "stack", *sys.argv[1:]])


def _up(places: Places, shell: Shell) -> int:
    from .services import Supervisor
    from .stack import Stack

    keeper = PortKeeper.empty()
    running = Supervisor(places).found_running()
    settings, told = load(places.state, os.environ, keeper, running)
    for line in told:
        print(line)
    stack = Stack.describe(places, settings)
    steps = stack.steps(shell, keeper) + stack.content_steps(shell) + [stack.front_step(keeper)]
    stack.run(steps)
    print(stack.farewell())
    return 0


def _status(places: Places) -> int:
    _need_environment()
    from .report import describe, weights
    from .services import Supervisor

    supervisor = Supervisor(places)
    if not supervisor.is_running:
        print(f"The stack of {places.state} is not running")
        return 3
    info = supervisor.all_info()
    for one in info:
        print(f"{one['name']:<10} {one['statename']:<10} {one['description']}")
    print(f"Memory: {describe(weights((one['name'], one['pid']) for one in info))}")
    return 0


def _stop(places: Places) -> int:
    _need_environment()
    from .services import Supervisor

    Supervisor(places).stop_daemon()
    print(f"The stack of {places.state} is stopped")
    return 0


def _reset(places: Places, *, sure: bool) -> int:
    _need_environment()
    from . import stack
    from .services import Supervisor

    if not sure and not _confirmed(places):
        print("Nothing was changed")
        return 1
    Supervisor(places).stop_daemon()
    stack.remove(places)
    print(f"{places.state} is as new: bin/up starts over")
    return 0


def _confirmed(places: Places) -> bool:
    question = (
        f"This stops the portal of {places.state} and erases all of its content: database, "
        "files, index, accounts, secrets. Type 'erase' to go on: "
    )
    try:
        return input(question).strip() == "erase"
    except EOFError:
        return False


def _need_environment() -> None:
    if not in_environment() and (VENV / "bin" / "python").exists():
        enter_environment()


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/up", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--stop", action="store_true", help="stop all services")
    action.add_argument("--reset", action="store_true", help="erase the content (asks first)")
    action.add_argument("--status", action="store_true", help="say what runs and what it takes")
    parser.add_argument("--yes", action="store_true", help="with --reset: do not ask")
    return parser.parse_args(arguments)
