"""Numbers as they are written."""

from __future__ import annotations

import pytest

from ckanext.territoires.portrait.numbers import format_number


@pytest.mark.parametrize(
    ("value", "precision", "unit", "written"),
    [
        (318808, 0, "", "318\u202f808"),
        (1234567.891, 2, "€", "1\u202f234\u202f567,89\u00a0€"),
        (5.94, 1, "%", "5,9\u00a0%"),
        (-1.04, 1, "%", "\u22121,0\u00a0%"),
        (-0.04, 1, "%", "0,0\u00a0%"),
        (0, 0, "", "0"),
        (12, 0, "hab./km²", "12\u00a0hab./km²"),
    ],
)
def test_french(value: float, precision: int, unit: str, written: str) -> None:
    assert format_number(value, precision, unit, "fr") == written


@pytest.mark.parametrize(
    ("value", "precision", "unit", "written"),
    [
        (318808, 0, "", "318,808"),
        (5.94, 1, "%", "5.9%"),
        (1200, 0, "€", "€1,200"),
        (-3, 0, "", "\u22123"),
    ],
)
def test_english(value: float, precision: int, unit: str, written: str) -> None:
    assert format_number(value, precision, unit, "en") == written


def test_what_grew_has_a_sign() -> None:
    assert format_number(1.1, 1, "%", "fr", sign=True) == "+1,1\u00a0%"
    assert format_number(0.0, 1, "%", "fr", sign=True) == "0,0\u00a0%"
