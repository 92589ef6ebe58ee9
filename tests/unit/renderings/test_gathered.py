"""What is available nowhere takes one line on paper, and each its own in a workbook."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ckanext.territoires.portrait.document import Figure, Portrait, Row
from ckanext.territoires.renderings import words
from tests.helpers.sample_portrait import sample


def _lacking(row: Row, label: str) -> Row:
    def none(figure: Figure) -> Figure:
        return replace(figure, value=None, status="not_available", coverage=None, floor=False)

    return replace(
        row,
        indicator=label.lower(),
        label=label,
        figure=none(row.figure),
        comparisons=tuple(none(figure) for figure in row.comparisons),
    )


@pytest.fixture
def portrait() -> Portrait:
    whole = sample()
    theme = whole.themes[0]
    rows = (*theme.rows, _lacking(theme.rows[0], "Médiane"), _lacking(theme.rows[0], "Décile"))
    return replace(whole, themes=(replace(theme, rows=rows),))


def test_lines(portrait: Portrait) -> None:
    (theme,) = portrait.themes
    labels = [line.label for line in words.tables(portrait, theme, gathered=True)[0].lines]
    assert labels[-1] == "Médiane, Décile"
    apart = [line.label for line in words.tables(portrait, theme)[0].lines]
    assert apart[-2:] == ["Médiane", "Décile"]
    assert apart[:-2] == labels[:-1]
