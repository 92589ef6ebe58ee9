"""Classes of a map."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.territoires.charts import palette
from ckanext.territoires.charts.classes import MOST, classify

numbers = st.floats(-1e6, 1e6, allow_nan=False)
values = st.lists(numbers, min_size=1, max_size=300)


@given(values, st.integers(0, 3))
def test_every_value_lies_in_one_class(found: list[float], precision: int) -> None:
    made = classify(found, precision)
    for value in found:
        written = round(value, precision)
        holding = [one for one in made.classes if one.low <= written <= one.high]
        assert len(holding) == 1
        assert made.colour(value) == holding[0].colour


@given(values, st.integers(0, 3))
def test_a_class_is_named_by_what_it_holds(found: list[float], precision: int) -> None:
    written = {round(value, precision) for value in found}
    classes = classify(found, precision).classes
    assert 1 <= len(classes) <= MOST
    assert {bound for one in classes for bound in (one.low, one.high)} <= written
    assert (classes[0].low, classes[-1].high) == (min(written), max(written))
    assert all(one.high < other.low for one, other in pairwise(classes))
    assert not any(one.low < 0 <= one.high for one in classes)


def test_nothing_is_drawn_outside_of_the_classes() -> None:
    made = classify([1.0, 2.0, 3.0], 0)
    for outside in (0.0, 4.0):
        with pytest.raises(ValueError, match=str(outside)):
            made.colour(outside)


@pytest.mark.parametrize(("count", "classes"), [(1, 1), (2, 2), (5, 3), (20, 4), (207, 5)])
def test_few_territories_make_few_classes(count: int, classes: int) -> None:
    assert len(classify([float(rank) for rank in range(count)], 0).classes) == classes


def test_classes_are_filled_alike() -> None:
    made = classify([float(rank) for rank in range(100)], 0)
    counts = [sum(one.low <= rank <= one.high for rank in range(100)) for one in made.classes]
    assert counts == [20] * 5


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


SCALES = [
    *palette.SEQUENTIAL.values(),
    *(
        low + high
        for a, low in palette.DECREASE.items()
        for b, high in palette.INCREASE.items()
        if a + b <= MOST
    ),
]


@pytest.mark.parametrize("colours", SCALES)
def test_grey_print_keeps_the_order(colours: tuple[str, ...]) -> None:
    greys = [luminance(colour) for colour in colours]
    assert all(light > dark * 1.1 for light, dark in pairwise(greys))
    assert palette.LACKING not in colours
