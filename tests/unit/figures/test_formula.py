"""Formulas: what is read, what is computed, and that one and many give the same."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.territoires.figures.cell import Cell, Cells, Coverage
from ckanext.territoires.figures.formula import (
    InvalidFormula,
    evaluate,
    expand,
    latest,
    parse,
    periods_of,
    plan,
)
from ckanext.territoires.figures.indicator import Indicator, load_indicators
from ckanext.territoires.figures.status import Origin, Status

PERIODS = {
    "population": ("2013", "2018"),
    "births_intercensal": ("2013/2018",),
    "deaths_intercensal": ("2013/2018",),
    "births": ("2020",),
    "area": ("2021",),
    "dwellings": ("2018",),
    "vacant_homes": ("2018",),
}


def test_arithmetic_is_read() -> None:
    formula = parse("100 * (a - b) / years / ((c@start + c@end) / 2)")
    assert [tuple(part) for part in formula.parts] == [
        ("a", ""),
        ("b", ""),
        ("c", "start"),
        ("c", "end"),
    ]
    assert formula.spans
    assert formula.scalar(5, 30, 10, 150, 50) == 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 + 2",
        "a +",
        "a@middle",
        "a if b else c",
        "__import__('os').system('true')",
        "a.real",
        "a[0]",
        "abs(a)",
        "a and b",
        "a < b",
        "'a' * b",
        "a // b",
        "lambda: a",
        "(a := 3) + b",
        "True * a",
    ],
)
def test_nothing_but_arithmetic_is_accepted(text: str) -> None:
    with pytest.raises(InvalidFormula):
        parse(text)


def test_a_formula_in_a_formula_takes_its_qualifier() -> None:
    inner = parse("b / c")
    formula = parse("a@end - r@start").replace("r", inner)
    assert [tuple(part) for part in formula.parts] == [
        ("a", "end"),
        ("b", "start"),
        ("c", "start"),
    ]
    assert formula.scalar(1, 10, 6, 3) == 8
    with pytest.raises(InvalidFormula):
        parse("r@start").replace("r", parse("b@latest"))


class TestPeriods:
    """Where the parts of a figure are taken."""

    def test_start_end_and_latest(self, indicators: Mapping[str, Indicator]) -> None:
        ready = plan(indicators["natural_change_rate"], "2013/2018", PERIODS)
        assert ready is not None
        assert set(ready.parts) == {
            ("births_intercensal", "2013/2018"),
            ("deaths_intercensal", "2013/2018"),
            ("population", "2013"),
            ("population", "2018"),
        }
        assert (ready.years, ready.periods) == (5, ())

    def test_the_latest_is_said(self, indicators: Mapping[str, Indicator]) -> None:
        ready = plan(indicators["births_rate"], "2020", PERIODS)
        assert ready is not None
        assert ("population", "2018") in ready.parts
        assert ready.periods == ("2018",)

    def test_the_closest_after_when_none_is_before(self) -> None:
        assert latest(("2013", "2018", "2022"), "2019") == "2018"
        assert latest(("2013", "2018"), "2018") == "2018"
        assert latest(("2021", "2022"), "2018") == "2021"
        assert latest(("2016/2022", "2013/2018"), "2018") == "2013/2018"
        assert latest((), "2018") is None

    def test_periods_at_which_a_figure_can_be_computed(
        self, indicators: Mapping[str, Indicator]
    ) -> None:
        def found(name: str) -> tuple[str, ...]:
            return periods_of(indicators[name], PERIODS)

        assert found("population") == ("2013", "2018")
        assert found("density") == ("2013", "2018")
        assert found("vacant_homes_share") == ("2018",)
        assert found("population_change_rate") == ("2013/2018",)
        assert found("migration_change_rate") == ("2013/2018",)
        assert found("births_rate") == ("2020",)
        assert found("household_size") == ()

    def test_without_births_the_periods_follow_one_another(
        self, indicators: Mapping[str, Indicator]
    ) -> None:
        assert periods_of(
            indicators["population_change_rate"], {"population": ("2018", "2008", "2013")}
        ) == ("2008/2013", "2013/2018")

    def test_what_is_to_be_loaded(self, indicators: Mapping[str, Indicator]) -> None:
        assert set(expand(["migration_change_rate", "births", "density"], indicators)) == {
            "population",
            "births_intercensal",
            "deaths_intercensal",
            "births",
            "area",
        }


class TestOne:
    """The figure of one territory."""

    def share(
        self, indicators: Mapping[str, Indicator], vacant: Cell | None, dwellings: Cell | None
    ) -> Cell:
        cells = {"vacant_homes": vacant, "dwellings": dwellings}
        return evaluate(
            indicators["vacant_homes_share"], "2018", lambda name, _: cells[name], PERIODS
        )

    def test_change_is_a_year(self, indicators: Mapping[str, Indicator]) -> None:
        values = {"2013": 1000.0, "2018": 1104.0808032}
        found = evaluate(
            indicators["population_change_rate"],
            "2013/2018",
            lambda _, period: Cell(values[period]),
            PERIODS,
        )
        assert found.value == pytest.approx(2)

    def test_natural_balance_and_migration_make_the_change(
        self, indicators: Mapping[str, Indicator]
    ) -> None:
        values = {
            ("population", "2013"): 1000.0,
            ("population", "2018"): 1100.0,
            ("births_intercensal", "2013/2018"): 80.0,
            ("deaths_intercensal", "2013/2018"): 50.0,
        }
        whole, natural, migration = (
            evaluate(
                indicators[f"{name}_change_rate"],
                "2013/2018",
                lambda name, period: Cell(values[name, period]),
                PERIODS,
            ).value
            for name in ("population", "natural", "migration")
        )
        assert natural == pytest.approx(100 * 30 / 5 / 1050)
        assert natural is not None
        assert migration is not None
        assert natural + migration == pytest.approx(whole)

    def test_statuses(self, indicators: Mapping[str, Indicator]) -> None:
        secret, lacking = Cell(None, Status.SECRET), Cell(None, Status.NOT_AVAILABLE)
        known = Cell(10.0)
        assert self.share(indicators, secret, lacking).status is Status.SECRET
        assert self.share(indicators, lacking, secret).status is Status.SECRET
        assert self.share(indicators, known, lacking).status is Status.NOT_AVAILABLE
        assert self.share(indicators, known, None).status is Status.NOT_AVAILABLE
        assert self.share(indicators, known, Cell(0.0)).status is Status.NOT_APPLICABLE
        assert self.share(indicators, Cell(0.0), Cell(0.0)).status is Status.NOT_APPLICABLE
        zero = self.share(indicators, Cell(0.0), known)
        assert (zero.value, zero.status) == (0, Status.VALUE)

    def test_parts_of_other_members_are_not_put_together(
        self, indicators: Mapping[str, Indicator]
    ) -> None:
        half, other = Coverage(16, 8, 0.5), Coverage(16, 8, 0.6)
        whole = Coverage(16, 16, 1)
        for first, second, status in (
            (half, half, Status.VALUE),
            (whole, whole, Status.VALUE),
            (whole, None, Status.VALUE),
            (half, other, Status.NOT_AVAILABLE),
            (half, whole, Status.NOT_AVAILABLE),
            (whole, half, Status.NOT_AVAILABLE),
            (half, None, Status.NOT_AVAILABLE),
            (None, half, Status.NOT_AVAILABLE),
            # Less than a thousandth of the population.
            (whole, Coverage(34_746, 34_745, 0.99999), Status.VALUE),
            (whole, Coverage(34_746, 34_000, 0.998), Status.NOT_AVAILABLE),
            (half, Coverage(16, 15, 0.9999), Status.NOT_AVAILABLE),
        ):
            found = self.share(indicators, Cell(1.0, coverage=first), Cell(4.0, coverage=second))
            assert found.status is status
            if status is Status.VALUE:
                assert found.value == 25
                assert found.complete == all(c is None or c.complete for c in (first, second))

    def test_where_it_comes_from(self, indicators: Mapping[str, Indicator]) -> None:
        found = self.share(
            indicators,
            Cell(1.0, origin=Origin.ESTIMATED, sources=(3,)),
            Cell(4.0, sources=(3, 5)),
        )
        assert (found.origin, found.sources) == (Origin.ESTIMATED, (3, 5))
        assert self.share(indicators, Cell(1.0), Cell(4.0)).origin is Origin.COMPUTED


def coverages() -> st.SearchStrategy[Coverage | None]:
    shares = st.sampled_from([None, 0.0, 0.25, 0.5, 0.9995, 1.0])
    some = st.tuples(st.integers(1, 3), st.integers(0, 3), shares)
    return st.none() | some.map(lambda c: Coverage(c[0], min(c[0], c[1]), c[2]))


def cells() -> st.SearchStrategy[Cell]:
    values = st.floats(-1e6, 1e6).map(lambda value: round(value, 3)) | st.sampled_from([0.0, 1.0])
    known = st.builds(
        Cell, values, st.just(Status.VALUE), st.sampled_from(list(Origin)), coverages()
    )
    lacking = st.builds(
        Cell,
        st.none(),
        st.sampled_from([Status.SECRET, Status.NOT_AVAILABLE, Status.NOT_APPLICABLE]),
        st.sampled_from(list(Origin)),
        coverages(),
    )
    return st.one_of(known, known, lacking)


def column(rows: list[Cell]) -> Cells:
    def share(cell: Cell) -> float:
        found = cell.coverage.population_share if cell.coverage else None
        return math.nan if found is None else found

    return Cells(
        np.array([math.nan if c.value is None else c.value for c in rows]),
        np.array([c.status for c in rows], dtype=np.int8),
        np.array([c.origin for c in rows], dtype=np.int8),
        np.array([c.coverage.members if c.coverage else 0 for c in rows], dtype=np.int32),
        np.array([c.coverage.known if c.coverage else 0 for c in rows], dtype=np.int32),
        np.array([share(c) for c in rows]),
    )


FORMULAS = (
    "migration_change_rate",
    "population_change_rate",
    "density",
    "births_rate",
    "vacant_homes_share",
    "establishments_without_employee_share",
    "jobs_per_active",
    "population_change",
    "grants_mean",
)
# Not a fixture: what fails would be shown with all of it.
INDICATORS = load_indicators()


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_one_and_many_give_the_same(data: st.DataObject) -> None:
    indicator = INDICATORS[data.draw(st.sampled_from(FORMULAS))]
    period = "2013/2018" if indicator.compiled and indicator.compiled.spans else "2018"
    at_hand = dict.fromkeys(INDICATORS, ("2013", "2018", "2013/2018"))
    ready = plan(indicator, period, at_hand)
    assert ready is not None
    size = data.draw(st.integers(1, 8))
    rows = {
        part: data.draw(st.lists(cells(), min_size=size, max_size=size))
        for part in dict.fromkeys(ready.parts)
    }
    columns = {part: column(found) for part, found in rows.items()}
    many = ready.cells(lambda name, at: columns[name, at])
    assert many is not None

    def one(index: int) -> Cell:
        return ready.cell(lambda name, at: rows[name, at][index])

    for index in range(size):
        alone, among = one(index), many.cell(index)
        assert alone.status is among.status
        assert alone.origin is among.origin
        assert alone.coverage == among.coverage
        assert alone.periods == among.periods
        if alone.value is None:
            assert among.value is None
        else:
            assert among.value == pytest.approx(alone.value, rel=1e-12, abs=1e-12)


@given(st.lists(cells(), min_size=2, max_size=2))
def test_the_worst_status_wins_in_any_order(pair: list[Cell]) -> None:
    def status(first: Cell, second: Cell) -> Status:
        found = {"births": first, "deaths": second}
        at_hand = {"births": ("2018",), "deaths": ("2018",)}
        return evaluate(
            INDICATORS["natural_balance"], "2018", lambda name, _: found[name], at_hand
        ).status

    assert status(*pair) is status(*reversed(pair))
    lacking = [cell.status for cell in pair if cell.status is not Status.VALUE]
    if lacking:
        assert status(*pair) is min(lacking)
