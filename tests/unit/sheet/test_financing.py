"""Totals of a financing plan."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ckanext.territoires.sheet.financing import AMOUNTS, read, totals

PLAN = [
    {"funder": "État", "scheme": "DETR", "year": 2026, "asked": 40000, "granted": 32000},
    {"funder": "État", "scheme": "DSIL", "asked": 90000.5},
    {"funder": "Commune", "granted": "1000.10", "paid": None},
]


def test_amounts_are_summed_apart_and_say_what_they_lack() -> None:
    found = totals(read(PLAN))
    assert (found["asked"].amount, found["asked"].lines) == (Decimal("130000.5"), 2)
    assert (found["granted"].amount, found["granted"].missing) == (Decimal("33000.10"), 1)
    assert found["asked"].floor


def test_what_nobody_says_is_not_zero() -> None:
    paid = totals(read(PLAN))["paid"]
    assert (paid.lines, paid.floor) == (0, False)


def test_what_is_no_number_is_not_known() -> None:
    (line,) = read([{"funder": "x", "asked": "lots", "year": "?", "granted": "NaN"}])
    assert (line.asked, line.year, line.granted) == (None, None, None)


@given(
    st.lists(st.fixed_dictionaries({kind: st.none() | st.integers(0, 10**9) for kind in AMOUNTS}))
)
def test_a_total_is_the_sum_of_the_lines_that_say_it(rows: list[dict[str, int | None]]) -> None:
    found = totals(read([{"funder": "x", **row} for row in rows]))
    for kind in AMOUNTS:
        known = [amount for row in rows if (amount := row[kind]) is not None]
        assert found[kind].amount == sum(known)
        assert (found[kind].lines, found[kind].missing) == (len(known), len(rows) - len(known))
