"""Reindexing in a process of its own: two sites cannot share one.

Run as a module it reads, on each line of its input, a JSON list of ids of datasets, indexes them
and answers with an empty line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


class Reindexer:
    """Rebuilds the index of some datasets under a given configuration."""

    def __init__(self, ini: Path) -> None:
        """Describe the process; it starts with the context."""
        self._ini = ini
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Reindexer:
        """Start the process and wait until it has loaded CKAN."""
        with (self._ini.parent / "log" / f"reindex-{self._ini.stem}.log").open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__],
                env={**os.environ, "CKAN_INI": str(self._ini)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.run([])
        return self

    def run(self, ids: list[str]) -> None:
        """Rebuild the index of these datasets, commit included.

        Raises:
            RuntimeError: the process ended; its log says why.

        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RuntimeError("not started")
        process.stdin.write(json.dumps(ids) + "\n")
        process.stdin.flush()
        if not process.stdout.readline():
            raise RuntimeError(f"reindexing under {self._ini} ended")

    def __exit__(self, *_error: Any) -> None:
        """End the process."""
        if self._process:
            self._process.terminate()
            self._process.communicate()


def _serve() -> None:
    from ckan.lib import search

    from .site import opened

    answers = os.fdopen(os.dup(1), "w")
    # What CKAN prints is not an answer.
    os.dup2(2, 1)
    with opened(Path(os.environ["CKAN_INI"])):
        for line in sys.stdin:
            search.rebuild(package_ids=json.loads(line))
            search.commit()
            print(file=answers, flush=True)


if __name__ == "__main__":
    _serve()
