"""What bin/up says at the end: the address, the accounts, the memory taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Weight:
    """The memory of one service and all its processes, in MB; shared pages are shared out."""

    name: str
    megabytes: float


def weights(processes: Iterable[tuple[str, int]]) -> list[Weight]:
    """Return the weight of each ``(name, pid)``."""
    return [Weight(name, _tree_megabytes(pid)) for name, pid in processes if pid]


def _tree_megabytes(pid: int) -> float:
    import psutil

    total = 0
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    for process in family:
        try:
            total += process.memory_full_info().pss
        except psutil.AccessDenied:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / MEGABYTE


def describe(found: list[Weight]) -> str:
    """Return the weights as one line."""
    total = sum(weight.megabytes for weight in found)
    parts = ", ".join(f"{weight.name} {weight.megabytes:.0f}" for weight in found)
    return f"{total:.0f} MB ({parts})"
