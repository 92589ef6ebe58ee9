"""Steps: skipped when done, run again when they failed or when what they depend on changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from stack.progress import Shell, Step, StepError, digest, run_steps
from stack.text_files import read_pairs, write_atomically


@pytest.fixture
def runs() -> list[str]:
    return []


def step(runs: list[str], inputs: str | None) -> Step:
    return Step("A step", lambda: runs.append("run"), None if inputs is None else lambda: inputs)


def test_a_step_is_run_once_for_the_same_inputs(tmp_path: Path, runs: list[str]) -> None:
    for inputs in ("one", "one", "two", "two"):
        run_steps([step(runs, inputs)], tmp_path)
    assert len(runs) == 2


def test_a_step_without_inputs_is_always_run(tmp_path: Path, runs: list[str]) -> None:
    run_steps([step(runs, None)], tmp_path)
    run_steps([step(runs, None)], tmp_path)
    assert len(runs) == 2


def test_a_step_that_failed_is_run_again(tmp_path: Path, runs: list[str]) -> None:
    def fail() -> None:
        raise StepError("no")

    run_steps([step(runs, "one")], tmp_path)
    with pytest.raises(StepError):
        run_steps([Step("A step", fail, lambda: "two")], tmp_path)
    run_steps([step(runs, "one")], tmp_path)
    assert len(runs) == 2


def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    lock = os.open(tmp_path / "lock", os.O_CREAT)
    shell = Shell(tmp_path / "log", lock)
    with pytest.raises(StepError, match="the reason"):
        shell.run(["sh", "-c", "echo the reason; exit 3"])
    os.close(lock)


def test_a_digest_follows_the_contents(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("one")
    before = digest(tmp_path, "text")
    file.write_text("two")
    assert digest(tmp_path, "text") != before


def test_a_secret_file_is_never_readable_by_others(tmp_path: Path) -> None:
    path = tmp_path / "secrets.env"
    write_atomically(path, "NAME=a=b\n", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_pairs(path) == {"NAME": "a=b"}
    assert list(tmp_path.iterdir()) == [path]
