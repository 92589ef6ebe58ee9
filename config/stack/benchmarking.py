"""bin/bench: the benchmarks, each on services of their own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence

from .backstage import private_stack
from .environment import Need
from .places import CHECKOUT, VENV
from .progress import Shell, StepError, only_one
from .up import prepare_python

BENCHMARKS = CHECKOUT / "benchmarks"
HELP = """\
usage: bin/bench [NAME ...]

Runs benchmarks/NAME.py, or all of them, on a PostgreSQL, Valkey and Solr of their own. Each line
`bench NAME METRIC VALUE LIMIT ok|short` is one measure; the exit status is 1 when one is short.

Environment:
  TERRITOIRES_BENCH_STATE  folder of the services (var/bench)
  TERRITOIRES_KEEP=1       leave the services up, with what the benchmark loaded
"""
MEASURE = re.compile(r"^bench (?P<name>\S+) .* (?P<verdict>ok|short)$")


def main(arguments: Sequence[str]) -> int:
    """Run bin/bench with ``arguments``; return the exit status."""
    if {"-h", "--help"} & set(arguments):
        print(HELP)
        return 0
    names = list(arguments) or available()
    unknown = sorted(set(names) - set(available()))
    if unknown:
        raise StepError(f"no benchmark {', '.join(unknown)}: there are {', '.join(available())}")
    state = CHECKOUT / os.environ.get("TERRITOIRES_BENCH_STATE", "var/bench")
    keep = os.environ.get("TERRITOIRES_KEEP") == "1"
    with only_one(state / "bin-up.lock") as lock:
        prepare_python(Shell(state / "log" / "bench.log", lock), Need.SERVICES, tools=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        with private_stack(state, lock, keep=keep) as stack:
            environment = _environment(str(stack.places.ini))
            short = [name for name in names if not _passes(name, environment)]
    print(f"{len(names) - len(short)} benchmarks passed, short: {', '.join(short) or 'none'}")
    return 1 if short else 0


def available() -> list[str]:
    """Return the names of the benchmarks: a module that starts with ``_`` is not one."""
    return sorted(path.stem for path in BENCHMARKS.glob("[!_]*.py"))


def _environment(ini: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    # The module is run from the checkout, and may import the stack to start a web process.
    paths = os.pathsep.join([str(CHECKOUT), str(CHECKOUT / "config")])
    return kept | {"CKAN_INI": ini, "PYTHONPATH": paths}


def _passes(name: str, environment: dict[str, str]) -> bool:
    """Run one benchmark; it passes when it ends well, with measures, none of them short."""
    command = [VENV / "bin" / "python", "-c", f"from benchmarks.{name} import main; main()"]
    verdicts: list[str] = []
    with subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            if found := MEASURE.match(line.strip()):
                verdicts.append(found["verdict"])
    return process.returncode == 0 and bool(verdicts) and "short" not in verdicts
