"""The house rule of docs/architecture.md: arrows between rooms go down only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "ckanext" / "territoires"
# Lowest first. A room may import rooms of a lower floor, and itself.
FLOORS = [
    {"territory"},
    {"udata", "reference_build", "figures", "discussion", "sheet"},
    {"ingest", "portrait"},
    {"charts"},
    {"config"},
    {"model"},
    {"bridge"},
    {"renderings"},
    {"logic"},
    {"dsfr"},
    {"views", "cli"},
    {"helpers"},
    {"plugin", "plugin_dsfr", "plugin_portrait"},
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
PURE = {"territory", "udata", "figures", "ingest", "portrait", "charts", "discussion", "sheet"}
SOURCES = sorted(p for p in PACKAGE.rglob("*.py") if "migration" not in p.parts)


def imported(source: Path) -> set[str]:
    """Names of the modules that a source file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room_of(source: Path) -> str:
    return source.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rooms_used(source: Path) -> set[str]:
    prefix = "ckanext.territoires."
    used = {name.removeprefix(prefix).split(".")[0] for name in imported(source) if prefix in name}
    return used & FLOOR.keys()


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_arrows_go_down_only(source: Path) -> None:
    room = room_of(source)
    if room == "__init__":
        return
    assert room in FLOOR, f"{room} has no floor: add it to docs/architecture.md and here"
    upward = {used for used in rooms_used(source) - {room} if FLOOR[used] >= FLOOR[room]}
    assert not upward


@pytest.mark.parametrize(
    "source",
    [source for source in SOURCES if room_of(source) in PURE],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_pure_rooms_know_nothing_of_ckan(source: Path) -> None:
    foreign = {name for name in imported(source) if name.split(".")[0] in {"ckan", "flask"}}
    assert not foreign
