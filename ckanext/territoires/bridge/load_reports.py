"""Reports of loadings as they are kept: plain JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from ckanext.territoires.ingest.report import MAX_PROBLEMS, Problem, Report


def refusal(code: str, **params: Any) -> dict[str, Any]:
    """Return the report of a file that could not be read at all."""
    problem = Problem(code, blocking=True, params=params)
    return plain(Report(None, 0, 0, 0, (problem,), (), {code: 1}).to_dict())


def with_strangers(report: Report, territories: Sequence[str]) -> Report:
    """Add to a report the territories that could not be carried to those of today.

    They are no assumption: their figures are in no territory, and the file is to be corrected.
    """
    if not territories:
        return report
    code = "unknown_territory"
    found = [Problem(code, value=id.split(":")[-1]) for id in territories]
    counts = {**report.counts, code: report.counts.get(code, 0) + len(found)}
    room = max(0, MAX_PROBLEMS - len(report.problems))
    return replace(report, problems=(*report.problems, *found[:room]), counts=counts)


def plain(value: Any) -> Any:
    """Return a value as JSON that the database takes: it keeps no NUL."""
    text = json.dumps(value, ensure_ascii=False, default=_default)
    return json.loads(text.replace("\\u0000", ""))


def now() -> datetime:
    """Return this instant as CKAN keeps it: UTC, unmarked."""
    return datetime.now(UTC).replace(tzinfo=None)


def _default(value: Any) -> Any:
    if hasattr(value, "item"):
        return value.item()
    return list(value) if isinstance(value, set | frozenset | tuple) else str(value)
