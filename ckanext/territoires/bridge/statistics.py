"""Figures of many territories: what is at hand, what to read, and the table made of it.

The number of queries does not depend on what is asked: the visible releases, what they hold, and
one COPY of the observations; ratios are recomputed by columns.
"""
# pyright: basic

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import ckan.model as model
import numpy as np

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.bridge.releases import ReleaseInfo, visible
from ckanext.territoires.bridge.statistics_columns import Maker
from ckanext.territoires.bridge.statistics_grants import with_grants
from ckanext.territoires.bridge.statistics_periods import Extent, extents
from ckanext.territoires.bridge.statistics_reading import Observations, read_observations
from ckanext.territoires.bridge.statistics_table import Column, Place, Table
from ckanext.territoires.figures import formula, perimeter
from ckanext.territoires.figures.indicator import Indicator, load_indicators

__all__ = [
    "ALL",
    "LATEST",
    "AtHand",
    "Column",
    "Query",
    "Selection",
    "at_hand",
    "read",
    "select",
    "selection",
]

#: Words that stand for periods.
LATEST, ALL = "latest", "all"

Periods = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked. `periods` are LATEST, ALL, or periods."""

    places: tuple[Place, ...]
    indicators: tuple[Indicator, ...]
    periods: tuple[str, ...] = (LATEST,)
    as_published: bool = False


@dataclass(frozen=True, slots=True)
class AtHand:
    """What the releases that a person may see hold of the loaded indicators.

    `periods` are those of each, oldest first; `by_level` those at each level.
    """

    releases: tuple[ReleaseInfo, ...]
    extents: tuple[Extent, ...]
    periods: Periods
    by_level: Mapping[str, Periods]

    def of(self, indicator: Indicator) -> tuple[str, ...]:
        """Periods at which an indicator may be given, oldest first."""
        return formula.periods_of(indicator, self.periods)

    def at(self, indicator: Indicator, level: str) -> tuple[str, ...]:
        """The same for a level."""
        return formula.periods_of(indicator, self.by_level.get(level, {}))


@dataclass(frozen=True, slots=True)
class Selection:
    """What will be read. `absent` are periods asked of an indicator that no release holds.

    A period of `absent` is empty when the indicator is held at no period at all.
    """

    columns: tuple[Column, ...]
    absent: tuple[tuple[Indicator, str], ...]
    at_hand: AtHand
    base: tuple[tuple[str, str], ...]


def at_hand(user: model.User | None, indicators: Iterable[str] | None = None) -> AtHand:
    """What a person (None: anonymous) may have of these loaded indicators, all by default."""
    wanted = None if indicators is None else set(indicators)
    return _held(visible(user, indicators=wanted))


def _held(seen: Iterable[ReleaseInfo]) -> AtHand:
    # Files of records give figures too: the sums of grants.
    releases = tuple(info for info in seen if info.indicators)
    held = extents(releases)
    everywhere: dict[str, set[str]] = defaultdict(set)
    by_level: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for extent in held:
        for level, periods in extent.periods.items():
            everywhere[extent.indicator] |= periods
            by_level[level][extent.indicator] |= periods
    by_level["custom"] = by_level["commune"]
    return AtHand(
        releases,
        held,
        _ordered(everywhere),
        {level: _ordered(found) for level, found in by_level.items()},
    )


def select(query: Query, user: model.User | None) -> Selection:
    """The columns of a query, and the observations that they are made of."""
    catalogue = load_indicators()
    names = formula.expand([one.name for one in query.indicators], catalogue)
    held = at_hand(user, names)
    levels = sorted({place.level for place in query.places})
    columns: list[Column] = []
    absent: list[tuple[Indicator, str]] = []
    for indicator in query.indicators:
        known = held.of(indicator)
        # The latest of the levels asked; of any, to say why there is none at these.
        here = {period for level in levels for period in held.at(indicator, level)}
        ordered = [period for period in known if period in here] or list(known)
        wanted: list[str] = []
        for period in query.periods:
            if period == ALL:
                wanted += ordered
            elif period == LATEST:
                wanted += ordered[-1:]
            elif period in known:
                wanted.append(period)
            else:
                absent.append((indicator, period))
        if not ordered and not any(one is indicator for one, _ in absent):
            absent.append((indicator, ""))
        columns += [Column(indicator, one) for one in sorted(set(wanted), key=formula.order)]
    return Selection(tuple(columns), tuple(absent), held, _base(columns, held))


def selection(columns: Sequence[Column], releases: Iterable[ReleaseInfo]) -> Selection:
    """These very columns, of what some releases hold."""
    names = set(formula.expand([column.indicator.name for column in columns], load_indicators()))
    held = _held(info for info in releases if not names.isdisjoint(info.indicators))
    return Selection(tuple(columns), (), held, _base(columns, held))


def _base(columns: Iterable[Column], held: AtHand) -> tuple[tuple[str, str], ...]:
    found: dict[tuple[str, str], None] = {}
    for column in columns:
        found |= dict.fromkeys(_parts(column, held.periods))
    return tuple(found)


def read(selection: Selection, places: Sequence[Place], *, as_published: bool = False) -> Table:
    """The table of these places: one query, and one for grants that several files hold."""
    ids: dict[str, None] = {}
    for place in places:
        ids |= dict.fromkeys(place.members or (place.id,))
    releases = {info.id: info for info in selection.at_hand.releases}
    observations = _observations(selection, list(ids), as_published=as_published)
    known = with_grants(observations, places, list(ids), selection.base, releases.values())
    maker = Maker(
        places,
        list(ids),
        selection.base,
        known.observations,
        releases,
        as_published=as_published,
        together=known.together,
        counted=known.counted,
    )
    figures = tuple(
        maker.figures(column, selection.at_hand.periods) for column in selection.columns
    )
    return Table(
        places=tuple(places),
        columns=selection.columns,
        figures=figures,
        reasons=maker.reasons,
        source_sets=maker.source_sets,
        part_periods=maker.part_periods,
        releases=releases,
    )


def _observations(selection: Selection, ids: Sequence[str], *, as_published: bool) -> Observations:
    """What the releases hold of these territories; as published, of their former perimeters too."""
    releases = selection.at_hand.releases
    numbers = [info.id for info in releases]
    years = [info.cog_year for info in releases]
    dated = perimeter.as_published(ids, years, reference()) if as_published else {}
    read = read_observations(numbers, [*ids, *dated], selection.base)
    if dated:
        rank = {id: at for at, id in enumerate(ids)}
        places = [*range(len(ids)), *(rank[id] for id in dated.values())]
        read["place"] = np.array(places, np.int32)[read["place"]]
    return read


def _parts(column: Column, periods: Periods) -> list[tuple[str, str]]:
    """Loaded indicators at the periods that a column may need: `@latest` is one for each place."""
    compiled = column.indicator.compiled
    ready = formula.plan(column.indicator, column.period, periods)
    if compiled is None or ready is None:
        return [(column.indicator.name, column.period)] if compiled is None else []
    found: list[tuple[str, str]] = []
    for part, (name, period) in zip(compiled.parts, ready.parts, strict=True):
        several = periods[name] if part.qualifier == "latest" else (period,)
        found += [(name, one) for one in several]
    return found


def _ordered(periods: Mapping[str, set[str]]) -> Periods:
    return {
        name: tuple(sorted(found, key=formula.order)) for name, found in periods.items() if found
    }
