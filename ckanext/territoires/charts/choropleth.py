"""Maps: a colour for each class of a ratio, a circle for a count; what lacks is never a class.

A secret is hatched, what is not available is grey, and the legend says both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.territoires.charts import palette
from ckanext.territoires.charts.areas import Area, Areas
from ckanext.territoires.charts.classes import Classes, classify
from ckanext.territoires.charts.layout import (
    LEADING,
    MARGIN,
    Layers,
    Sheet,
    Size,
    Spec,
    boxes,
    circles,
    finish,
    layer,
    rules,
    shapes,
    text_width,
    texts,
    wrap,
)
from ckanext.territoires.charts.reading import NothingToDraw, Subject, notes, period, year
from ckanext.territoires.charts.shapes import Framed, frame, geojson, hatches, inside
from ckanext.territoires.charts.words import Words, known
from ckanext.territoires.portrait.document import Row

TALLEST = 440
LEGEND = 176
#: Beyond this many territories only the most populous are named.
FEW, NAMED = 45, 12
#: Beyond this many, circles are smaller: they would hide each other.
MANY = 100
SWATCH, SWATCH_HEIGHT, STEP = 22, 14, 7
LARGEST = {True: 26.0, False: 20.0}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the legend: a colour or hatches, and what they mean."""

    fill: str
    text: str
    hatched: bool = False


def map_of(
    subject: Subject, areas: Areas | None, words: Words, size: Size, description: str
) -> Spec:
    """Draw the first indicator of a chart over territories. Raises NothingToDraw."""
    if areas is None or not areas.areas:
        raise NothingToDraw(subject.chart.id)
    row, drawn = subject.rows[0], areas.areas
    wide = size.width > 500
    inner = size.width - 2 * MARGIN
    framed = frame([a.outline for a in drawn], inner - (LEGEND + 20 if wide else 0), TALLEST)
    sheet = Sheet(
        subject.chart.title,
        _subtitle(subject.chart.title, row, areas),
        _notes(subject, areas, words),
        description,
        size,
        subject.portrait.language,
    )
    values = [value for area in drawn if (value := known(area.figure)) is not None]
    layers: Layers = []
    top: Layers = []
    entries: list[_Entry] = []
    classes: Classes | None = None
    if areas.additive:
        top, scale = _circles(drawn, framed, values, wide)
    else:
        scale = 0.0
        classes = classify(values, row.precision)
        entries = [
            _Entry(one.colour, _between(one.low, one.high, row, words)) for one in classes.classes
        ]
    entries += _lacking(drawn, words)
    layers += _ground(drawn, framed, classes)
    layers += _own(drawn, framed, subject.portrait.territory.id)
    layers += top
    layers += _names(drawn, framed, subject.portrait.territory.id, size, scale)
    x, y = (framed.width + 20, 0.0) if wide else (0.0, framed.height + 14)
    if wide:
        x = max(x, float(inner - LEGEND))
    legend, height = _legend(entries, x, y, row, size, words, values if scale else [], scale)
    layers += legend
    return finish(layers, sheet, max(framed.height, height))


def _subtitle(title: str, row: Row, areas: Areas) -> str:
    periods = sorted({area.figure.period for area in areas.areas if area.figure.period}, key=year)
    label = "" if row.label == title else row.label
    unit = "" if row.unit.lower() == row.label.lower() else row.unit
    counted = f"{label} ({unit})" if label and unit else label or unit
    counted = counted[:1].upper() + counted[1:]
    when = " / ".join(map(period, periods[-2:]))
    return ", ".join(part for part in (counted, areas.within, when) if part)


def _notes(subject: Subject, areas: Areas, words: Words) -> tuple[str, ...]:
    figures = [area.figure for area in areas.areas]
    count = sum(known(figure) is not None for figure in figures)
    said = notes(subject, figures, words)
    if count == len(figures):
        return said
    return (words.known.format(known=count, count=len(figures)), *said)


def _between(low: float, high: float, row: Row, words: Words) -> str:
    unit = row.unit if len(row.unit) <= 2 else ""
    if low == high:
        return words.number(low, row.precision, unit)
    return words.between.format(
        low=words.number(low, row.precision), high=words.number(high, row.precision, unit)
    )


def _lacking(drawn: Sequence[Area], words: Words) -> list[_Entry]:
    statuses = {area.figure.status for area in drawn}
    entries: list[_Entry] = []
    if "secret" in statuses:
        entries.append(_Entry(palette.PAPER, words.secret, hatched=True))
    if "not_available" in statuses:
        entries.append(_Entry(palette.LACKING, words.not_available))
    if "not_applicable" in statuses:
        entries.append(_Entry(palette.BARE, words.not_applicable))
    return entries


def _fill(area: Area, classes: Classes | None) -> str:
    value = known(area.figure)
    match area.figure.status:
        case "secret":
            return palette.PAPER
        case "not_applicable":
            return palette.BARE
        case _ if value is None:
            return palette.LACKING
        case _:
            return classes.colour(value) if classes else palette.GROUND


def _ground(drawn: Sequence[Area], framed: Framed, classes: Classes | None) -> Layers:
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "geometry": geometry,
            "properties": {
                "fill": _fill(area, classes),
                "name": area.place.name,
                "value": known(area.figure),
                "status": area.figure.status,
            },
        }
        for area, geometry in zip(drawn, geojson(framed.shapes), strict=True)
    ]
    width = 0.8 if len(drawn) < 400 else 0.4
    border = palette.BORDER if classes else palette.RULE
    template = shapes(stroke=border, strokeWidth=width, strokeJoin="round")
    layers = [layer(template, features)]
    secret = [
        one
        for one, area in zip(framed.shapes, drawn, strict=True)
        if area.figure.status == "secret"
    ]
    lines = hatches(secret)
    if lines:
        # Outlined too: white in white would lose its border.
        outlined = [_feature(geometry, "none") for geometry in geojson(secret)]
        layers += [
            layer(
                shapes(fill="transparent", filled=False, stroke=palette.HATCH, strokeWidth=0.8),
                [_feature(lines, "none"), *outlined],
            )
        ]
    if framed.insets:
        frames = [
            edge
            for _rank, (left, top, right, bottom) in framed.insets
            for edge in (
                {"x": left, "x2": right, "y": top, "y2": top},
                {"x": left, "x2": right, "y": bottom, "y2": bottom},
                {"x": left, "x2": left, "y": top, "y2": bottom},
                {"x": right, "x2": right, "y": top, "y2": bottom},
            )
        ]
        layers.append(rules(frames, color=palette.RULE, strokeWidth=0.8))
    return layers


def _feature(geometry: dict[str, Any], fill: str) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": {"fill": fill}}


def _own(drawn: Sequence[Area], framed: Framed, own: str) -> Layers:
    """The outline of the territory that the portrait is of."""
    found = [one for one, area in zip(framed.shapes, drawn, strict=True) if area.place.id == own]
    if not found or len(drawn) == 1:
        return []
    outline = [_feature(geometry, "none") for geometry in geojson(found)]
    bold = 2.2 if len(drawn) <= FEW else 1.4
    return [
        layer(
            shapes(
                fill="transparent", filled=False, stroke=colour, strokeWidth=width,
                strokeJoin="round",
            ),
            outline,
        )
        for colour, width in ((palette.PAPER, 2 * bold), (palette.TEXT, bold))
    ]  # fmt: skip


def _circles(
    drawn: Sequence[Area], framed: Framed, values: Sequence[float], wide: bool
) -> tuple[Layers, float]:
    """Circles whose area is the value, the largest below; and pixels of radius a root of unit."""
    most = max((abs(value) for value in values), default=0.0)
    if not most:
        return _zeros(drawn, framed), 0.0
    scale = LARGEST[wide] / math.sqrt(most) / (1 if len(drawn) <= MANY else 1.4)
    rows: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for area, (x, y) in zip(drawn, inside(framed.shapes), strict=True):
        value = known(area.figure)
        if value:
            radius = max(scale * math.sqrt(abs(value)), 1.2)
            rows[value > 0].append(
                {"x": x, "y": y, "area": round(4 * radius * radius, 1), "value": value,
                 "name": area.place.name}
            )  # fmt: skip
    layers = [
        layer(
            circles(color=colour, opacity=0.72, stroke=palette.PAPER, strokeWidth=1),
            sorted(found, key=lambda row: -row["area"]),
        )
        for colour, found in ((palette.TERRITORY, rows[True]), (palette.LINES[1], rows[False]))
        if found
    ]
    return [*layers, *_zeros(drawn, framed)], scale


def _zeros(drawn: Sequence[Area], framed: Framed) -> Layers:
    """A zero is a figure: a small ring, where a lack has none."""
    rows = [
        {"x": x, "y": y, "area": 16}
        for area, (x, y) in zip(drawn, inside(framed.shapes), strict=True)
        if known(area.figure) == 0
    ]
    ring = circles(color=palette.PAPER, opacity=1, stroke=palette.TERRITORY, strokeWidth=1)
    return [layer(ring, rows)] if rows else []


def _names(drawn: Sequence[Area], framed: Framed, own: str, size: Size, scale: float) -> Layers:
    """Names of the territories, the most populous first, where they lie over no other name."""
    text_size = size.small - 0.5 if len(drawn) <= FEW else size.small
    ranked = sorted(
        zip(drawn, inside(framed.shapes), strict=True),
        key=lambda one: (one[0].place.id != own, -(one[0].place.population or 0)),
    )
    taken: list[tuple[float, float, float, float]] = []
    rows: list[dict[str, Any]] = []
    for area, (x, y) in ranked if len(drawn) <= FEW else ranked[:NAMED]:
        lines = _two_lines(area.place.name, text_size)
        width = max(text_width(line, text_size) for line in lines) / 2 + 2
        height = len(lines) * text_size * LEADING / 2
        radius = scale * math.sqrt(abs(known(area.figure) or 0.0))
        # Above its circle, unless that leaves the map.
        middle = max(y - radius - height - 2, height) if scale else y
        across = min(max(x, width), max(framed.width - width, width))
        box = (across - width, middle - height, across + width, middle + height)
        if any(_overlap(box, other) for other in taken):
            continue
        taken.append(box)
        rows.append({"x": round(across, 1), "y": round(middle, 1), "text": "\n".join(lines)})
    if not rows:
        return []
    halo = texts(
        rows, text_size, align="center", colour=palette.PAPER,
        stroke=palette.PAPER, strokeWidth=3, strokeJoin="round",
    )  # fmt: skip
    return [halo, texts(rows, text_size, align="center")]


def _two_lines(name: str, size: float) -> list[str]:
    """Cut a long name after one of its hyphens or spaces."""
    if text_width(name, size) < 80:
        return [name]
    spots = [at + 1 for at, letter in enumerate(name) if letter in " -"]
    if not spots:
        return [name]
    middle = min(spots, key=lambda at: abs(at - len(name) / 2))
    return [name[:middle].rstrip(" "), name[middle:]]


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _legend(
    entries: Sequence[_Entry],
    x: float,
    y: float,
    row: Row,
    size: Size,
    words: Words,
    values: Sequence[float],
    scale: float,
) -> tuple[Layers, float]:
    layers: Layers = []
    if len(row.unit) > 2:
        lines = wrap(row.unit[0].upper() + row.unit[1:], LEGEND, size.small)
        height = len(lines) * size.small * LEADING
        title = [{"x": x, "y": y + height / 2, "text": "\n".join(lines)}]
        layers.append(texts(title, size.small, fontWeight="bold"))
        y += height + STEP
    if scale:
        found, y = _sizes(values, scale, x, y, row, size, words)
        layers += found
    swatches: list[dict[str, Any]] = []
    hatched: list[dict[str, Any]] = []
    names: list[dict[str, Any]] = []
    for entry in entries:
        lines = wrap(entry.text, LEGEND - SWATCH - 8, size.small)
        height = max(SWATCH_HEIGHT, len(lines) * size.small * LEADING)
        middle = y + height / 2
        top, bottom = middle - SWATCH_HEIGHT / 2, middle + SWATCH_HEIGHT / 2
        box = {"x": x, "x2": x + SWATCH, "y": top, "y2": bottom, "fill": entry.fill}
        swatches.append(box)
        if entry.hatched:
            hatched += _swatch_hatches(x, top, bottom)
        names.append({"x": x + SWATCH + 8, "y": middle, "text": "\n".join(lines)})
        y += height + STEP
    if swatches:
        layers.append(boxes(swatches, stroke=palette.RULE, strokeWidth=0.8))
    if hatched:
        layers.append(rules(hatched, color=palette.HATCH, strokeWidth=0.8))
    if names:
        layers.append(texts(names, size.small))
    return layers, y


def _swatch_hatches(x: float, top: float, bottom: float) -> list[dict[str, Any]]:
    tall = bottom - top
    found: list[dict[str, Any]] = []
    start = x - tall + 4
    while start < x + SWATCH:
        left, right = max(start, x), min(start + tall, x + SWATCH)
        found.append(
            {"x": left, "y": bottom - (left - start), "x2": right, "y2": bottom - (right - start)}
        )
        start += 5
    return found


def _sizes(
    values: Sequence[float],
    scale: float,
    x: float,
    y: float,
    row: Row,
    size: Size,
    words: Words,
) -> tuple[Layers, float]:
    """Three circles and what they are worth, then what a ring and another colour mean."""
    most = max(abs(value) for value in values)
    worth = list(dict.fromkeys(v for share in (1, 0.3, 0.06) if (v := _round(most * share)) > 0))
    if row.precision == 0:
        worth = [value for value in worth if value == int(value)]
    unit = row.unit if len(row.unit) <= 2 else ""
    widest = scale * math.sqrt(worth[0])
    centre, bottom = x + widest, y + 2 * widest
    rows: list[dict[str, Any]] = []
    leaders: list[dict[str, Any]] = []
    names: list[dict[str, Any]] = []
    free = -math.inf
    for value in worth:
        radius = scale * math.sqrt(value)
        top = bottom - 2 * radius
        rows.append({"x": centre, "y": bottom - radius, "area": round(4 * radius * radius, 1)})
        at = max(top, free)
        leaders.append({"x": centre, "y": top, "x2": x + 2 * widest + 10, "y2": at})
        names.append(
            {"x": x + 2 * widest + 14, "y": at, "text": words.number(value, row.precision, unit)}
        )
        free = at + size.small * LEADING
    layers = [
        layer(circles(color=palette.PAPER, opacity=1, stroke=palette.TEXT, strokeWidth=1), rows),
        rules(leaders, color=palette.RULE, strokeWidth=0.8),
        texts(names, size.small),
    ]
    y = max(bottom, free - size.small * LEADING / 2) + 12
    others = [
        (text, colour, paper)
        for told, text, colour, paper in (
            (any(value < 0 for value in values), words.decrease, palette.LINES[1], False),
            (any(value == 0 for value in values), words.zero, palette.TERRITORY, True),
        )
        if told
    ]
    for text, colour, paper in others:
        mark = circles(
            color=palette.PAPER if paper else colour, opacity=1, stroke=colour, strokeWidth=1
        )
        area = 16 if paper else 100
        layers += [
            layer(mark, [{"x": x + SWATCH / 2, "y": y + 6, "area": area}]),
            texts([{"x": x + SWATCH + 8, "y": y + 6, "text": text}], size.small),
        ]
        y += size.small * LEADING + STEP
    return layers, y


def _round(value: float) -> float:
    """The round number at or below a value: 1, 2 or 5 times a power of ten."""
    unit = 10.0 ** math.floor(math.log10(value))
    return max(step * unit for step in (1, 2, 5) if step * unit <= value)
