"""The State's action in a territory: its records listed, totalled, grouped and summed up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ckan.model as model
import sqlalchemy as sa

from ckanext.territoires.bridge import record_selection
from ckanext.territoires.bridge.record_selection import AMOUNTS, Wanted
from ckanext.territoires.bridge.reference import LEVELS
from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.model import Record, Release

__all__ = [
    "AMOUNTS",
    "GROUPS",
    "ORDERS",
    "Amount",
    "GrantYear",
    "Group",
    "Label",
    "Page",
    "Summary",
    "Totals",
    "Wanted",
    "choices",
    "first_of_each",
    "groups",
    "kinds_loaded",
    "listed",
    "summary",
    "totals",
]

#: What records may be grouped by. `level` and `place` are of the first place of a record.
GROUPS = ("year", "scheme", "theme", "beneficiary", "kind", "state", "level", "place", "dataset")
#: What lists may be ordered by; a name after a minus sign is in descending order. `level` goes from
#: the commune up.
ORDERS = (
    "level",
    "date",
    "year",
    "scheme",
    "theme",
    "beneficiary",
    "title",
    "state",
    "kind",
    *AMOUNTS,
)
_DEFAULT_ORDER = ("-year", "-date", "-granted")


@dataclass(frozen=True, slots=True)
class Amount:
    """The sum of one amount in euros over `known` lines; None when no line has it.

    `missing` lines lack it: the sum is then a floor. That of the costs counts a project once,
    though several lines, of several schemes, give its cost.
    """

    total: float | None
    known: int
    missing: int

    @property
    def floor(self) -> bool:
        """Whether the true sum may be greater."""
        return self.known > 0 and self.missing > 0


@dataclass(frozen=True, slots=True)
class Totals:
    """How many records, and each amount apart. `releases` are those that they come from.

    `shared` records, of a commune that was split, count for a part of their amounts, which are
    then an estimate.
    """

    count: int
    amounts: Mapping[str, Amount]
    releases: tuple[int, ...] = ()
    shared: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """The totals of the records that share values: `values` in the order they were asked."""

    values: tuple[Any, ...]
    totals: Totals


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the records, in order: mappings of the columns of `Record`, and `releases`."""

    rows: tuple[sa.RowMapping, ...]
    offset: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class Label:
    """A programme or a zoning in a territory: `count` lines, and the names of the first."""

    scheme: str
    count: int
    titles: tuple[str, ...]
    states: tuple[str, ...]
    releases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GrantYear:
    """The grants of a scheme in a year; `granted` is None when no line says it.

    `shared`: see `Totals`.
    """

    year: int | None
    scheme: str
    count: int
    granted: float | None
    missing: int
    releases: tuple[int, ...]
    shared: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What a portrait says of the State's action; empty when no visible file speaks of it."""

    programmes: tuple[Label, ...] = ()
    zonings: tuple[Label, ...] = ()
    grants: tuple[GrantYear, ...] = ()


def listed(
    wanted: Wanted,
    releases: Collection[ReleaseInfo],
    *,
    order_by: Sequence[str] = (),
    offset: int = 0,
    limit: int | None = 50,
) -> Page:
    """The records that answer, in order: one query.

    Args:
        wanted: what is asked.
        releases: those that the person may see; see `bridge.releases.visible`.
        order_by: names of ORDERS, after a minus sign for a descending order.
        offset: how many to pass over.
        limit: how many at most; all for None.

    Raises:
        ValueError: an order that is not among ORDERS.

    """
    chosen = record_selection.selected(wanted, _ids(releases))
    query = sa.select(chosen).order_by(*_order(chosen, order_by or _DEFAULT_ORDER))
    rows = model.Session.execute(query.offset(offset).limit(limit)).mappings().all()
    return Page(tuple(rows), offset, limit)


def first_of_each(
    wanted: Wanted, releases: Collection[ReleaseInfo], limit: int
) -> Mapping[str, tuple[sa.RowMapping, ...]]:
    """The first records of each kind, the latest first, as `listed` gives them: one query."""
    chosen = record_selection.selected(wanted, _ids(releases))
    order = _order(chosen, _DEFAULT_ORDER)
    position = sa.func.row_number().over(partition_by=chosen.c["kind"], order_by=order)
    ranked = sa.select(chosen, position.label("position")).cte("positioned")
    query = sa.select(ranked).where(ranked.c["position"] <= limit).order_by(ranked.c["position"])
    found: dict[str, list[sa.RowMapping]] = defaultdict(list)
    for row in model.Session.execute(query).mappings():
        found[row["kind"]].append(row)
    return {kind: tuple(rows) for kind, rows in found.items()}


def kinds_loaded(releases: Collection[ReleaseInfo]) -> set[str]:
    """The kinds that the first line of each file is of, so that a lack can be told: one query."""
    first = sa.select(Record.kind).where(Record.release_id == Release.id).limit(1)
    query = sa.select(first.correlate(Release).scalar_subquery()).where(
        Release.id.in_(_ids(releases))
    )
    return {kind for kind in model.Session.scalars(query) if kind}


def totals(wanted: Wanted, releases: Collection[ReleaseInfo]) -> Totals:
    """How many records answer, and each amount apart: one query."""
    chosen = record_selection.selected(wanted, _ids(releases))
    row = model.Session.execute(_summed(chosen)).mappings().one()
    return _totals(row)


def groups(
    wanted: Wanted, releases: Collection[ReleaseInfo], by: Sequence[str]
) -> tuple[Group, ...]:
    """The totals of each combination of values of `by`, in their order: one query.

    Raises:
        ValueError: a name that is not among GROUPS.

    """
    chosen = record_selection.selected(wanted, _ids(releases))
    names = {info.id: info.dataset_id for info in releases}
    columns = [_grouping(chosen, name, names).label(f"by_{name}") for name in by]
    grouped = _summed(chosen, columns)
    rows = model.Session.execute(grouped).mappings().all()
    return tuple(Group(tuple(row[f"by_{name}"] for name in by), _totals(row)) for row in rows)


def choices(
    wanted: Wanted, releases: Collection[ReleaseInfo], of: Sequence[str]
) -> Mapping[str, tuple[tuple[Any, int], ...]]:
    """The values of some columns among the records that answer, with their counts: one query."""
    chosen = record_selection.selected(wanted, _ids(releases))
    columns = [chosen.c[name] for name in of]
    which = sa.func.grouping(*columns)
    query = (
        sa.select(*columns, which.label("which"), sa.func.count().label("count"))
        .group_by(sa.func.grouping_sets(*(sa.tuple_(column) for column in columns)))
        .order_by(*columns)
    )
    found: dict[str, list[tuple[Any, int]]] = {name: [] for name in of}
    for row in model.Session.execute(query).mappings():
        # A bit is off for the column that the line groups by.
        position = next(i for i in range(len(of)) if not row["which"] >> (len(of) - 1 - i) & 1)
        value = row[of[position]]
        if value is not None:
            found[of[position]].append((value, row["count"]))
    return {name: tuple(values) for name, values in found.items()}


def summary(territory_ids: Sequence[str], releases: Collection[ReleaseInfo]) -> dict[str, Summary]:
    """Programmes, zonings and grants inside each territory: one query.

    Its cost follows the number of records inside, so that of a nation is better not asked for
    beside each commune's. Custom territories are not summed up here.
    """
    if not territory_ids or not releases:
        return {id: Summary() for id in territory_ids}
    kinds = ("programme", "zoning", "grant")
    chosen = record_selection.in_each(territory_ids, _ids(releases), kinds)
    year = sa.case((chosen.c["kind"] == "grant", chosen.c["year"])).label("of_year")
    scheme = sa.func.coalesce(chosen.c["scheme"], "").label("of_scheme")
    query = (
        sa.select(
            chosen.c["at"],
            chosen.c["kind"],
            scheme,
            year,
            sa.func.array_agg(sa.distinct(chosen.c["title"])).label("titles"),
            sa.func.array_agg(sa.distinct(chosen.c["state"])).label("states"),
            *_sums(chosen),
        )
        .group_by(chosen.c["at"], chosen.c["kind"], scheme, year)
        .order_by(chosen.c["at"], year.desc(), scheme)
    )
    found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for row in model.Session.execute(query).mappings():
        found[row["at"]][row["kind"]].append(_summed_up(row))
    return {
        id: Summary(
            tuple(found[id]["programme"]), tuple(found[id]["zoning"]), tuple(found[id]["grant"])
        )
        for id in territory_ids
    }


_TITLES = 5


def _summed_up(row: sa.RowMapping) -> Label | GrantYear:
    counted = _totals(row)
    if row["kind"] == "grant":
        granted = counted.amounts["granted"]
        return GrantYear(
            row["of_year"],
            row["of_scheme"],
            counted.count,
            granted.total,
            granted.missing,
            counted.releases,
            counted.shared,
        )
    titles, states = (tuple(text for text in row[name] if text) for name in ("titles", "states"))
    return Label(row["of_scheme"], counted.count, titles[:_TITLES], states, counted.releases)


def _ids(releases: Collection[ReleaseInfo]) -> list[int]:
    return [release.id for release in releases]


def _summed(
    chosen: sa.CTE,
    columns: Sequence[sa.Label[Any]] = (),
) -> sa.Select[Any]:
    """The totals of each combination of values of some columns.

    In each, the cost of a project counts once, however many schemes pay for it.
    """
    values = [column.element for column in columns]
    nth = sa.func.row_number().over(partition_by=[*values, chosen.c["project"]])
    lines = sa.select(chosen, *columns, nth.label("nth_of_project")).cte("lines")
    kept = [lines.c[column.name] for column in columns]
    first = sa.or_(lines.c["project"].is_(None), lines.c["nth_of_project"] == 1)
    once = sa.case((first, lines.c["cost"]))
    query = sa.select(*kept, *_sums(lines, once)).group_by(*kept)
    names = {column.name: lines.c[column.name] for column in columns}
    return query.order_by(*(_recent_first(name, column) for name, column in names.items()))


def _sums(lines: sa.CTE, cost: sa.ColumnElement[Any] | None = None) -> list[sa.ColumnElement[Any]]:
    found: list[sa.ColumnElement[Any]] = [
        sa.func.count().label("count"),
        sa.func.array_agg(sa.distinct(lines.c["release_id"])).label("release_ids"),
        sa.func.count().filter(lines.c["share"] < 1).label("shared"),
    ]
    for name in AMOUNTS:
        amount = cost if name == "cost" and cost is not None else lines.c[name]
        total = sa.func.round(sa.func.sum(amount * lines.c["share"]), 2)
        found.append(total.label(f"{name}_total"))
        found.append(sa.func.count(lines.c[name]).label(f"{name}_known"))
    return found


def _totals(row: sa.RowMapping) -> Totals:
    count: int = row["count"]
    amounts = {
        name: Amount(
            euros(row[f"{name}_total"]), row[f"{name}_known"], count - row[f"{name}_known"]
        )
        for name in AMOUNTS
    }
    return Totals(count, amounts, tuple(row["release_ids"] or ()), row["shared"])


def euros(value: Decimal | None) -> float | None:
    """An amount as JSON writes it."""
    return None if value is None else float(value)


def _order(chosen: sa.CTE, order_by: Sequence[str]) -> list[sa.ColumnElement[Any]]:
    found: list[sa.ColumnElement[Any]] = []
    for asked in order_by:
        name = asked.removeprefix("-")
        if name not in ORDERS:
            raise ValueError(asked)
        column = _rank_of_level(chosen) if name == "level" else chosen.c[name]
        found.append((column.desc() if asked.startswith("-") else column.asc()).nulls_last())
    # What is equal keeps its place from one page to the next.
    return [*found, chosen.c["id"]]


def _recent_first(name: str, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return column.desc().nulls_last() if name == "by_year" else column.asc().nulls_last()


def _grouping(chosen: sa.CTE, name: str, datasets: Mapping[int, str]) -> sa.ColumnElement[Any]:
    if name not in GROUPS:
        raise ValueError(name)
    if name == "dataset":
        return sa.case(datasets, value=chosen.c["release_id"]) if datasets else sa.null()
    if name == "place":
        return chosen.c["places"][1]
    return _level(chosen) if name == "level" else chosen.c[name]


def _level(chosen: sa.CTE) -> sa.ColumnElement[str]:
    first = chosen.c["places"][1]
    part = sa.case((first.like("country%"), 1), (first.like("custom%"), 1), else_=2)
    return sa.func.split_part(first, ":", part)


def _rank_of_level(chosen: sa.CTE) -> sa.ColumnElement[int]:
    return sa.case({level: i for i, level in enumerate(LEVELS)}, value=_level(chosen))
