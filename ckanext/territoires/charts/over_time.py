"""Lines over time: an interval at its end, and a gap where a value is lacking."""

from __future__ import annotations

import math
from typing import Any

from ckanext.territoires.charts import palette
from ckanext.territoires.charts.layout import (
    LEADING,
    MARGIN,
    Layers,
    Sheet,
    Size,
    Spec,
    clip,
    finish,
    line,
    points,
    rules,
    text_width,
    texts,
)
from ckanext.territoires.charts.reading import Subject, notes, period, year
from ckanext.territoires.charts.words import Words, known
from ckanext.territoires.portrait.document import Figure

MOST_LINES = 3
HEIGHT = 220
Series = tuple[str, int, tuple[Figure, ...]]


def history(subject: Subject, words: Words, size: Size, description: str) -> Spec:
    """A line for the territory and two comparators at most; for each indicator when several."""
    series = all_series(subject)
    figures = [figure for _name, _precision, line in series for figure in line]
    values = [value for figure in figures if (value := known(figure)) is not None]
    ticks = axis(values, whole=all(precision == 0 for _name, precision, _line in series))
    shown = [words.number(tick, _decimals(ticks)) for tick in ticks]
    ends = [
        words.figure(found[-1], precision)
        for _name, precision, line in series
        if (found := [figure for figure in line if known(figure) is not None])
    ]
    sheet = Sheet(
        subject.chart.title,
        _subtitle(subject),
        notes(subject, figures, words),
        description,
        size,
        subject.portrait.language,
        left=round(max(text_width(text, size.small) for text in shown) + 14),
        right=round(max([0.0, *(text_width(text, size.text) for text in ends)]) * 1.08 + 10),
    )
    layers, top = _legend([name for name, _precision, _line in series], sheet)
    periods = {year(figure.period): figure.period for figure in figures}
    x = _positions(sorted(periods), sheet.inner)

    def y(value: float) -> float:
        low, high = ticks[0], ticks[-1]
        return round(top + HEIGHT * (high - value) / ((high - low) or 1), 1)

    bottom = top + HEIGHT
    layers += _grid(ticks, shown, y, sheet)
    layers += _axis(periods, x, bottom, sheet)
    # The territory's line over the others.
    for rank in reversed(range(len(series))):
        layers += _line(rank, series[rank], x, y)
    layers += _ends(series, x, y, sheet, words)
    layers += _lacks(series, x, bottom, size, words)
    return finish(layers, sheet, bottom + size.small * LEADING + 8)


def all_series(subject: Subject) -> list[Series]:
    """Name, precision and figures of each line: places of one indicator, or the indicators."""
    first, *others = subject.rows
    if others:
        rows = subject.rows[:MOST_LINES]
        return [(row.label, row.precision, row.history or (row.figure,)) for row in rows]
    return [
        (place.name, first.precision, line) for place, line in subject.histories(first, MOST_LINES)
    ]


def _subtitle(subject: Subject) -> str:
    if len(subject.rows) == 1 and subject.rows[0].label == subject.chart.title:
        return subject.rows[0].unit
    labels = [row.label for row in subject.rows] if len(subject.rows) == 1 else []
    return ", ".join(part for part in (*labels, subject.rows[0].unit) if part)


def _positions(years: list[int], width: int) -> dict[int, float]:
    if len(years) == 1:
        return {years[0]: width / 2}
    span = years[-1] - years[0]
    return {year: round(8 + (width - 16) * (year - years[0]) / span, 1) for year in years}


def axis(values: list[float], *, whole: bool) -> list[float]:
    """Round numbers around the values, some five of them; of what is counted, whole numbers."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if low == high:
        around = abs(low) * 0.1 + 0.5
        low, high = max(low - around, min(low, 0.0)), high + around
    # A scale that starts at zero is the honest one; far from it, it would flatten everything.
    if 0 < low < 0.6 * high:
        low = 0.0
    rough = (high - low) / 4
    unit: float = 10.0 ** math.floor(math.log10(rough))
    round_ones = (1, 2, 5, 10) if whole else (1, 2, 2.5, 5, 10)
    step: float = next(one * unit for one in round_ones if one * unit >= rough)
    if whole:
        step = max(step, 1.0)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(rank * step, 10) for rank in range(first, last + 1)]


def _decimals(ticks: list[float]) -> int:
    return next((d for d in range(4) if all(round(t, d) == t for t in ticks)), 3)


def _grid(ticks: list[float], shown: list[str], y: Any, sheet: Sheet) -> Layers:
    grid = [{"x": 0, "x2": sheet.inner, "y": y(tick), "y2": y(tick)} for tick in ticks]
    labels = [
        {"x": -8, "y": y(tick), "text": text} for tick, text in zip(ticks, shown, strict=True)
    ]
    return [
        rules(grid, color=palette.GRID),
        texts(labels, sheet.size.small, align="right", colour=palette.MUTED),
    ]


def _axis(periods: dict[int, str], x: dict[int, float], bottom: float, sheet: Sheet) -> Layers:
    """Names of the periods, less those that would lie over the one before."""
    size = sheet.size.small
    labels: list[dict[str, Any]] = []
    end = math.inf
    for at in sorted(periods, reverse=True):
        text = period(periods[at])
        half = text_width(text, size) / 2
        if x[at] + half + 6 <= end:
            middle = min(max(x[at], half - sheet.left), sheet.inner + sheet.right - half)
            labels.append({"x": middle, "y": bottom + 6 + size / 2, "text": text})
            end = middle - half
    base = [{"x": 0, "x2": sheet.inner, "y": bottom, "y2": bottom}]
    return [
        rules(base, color=palette.RULE),
        texts(labels, size, align="center", colour=palette.TEXT),
    ]


def _line(rank: int, series: Series, x: dict[int, float], y: Any) -> Layers:
    name, _precision, figures = series
    rows: list[dict[str, Any]] = []
    run = 0
    for figure in figures:
        value = known(figure)
        if value is None:
            run += 1
            continue
        at = year(figure.period)
        rows.append(
            {"x": x[at], "y": y(value), "run": run, "series": name,
             "period": figure.period, "value": value}
        )  # fmt: skip
    if not rows:
        return []
    colour, width = palette.LINES[rank], 2 if rank else 3
    return [
        line(rows, color=colour, strokeWidth=width, dash=palette.DASHES[rank]),
        points(rows, shape=palette.SHAPES[rank], filled=True, color=colour, size=64),
    ]


def _ends(series: list[Series], x: dict[int, float], y: Any, sheet: Sheet, words: Words) -> Layers:
    """The last value of each line, moved apart where they would lie over each other."""
    size = sheet.size.text
    last: list[tuple[float, float, str, int]] = []
    for rank, (_name, precision, figures) in enumerate(series):
        found = [figure for figure in figures if known(figure) is not None]
        if found:
            value, text = found[-1].value or 0.0, words.figure(found[-1], precision)
            last.append((x[year(found[-1].period)] + 9, y(value), text, rank))
    last.sort(key=lambda end: end[1])
    placed: list[tuple[float, float, str, int]] = []
    for at, height, text, rank in last:
        lowest = placed[-1][1] + size * 1.1 if placed else -math.inf
        placed.append((at, max(height, lowest), text, rank))
    return [
        texts(
            [{"x": at, "y": height, "text": text}], size, colour=palette.LINES[rank],
            fontWeight="normal" if rank else "bold",
        )
        for at, height, text, rank in placed
    ]  # fmt: skip


def _lacks(
    series: list[Series], x: dict[int, float], bottom: float, size: Size, words: Words
) -> Layers:
    """What the territory lacks, written upright over its period."""
    _name, _precision, figures = series[0]
    rows = [
        {"x": x[year(figure.period)], "y": bottom - 6, "text": words.lacking(figure.status)}
        for figure in figures
        if known(figure) is None
    ]
    if not rows:
        return []
    return [texts(rows, size.small, colour=palette.MUTED, fontStyle="italic", angle=270)]


def _legend(names: list[str], sheet: Sheet) -> tuple[Layers, float]:
    size = sheet.size.text
    step = size * LEADING + 3
    layers: Layers = []
    for rank, name in enumerate(names):
        y, start = rank * step + size / 2, -sheet.left
        room = sheet.size.width - 2 * MARGIN - 40
        text = clip(name, room, size, 1)[0]
        colour = palette.LINES[rank]
        layers += [
            rules(
                [{"x": start, "x2": start + 30, "y": y, "y2": y}],
                color=colour, strokeWidth=2 if rank else 3, dash=palette.DASHES[rank],
            ),
            points(
                [{"x": start + 15, "y": y}],
                shape=palette.SHAPES[rank], filled=True, color=colour, size=64,
            ),
            texts(
                [{"x": start + 38, "y": y, "text": text}],
                size, fontWeight="normal" if rank else "bold",
            ),
        ]  # fmt: skip
    return layers, len(names) * step + 10
