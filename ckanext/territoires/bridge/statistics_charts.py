"""A column of a table as the charts of a portrait know it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.bridge.releases import source_of
from ckanext.territoires.bridge.statistics_table import Column, Table, worded
from ckanext.territoires.bridge.statistics_wording import remark
from ckanext.territoires.charts.areas import Area, Areas
from ckanext.territoires.portrait.document import (
    Chart,
    Coverage,
    Figure,
    Place,
    Portrait,
    Row,
    Theme,
)

__all__ = ["Drawing", "bars", "lines", "outlined"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What `charts.specification` takes."""

    chart: Chart
    portrait: Portrait
    areas: Areas | None = None


def bars(table: Table, rank: int, language: str) -> Drawing:
    """The territories side by side, for one column; the order is that of the table."""
    first, *others = (_figure(table, line, rank) for line in range(len(table.places)))
    row = _row(table.columns[rank], language, first, comparisons=tuple(others))
    return _drawing("comparison", table, row, language)


def lines(table: Table, ranks: Sequence[int], language: str) -> Drawing:
    """The territories over time, for columns of one indicator, the oldest first."""
    first, *others = (
        tuple(_figure(table, line, rank) for rank in ranks) for line in range(len(table.places))
    )
    row = _row(
        table.columns[ranks[-1]],
        language,
        first[-1],
        comparisons=tuple(history[-1] for history in others),
        history=first,
        comparison_histories=tuple(others),
    )
    return _drawing("history", table, row, language)


def outlined(table: Table, rank: int, language: str, within: str) -> Drawing:
    """A map of the territories that have an outline, for one column."""
    column = table.columns[rank]
    known = reference()
    areas = tuple(
        Area(_place(table, line), _figure(table, line, rank), outline)
        for line, place in enumerate(table.places)
        if not place.members and (outline := known.outline(place.id))
    )
    row = _row(column, language, _figure(table, 0, rank))
    # No territory of a table is the subject of its map.
    nobody = Place("", "", "", "")
    drawn = Areas(areas, column.indicator.additive, within)
    return _drawing("map", table, row, language, nobody, drawn)


def _drawing(
    kind: str,
    table: Table,
    row: Row,
    language: str,
    subject: Place | None = None,
    areas: Areas | None = None,
) -> Drawing:
    first, *others = (_place(table, line) for line in range(len(table.places)))
    chart = Chart(kind, kind, row.label, (row.indicator,))
    portrait = Portrait(
        territory=subject or first,
        language=language,
        cog_year=reference().year,
        as_published=False,
        comparators=tuple(others) if subject is None else (),
        summary="",
        themes=(Theme("statistics", "", "", (row,), (chart,)),),
        sources=tuple(source_of(info) for info in table.sources),
    )
    return Drawing(chart, portrait, areas)


def _row(
    column: Column,
    language: str,
    figure: Figure,
    comparisons: tuple[Figure, ...] = (),
    history: tuple[Figure, ...] = (),
    comparison_histories: tuple[tuple[Figure, ...], ...] = (),
) -> Row:
    one = column.indicator
    return Row(
        indicator=one.name,
        label=worded(one.label, language),
        unit=worded(one.unit, language),
        precision=one.precision,
        direction=one.direction,
        universe=worded(one.universe, language),
        definition=worded(one.definition, language),
        source_label=worded(one.source, language),
        figure=figure,
        comparisons=comparisons,
        history=history,
        comparison_histories=comparison_histories,
    )


def _place(table: Table, line: int) -> Place:
    place = table.places[line]
    known = reference().get(place.id)
    return Place(place.id, place.level, place.code, place.name, known.population if known else None)


def _figure(table: Table, line: int, rank: int) -> Figure:
    figures = table.figures[rank]
    cell = figures.cells.cell(line)
    return Figure(
        territory=table.places[line].id,
        period=table.columns[rank].period,
        value=cell.value,
        status=cell.status.key,
        origin=cell.origin.key,
        coverage=Coverage(*cell.coverage) if cell.coverage else None,
        reason=remark(table, line, rank),
        sources=table.source_sets[int(figures.source[line])],
        floor=table.is_floor(line, rank),
    )
