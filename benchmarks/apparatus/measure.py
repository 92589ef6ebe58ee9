"""Timings that a busy machine does not spoil: sides take turns, rounds are summed up by medians.

A ratio is taken within each round, where both sides met the same machine, then its median over
the rounds is kept.
"""

from __future__ import annotations

import math
import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
Timings = Mapping[str, Sequence[Sequence[float]]]


@dataclass(frozen=True)
class Verdict:
    """One measure against its limit: at most `limit`, or `at_least` it; None is for the record."""

    bench: str
    metric: str
    value: float
    limit: float | None = None
    at_least: bool = False

    @property
    def ok(self) -> bool:
        """Whether the limit holds."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        """The line that `bin/bench` reads."""
        limit = "-" if self.limit is None else f"{self.limit:g}"
        verdict = "ok" if self.ok else "short"
        return f"bench {self.bench} {self.metric} {self.value:.3f} {limit} {verdict}"


def tell(verdict: Verdict) -> None:
    """Print a measure."""
    print(verdict, flush=True)


def p95(seconds: Sequence[float]) -> float:
    """The smallest value that at least 95 % of `seconds` do not exceed.

    Raises:
        ValueError: no value.

    """
    if not seconds:
        raise ValueError("p95 of nothing")
    return sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1]


def take_turns(
    sides: Mapping[str, Callable[[T], object]], draws: Iterable[Sequence[T]]
) -> dict[str, list[list[float]]]:
    """Time every side on every draw: A B, B A, A B...

    Args:
        sides: what to time, by name.
        draws: for each round, what each side is called with in turn.

    Returns:
        For each side, its seconds by round.

    """
    timings: dict[str, list[list[float]]] = {name: [] for name in sides}
    for number, draw in enumerate(draws):
        for name in sides:
            timings[name].append([])
        for turn, one in enumerate(draw):
            names = list(sides)
            # The first of a pair pays for what the second finds warm: each is first half the time.
            if (number + turn) % 2:
                names.reverse()
            for name in names:
                started = time.perf_counter()
                sides[name](one)
                timings[name][-1].append(time.perf_counter() - started)
    return timings


def ratio(
    timings: Timings,
    name: str,
    base: str,
    summary: Callable[[Sequence[float]], float] = p95,
) -> float:
    """Median over the rounds of `name`'s p95 (or other `summary`) over that of `base`."""
    pairs = zip(timings[name], timings[base], strict=True)
    return statistics.median(summary(ours) / summary(theirs) for ours, theirs in pairs)


def milliseconds(
    timings: Timings, name: str, summary: Callable[[Sequence[float]], float] = p95
) -> float:
    """Median over the rounds of a side's p95 (or other `summary`), in milliseconds."""
    return 1000 * statistics.median(summary(seconds) for seconds in timings[name])


def resident_megabytes() -> float:
    """Memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
