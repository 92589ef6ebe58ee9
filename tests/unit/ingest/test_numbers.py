from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.territoires.ingest.numbers import parse_number, parse_numbers

SPACES = (" ", "\u00a0", "\u202f", "\u2009")


def grouped(whole: int, mark: str) -> str:
    return f"{whole:,}".replace(",", mark)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12 345 678,90", 12_345_678.90),
        ("12\u202f345\u202f678,90", 12_345_678.90),
        ("12\u00a0345\u00a0678,90 €", 12_345_678.90),
        ("1.234.567,00", 1_234_567.0),
        ("1,234,567.89", 1_234_567.89),
        ("12345.5", 12_345.5),
        ("12345,5", 12_345.5),
        ("34 %", 34.0),
        ("(12,5)", -12.5),
        ("−3", -3.0),
        ("- 3", -3.0),
        ("0,125", 0.125),
        ("1,2E+05", 120_000.0),
        ("250 euros", 250.0),
    ],
)
def test_a_number_is_read_as_it_is_written(text: str, value: float) -> None:
    assert parse_number(text) == pytest.approx(value)


@pytest.mark.parametrize(
    "text", ["NR", "s", "nd", "12 34", "1..2", "1,2,3", "12.34.5", "-", "1e999", "nan", "inf",
             "0x1A", "1_000", "12a", "12 k€", "٣"]
)  # fmt: skip
def test_what_is_no_number_is_not_guessed(text: str) -> None:
    assert parse_number(text) is None


@given(
    st.integers(-(10**12), 10**12),
    st.integers(0, 99),
    st.sampled_from(SPACES),
    st.sampled_from((",", ".")),
    st.sampled_from(("", " €", "€", " %")),
)
def test_any_amount_with_spaces_comes_back(
    whole: int, cents: int, space: str, mark: str, unit: str
) -> None:
    text = f"{grouped(whole, space)}{mark}{cents:02d}{unit}"
    expected = math.copysign(abs(whole) + cents / 100, whole)
    assert parse_number(text) == pytest.approx(expected, abs=1e-4)


@given(st.integers(1_000_000, 10**13), st.integers(0, 99), st.sampled_from((".,", ",.")))
def test_marks_of_thousands_and_decimals_are_told_apart(whole: int, cents: int, marks: str) -> None:
    text = f"{grouped(whole, marks[0])}{marks[1]}{cents:02d}"
    assert parse_number(text) == pytest.approx(whole + cents / 100)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_what_python_writes_is_read(value: float) -> None:
    text = repr(value)
    # Three decimals after one to three digits may be thousands: read as a decimal on its own.
    assert parse_number(text) == value


@given(st.lists(st.text(max_size=12), max_size=30), st.sampled_from(("number", "amount")))
def test_any_text_is_a_number_or_fails(texts: list[str], kind: str) -> None:
    found = parse_numbers(texts, kind=kind)
    assert len(found.values) == len(found.failed) == len(texts)
    assert not np.isinf(found.values).any()
    for text, value, failed in zip(texts, found.values, found.failed, strict=True):
        assert failed == (bool(text) and bool(np.isnan(value)))


@pytest.mark.parametrize(
    ("cells", "kind", "first", "settled"),
    [
        (["1.234", "12.5"], "amount", 1.234, True),
        (["1.234", "12,5"], "number", 1234.0, True),
        (["1.234", "1.234.567"], "number", 1234.0, True),
        (["1.234", "5.678"], "number", 1.234, False),
        (["1.234", "5.678"], "amount", 1234.0, False),
        (["1,234", "12.5"], "number", 1234.0, True),
        (["1,234", "12,5"], "number", 1.234, True),
    ],
)
def test_the_column_decides_what_a_mark_is(
    cells: list[str], kind: str, first: float, settled: bool
) -> None:
    found = parse_numbers(cells, kind=kind)
    assert found.values[0] == pytest.approx(first)
    assert found.ambiguous == cells[0]
    assert found.settled is settled


@given(st.lists(st.sampled_from(["1.234", "12.5", "7", "", "x", "1 000", "2.345,5"]), min_size=1))
def test_a_long_column_is_read_as_a_short_one(cells: list[str]) -> None:
    long = parse_numbers(cells * (600 // len(cells) + 1))
    short = parse_numbers(cells)
    np.testing.assert_array_equal(long.values[: len(cells)], short.values)
    np.testing.assert_array_equal(long.failed[: len(cells)], short.failed)
