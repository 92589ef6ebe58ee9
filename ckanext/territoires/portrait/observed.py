"""Observations of a few territories, whatever the number of files, and what they compute to."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from ckanext.territoires.figures import formula, perimeter, precedence
from ckanext.territoires.figures.cell import Cell, Coverage
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.figures.status import Origin, Status
from ckanext.territoires.portrait.compose import Known
from ckanext.territoires.portrait.document import Coverage as Whole

#: Columns of the observations that are read, in order; `release` is a number of release. What was
#: made of several has all of them in one column more.
COLUMNS = (
    "territory",
    "indicator",
    "period",
    "value",
    "status",
    "origin",
    "members",
    "members_known",
    "population_share",
    "release_id",
)

_LENGTH = len(COLUMNS)

#: Rows of a territory, by indicator and period.
Rows = Mapping[tuple[str, str], Sequence[Any]]
#: Periods at hand of each loaded indicator.
Periods = tuple[tuple[str, tuple[str, ...]], ...]

# Attributes of an enumeration are looked up slowly, and there are thousands of rows.
_STATUSES: Mapping[int, Status] = dict(enumerate(Status))
_ORIGINS: Mapping[int, Origin] = dict(enumerate(Origin))
_COMPUTED, _MERGED, _ESTIMATED = int(Origin.COMPUTED), int(Origin.MERGED), int(Origin.ESTIMATED)
_VALUE, _SECRET = int(Status.VALUE), int(Status.SECRET)
_NOT_APPLICABLE = int(Status.NOT_APPLICABLE)
_NO_PLAN: Mapping[str, formula.Plan] = {}
_NO_ROWS: Rows = {}


class Release(Protocol):
    """What is to be known of a loaded file to choose between several."""

    @property
    def id(self) -> int: ...
    @property
    def cog_year(self) -> int | None: ...
    @property
    def loaded(self) -> datetime: ...
    @property
    def indicators(self) -> Sequence[str]: ...


class Observed:
    """What is known of some territories; `portrait.compose.Values`."""

    def __init__(
        self,
        rows: Iterable[Sequence[Any]],
        releases: Iterable[Release],
        main: str,
        *,
        as_published: bool = False,
        only: tuple[int, Collection[str]] | None = None,
        kept: Mapping[str, Rows] | None = None,
    ) -> None:
        """Choose among what several files hold.

        `rows` are tuples of COLUMNS; `main` is the territory whose periods are shown;
        `as_published` leaves out what was carried from former territories, and takes what was
        published for their former perimeter (rows of a dated identifier); `only`, a release and
        its indicators, has these come from it alone; `kept` are rows of other territories, chosen
        before.
        """
        self._main = main
        self._known = chosen(rows, releases, as_published, only) | dict(kept or {})
        own = self._known.get(main, {})
        self._plans = _plans(_signature([own]))
        self._wide: Mapping[str, Mapping[str, formula.Plan]] | None = None
        self._coverages: dict[Any, Whole] = {}

    def rows(self, territory: str) -> Rows:
        """The rows that were chosen for a territory."""
        return self._known.get(territory, _NO_ROWS)

    def way(self, indicator: str, period: str) -> Hashable:
        """How a figure is made: the indicators and periods of its parts."""
        plan = self._plans.get(indicator, _NO_PLAN).get(period)
        if plan is None:
            plan = self._of_all().get(indicator, _NO_PLAN).get(period)
        return plan.parts if plan else None

    def periods(self, territory: str, indicator: str) -> Sequence[str]:
        """Periods at which an indicator is known of a territory, oldest first."""
        if territory == self._main:
            return tuple(self._plans.get(indicator, ()))
        plans = self._of_all().get(indicator, {})
        return [period for period in plans if self.get(territory, indicator, period) is not None]

    def periods_of_any(self, indicator: str) -> Sequence[str]:
        """Periods at which an indicator is known of one of the territories, oldest first."""
        return tuple(self._of_all().get(indicator, ()))

    def get(self, territory: str, indicator: str, period: str) -> Cell | None:
        """The figure, None when nothing is known of it."""
        known = self.across((territory,), indicator, period)[0]
        if known is None:
            return None
        value, status, origin, given, periods, sources = known
        coverage = None
        if given is not None:
            coverage = Coverage(given.members, given.known, given.population_share)
        return Cell(value, _STATUSES[status], _ORIGINS[origin], coverage, periods, sources)

    def history(self, indicator: str) -> Sequence[tuple[str, Known | None]]:
        """The figures of the main territory, from the oldest period to the latest."""
        own = self._known.get(self._main, _NO_ROWS)
        found: list[tuple[str, Known | None]] = []
        for period, plan in self._plans.get(indicator, _NO_PLAN).items():
            if plan.formula is not None:
                found.append((period, self._computed(plan, plan.formula, own)))
            else:
                row = own.get(plan.parts[0])
                found.append((period, self._as_read(row) if row else None))
        return found

    def across(
        self, territories: Sequence[str], indicator: str, period: str
    ) -> Sequence[Known | None]:
        """The figures of several territories, in their order."""
        plan = self._plans.get(indicator, _NO_PLAN).get(period)
        if plan is None:
            plan = self._of_all().get(indicator, _NO_PLAN).get(period)
            if plan is None:
                return [None] * len(territories)
        known = self._known
        if plan.formula is None:
            part = plan.parts[0]
            rows = [known.get(id, _NO_ROWS).get(part) for id in territories]
            return [self._as_read(row) if row else None for row in rows]
        return [self._computed(plan, plan.formula, known.get(id, _NO_ROWS)) for id in territories]

    def _as_read(self, row: Sequence[Any]) -> Known:
        status = row[4]
        return (
            row[3] if status == 0 else None,
            status,
            row[5],
            None if row[6] is None else self._coverage(row[6:9]),
            (),
            _releases(row),
        )

    def _coverage(self, given: Any) -> Whole:
        """One object for all the figures of the same members, known members and share."""
        found = self._coverages.get(given)
        if found is None:
            found = self._coverages[given] = Whole(given[0], given[1] or 0, given[2])
        return found

    def _computed(
        self,
        plan: formula.Plan,
        made: formula.Formula,
        known: Rows,
    ) -> Known | None:
        """A formula over rows; None when one of its parts is not known at all, and none secret."""
        rows: list[Sequence[Any]] = []
        first: Sequence[Any] | None = None
        alike = True
        sources: tuple[int, ...] = ()
        for part in plan.parts:
            row = known.get(part)
            if row is None:
                return self._partly(plan, known)
            rows.append(row)
            if first is None:
                first, sources = row, _releases(row)
            elif len(row) > _LENGTH or row[9] not in sources:
                sources = tuple(dict.fromkeys((*sources, *_releases(row))))
            # Known, of the same members, and no estimate: nearly all of them.
            alike = alike and row[4] == 0 and row[5] != _ESTIMATED and row[6:9] == first[6:9]
        if first is None or not alike:
            given = iter(rows)
            cell = plan.cell(lambda _name, _period: _cell(next(given)))
            part = None if cell.coverage is None else self._coverage(tuple(cell.coverage))
            return cell.value, cell.status, cell.origin, part, cell.periods, cell.sources
        coverage = None if first[6] is None else self._coverage(first[6:9])
        value = made.scalar(plan.years, *[row[3] for row in rows])
        if not math.isfinite(value):
            return None, _NOT_APPLICABLE, _COMPUTED, coverage, plan.periods, sources
        return value, _VALUE, _COMPUTED, coverage, plan.periods, sources

    def _partly(self, plan: formula.Plan, known: Rows) -> Known | None:
        """A formula that lacks a part: secret when another is, else nothing is known of it."""
        found = {part: row for part in plan.parts if (row := known.get(part))}
        if not any(row[4] == _SECRET for row in found.values()):
            return None

        def given(name: str, period: str) -> Cell | None:
            row = found.get((name, period))
            return _cell(row) if row else None

        cell = plan.cell(given)
        return None, cell.status, cell.origin, None, cell.periods, cell.sources

    def _of_all(self) -> Mapping[str, Mapping[str, formula.Plan]]:
        if self._wide is None:
            self._wide = _plans(_signature(self._known.values()))
        return self._wide


def at_hand(releases: Sequence[Release]) -> frozenset[str]:
    """Indicators that these releases hold, and those that can be computed from these."""
    return _at_hand(frozenset(name for info in releases for name in info.indicators))


def from_release(info: Release, releases: Sequence[Release]) -> frozenset[str]:
    """Indicators of a release, and those computed from at least one of these."""
    own = set(info.indicators)
    return frozenset(name for name in at_hand(releases) if not own.isdisjoint(_parts(name)))


@lru_cache(maxsize=64)
def _at_hand(loaded: frozenset[str]) -> frozenset[str]:
    return frozenset(name for name in load_indicators() if loaded.issuperset(_parts(name)))


def _parts(name: str) -> frozenset[str]:
    compiled = load_indicators()[name].compiled
    return frozenset(part.name for part in compiled.parts) if compiled else frozenset((name,))


def chosen(
    rows: Iterable[Sequence[Any]],
    releases: Iterable[Release],
    as_published: bool,
    only: tuple[int, Collection[str]] | None,
) -> dict[str, Rows]:
    """The row that wins for each territory, indicator and period.

    Rows of a dated identifier are those of its territory.
    """
    infos = {info.id: info for info in releases}
    found: dict[str, dict[tuple[str, str], Sequence[Any]]] = defaultdict(dict)
    for row in rows:
        if as_published and row[5] >= _MERGED:
            continue
        if only and row[9] != only[0] and row[1] in only[1]:
            continue
        own = found[perimeter.undated(row[0]) if as_published else row[0]]
        key = (row[1], row[2])
        former = own.get(key)
        if former is None or _order(row, infos) < _order(former, infos):
            own[key] = row
    return dict(found)


def _order(row: Sequence[Any], infos: Mapping[int, Release]) -> tuple[Any, ...]:
    info = infos[row[9]]
    lacking = 0 if row[6] is None else row[6] - (row[7] or 0)
    return precedence.key(row[5], row[4], lacking, info.cog_year, info.loaded, info.id)


def _cell(row: Sequence[Any]) -> Cell:
    members = row[6]
    coverage = None if members is None else Coverage(members, row[7] or 0, row[8])
    return Cell(
        row[3] if row[4] == 0 else None,
        _STATUSES[row[4]],
        _ORIGINS[row[5]],
        coverage,
        (),
        _releases(row),
    )


def _releases(row: Sequence[Any]) -> tuple[int, ...]:
    return row[_LENGTH] if len(row) > _LENGTH else (row[9],)


def _signature(known: Iterable[Mapping[tuple[str, str], Any]]) -> Periods:
    found: dict[str, set[str]] = defaultdict(set)
    for own in known:
        for name, period in own:
            found[name].add(period)
    return tuple((name, tuple(sorted(found[name]))) for name in sorted(found))


@lru_cache(maxsize=128)
def _plans(periods: Periods) -> Mapping[str, Mapping[str, formula.Plan]]:
    """How each indicator is computed at each of its periods, oldest first.

    Territories of one level have the same periods but for a few, so that it is seldom made anew.
    """
    at = dict(periods)
    return {
        name: {
            period: plan
            for period in formula.periods_of(indicator, at)
            if (plan := formula.plan(indicator, period, at))
        }
        for name, indicator in load_indicators().items()
        if all(part in at for part in _parts(name))
    }
