"""Steps that say what they do, are skipped when done, and can be killed at any point."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .places import SHARED
from .text_files import write_atomically

LOG_LINES_SHOWN = 25


class StepError(Exception):
    """A step failed; the message says what a person can do."""


@dataclass(frozen=True)
class Step:
    """One step: ``run`` brings the stack to what ``inputs`` describe, and may be run again.

    With ``inputs`` the step is skipped when the last run that ended well had the same ones.
    A ``shared`` step serves every stack of the checkout.
    """

    title: str
    run: Callable[[], None]
    inputs: Callable[[], str] | None = None
    shared: bool = False


def run_steps(steps: Sequence[Step], stamps: Path) -> None:
    """Run ``steps`` in order, one line each; ``stamps`` is where it is noted that one is done."""
    for number, step in enumerate(steps, start=1):
        head = f"[{number:2}/{len(steps)}] {step.title:<40}"
        with _clock(head) as started:
            done = _run_shared(step) if step.shared else _run_unless_done(step, stamps)
        _say(f"{head}{time.monotonic() - started:6.1f} s{'' if done else '  (already done)'}")


@contextlib.contextmanager
def _clock(head: str) -> Iterator[float]:
    """Show the seconds that pass, in a terminal; yield the time of the start."""
    started = time.monotonic()
    ended = threading.Event()

    def tick() -> None:
        while not ended.wait(1):
            _say(f"\r{head}{time.monotonic() - started:6.0f} s", end="")

    if not sys.stdout.isatty():
        yield started
        return
    _say(head, end="")
    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield started
    finally:
        ended.set()
        ticker.join()
        _say("\r", end="")


def _run_shared(step: Step) -> bool:
    stamps = SHARED / "done"
    if _is_done(step, stamps):
        return False
    # Two stacks of a checkout must not install at the same time: the second finds it done.
    with only_one(SHARED / f"{_slug(step)}.lock"):
        return _run_unless_done(step, stamps)


def _run_unless_done(step: Step, stamps: Path) -> bool:
    if _is_done(step, stamps):
        return False
    inputs = step.inputs() if step.inputs else ""
    # No stamp while it runs: killed half-way, the step starts over.
    stamp = stamps / _slug(step)
    stamp.unlink(missing_ok=True)
    step.run()
    if inputs:
        write_atomically(stamp, inputs)
    return True


def _is_done(step: Step, stamps: Path) -> bool:
    stamp = stamps / _slug(step)
    if step.inputs is None or not stamp.exists():
        return False
    return stamp.read_text(encoding="utf-8") == step.inputs()


def _slug(step: Step) -> str:
    return re.sub(r"\W+", "-", step.title.lower())


def digest(*parts: str | Path) -> str:
    """Return one hash for texts, and for the contents of files and folders that exist."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            total.update(part.encode())
            continue
        files = sorted(part.rglob("*")) if part.is_dir() else [part]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                total.update(file.name.encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[int]:
    """Hold the lock file ``path``, waiting for whoever has it; yield its descriptor.

    Commands inherit the descriptor: when this process is killed, the next one waits for the
    command that it left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say(f"Another run is at work in {path.parent}: waiting for it")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Shell:
    """Runs commands with their output in ``log``; ``lock`` is inherited by them."""

    log: Path
    lock: int

    def run(
        self,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        as_user: str | None = None,
    ) -> None:
        """Run ``command`` to its end. Raises StepError with the end of its output if it fails."""
        words = [str(word) for word in command]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("a+", encoding="utf-8", errors="replace") as log:
            log.write(f"\n$ {' '.join(words)}\n")
            log.flush()
            start = log.tell()
            outcome = subprocess.run(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=_environment(environment),
                cwd=folder,
                user=as_user,
                group=as_user,
                extra_groups=None if as_user is None else [],
                pass_fds=(self.lock,),
                check=False,
            )
            if outcome.returncode:
                log.seek(start)
                tail = "".join(log.readlines()[-LOG_LINES_SHOWN:])
                raise StepError(f"{words[0]} failed ({outcome.returncode}):\n{tail}\n{self.log}")


def _environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return kept | dict(extra or {})


def _say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()
