"""What changed between two versions of a file is found by digests."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ckanext.territoires.bridge import digests
from ckanext.territoires.bridge.digests import Digests, Marks


def frame(**changed: object) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "territory": ["a", "a", "b", "b"],
            "indicator": ["x", "y", "x", "y"],
            "period": ["2018"] * 4,
            "value": [1.0, np.nan, 3.0, 0.0],
            "status": [0, 1, 0, 0],
            "origin": [0, 0, 0, 0],
        }
    )
    for column, value in changed.items():
        rows.loc[2, column] = value
    for column in ("territory", "indicator", "period"):
        rows[column] = rows[column].astype("category")
    return rows


def marked(**digests_of: int) -> Marks:
    return Marks(list(digests_of), np.array(list(digests_of.values()), dtype=np.uint64))


def both(rows: pd.DataFrame) -> tuple[dict[str, int], dict[str, int]]:
    territories, indicators = digests.of_observations(rows)
    return territories.to_dict(), indicators.to_dict()


def test_the_same_rows_have_the_same_digests_in_any_order() -> None:
    assert both(frame()) == both(frame().iloc[::-1])


@pytest.mark.parametrize(
    ("column", "value", "indicators"),
    [
        ("value", 4.0, {"x"}),
        ("value", np.nan, {"x"}),
        ("status", 2, {"x"}),
        ("origin", 1, {"x"}),
        ("period", "2013", {"x"}),
        ("indicator", "z", {"x", "z"}),
    ],
)
def test_a_change_of_one_cell_is_a_change_of_its_territory_and_indicator_alone(
    column: str, value: object, indicators: set[str]
) -> None:
    before = digests.of_observations(frame())
    after = digests.of_observations(frame(**{column: value}))
    assert digests.change(before[0], after[0]).written == {"b"}
    assert digests.change(before[1], after[1]).written == indicators


def test_a_lack_is_not_a_zero() -> None:
    zero = both(frame(value=0.0))
    assert zero != both(frame(value=np.nan))
    assert zero == both(frame(value=-0.0))


def test_two_territories_that_swap_their_values_both_change() -> None:
    swapped = frame().assign(value=[3.0, np.nan, 1.0, 0.0])
    before, after = digests.of_observations(frame()), digests.of_observations(swapped)
    assert digests.change(before[0], after[0]).written == {"a", "b"}
    assert digests.change(before[1], after[1]).written == {"x"}


def test_what_is_new_is_written_and_what_is_gone_is_removed() -> None:
    found = digests.change(marked(a=1, b=2, c=3), marked(b=2, c=4, d=5))
    assert (found.written, found.removed, found.same_names) == ({"c", "d"}, {"a", "c"}, False)


def test_the_same_names_in_another_order_are_the_same_names() -> None:
    for after, written in ((marked(b=2, a=1), set()), (marked(b=3, a=1), {"b"})):
        found = digests.change(marked(a=1, b=2), after)
        assert (found.written, found.removed, found.same_names) == (written, written, True)


def test_digests_are_kept_as_bytes() -> None:
    row = {"group_id": "g", "level": "commune", "indicator": "x", "period": "2018"}
    distributions = digests.of_distributions([{**row, "values": [1.0, 2.0]}])
    one = Digests(*digests.of_observations(frame()), distributions)
    kept = Digests.from_bytes(one.to_bytes())
    assert kept is not None
    for name in ("territories", "indicators", "distributions"):
        assert getattr(kept, name).to_dict() == getattr(one, name).to_dict()
    assert digests.parts_of(distributions.names[0]) == tuple(row.values())
    none = Digests.from_bytes(Digests(marked(), marked(), marked()).to_bytes())
    assert none is not None
    assert none.distributions.to_dict() == {}


def test_nothing_kept_is_nothing_known() -> None:
    assert Digests.from_bytes(None) is None
    assert both(frame().iloc[:0]) == ({}, {})
