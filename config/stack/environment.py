"""System packages and the Python environment, made by a bare Python."""

from __future__ import annotations

import enum
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from .places import CHECKOUT, CONFIG, VENV
from .progress import Shell, Step, StepError, digest

APT_QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


@dataclass(frozen=True)
class SystemNeed:
    """Something that Debian provides, and how to see that it is there."""

    package: str
    present: Callable[[], bool]


class Need(enum.Flag):
    """What a command needs of the system, beyond Python."""

    NOTHING = 0
    SERVICES = enum.auto()
    BROWSER = enum.auto()


def system_needs(need: Need) -> list[SystemNeed]:
    """Return the packages that ``need`` stands for."""
    found = [
        SystemNeed("python3-venv", lambda: importlib.util.find_spec("ensurepip") is not None),
        SystemNeed("libmagic1", lambda: _has_library("magic")),
        # What the PDF of a portrait is set with.
        SystemNeed("libpango-1.0-0", lambda: _has_library("pango-1.0")),
        SystemNeed("libpangoft2-1.0-0", lambda: _has_library("pangoft2-1.0")),
        SystemNeed("libharfbuzz-subset0", lambda: _has_library("harfbuzz-subset")),
        SystemNeed("fonts-liberation", lambda: _has_font("LiberationSans-Regular.ttf")),
        # For the narrow no-break space of French numbers, which the other lacks.
        SystemNeed("fonts-dejavu-core", lambda: _has_font("DejaVuSans.ttf")),
    ]
    if need & Need.SERVICES:
        found.append(SystemNeed("openjdk-17-jdk-headless", _has_java))
        found.append(SystemNeed("maven", lambda: shutil.which("mvn") is not None))
    if need & Need.BROWSER:
        found.append(SystemNeed("chromium", lambda: shutil.which("chromium") is not None))
    return found


def system_step(shell: Shell, need: Need) -> Step:
    """Return the step that brings what is missing, or says how to."""
    return Step("System packages", lambda: _bring(system_needs(need), shell))


def python_steps(shell: Shell, *, tools: bool = False) -> list[Step]:
    """Return the steps that make the Python environment; with ``tools`` those of the tests too."""
    steps = [
        _python_step("Python packages", CONFIG / "requirements.lock", shell),
        _project_step(shell),
    ]
    if tools:
        steps.append(_python_step("Test tools", CONFIG / "requirements-dev.lock", shell))
    return steps


def _python_step(title: str, lock: Path, shell: Shell) -> Step:
    return Step(title, lambda: _install(lock, shell), lambda: _python_inputs(lock), shared=True)


def _project_step(shell: Shell) -> Step:
    source = CHECKOUT / "pyproject.toml"
    install = Step("The project itself", lambda: _install_project(shell), lambda: digest(source))
    return replace(install, shared=True)


def _bring(needs: list[SystemNeed], shell: Shell) -> None:
    missing = [need.package for need in needs if not need.present()]
    if not missing:
        return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if os.getuid() != 0 or shutil.which("apt-get") is None:
        raise StepError(
            f"missing on this machine: {', '.join(missing)}. Install them, then run this again. "
            f"On Debian:\n\n    sudo apt-get update && sudo {' '.join(command)}\n"
        )
    shell.run(["apt-get", "update"], environment=APT_QUIET)
    shell.run(command, environment=APT_QUIET)


def _has_library(name: str) -> bool:
    from ctypes.util import find_library

    return find_library(name) is not None


def _has_font(file: str) -> bool:
    return any(Path("/usr/share/fonts").rglob(file))


def _has_java() -> bool:
    if shutil.which("javac") is None:
        return False
    said = subprocess.run(["javac", "-version"], capture_output=True, text=True, check=False)
    words = (said.stdout or said.stderr).split()
    return len(words) == 2 and int(words[1].split(".")[0]) >= 17


def _python_inputs(lock: Path) -> str:
    return digest(lock, sys.version.split()[0], str(VENV))


def _install(lock: Path, shell: Shell) -> None:
    # pip cannot tell a package that was half copied when it was killed: the mark of an
    # unfinished install makes the next run start from an empty environment.
    unfinished = VENV / ".unfinished"
    if unfinished.exists() or not _is_of_this_python():
        shutil.rmtree(VENV, ignore_errors=True)
        shell.run([sys.executable, "-m", "venv", VENV])
    unfinished.touch()
    locked = ["--require-hashes", "--no-deps", "--no-build-isolation", "--requirement"]
    for each in (CONFIG / "requirements-build.lock", lock):
        shell.run([*_pip(), "install", *locked, each])
    unfinished.unlink()


def _is_of_this_python() -> bool:
    version = ".".join(sys.version.split(".")[:2])
    return (VENV / "lib" / f"python{version}" / "site-packages" / "pip").exists()


def _install_project(shell: Shell) -> None:
    editable = ["--no-deps", "--no-build-isolation", "--editable", CHECKOUT]
    shell.run([*_pip(), "install", *editable])


def _pip() -> list[str | Path]:
    return [VENV / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--no-input"]
