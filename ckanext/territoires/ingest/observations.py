"""Rows of a table -> observations: territory, indicator, period, value, status, origin."""
# pyright: basic

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ckanext.territoires.figures.status import Origin, Status
from ckanext.territoires.ingest.cells import number_column, year_column
from ckanext.territoires.ingest.checks import failing
from ckanext.territoires.ingest.findings import Findings
from ckanext.territoires.ingest.located import Located, departement_of
from ckanext.territoires.ingest.places import Place
from ckanext.territoires.ingest.profile import Column, Profile
from ckanext.territoires.ingest.recognition import Bound, bind, find
from ckanext.territoires.ingest.table import Table

COLUMNS = ("territory", "indicator", "period", "value", "status", "origin")


@dataclass(frozen=True, slots=True)
class Observed:
    """Observations (a frame of `COLUMNS`, keys categorical) and how many rows gave some."""

    frame: pd.DataFrame
    rows: int


def indicator_columns(profile: Profile, table: Table, findings: Findings) -> list[Bound]:
    """The columns of indicators, each with its period; one of each indicator and period.

    A column without a year takes the latest period of the indicator that it names as its period.
    """
    bounds = [bound for bound in bind(profile, table.header) if bound.column.indicator]
    latest = periods_of(bounds)
    kept: list[Bound] = []
    seen: set[tuple[str | None, str | None]] = set()
    for bound in bounds:
        period = bound.period or (profile.period if not profile.period_names else None)
        if period and not period[0].isdigit():
            period = latest.get(period) or max(latest.values(), default=None)
        key = (bound.column.indicator, period)
        if key in seen:
            findings.problem("column_already_read", table.header_line, bound.header)
            continue
        seen.add(key)
        kept.append(Bound(bound.column, bound.position, bound.header, period))
    return kept


def periods_of(bounds: Sequence[Bound]) -> dict[str, str]:
    """The latest period of each indicator."""
    latest: dict[str, str] = {}
    for bound in bounds:
        name, period = bound.column.indicator or "", bound.period or ""
        if period[:1].isdigit():
            latest[name] = max(latest.get(name, ""), period)
    return latest


def observe(
    table: Table,
    profile: Profile,
    bounds: Sequence[Bound],
    located: Located,
    kept: np.ndarray,
    findings: Findings,
) -> Observed:
    """Observations of a table with a column an indicator; `kept` says which rows to read."""
    kept = kept & located.known
    periods = _row_periods(table, profile, kept, findings)
    kept = kept & _first_of_each(table, profile, located, periods, kept, findings)
    rows = np.flatnonzero(kept)
    values: dict[int, np.ndarray] = {}
    statuses: dict[int, np.ndarray] = {}
    for bound in bounds:
        values[bound.position], statuses[bound.position] = number_column(table, bound, findings)
        _uncover(bound.column, located, statuses[bound.position])
    frame = pd.DataFrame(values, copy=False)
    for row, position in failing(frame, bounds, table, findings):
        values[position] = values[position].copy()
        values[position][row] = np.nan
        statuses[position][row] = Status.NOT_AVAILABLE
    _check_identities(table, profile, bounds, values, rows, findings)
    ids = [located.places[row][0].id for row in rows]
    keys = [(b.column.indicator or "", b.period or "") for b in bounds]
    return Observed(
        _long(
            ids,
            keys,
            [values[bound.position][rows] for bound in bounds],
            [statuses[bound.position][rows] for bound in bounds],
            periods[rows] if periods is not None else None,
        ),
        len(rows),
    )


def _long(
    ids: list[str],
    keys: Sequence[tuple[str, str]],
    values: list[np.ndarray],
    statuses: list[np.ndarray],
    periods: np.ndarray | None,
) -> pd.DataFrame:
    """Columns one under the other; the keys as categories, for there may be a million rows."""
    count, width = len(ids), len(keys)
    territory, territories = pd.factorize(np.array(ids, dtype=object))
    indicator, indicators = pd.factorize(np.array([key[0] for key in keys], dtype=object))
    if periods is None:
        codes, names = pd.factorize(np.array([key[1] for key in keys], dtype=object))
        period = np.repeat(codes, count)
    else:
        codes, names = pd.factorize(periods)
        period = np.tile(codes, width)
    size = count * width
    return pd.DataFrame(
        {
            "territory": pd.Categorical.from_codes(np.tile(territory, width), territories),
            "indicator": pd.Categorical.from_codes(np.repeat(indicator, count), indicators),
            "period": pd.Categorical.from_codes(period, names),
            "value": np.concatenate(values) if values else np.empty(0),
            "status": np.concatenate(statuses) if statuses else np.empty(0, np.int8),
            "origin": np.full(size, Origin.PUBLISHED, dtype=np.int8),
        },
        copy=False,
    )


def _row_periods(
    table: Table, profile: Profile, kept: np.ndarray, findings: Findings
) -> np.ndarray | None:
    """The period of each row where a column says it; a row without a year is left out."""
    position = find(profile.period_names, table.header)
    if position is None:
        return None
    years = year_column(table, position, kept, findings)
    kept &= years != ""
    return years


def _first_of_each(
    table: Table,
    profile: Profile,
    located: Located,
    periods: np.ndarray | None,
    kept: np.ndarray,
    findings: Findings,
) -> np.ndarray:
    """Which rows are the first of their territory (and period); others are a problem."""
    first = np.ones(len(kept), dtype=bool)
    position = find(profile.territory.names, table.header)
    cells = table.text(position) if position is not None else None
    column = table.header[position] if position is not None else None
    seen: dict[tuple[str, str], int] = {}
    for row in np.flatnonzero(kept):
        id = located.places[row][0].id
        key = (id, periods[row] if periods is not None else "")
        if key in seen:
            line = int(table.lines[seen[key]])
            cell = cells[row] if cells else id
            findings.problem("territory_twice", table.lines[row], column, cell, first=line)
            first[row] = False
        else:
            seen[key] = int(row)
    return first


def _uncover(column: Column, located: Located, statuses: np.ndarray) -> None:
    """Where a source does not go, an empty cell is no secret."""
    if not column.outside or Status.SECRET not in column.marks.values():
        return
    for row in np.flatnonzero(statuses == Status.SECRET):
        places = located.places[row]
        if places and departement_of(places[0].id) in column.outside:
            statuses[row] = Status.NOT_AVAILABLE


def _check_identities(
    table: Table,
    profile: Profile,
    bounds: Sequence[Bound],
    values: dict[int, np.ndarray],
    rows: np.ndarray,
    findings: Findings,
) -> None:
    """Totals that are not the sum of their parts: said, and kept as published."""
    by_key = {(bound.column.indicator, bound.period): bound for bound in bounds}
    for identity in profile.identities:
        for (name, period), bound in by_key.items():
            parts = [by_key.get((part, period)) for part in identity.parts]
            if name != identity.total or not all(parts):
                continue
            total = values[bound.position]
            summed = np.sum([values[part.position] for part in parts if part], axis=0)
            with np.errstate(invalid="ignore"):
                off = np.abs(total - summed) > identity.tolerance
            for row in rows[off[rows]]:
                findings.problem(
                    "sum_broken",
                    int(table.lines[row]),
                    bound.header,
                    f"{total[row]:.10g}",
                    parts=" + ".join(part.header for part in parts if part),
                    sum=f"{summed[row]:.10g}",
                )


def place_of(located: Located, row: int) -> Place:
    """The place of a row that has one."""
    return located.places[row][0]
