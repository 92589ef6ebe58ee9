"""Parts of a whole: one bar of a hundred per cent for the territory and for each comparator."""

from __future__ import annotations

from typing import Any

from ckanext.territoires.charts import palette
from ckanext.territoires.charts.bars import MOST_LABEL_LINES, comparison, label_width
from ckanext.territoires.charts.layout import (
    LEADING,
    Layers,
    Sheet,
    Size,
    Spec,
    boxes,
    clip,
    finish,
    text_width,
    texts,
    wrap,
)
from ckanext.territoires.charts.reading import Subject, notes, period, year
from ckanext.territoires.charts.words import Words, known
from ckanext.territoires.portrait.document import Figure

BAR, GAP, SWATCH = 26, 10, 12
#: How far from a hundred rounded per cents may add up.
ROUNDED = 1.5


def shares(figures: list[Figure], unit: str) -> list[float] | Figure:
    """Per cent of each part; the first figure that lacks when the whole is not known.

    Figures that are per cents already are left as they are.
    """
    for status in ("secret", "not_available", "not_applicable"):
        for figure in figures:
            if figure.status == status:
                return figure
    values = [value for figure in figures if (value := known(figure)) is not None]
    whole = sum(values)
    if unit == "%":
        return values
    if whole <= 0:
        return Figure(figures[0].territory, figures[0].period, None, "not_applicable")
    return [100 * value / whole for value in values]


def is_whole(per_place: list[list[Figure]], unit: str) -> bool:
    """Whether figures are parts of a whole: rates by age, say, are per cents of several wholes."""
    if unit != "%":
        return True
    wholes = [
        sum(values)
        for figures in per_place
        if len(values := [v for figure in figures if (v := known(figure)) is not None])
        == len(figures)
    ]
    return bool(wholes) and all(abs(whole - 100) <= ROUNDED for whole in wholes)


def structure(subject: Subject, words: Words, size: Size, description: str) -> Spec:
    """A bar a place, cut in its parts; the words of a lack where a part is not known."""
    rows = subject.rows
    per_place = [
        (place, [(row.figure, *row.comparisons)[rank] for row in rows])
        for rank, place in enumerate(subject.places)
        if all(len(row.comparisons) >= rank for row in rows)
    ]
    if not is_whole([figures for _place, figures in per_place], rows[0].unit):
        return comparison(subject, words, size, description)
    left = label_width([place.name for place, _figures in per_place], size)
    periods = sorted({row.figure.period for row in rows}, key=year)
    sheet = Sheet(
        subject.chart.title,
        ", ".join(["%", " / ".join(map(period, periods))]),
        notes(subject, [figure for _place, figures in per_place for figure in figures], words),
        description,
        size,
        subject.portrait.language,
        left,
    )
    layers, y = _legend([row.label for row in rows], sheet)
    segments: list[dict[str, Any]] = []
    inks: dict[str, list[dict[str, Any]]] = {}
    names: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    lacks: list[dict[str, Any]] = []
    for rank, (place, figures) in enumerate(per_place):
        name = clip(place.name, left - 8, size.text, MOST_LABEL_LINES)
        y += max(0.0, (len(name) * size.text * LEADING - BAR) / 2)
        middle = y + BAR / 2
        names[rank == 0].append({"x": -8, "y": middle, "text": "\n".join(name)})
        parts = shares(figures, rows[0].unit)
        if isinstance(parts, Figure):
            lacks.append({"x": 4, "y": middle, "text": words.lacking(parts.status)})
            y = _below(middle, name, size)
            continue
        # Per cents that are rounded may add up to a little more than a hundred.
        scale, x = sheet.inner / max(100.0, sum(parts)), 0.0
        for index, share in enumerate(parts):
            fill = palette.PARTS[index % len(palette.PARTS)]
            end = x + share * scale
            segments.append(
                {
                    "x": round(x, 1), "x2": round(end, 1), "y": y, "y2": y + BAR, "fill": fill,
                    "place": place.name, "indicator": rows[index].indicator, "share": share,
                }
            )  # fmt: skip
            text = words.number(share, 0 if size.width < 500 else 1)
            if text_width(text, size.small) + 6 <= end - x:
                inks.setdefault(palette.ink(fill), []).append(
                    {"x": round((x + end) / 2, 1), "y": middle, "text": text}
                )
            x = end
        y = _below(middle, name, size)
    if segments:
        layers.append(boxes(segments, stroke=palette.PAPER, strokeWidth=1))
    layers += [
        texts(rows, size.small, align="center", colour=colour) for colour, rows in inks.items()
    ]
    if lacks:
        layers.append(texts(lacks, size.text, colour=palette.MUTED, fontStyle="italic"))
    own, others = names[True], names[False]
    layers.append(texts(own, size.text, align="right", colour=palette.TERRITORY, fontWeight="bold"))
    if others:
        layers.append(texts(others, size.text, align="right"))
    return finish(layers, sheet, y - GAP)


def _below(middle: float, name: list[str], size: Size) -> float:
    return middle + max(BAR, len(name) * size.text * LEADING) / 2 + GAP


def _legend(labels: list[str], sheet: Sheet) -> tuple[Layers, float]:
    """Swatches and names, in lines over the whole width; and the height that they take."""
    size, x, y = sheet.size, float(-sheet.left), 0.0
    room = sheet.inner
    swatches: list[dict[str, Any]] = []
    names: list[dict[str, Any]] = []
    tallest = 1
    for index, label in enumerate(labels):
        cut = wrap(label, sheet.inner + sheet.left - SWATCH - 6, size.small)
        width = SWATCH + 6 + max(text_width(line, size.small) for line in cut) + 14
        if x > -sheet.left and x + width > room + 14:
            x, y, tallest = float(-sheet.left), y + tallest * size.small * LEADING + 5, 1
        tallest = max(tallest, len(cut))
        middle = y + len(cut) * size.small * LEADING / 2
        swatches.append(
            {
                "x": x, "x2": x + SWATCH, "y": middle - SWATCH / 2, "y2": middle + SWATCH / 2,
                "fill": palette.PARTS[index % len(palette.PARTS)],
            }
        )  # fmt: skip
        names.append({"x": x + SWATCH + 6, "y": middle, "text": "\n".join(cut)})
        x += width
    return [boxes(swatches), texts(names, size.small)], y + tallest * size.small * LEADING + 12
