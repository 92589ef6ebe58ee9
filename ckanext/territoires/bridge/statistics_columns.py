"""The columns of a table, made from observations: who wins, sums of members, ratios."""
# pyright: basic

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.bridge.statistics_reading import NO_MEMBERS, Observations
from ckanext.territoires.bridge.statistics_sums import Sum, sums
from ckanext.territoires.bridge.statistics_table import Column, Figures, Place, Ranks
from ckanext.territoires.figures import formula, precedence
from ckanext.territoires.figures.cell import Cells
from ckanext.territoires.figures.indicator import Indicator, load_indicators
from ckanext.territoires.figures.perimeter import former
from ckanext.territoires.figures.status import Origin, Status

__all__ = ["REASONS", "Maker"]

#: Why there is no value, or that one is a floor; the first is none.
REASONS = (
    "",
    "no_data",
    "cannot_be_aggregated",
    "secret_member",
    "secret_part",
    "missing_part",
    "different_members",
    "zero_denominator",
    "missing_members",
    "former_perimeter",
)
_REASON = {key: rank for rank, key in enumerate(REASONS)}

Base = tuple[str, str]


class Maker:
    """Makes the figures of the columns of one table.

    Args:
        places: the lines of the table.
        ids: what was read: identifiers of the places, or of the members of custom territories.
        base: indicators at periods that were read, by the rank that `observations` give them.
        observations: see `statistics_reading`.
        releases: those of the observations.
        as_published: leave out what was carried from former communes; `observations` hold what
            was published for former perimeters.
        together: for numbers of `observations` that are not of a release, the releases they stand
            for.
        counted: figures of custom territories that are not the sums of their members'.

    """

    def __init__(
        self,
        places: Sequence[Place],
        ids: Sequence[str],
        base: Sequence[Base],
        observations: Observations,
        releases: Mapping[int, ReleaseInfo],
        *,
        as_published: bool,
        together: Mapping[int, tuple[int, ...]] | None = None,
        counted: Mapping[str, Mapping[Base, Sum]] | None = None,
    ) -> None:
        self._places = places
        self._ids = {id: rank for rank, id in enumerate(ids)}
        self._base = {one: rank for rank, one in enumerate(base)}
        self._releases = releases
        self._together_of = {id: (id,) for id in releases} | dict(together or {})
        self._counted = counted or {}
        self._as_published = as_published
        self._made: dict[Base, Figures] = {}
        self._sets: dict[tuple[int, ...], int] = {(): 0}
        self._parts: dict[tuple[str, ...], int] = {(): 0}
        if as_published:
            carried = np.isin(observations["origin"], (Origin.MERGED, Origin.ESTIMATED))
            observations = observations[~carried]
        self._rows = observations
        self._winners = self._win()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Keys of the reasons, by rank."""
        return REASONS

    @property
    def source_sets(self) -> tuple[tuple[int, ...], ...]:
        """Releases that figures come from, by rank."""
        return tuple(self._sets)

    @property
    def part_periods(self) -> tuple[tuple[str, ...], ...]:
        """Periods of the parts of formulas, by rank."""
        return tuple(self._parts)

    def figures(self, column: Column, periods: Mapping[str, Sequence[str]]) -> Figures:
        """The figures of a column; `periods` are those at hand for each loaded indicator."""
        compiled = column.indicator.compiled
        if compiled is None:
            return self._loaded((column.indicator.name, column.period))
        groups = self._groups(compiled, periods)
        if len(groups) == 1:
            return self._computed(column, groups[0][1])
        made = [(lines, self._computed(column, found)) for lines, found in groups]
        return _gathered(made, len(self._places))

    def _groups(
        self, compiled: formula.Formula, periods: Mapping[str, Sequence[str]]
    ) -> list[tuple[npt.NDArray[np.intp], dict[str, tuple[str, ...]]]]:
        """Lines that have the same periods at hand for `@latest` parts, with these periods."""
        names = dict.fromkeys(part.name for part in compiled.parts if part.qualifier == "latest")
        at_hand = {part.name: tuple(periods.get(part.name, ())) for part in compiled.parts}
        bases = [
            (name, period) for name in names for period in at_hand[name] if len(at_hand[name]) > 1
        ]
        everything = np.arange(len(self._places))
        if not bases:
            return [(everything, at_hand)]
        present = np.stack([self._loaded(base).source > 0 for base in bases], axis=1)
        patterns, inverse = np.unique(present, axis=0, return_inverse=True)
        groups = []
        for rank, pattern in enumerate(patterns):
            found = dict(at_hand)
            for name in names:
                here = tuple(
                    period
                    for (one, period), held in zip(bases, pattern, strict=True)
                    if one == name and held
                )
                # Without any, the figure says that a part is missing.
                found[name] = here or at_hand[name]
            groups.append((np.flatnonzero(inverse.reshape(-1) == rank), found))
        return groups

    def _computed(self, column: Column, periods: Mapping[str, Sequence[str]]) -> Figures:
        ready = formula.plan(column.indicator, column.period, periods)
        if ready is None:
            return self._nothing()
        parts = [self._loaded(part) for part in ready.parts]
        cells = ready.cells(lambda name, period: self._loaded((name, period)).cells)
        assert cells is not None
        statuses = np.stack([part.cells.statuses for part in parts])
        # Nothing at all is known of a part: not available, unless another is secret.
        unknown = np.stack([part.source for part in parts]).min(axis=0) == 0
        unknown &= cells.statuses != Status.SECRET
        cells = _lacking(cells, unknown) if unknown.any() else cells
        reason = np.select(
            [
                cells.statuses == Status.SECRET,
                (statuses == Status.NOT_AVAILABLE).any(axis=0),
                cells.statuses == Status.NOT_AVAILABLE,
                cells.statuses == Status.NOT_APPLICABLE,
                cells.known < cells.members,
            ],
            [
                _REASON["secret_part"],
                _REASON["missing_part"],
                _REASON["different_members"],
                _REASON["zero_denominator"],
                _REASON["missing_members"],
            ],
        ).astype(np.int32)
        rank = self._parts.setdefault(ready.periods, len(self._parts))
        source = self._together([part.source for part in parts])
        return Figures(cells, source, reason, np.full(len(self._places), rank, np.int32))

    def _together(self, sources: Sequence[Ranks]) -> Ranks:
        """Ranks of the unions of sources, line by line."""
        first, *others = sources
        for other in others:
            if first is other or np.array_equal(first, other):
                continue
            sets = list(self._sets)
            mixes, inverse = np.unique(
                first.astype(np.int64) * len(sets) + other, return_inverse=True
            )
            ranks = [
                self._set((*sets[int(mix) // len(sets)], *sets[int(mix) % len(sets)]))
                for mix in mixes
            ]
            first = np.array(ranks, np.int32)[inverse.reshape(-1)]
        return first

    def _set(self, releases: tuple[int, ...]) -> int:
        return self._sets.setdefault(tuple(sorted(set(releases))), len(self._sets))

    def _loaded(self, base: Base) -> Figures:
        """What was read of an indicator at a period; custom territories are added up."""
        found = self._made.get(base)
        if found is None:
            found = self._made[base] = self._of_places(base)
        return found

    def _of_places(self, base: Base) -> Figures:
        winners = self._winners[self._base[base]][self._lines]
        indicator = load_indicators()[base[0]]
        figures = self._figures(winners, indicator, self._is_commune)
        if self._as_published or not indicator.additive:
            self._tell_perimeters(figures, winners)
        for line, added in self._sums.items():
            found = added.get(base)
            if found is not None:
                self._write(figures, line, found)
        return figures

    def _tell_perimeters(self, figures: Figures, winners: npt.NDArray[np.int64]) -> None:
        """Say of what a file publishes that it is of the communes of then."""
        published = (winners >= 0) & (figures.cells.origins == Origin.PUBLISHED)
        published &= (figures.cells.statuses == Status.VALUE) & (figures.reason == _REASON[""])
        if not published.any():
            return
        made_by = self._rows["release"][winners]
        for release in np.unique(made_by[published]):
            info = self._releases.get(int(release))
            others = former(reference(), info.cog_year) if info else frozenset[str]()
            if others:
                then = np.array([place.id in others for place in self._places], dtype=bool)
                figures.reason[published & (made_by == release) & then] = _REASON[
                    "former_perimeter"
                ]

    def _write(self, figures: Figures, line: int, found: Sum) -> None:
        """Put a sum in its line."""
        cells = figures.cells
        cells.values[line] = found.value
        cells.statuses[line] = found.status
        cells.origins[line] = found.origin
        cells.members[line] = found.members
        cells.known[line] = found.known
        cells.shares[line] = found.share
        figures.source[line] = self._set(found.releases)
        key = ""
        if found.status == Status.SECRET:
            key = "secret_member"
        elif found.status == Status.NOT_AVAILABLE:
            key = "no_data"
        elif found.known < found.members:
            key = "missing_members"
        figures.reason[line] = _REASON[key]

    @cached_property
    def _sums(self) -> Mapping[int, Mapping[Base, Sum]]:
        """What the members of each custom territory add up to, by its line."""
        return {
            line: {
                **sums(
                    place,
                    list(self._base),
                    self._rows,
                    self._winners[:, [self._ids[member] for member in place.members]],
                ),
                **self._counted.get(place.id, {}),
            }
            for line, place in enumerate(self._places)
            if place.members
        }

    def _figures(
        self,
        winners: npt.NDArray[np.int64],
        indicator: Indicator,
        is_commune: npt.NDArray[np.bool_],
    ) -> Figures:
        missing = winners < 0
        rows = self._rows if len(self._rows) else np.zeros(1, self._rows.dtype)
        statuses = np.where(missing, Status.NOT_AVAILABLE, rows["status"][winners]).astype(np.int8)
        origins = np.where(missing, Origin.PUBLISHED, rows["origin"][winners]).astype(np.int8)
        values = np.where(statuses == Status.VALUE, rows["value"][winners], np.nan)
        members, known = np.zeros((2, len(winners)), np.int32)
        shares = np.full(len(winners), np.nan)
        if self._any_counted:
            counted = ~missing & (rows["members"][winners] != NO_MEMBERS)
            members = np.where(counted, rows["members"][winners], members)
            known = np.where(counted, rows["known"][winners], known)
            shares = np.where(counted, rows["share"][winners], shares)
        cells = Cells(values, statuses, origins, members, known, shares)
        lacking = statuses == Status.NOT_AVAILABLE
        not_summed = lacking & ~is_commune & (not indicator.additive)
        reason = np.select(
            [
                not_summed,
                missing,
                (statuses == Status.SECRET) & (origins == Origin.COMPUTED),
                (statuses == Status.VALUE) & (cells.known < cells.members),
            ],
            [
                _REASON["cannot_be_aggregated"],
                _REASON["no_data"],
                _REASON["secret_member"],
                _REASON["missing_members"],
            ],
        ).astype(np.int32)
        source = np.where(missing, 0, self._row_sets[winners]).astype(np.int32)
        return Figures(cells, source, reason, np.zeros(len(winners), np.int32))

    def _nothing(self) -> Figures:
        """A column of which some part is at hand at no period."""
        count = len(self._places)
        none, zeros = np.full(count, np.nan), np.zeros(count, np.int32)
        cells = Cells(
            none,
            np.full(count, Status.NOT_AVAILABLE, np.int8),
            np.full(count, Origin.COMPUTED, np.int8),
            zeros,
            zeros,
            none,
        )
        return Figures(cells, zeros, np.full(count, _REASON["missing_part"], np.int32), zeros)

    @cached_property
    def _any_counted(self) -> bool:
        """Whether something was made from members; among communes, seldom anything."""
        return bool((self._rows["members"] != NO_MEMBERS).any())

    @cached_property
    def _row_sets(self) -> Ranks:
        """For each row read, the rank of the set of its releases: one, but for sums of records."""
        ranks = {id: self._set(releases) for id, releases in self._together_of.items()}
        sets = _mapped(self._rows["release"], ranks)
        return sets if len(sets) else np.zeros(1, np.int32)

    @cached_property
    def _lines(self) -> npt.NDArray[np.intp]:
        """For each place, its rank among what was read; a custom territory has none of its own."""
        return np.array([self._ids.get(place.id, -1) for place in self._places], dtype=np.intp)

    @cached_property
    def _is_commune(self) -> npt.NDArray[np.bool_]:
        return np.array([place.level == "commune" for place in self._places], dtype=bool)

    def _win(self) -> npt.NDArray[np.int64]:
        """Rank of the row that wins, by column read and by identifier; -1 where there is none."""
        # One column more than there are: that of places that were not read.
        won = np.full((len(self._base), len(self._ids) + 1), -1, dtype=np.int64)
        rows = self._rows
        order = np.arange(len(rows))
        if len(self._releases) > 1:
            ranks = {id: rank for rank, id in enumerate(_by_precedence(self._releases))}
            counted = rows["members"] != NO_MEMBERS
            lacking = np.where(counted, rows["members"] - rows["known"], 0)
            key = rows["origin"].astype(np.int64) * len(Status) + rows["status"]
            key = key * (int(lacking.max(initial=0)) + 1) + lacking
            key = key * len(ranks) + _mapped(rows["release"], ranks)
            # Of several, the last written stays: the winner comes last.
            order = np.argsort(-key, kind="stable")
        won[rows["column"][order], rows["place"][order]] = order
        return won


def _lacking(cells: Cells, where: npt.NDArray[np.bool_]) -> Cells:
    """The same figures, not available at some lines."""
    statuses = np.where(where, np.int8(Status.NOT_AVAILABLE), cells.statuses)
    values = np.where(where, np.nan, cells.values)
    return replace(cells, values=values, statuses=statuses)


def _by_precedence(releases: Mapping[int, ReleaseInfo]) -> list[int]:
    """Releases from the one that wins, for one origin, status and coverage."""
    return sorted(
        releases,
        key=lambda id: precedence.key(0, 0, 0, releases[id].cog_year, releases[id].loaded, id),
    )


def _mapped(values: npt.NDArray[np.int32], ranks: Mapping[int, int]) -> Ranks:
    """Numbers of releases as ranks."""
    found, inverse = np.unique(values, return_inverse=True)
    translated = np.array([ranks.get(int(one), 0) for one in found], np.int32)
    return translated[inverse.reshape(-1)] if len(values) else np.zeros(0, np.int32)


def _gathered(parts: Sequence[tuple[npt.NDArray[np.intp], Figures]], count: int) -> Figures:
    """Figures of groups of lines, put together; each was made for all of them."""
    choice = np.zeros(count, np.intp)
    for rank, (lines, _figures) in enumerate(parts):
        choice[lines] = rank

    def pick(name: str, of_cells: bool = True) -> Any:
        columns = [getattr(f.cells if of_cells else f, name) for _lines, f in parts]
        return np.choose(choice, columns)

    cells = Cells(
        *(pick(n) for n in ("values", "statuses", "origins", "members", "known", "shares"))
    )
    return Figures(cells, *(pick(n, of_cells=False) for n in ("source", "reason", "parts")))
