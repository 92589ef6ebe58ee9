"""``python -m stack up|test|bench``: what bin/ calls."""

from __future__ import annotations

import sys

from . import up
from .progress import StepError
from .settings import BusyPortError


def _test(arguments: list[str]) -> int:
    from . import testing

    return testing.main(arguments)


def _bench(arguments: list[str]) -> int:
    from . import benchmarking

    return benchmarking.main(arguments)


COMMANDS = {"up": up.main, "test": _test, "bench": _bench}


def main() -> int:
    """Run the command named first; return the exit status."""
    name, *arguments = sys.argv[1:]
    try:
        return COMMANDS[name](arguments)
    except (StepError, BusyPortError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: run the same command again to go on.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
