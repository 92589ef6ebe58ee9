"""What is noticed while a file is read, on its way to the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ckanext.territoires.ingest.report import MAX_PROBLEMS, Assumption, Problem, Report

_LONGEST_VALUE = 120


class Findings:
    """Problems and assumptions as they come; only the first `MAX_PROBLEMS` are kept whole."""

    def __init__(self) -> None:
        """Start with nothing found."""
        self.problems: list[Problem] = []
        self.assumptions: list[Assumption] = []
        self.counts: Counter[str] = Counter()

    @property
    def blocked(self) -> bool:
        """Whether the file is refused."""
        return any(problem.blocking for problem in self.problems)

    def problem(
        self,
        code: str,
        line: int | None = None,
        column: str | None = None,
        value: object = None,
        *,
        blocking: bool = False,
        **params: Any,
    ) -> None:
        """Note something wrong; a blocking problem is kept however many there are."""
        self.counts[code] += 1
        if len(self.problems) < MAX_PROBLEMS or blocking:
            text = None if value is None else str(value)[:_LONGEST_VALUE]
            line = None if line is None else int(line)
            self.problems.append(Problem(code, line, column, text, blocking, params))

    def assume(self, code: str, /, **params: Any) -> None:
        """Note something that the file does not say and that was decided."""
        assumption = Assumption(code, params)
        if assumption not in self.assumptions:
            self.assumptions.append(assumption)

    def include(self, other: Findings) -> None:
        """Add what was found elsewhere."""
        self.counts.update(other.counts)
        self.problems += other.problems[: max(0, MAX_PROBLEMS - len(self.problems))]
        self._assume_all(other.assumptions)

    def report(self, profile: str | None, read: int, kept: int, refused: int) -> Report:
        """The account, problems in the order of the lines."""
        problems = sorted(self.problems, key=lambda p: (not p.blocking, p.line or 0))
        return Report(
            profile,
            read,
            kept,
            refused,
            tuple(problems[:MAX_PROBLEMS]),
            tuple(self.assumptions),
            dict(self.counts),
        )

    def _assume_all(self, assumptions: Iterable[Assumption]) -> None:
        for assumption in assumptions:
            if assumption not in self.assumptions:
                self.assumptions.append(assumption)
