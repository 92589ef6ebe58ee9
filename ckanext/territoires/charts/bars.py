"""Bars of a territory against its comparators: one group of bars for each indicator."""

from __future__ import annotations

from typing import Any

from ckanext.territoires.charts import palette
from ckanext.territoires.charts.layout import (
    LEADING,
    Layers,
    Sheet,
    Size,
    Spec,
    boxes,
    clip,
    finish,
    rules,
    text_width,
    texts,
    wrap,
)
from ckanext.territoires.charts.reading import Subject, notes, subtitle
from ckanext.territoires.charts.words import Words, known

BAR, GAP, BEFORE_GROUP = 18, 8, 12
#: Beyond this many indicators the bars are thinner.
ROOMY = 3
LABEL_SHARE = 0.34
MOST_LABEL_LINES = 3


def comparison(subject: Subject, words: Words, size: Size, description: str) -> Spec:
    """A bar a place and an indicator, its value at its end; the words of a lack without a bar.

    A comparator that lacks all the figures of the chart is named below it.
    """
    drawn = [figure for row in subject.rows for _place, figure in subject.compared(row)]
    several = len(subject.rows) > 1
    unknown = subject.unknown
    left = label_width([p.name for p in subject.places if p not in unknown], size)
    said = notes(subject, drawn, words)
    if unknown:
        said = (words.absent.format(places=", ".join(place.name for place in unknown)), *said)
    sheet = Sheet(
        subject.chart.title,
        _subtitle(subject, several),
        said,
        description,
        size,
        subject.portrait.language,
        left,
    )
    bar, gap = (BAR, GAP) if len(subject.rows) <= ROOMY else (BAR - 4, GAP - 4)
    scale = _Scale(subject, words, sheet)
    bars: list[dict[str, Any]] = []
    labels: dict[str, list[dict[str, Any]]] = {"head": [], "own": [], "other": []}
    values: dict[str, list[dict[str, Any]]] = {"own": [], "other": [], "less": [], "lack": []}
    zeros: list[dict[str, Any]] = []
    y = 0.0
    for row in subject.rows:
        start = y
        if several:
            head = wrap(row.label, sheet.inner + left, size.text)
            y += BEFORE_GROUP if y else 0
            middle = y + len(head) * size.text * LEADING / 2
            labels["head"].append({"x": -left, "y": middle, "text": "\n".join(head)})
            y += len(head) * size.text * LEADING + 4
        start = y
        for rank, (place, figure) in enumerate(subject.compared(row)):
            name = clip(place.name, left - 8, size.text, MOST_LABEL_LINES)
            height = max(bar, len(name) * size.text * LEADING)
            middle = y + height / 2
            whose = "other" if rank else "own"
            labels[whose].append({"x": -8, "y": middle, "text": "\n".join(name)})
            value, text = known(figure), words.figure(figure, row.precision)
            if value is None:
                values["lack"].append({"x": scale.zero + 4, "y": middle, "text": text})
            else:
                end = scale(value)
                bars.append(
                    {
                        "x": min(end, scale.zero), "x2": max(end, scale.zero),
                        "y": middle - bar / 2, "y2": middle + bar / 2,
                        "fill": palette.COMPARATOR if rank else palette.TERRITORY,
                        "place": place.name, "indicator": row.indicator, "value": value,
                    }
                )  # fmt: skip
                less = value < 0
                values["less" if less else whose].append(
                    {"x": end - 5 if less else end + 5, "y": middle, "text": text}
                )
            y += height + gap
        zeros.append({"x": scale.zero, "x2": scale.zero, "y": start - 3, "y2": y - gap + 3})
    layers: Layers = [boxes(bars)] if bars else []
    layers += [rules(zeros, color=palette.RULE)]
    layers += [
        texts(rows, size.text, **options)
        for rows, options in (
            (labels["head"], {"fontWeight": "bold"}),
            (labels["own"], {"align": "right", "fontWeight": "bold", "colour": palette.TERRITORY}),
            (labels["other"], {"align": "right"}),
            (values["own"], {"fontWeight": "bold", "colour": palette.TERRITORY}),
            (values["other"], {}),
            (values["less"], {"align": "right"}),
            (values["lack"], {"fontStyle": "italic", "colour": palette.MUTED}),
        )
        if rows
    ]
    return finish(layers, sheet, y - gap)


def label_width(names: list[str], size: Size) -> int:
    """Width that the names of places take on the left of a chart, on a few lines."""
    most = size.width * LABEL_SHARE
    # Bold, then a name that has to be cut leaves no white.
    widths = [
        max(
            text_width(line, size.text) * 1.08
            for line in clip(name, most, size.text, MOST_LABEL_LINES)
        )
        for name in names
    ]
    return round(max(widths) + 12)


def _subtitle(subject: Subject, several: bool) -> str:
    said = subtitle(subject.rows)
    label = subject.rows[0].label
    # A title that is the name of the indicator says it already.
    if not several and label == subject.chart.title:
        return said.removeprefix(label).removeprefix(", ")
    return said


class _Scale:
    """From a value to a pixel, with room at both ends for what is written there."""

    def __init__(self, subject: Subject, words: Words, sheet: Sheet) -> None:
        rows: list[tuple[float | None, str]] = [
            (known(figure), words.figure(figure, row.precision))
            for row in subject.rows
            for _place, figure in subject.compared(row)
        ]
        values = [value for value, _text in rows if value is not None]
        self._low, self._high = min([0.0, *values]), max([0.0, *values])
        bold = sheet.size.text * 1.08

        def room(of: list[str]) -> float:
            return max([0.0, *(text_width(text, bold) + 8 for text in of)])

        before = room([text for value, text in rows if value is not None and value < 0])
        after = room([text for value, text in rows if value is not None and value >= 0])
        width = max(sheet.inner - before - after, 20)
        span = (self._high - self._low) or 1
        self._unit = width / span
        self.zero = before - self._low * self._unit

    def __call__(self, value: float) -> float:
        return round(self.zero + value * self._unit, 1)
