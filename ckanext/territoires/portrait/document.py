"""The portrait of a territory: one frozen document that every page, file and answer renders.

All texts are in the language the portrait was asked in; numbers are numbers, and each figure knows
its unit, its status and where it comes from.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Place:
    """A territory in a portrait. `population` is that of the reference."""

    id: str
    level: str
    code: str
    name: str
    population: int | None = None
    #: `self`, `epci`, `departement`, `region`, `metropole`, `country`, `chosen` or `peer`.
    role: str = "self"


@dataclass(frozen=True, slots=True)
class Source:
    """A loaded file. `vintage` is what the file says of its date; `producer` who publishes it."""

    release: int
    resource_id: str
    dataset_id: str
    dataset: str
    title: str
    producer: str
    vintage: str
    cog_year: int | None
    loaded: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a territory a value covers; `population_share` goes from 0 to 1."""

    members: int
    known: int
    population_share: float | None

    @property
    def complete(self) -> bool:
        """Whether every member is known."""
        return self.known >= self.members


class _Written:
    """Room for the JSON of what many portraits share, written once: no field, so that it counts
    neither in a comparison nor in a copy.
    """

    __slots__ = ("json",)
    json: str


@dataclass(frozen=True, slots=True)
class Figure(_Written):
    """A value, or what stands in its place.

    `status`: `value`, `secret`, `not_available`, `not_applicable`. `origin`: `published`,
    `computed`, `merged`, `estimated`. `reason` says in words why there is no value, or that it is
    a floor or an estimate. `sources` are release numbers. `floor`: a sum that lacks a part.
    """

    territory: str
    period: str
    value: float | None
    status: str
    origin: str = "published"
    coverage: Coverage | None = None
    reason: str = ""
    sources: tuple[int, ...] = ()
    floor: bool = False


@dataclass(frozen=True, slots=True)
class Rank:
    """Place among peers, 1 for the highest value; `of` counts the peers that have a value."""

    position: int
    of: int
    group: str
    median: float | None = None


@dataclass(frozen=True, slots=True)
class Change(_Written):
    """From an earlier period; `relative` is a fraction, None when it makes no sense.

    `points`: the figure is a percentage, and `absolute` counts its points.
    """

    since: str
    absolute: float
    relative: float | None
    points: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """An indicator of a theme: its figure, and those of the comparators in the same order.

    `history` has the figures of the territory from the oldest period to the latest. The changes of
    the comparators are in their order too, None where there is none; `comparison_histories` has the
    histories of the first of them, in their order, for the lines of a chart.
    """

    indicator: str
    label: str
    unit: str
    precision: int
    direction: str
    universe: str
    definition: str
    source_label: str
    figure: Figure
    comparisons: tuple[Figure, ...] = ()
    rank: Rank | None = None
    change: Change | None = None
    history: tuple[Figure, ...] = ()
    key: bool = False
    comparison_changes: tuple[Change | None, ...] = ()
    comparison_histories: tuple[tuple[Figure, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart declared over rows of a theme, drawn by the room of charts.

    `kind`: `comparison` (bars against the comparators), `history` (lines over time), `structure`
    (parts of a whole), `map` (a choropleth of members or neighbours). `indicators` name the rows.
    """

    id: str
    kind: str
    title: str
    indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A programme or a zoning of which the territory is part, from the loaded file `source`.

    `kind`: `programme` or `zoning`. `place` names the territory that has it, when it is another.
    """

    kind: str
    title: str
    detail: str
    source: int
    place: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """What an agent wrote about a theme, signed."""

    text: str
    author: str
    date: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme of a portrait; `text` is made from its figures."""

    name: str
    title: str
    text: str
    rows: tuple[Row, ...]
    charts: tuple[Chart, ...] = ()
    comment: Comment | None = None
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a chart of the kind `map` draws: places of `within`, their figures in the same order."""

    chart: str
    within: str
    additive: bool
    places: tuple[Place, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Portrait:
    """The whole. `as_published`: values of former vintages are not carried to today's communes."""

    territory: Place
    language: str
    cog_year: int
    as_published: bool
    comparators: tuple[Place, ...]
    summary: str
    themes: tuple[Theme, ...]
    sources: tuple[Source, ...]
    #: Of what is handed over only: a page asks for the figures of each of its maps.
    maps: tuple[Mapped, ...] = ()

    def names(self) -> list[str]:
        """What its plain form holds; `maps` is there when there are some."""
        # What was kept before maps were has the digest that it had.
        return [each.name for each in fields(self) if self.maps or each.name != "maps"]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON, the answer of the API."""
        return {name: plain(getattr(self, name)) for name in self.names()}

    @property
    def digest(self) -> str:
        """SHA-256 of the content: the same figures, texts and sources give the same digest."""
        content = json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()


#: The types of the fields, read once a class: a portrait has thousands of figures, and
#: `dataclasses.asdict` copies each of their numbers.
_SCALARS = frozenset((str, int, float, bool, type(None)))
_FIELDS: dict[type[Any], tuple[str, ...]] = {}


def plain(value: Any) -> Any:
    """Return dictionaries and lists that hold what a part of a portrait holds."""
    kind = cast("type[Any]", type(value))
    if kind in _SCALARS:
        return value
    if kind is tuple:
        return [plain(item) for item in value]
    written_out = _WRITTEN_OUT.get(kind)
    if written_out:
        return written_out(value)
    names = _FIELDS.get(kind)
    if names is None:
        names = _FIELDS[kind] = tuple(field.name for field in fields(kind))
    found: dict[str, Any] = {}
    for name in names:
        item = getattr(value, name)
        found[name] = item if type(item) in _SCALARS else plain(item)
    return found


def _plain_row(row: Row) -> dict[str, Any]:
    rank, change = row.rank, row.change
    return {
        "indicator": row.indicator,
        "label": row.label,
        "unit": row.unit,
        "precision": row.precision,
        "direction": row.direction,
        "universe": row.universe,
        "definition": row.definition,
        "source_label": row.source_label,
        "figure": _plain_figure(row.figure),
        "comparisons": [_plain_figure(one) for one in row.comparisons],
        "rank": None if rank is None else plain(rank),
        "change": None if change is None else _plain_change(change),
        "history": [_plain_figure(one) for one in row.history],
        "key": row.key,
        "comparison_changes": [
            None if one is None else _plain_change(one) for one in row.comparison_changes
        ],
        "comparison_histories": [
            [_plain_figure(one) for one in line] for line in row.comparison_histories
        ],
    }


def _plain_figure(figure: Figure) -> dict[str, Any]:
    coverage = figure.coverage
    return {
        "territory": figure.territory,
        "period": figure.period,
        "value": figure.value,
        "status": figure.status,
        "origin": figure.origin,
        "coverage": None if coverage is None else _plain_coverage(coverage),
        "reason": figure.reason,
        "sources": list(figure.sources),
        "floor": figure.floor,
    }


def _plain_coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "members": coverage.members,
        "known": coverage.known,
        "population_share": coverage.population_share,
    }


def _plain_change(change: Change) -> dict[str, Any]:
    return {
        "since": change.since,
        "absolute": change.absolute,
        "relative": change.relative,
        "points": change.points,
    }


#: The same, written out: nearly all of a portrait is these.
_WRITTEN_OUT: dict[type[Any], Callable[[Any], dict[str, Any]]] = {
    Row: _plain_row,
    Figure: _plain_figure,
    Coverage: _plain_coverage,
    Change: _plain_change,
}
