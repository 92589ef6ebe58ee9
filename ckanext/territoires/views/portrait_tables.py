"""Tables of a portrait as CSV, as spreadsheets in French open them: semicolons and a byte mark."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.territoires.portrait.document import Figure, Portrait
from ckanext.territoires.views.portrait_members import Table


def side_by_side(portrait: Portrait) -> bytes:
    """An indicator a line; two columns a territory: its value, its status."""
    places = (portrait.territory, *portrait.comparators)
    head = [tk._("theme"), tk._("indicator"), tk._("unit"), tk._("period")]
    for place in places:
        head += [place.name, tk._("status of {name}").format(name=place.name)]
    return _written(
        head,
        (
            [theme.title, row.label, row.unit, row.figure.period, *_pairs(row.figure, row)]
            for theme in portrait.themes
            for row in theme.rows
        ),
    )


def of_members(table: Table) -> bytes:
    """A member a line; two columns an indicator: its value, its status."""
    head = [tk._("territory")]
    for column in table.heads:
        name = f"{column.label} ({column.unit}, {column.period})"
        head += [name, tk._("status of {name}").format(name=name)]
    return _written(
        head,
        (
            [
                line.name,
                *(part for value in line.values for part in (_number(value.number), value.state)),
            ]
            for line in table.lines
        ),
    )


def _pairs(figure: Figure, row: Any) -> Iterable[Any]:
    for one in (figure, *row.comparisons):
        yield _number(one.value)
        yield "floor" if one.floor else one.status


def _number(value: float | None) -> Any:
    if value is None:
        return ""
    return int(value) if float(value).is_integer() else value


def _written(head: Sequence[str], lines: Iterable[Sequence[Any]]) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_safe(value) for value in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _safe(value: Any) -> Any:
    # A spreadsheet would run it as a formula.
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value
