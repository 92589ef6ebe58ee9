"""What changed between two versions of a file is found by digests."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ckanext.territoires.bridge import digests
from ckanext.territoires.bridge.digests import Digests


def frame(**changed: object) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "territory": ["a", "a", "b", "b"],
            "indicator": ["x", "y", "x", "y"],
            "period": ["2018"] * 4,
            "value": [1.0, np.nan, 3.0, 0.0],
            "status": [0, 1, 0, 0],
            "origin": [0, 0, 0, 0],
            "members": [np.nan, np.nan, 3.0, np.nan],
            "members_known": [np.nan, np.nan, 2.0, np.nan],
            "population_share": [np.nan, np.nan, 0.5, np.nan],
        }
    )
    for column, value in changed.items():
        rows.loc[2, column] = value
    for column in ("territory", "indicator", "period"):
        rows[column] = rows[column].astype("category")
    return rows


def test_the_same_rows_have_the_same_digests() -> None:
    assert digests.of_observations(frame()) == digests.of_observations(frame())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("value", 4.0),
        ("value", np.nan),
        ("status", 2),
        ("origin", 1),
        ("members", 4.0),
        ("members_known", 3.0),
        ("population_share", 0.6),
        ("period", "2013"),
        ("indicator", "z"),
    ],
)
def test_a_change_of_one_cell_is_a_change_of_its_territory_alone(
    column: str, value: object
) -> None:
    before = digests.of_observations(frame())
    after = digests.of_observations(frame(**{column: value}))
    found = digests.change(before, after)
    assert found.written == found.removed == {"b"}


def test_a_secret_is_not_a_zero() -> None:
    before = digests.of_observations(frame(value=0.0))
    assert before != digests.of_observations(frame(value=np.nan))


def test_what_is_new_is_written_and_what_is_gone_is_removed() -> None:
    found = digests.change({"a": 1, "b": 2, "c": 3}, {"b": 2, "c": 4, "d": 5})
    assert (found.written, found.removed) == ({"c", "d"}, {"a", "c"})


def test_digests_are_kept_as_bytes() -> None:
    row = {"group_id": "g", "level": "commune", "indicator": "x", "period": "2018"}
    one = Digests(
        digests.of_observations(frame()),
        digests.of_distributions([{**row, "values": [1.0, 2.0]}]),
    )
    assert Digests.from_bytes(one.to_bytes()) == one
    assert digests.parts_of(next(iter(one.distributions))) == tuple(row.values())


@pytest.mark.parametrize("kept", [None, Digests({}, {}).to_bytes()])
def test_nothing_kept_is_nothing_known(kept: bytes | None) -> None:
    assert Digests.from_bytes(kept) == Digests({}, {})
