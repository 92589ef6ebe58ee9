"""The figures of a chart in a table, and in a sentence for who does not see it."""

from __future__ import annotations

from dataclasses import dataclass

from ckanext.territoires.charts.areas import Areas
from ckanext.territoires.charts.over_time import MOST_LINES
from ckanext.territoires.charts.reading import period, subject
from ckanext.territoires.charts.words import ENGLISH, Words, known
from ckanext.territoires.portrait.document import Chart, Figure, Place, Portrait, Row

Value = str | float | None
# Beyond this many figures a sentence is not one that a person listens to.
_SAID = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of a chart: where, of what, when, and what it is."""

    place: Place
    row: Row
    figure: Figure

    def cells(self, words: Words) -> tuple[Value, ...]:
        """Under `header`: a value is a number or nothing, its status stands apart."""
        figure = self.figure
        return (
            self.place.name,
            self.place.code,
            self.row.label,
            period(figure.period),
            known(figure),
            self.row.unit,
            words.value if figure.status == "value" else words.lacking(figure.status),
            figure.reason,
        )


def header(words: Words = ENGLISH) -> tuple[str, ...]:
    """Names of the columns."""
    return (
        words.territory,
        words.code,
        words.indicator,
        words.period,
        words.value,
        words.unit,
        words.status,
        words.remark,
    )


def lines_of(chart: Chart, portrait: Portrait, areas: Areas | None = None) -> list[Line]:
    """Figures that a chart of a portrait draws, in its order. Raises NothingToDraw."""
    about = subject(chart, portrait)
    if chart.kind == "map":
        drawn = areas.areas if areas else ()
        return [Line(area.place, about.rows[0], area.figure) for area in drawn]
    if chart.kind == "history":
        first, *others = about.rows
        if others:
            return [
                Line(portrait.territory, row, figure)
                for row in about.rows[:MOST_LINES]
                for figure in row.history or (row.figure,)
            ]
        return [
            Line(place, first, figure)
            for place, history in about.histories(first, MOST_LINES)
            for figure in history
        ]
    return [Line(place, row, figure) for row in about.rows for place, figure in about.figures(row)]


def table_of(
    chart: Chart, portrait: Portrait, words: Words = ENGLISH, areas: Areas | None = None
) -> tuple[tuple[str, ...], list[tuple[Value, ...]]]:
    """Header and rows of the figures of a chart. Raises NothingToDraw."""
    return header(words), [line.cells(words) for line in lines_of(chart, portrait, areas)]


def summary(
    chart: Chart, portrait: Portrait, words: Words = ENGLISH, areas: Areas | None = None
) -> str:
    """One sentence that says what a chart shows. Raises NothingToDraw."""
    lines = lines_of(chart, portrait, areas)
    if chart.kind == "map":
        said = _extremes(lines, portrait, words)
        return f"{chart.title}. {' ; '.join(said)}."
    several = len({line.row.indicator for line in lines}) > 1
    over_time = chart.kind == "history"
    said: list[str] = []
    for line in lines[:_SAID]:
        name = line.place.name
        if several:
            own = line.place is lines[0].place
            name = line.row.label if own else f"{name}, {line.row.label}"
        if over_time:
            name = f"{name} {period(line.figure.period)}"
        said.append(_said(name, line, words))
    more = "…" if len(lines) > _SAID else "."
    return f"{chart.title}. {' ; '.join(said)}{more}"


def _extremes(lines: list[Line], portrait: Portrait, words: Words) -> list[str]:
    """The territory of a portrait, the lowest and the highest of a map, how many are known."""
    ranked = sorted(
        (line for line in lines if known(line.figure) is not None),
        key=lambda line: line.figure.value or 0.0,
    )
    own = [line for line in lines if line.place.id == portrait.territory.id]
    said = [_said(line.place.name, line, words) for line in own]
    if ranked:
        for pattern, line in ((words.lowest, ranked[0]), (words.highest, ranked[-1])):
            said.append(_said(pattern.format(name=line.place.name), line, words))
    return [*said, words.known.format(known=len(ranked), count=len(lines))]


def _said(name: str, line: Line, words: Words) -> str:
    value = words.figure(line.figure, line.row.precision, line.row.unit)
    return words.item.format(name=name, value=value)
