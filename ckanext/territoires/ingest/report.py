"""What is told of a file: line by line what is wrong, and what was assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a file.

    `line` counts from 1 as a text editor or a spreadsheet does; None for the whole file. `code`
    names the reason, `params` fill its sentence, which is worded in the reader's language at
    display. `blocking` problems refuse the file; others leave the cell or the line out.
    """

    code: str
    line: int | None = None
    column: str | None = None
    value: str | None = None
    blocking: bool = False
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something the file does not say and that was decided: encoding, separator, header row..."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Report:
    """The account of one reading. `problems` are the first `MAX_PROBLEMS`; `counts` has them all.

    `counts` maps a code to the number of its occurrences.
    """

    profile: str | None
    rows_read: int
    rows_kept: int
    rows_refused: int
    problems: tuple[Problem, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def refused(self) -> bool:
        """Whether the file as a whole is refused."""
        return any(problem.blocking for problem in self.problems)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


MAX_PROBLEMS = 1_000
