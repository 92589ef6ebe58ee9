"""What the charts read in a portrait: the rows of a chart, its places, what its figures rest on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ckanext.territoires.charts.words import Words, is_floor, known
from ckanext.territoires.portrait.document import Chart, Figure, Place, Portrait, Row

_MOST_TIMES = 4


class NothingToDraw(ValueError):
    """A portrait holds none of the indicators of a chart, or a map has no outline."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A chart and what it shows: its rows, and the places in the order of their figures."""

    chart: Chart
    portrait: Portrait
    rows: tuple[Row, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """The territory, then the comparators."""
        return (self.portrait.territory, *self.portrait.comparators)

    def figures(self, row: Row) -> list[tuple[Place, Figure]]:
        """The figure of a row for each place."""
        return list(zip(self.places, (row.figure, *row.comparisons), strict=False))

    @property
    def unknown(self) -> tuple[Place, ...]:
        """Comparators of which no figure is available, for any row."""
        return tuple(
            place
            for rank, place in enumerate(self.portrait.comparators)
            if all(
                len(row.comparisons) > rank and row.comparisons[rank].status == "not_available"
                for row in self.rows
            )
        )

    def compared(self, row: Row) -> list[tuple[Place, Figure]]:
        """The figure of a row for each place, but for comparators of which none is available."""
        unknown = {place.id for place in self.unknown}
        return [pair for pair in self.figures(row) if pair[0].id not in unknown]

    def histories(self, row: Row, most: int) -> list[tuple[Place, tuple[Figure, ...]]]:
        """The histories of a row, the territory's first, for some places at most.

        A comparator of which nothing is known is left out, and one of another size: beside a
        région, a commune is a flat line.
        """
        own = row.history or (row.figure,)
        size = _size(own)
        others = [
            (place, history)
            for place, history in zip(
                self.portrait.comparators, row.comparison_histories, strict=False
            )
            if (other := _size(history)) is not None
            and (size is None or size / _MOST_TIMES <= other <= size * _MOST_TIMES)
        ]
        return [(self.portrait.territory, own), *others][:most]


def subject(chart: Chart, portrait: Portrait) -> Subject:
    """Find the rows of a chart, in its order. Raises NothingToDraw."""
    rows = {row.indicator: row for theme in portrait.themes for row in theme.rows}
    found = tuple(rows[name] for name in chart.indicators if name in rows)
    if not found:
        raise NothingToDraw(chart.id)
    return Subject(chart, portrait, found)


def find(portrait: Portrait, chart_id: str) -> Chart | None:
    """The chart of a portrait that has an identifier."""
    charts = (chart for theme in portrait.themes for chart in theme.charts)
    return next((chart for chart in charts if chart.id == chart_id), None)


def period(text: str) -> str:
    """A period as it is read: an interval has a dash."""
    return text.replace("/", "\u2013")


def year(text: str) -> int:
    """Where a period stands on an axis: an interval at its end."""
    return int(text.rpartition("/")[2][:4])


def subtitle(rows: Iterable[Row]) -> str:
    """Name of a lone indicator, then unit and periods: what a title does not say."""
    rows = tuple(rows)
    periods = sorted({row.figure.period for row in rows if row.figure.period}, key=year)
    units = dict.fromkeys(row.unit for row in rows if row.unit)
    label = rows[0].label if len(rows) == 1 else ""
    return ", ".join(part for part in (label, *units, " / ".join(map(period, periods))) if part)


def notes(subject: Subject, figures: Iterable[Figure], words: Words) -> tuple[str, ...]:
    """What is said below a chart: the sources of its figures, and what they are not."""
    figures = tuple(figures)
    named: dict[str, None] = {}
    known = {source.release: source for source in subject.portrait.sources}
    for figure in figures:
        for release in figure.sources:
            if source := known.get(release):
                parts = (source.producer, source.title, source.vintage)
                named[", ".join(part for part in parts if part)] = None
    if not named:
        named = dict.fromkeys(row.source_label for row in subject.rows if row.source_label)
    said = [words.floor_note] if any(is_floor(figure) for figure in figures) else []
    if named:
        pattern = words.source if len(named) == 1 else words.sources
        said.append(pattern.format(sources=" ; ".join(named)))
    return tuple(said)


def _size(figures: Iterable[Figure]) -> float | None:
    values = [abs(value) for figure in figures if (value := known(figure)) is not None]
    return max(values, default=0.0) or None
