"""A file -> what it holds: observations or records, and the account of every line."""
# pyright: basic

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ckanext.territoires.ingest.coverage import Coverage, coverage, vintage
from ckanext.territoires.ingest.dates import parse_year
from ckanext.territoires.ingest.findings import Findings
from ckanext.territoires.ingest.located import (
    Located,
    concerned,
    gazetteer,
    locate,
    read_codes,
    without_districts,
)
from ckanext.territoires.ingest.long_layout import observe_long, value_column
from ckanext.territoires.ingest.observations import (
    COLUMNS,
    indicator_columns,
    observe,
    periods_of,
)
from ckanext.territoires.ingest.places import Gazetteer
from ckanext.territoires.ingest.profile import Profile, Profiles
from ckanext.territoires.ingest.profile_yaml import InvalidProfile, parse_profile
from ckanext.territoires.ingest.reading import MOST_BYTES, read
from ckanext.territoires.ingest.recognition import Choice, bind, choose, find, left_out
from ckanext.territoires.ingest.records import derive, record_rows
from ckanext.territoires.ingest.report import Report
from ckanext.territoires.ingest.table import Table, lacks_header
from ckanext.territoires.territory.reference import Reference

Progress = Callable[[str, float], None]

_SHOWN_ROWS = 20
_DATED = ("year", "date")


@dataclass(frozen=True, slots=True)
class Shown:
    """The header of a file and its first rows, for who must say what the columns mean."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Ingested:
    """What a file holds.

    `state`: `read`, `refused` (a problem of the report is blocking), `unknown` (no profile reads
    it: a mapping is asked for). `observations`: a frame with `territory`, `indicator`, `period`
    (categorical), `value`, `status`, `origin`. Where `shape` is `observations`, territories are in
    the geography of the file, `cog_year`, and levels are to be computed. Where it is `records`,
    the observations made of them are those of today's territories at every level already, for what
    lies in each is told by the lineage of each record: they are to be written as they are.
    `records`: dictionaries with the keys of `figures.frame.RECORD`, in today's territories.
    """

    state: str
    report: Report
    profile: Profile | None
    shape: str | None
    observations: pd.DataFrame
    records: list[dict[str, Any]]
    table: Shown
    vintage: str
    cog_year: int | None
    coverage: Coverage
    sha256: str


def ingest(
    path: Path,
    name: str,
    *,
    profiles: Profiles,
    reference: Reference,
    cog_year: int | None = None,
    mapping: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Ingested:
    """Read a file with the profile that recognises it, or with `mapping`, a profile for it alone.

    `name` is its name for people. `cog_year` is that of its codes, when somebody said it;
    a mapping that names a year says it better.
    `progress` is told the step (`reading`, `recognising`, `typing`, `locating`, `done`) and the
    part done, 0 to 1. Whatever the bytes, the answer is an Ingested. Raises OSError when the file
    itself cannot be read.
    """
    tell = progress or (lambda _step, _part: None)
    tell("reading", 0.0)
    size = path.stat().st_size
    data = path.read_bytes() if size <= MOST_BYTES else b""
    sha256 = hashlib.sha256(data).hexdigest()
    findings = Findings()
    if size > MOST_BYTES:
        findings.problem("too_large", blocking=True)
        return _stopped("refused", findings, sha256)
    if mapping is not None:
        try:
            mapped = parse_profile(mapping, "mapping")
        except InvalidProfile as error:
            findings.problem("wrong_mapping", blocking=True, key=error.key, reason=error.reason)
            return _stopped("refused", findings, sha256)
        profiles = Profiles({mapped.name: mapped})
    reading = read(data, name)
    findings.include(reading.findings)
    if not reading.grids:
        return _stopped("refused", findings, sha256)
    tell("recognising", 0.2)
    choice = choose(reading.grids, profiles)
    findings.include(choice.grid.findings)
    table = choice.grid.table(choice.row)
    findings.include(table.findings)
    _say_where(choice, len(reading.grids), findings)
    if choice.recognition.profile is None:
        return _unknown(choice, table, findings, sha256, mapped=mapping is not None)
    return _read(
        table,
        choice.recognition.profile,
        reference,
        cog_year,
        findings,
        sha256,
        tell,
        mapped=mapping is not None,
    )


def _read(
    table: Table,
    profile: Profile,
    reference: Reference,
    given: int | None,
    findings: Findings,
    sha256: str,
    tell: Progress,
    *,
    mapped: bool,
) -> Ingested:
    tell("typing", 0.3)
    findings.assume("profile", label=dict(profile.label))
    said = profile.cog_year.year if mapped and profile.cog_year else None
    left = left_out(profile, table.header)
    if left:
        findings.assume("columns_left_out", columns=", ".join(left))
    bounds = indicator_columns(profile, table, findings)
    numeric = [bound.position for bound in bounds]
    if profile.long:
        numeric.append(value_column(profile.long, table).position)
    table.prepare(numeric)
    kept = concerned(table, profile, findings)
    out = int((~kept).sum())
    codes = read_codes(table, profile, findings)
    latest = periods_of(bounds)
    tell("locating", 0.5)
    hint, data_year = _hint(profile, table, latest), _data_year(profile, table, latest)
    if said is not None:
        # Of the two things that people said, the one said of these very columns.
        findings.assume("cog_year_of_mapping", year=said)
        places = Gazetteer(reference, said)
    else:
        places = gazetteer(reference, codes, given, hint, data_year, findings)
    located = locate(table, profile, codes, places, findings)
    if profile.shape == "records":
        records = record_rows(table, profile, located, kept, places, findings)
        frame = derive(records, profile, reference)
        ids = {id for record in records for id in record["places"]}
        used, years = len(records), sorted({r["year"] for r in records if r["year"]})
    else:
        once = without_districts(located, findings)
        out += int((kept & ~once).sum())
        kept &= once
        if profile.long:
            observed = observe_long(table, profile, profile.long, located, kept, places, findings)
            left = next((a for a in findings.assumptions if a.code == "values_left_out"), None)
            out += left.params["count"] if left else 0
            latest = _latest(observed.frame)
        else:
            observed = observe(table, profile, bounds, located, kept, findings)
        records, frame, used, years = [], observed.frame, observed.rows, []
        ids = _today(located, kept)
    count = len(table.lines) + table.refused
    if not used:
        findings.problem("nothing_kept", blocking=True)
    state = "refused" if findings.blocked else "read"
    tell("done", 1.0)
    return Ingested(
        state=state,
        report=findings.report(profile.name, count, used, count - used - out),
        profile=profile,
        shape=profile.shape,
        observations=frame if state == "read" else _empty().copy(),
        records=records if state == "read" else [],
        table=_shown(table),
        vintage=vintage(profile.vintage, latest, years),
        cog_year=places.year,
        coverage=coverage(ids, reference, profile.granularity),
        sha256=sha256,
    )


def _latest(frame: pd.DataFrame) -> dict[str, str]:
    """The latest period of each indicator."""
    pairs = frame[["indicator", "period"]].drop_duplicates().astype(str)
    return pairs.groupby("indicator").period.max().to_dict()


def _hint(profile: Profile, table: Table, latest: Mapping[str, str]) -> int | None:
    """The COG year that the profile tells, if it does."""
    rule = profile.cog_year
    if rule is None or rule.year is not None:
        return rule.year if rule else None
    position = find(rule.names, table.header)
    if position is not None:
        return _latest_year(table, [position])
    period = latest.get(rule.of or "")
    return int(period[-4:]) + rule.plus if period else None


def _data_year(profile: Profile, table: Table, latest: Mapping[str, str]) -> int | None:
    """The year whose communes the latest data of a file speak of, as far as they say."""
    if latest:
        # Figures of a year are published for the communes of the next, at the earliest.
        return int(max(latest.values())[-4:]) + 1
    if profile.period:
        return int(profile.period[-4:]) + 1
    if "year" in profile.constants:
        return parse_year(str(profile.constants["year"]))
    positions = [b.position for b in bind(profile, table.header) if b.column.field in _DATED]
    period = find(profile.period_names, table.header)
    year = _latest_year(table, positions if period is None else [period])
    return year + (period is not None) if year else None


def _latest_year(table: Table, positions: Sequence[int]) -> int | None:
    texts = {text for position in positions for text in table.text(position)}
    return max((year for text in texts if (year := parse_year(text))), default=None)


def _today(located: Located, kept: np.ndarray) -> set[str]:
    return {
        id for row in np.flatnonzero(kept) for place in located.places[row] for id, _ in place.today
    }


def _say_where(choice: Choice, grids: int, findings: Findings) -> None:
    line = choice.grid.preview[choice.row][0]
    if line > 1:
        findings.assume("header_row", line=line)
    if grids > 1:
        findings.assume("sheet", name=choice.grid.name)


def _unknown(
    choice: Choice, table: Table, findings: Findings, sha256: str, *, mapped: bool
) -> Ingested:
    found = choice.recognition
    if lacks_header(table.header):
        findings.problem("no_header", choice.grid.preview[choice.row][0], blocking=True)
        return _stopped("refused", findings, sha256)
    findings.problem("unknown_layout", choice.grid.preview[choice.row][0], blocking=mapped)
    for name in found.missing if mapped else ():
        findings.problem("missing_column", None, name)
    count = len(table.lines) + table.refused
    return _stopped(
        "refused" if mapped else "unknown", findings, sha256, table=_shown(table), rows=count
    )


def _stopped(
    state: str, findings: Findings, sha256: str, *, table: Shown | None = None, rows: int = 0
) -> Ingested:
    return Ingested(
        state=state,
        report=findings.report(None, rows, 0, 0),
        profile=None,
        shape=None,
        observations=_empty().copy(),
        records=[],
        table=table or Shown((), ()),
        vintage="",
        cog_year=None,
        coverage=Coverage((), ""),
        sha256=sha256,
    )


def _shown(table: Table) -> Shown:
    return Shown(table.header, tuple(tuple(row) for row in table.sample(_SHOWN_ROWS)))


@lru_cache(maxsize=1)
def _empty() -> pd.DataFrame:
    frame = pd.DataFrame({column: pd.Series([], dtype=object) for column in COLUMNS})
    kinds = {"value": float, "status": np.int8, "origin": np.int8}
    return frame.astype(kinds).astype(dict.fromkeys(COLUMNS[:3], "category"))
