"""Which profile reads a table, from its header and from what its columns hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ckanext.territoires.ingest.identifiers import parse_code, parse_list
from ckanext.territoires.ingest.names import fold_name
from ckanext.territoires.ingest.profile import Column, Names, Profile
from ckanext.territoires.ingest.table import Grid, likely_header

#: How many rows are looked at to tell apart two profiles of one header.
SAMPLE = 60
_ENOUGH = 0.6
# How far under a row that reads as a header a better one is looked for (labels, then codes).
_NEAR = 3


@dataclass(frozen=True, slots=True)
class Bound:
    """A column of a profile found in a file: at which position, under which name, of which year."""

    column: Column
    position: int
    header: str
    period: str | None


@dataclass(frozen=True, slots=True)
class Recognition:
    """The profile that reads a table, None when none does.

    `score` (0 to 1) is the mean of the shares of the profile's columns that the file has and of the
    file's columns that the profile knows. `matched` are the names of the file's columns that it
    knows; `missing` the required columns that the nearest profile, `nearest`, lacks.
    """

    profile: Profile | None
    score: float
    matched: tuple[str, ...]
    missing: tuple[str, ...]
    nearest: Profile | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The grid and the row of its preview that read best as a header, and what reads it."""

    grid: Grid
    row: int
    recognition: Recognition


def choose(grids: Sequence[Grid], profiles: Mapping[str, Profile]) -> Choice:
    """The best recognised of the grids of a file, with its header row.

    Title rows stand above a header: each of the first rows is tried. When nothing is recognised,
    the largest grid is chosen, under the row that looks most like a header.
    """
    best: Choice | None = None
    for grid in grids:
        rows = [cells for _, cells in grid.preview]
        for row, cells in enumerate(rows):
            if best and best.grid is grid and row > best.row + _NEAR:
                break
            found = recognise(cells, rows[row + 1 : row + 1 + SAMPLE], profiles)
            if found.profile and (best is None or found.score > best.recognition.score):
                best = Choice(grid, row, found)
    if best:
        return best
    grid = max(grids, key=lambda candidate: len(candidate.preview))
    row = likely_header(grid.preview)
    rows = [cells for _, cells in grid.preview]
    return Choice(grid, row, recognise(rows[row], rows[row + 1 :], profiles))


def recognise(
    header: Sequence[str], sample: Sequence[Sequence[str]], profiles: Mapping[str, Profile]
) -> Recognition:
    """Compare a header, and the first rows under it, with each profile."""
    folded = [fold_name(name) for name in header]
    best = Recognition(None, 0.0, (), ())
    nearest = best
    for profile in profiles.values():
        found = _compare(profile, header, folded, sample)
        if found.profile and found.score > best.score:
            best = found
        elif found.score > nearest.score:
            nearest = found
    if best.profile:
        return best
    return Recognition(None, 0.0, (), nearest.missing, nearest.nearest)


def bind(profile: Profile, header: Sequence[str]) -> list[Bound]:
    """The columns of a profile in a header; a pattern with years binds each of them.

    Of several names of one column without a year, the one that the profile prefers.
    """
    folded = [fold_name(name) for name in header]
    bound: list[Bound] = []
    for column in profile.columns:
        for pattern in column.names.patterns:
            found = [
                Bound(column, position, header[position], column.period or period or None)
                for position, name in enumerate(folded)
                if (period := pattern.match(name)) is not None
            ]
            bound += found if pattern.dated else found[:1]
            if found and not pattern.dated:
                break
    return bound


def find(names: Names | None, header: Sequence[str]) -> int | None:
    """Position of a column, by the name that the profile prefers; None when it is not there."""
    if names is None:
        return None
    folded = [fold_name(name) for name in header]
    for pattern in names.patterns:
        for position, name in enumerate(folded):
            if pattern.match(name) is not None:
                return position
    return None


def left_out(profile: Profile, header: Sequence[str]) -> list[str]:
    """Columns of a file that a profile does not read."""
    known = _names_of(profile)
    return [name for name in header if not any(n.among(fold_name(name)) for n in known)]


def _compare(
    profile: Profile,
    header: Sequence[str],
    folded: Sequence[str],
    sample: Sequence[Sequence[str]],
) -> Recognition:
    named = [name for name in folded if name]
    joined = "\n".join(named)
    missing = tuple(names.first for names in _required(profile) if not names.among(joined))
    if len(missing) > len(_required(profile)) / 2:
        return Recognition(None, 0.0, (), missing)
    known = [p for p, name in enumerate(folded) if name and _known(profile, name)]
    columns = [column for column in profile.columns if column.names.among(joined)]
    if not known:
        return Recognition(None, 0.0, (), missing)
    # The territory and what the rules name count as one more column.
    share = (len(columns) + 1) / (len(profile.columns) + 1)
    score = (share + len(known) / len(named)) / 2
    matched = tuple(header[position] for position in known)
    fits = not missing and _told(profile, header, sample) and _located(profile, header, sample)
    return Recognition(profile if fits else None, score, matched, missing, profile)


def _required(profile: Profile) -> list[Names]:
    rule = profile.territory
    required = [column.names for column in profile.columns if column.required]
    required += [n for n in (rule.names if rule.required else None, rule.level_names) if n]
    if profile.long:
        required += [profile.long.indicator, profile.long.value]
    return required


def _names_of(profile: Profile) -> list[Names]:
    rule = profile.territory
    names = [column.names for column in profile.columns]
    names += [n for n in (rule.names, rule.level_names, rule.departement) if n]
    if profile.long:
        names += [profile.long.indicator, profile.long.value]
    if profile.period_names:
        names.append(profile.period_names)
    return names + [r.names for r in profile.leave_out] + [mark.names for mark in profile.marks]


def _known(profile: Profile, folded: str) -> bool:
    return any(names.among(folded) for names in _names_of(profile))


def _told(profile: Profile, header: Sequence[str], sample: Sequence[Sequence[str]]) -> bool:
    """Whether the cells have the form that tells this profile from others of the same header."""
    for mark in profile.marks:
        cells = _cells(find(mark.names, header), sample)
        fitting = sum(1 for cell in cells if re.fullmatch(mark.pattern, cell))
        if not cells or fitting < _ENOUGH * len(cells):
            return False
    return True


def _located(profile: Profile, header: Sequence[str], sample: Sequence[Sequence[str]]) -> bool:
    """Whether the column of the territory holds codes of the level that the profile says."""
    rule = profile.territory
    if rule.names is None or rule.level == "any" or not rule.required:
        return True
    cells = _cells(find(rule.names, header), sample)
    if rule.listed:
        fitting = sum(1 for cell in cells if parse_list(cell))
    else:
        fitting = sum(1 for cell in cells if parse_code(cell, rule.level))
    return fitting >= _ENOUGH * len(cells)


def _cells(position: int | None, sample: Sequence[Sequence[str]]) -> list[str]:
    if position is None:
        return []
    found = (row[position].strip() for row in sample if position < len(row))
    return [cell for cell in found if cell]
