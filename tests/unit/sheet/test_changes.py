"""What differs in two versions of a sheet."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ckanext.territoires.sheet.changes import FIELDS, LISTS, ROWS, TEXTS, Change, changes, differing

DETR = {"funder": "État", "scheme": "DETR", "year": 2026, "asked": 40000}
DSIL = {"funder": "État", "scheme": "DSIL", "year": 2026, "asked": 90000}


def test_nothing_differs_in_the_same_sheet() -> None:
    sheet = {"title": "Friche", "financing": [DETR, DSIL], "territory": ["fr:commune:35236"]}
    assert changes(sheet, dict(sheet)) == []


def test_the_order_of_a_list_and_of_rows_does_not_count() -> None:
    before = {"theme": ["TRAN", "REGI"], "financing": [DETR, DSIL]}
    after = {"theme": ["REGI", "TRAN"], "financing": [DSIL, DETR]}
    assert changes(before, after) == []


def test_an_empty_part_is_the_same_as_none() -> None:
    assert (
        changes({"financing": [DETR | {"granted": ""}], "holder": None}, {"financing": [DETR]})
        == []
    )


def test_a_granted_amount_changes_the_line_that_asked_for_it() -> None:
    granted = DETR | {"granted": 32000}
    found = changes({"financing": [DETR, DSIL]}, {"financing": [granted, DSIL]})
    assert found == [Change("financing", "DETR", DETR, granted)]


def test_a_line_is_known_again_by_its_record_whatever_else_changes() -> None:
    before = {"funder": "État", "scheme": "DETR", "record": "ab"}
    after = {"funder": "Préfecture", "scheme": "Dotation", "record": "ab"}
    assert changes({"financing": [before]}, {"financing": [after]}) == [
        Change("financing", "DETR", before, after)
    ]


def test_two_lines_of_one_scheme_are_told_apart_by_their_year() -> None:
    older = DETR | {"year": 2025}
    paid = older | {"paid": 10}
    found = changes({"financing": [DETR, older]}, {"financing": [DETR, paid]})
    assert found == [Change("financing", "DETR", older, paid)]


def test_a_moved_milestone_is_the_same_milestone() -> None:
    before = {"date": "2026-05", "milestone": "Comité de pilotage"}
    after = {"date": "2026-09", "milestone": "Comité de pilotage"}
    assert changes({"calendar": [before]}, {"calendar": [after]}) == [
        Change("calendar", "Comité de pilotage", before, after)
    ]


def test_what_enters_and_what_leaves_a_list() -> None:
    before = {"tags": [{"name": "friche"}, {"name": "gare"}]}
    after = {"tags": [{"name": "gare"}, {"name": "logement"}]}
    assert changes(before, after) == [Change("tags", "", ["friche"], ["logement"])]


@pytest.mark.parametrize("name", TEXTS)
def test_each_text_is_compared(name: str) -> None:
    assert changes({name: "a"}, {name: "b"}) == [Change(name, "", "a", "b")]


def test_differing_names_each_field_once() -> None:
    assert differing({"financing": [DETR, DSIL]}, {"financing": [], "title": "x"}) == [
        "title",
        "financing",
    ]


_VALUES = st.one_of(st.none(), st.text(max_size=3), st.integers(0, 3))
_SHEETS = st.fixed_dictionaries(
    {},
    optional={name: st.text(max_size=4) for name in TEXTS}
    | {name: st.lists(st.text(max_size=2), max_size=4) for name in LISTS}
    | {
        name: st.lists(
            st.fixed_dictionaries({part: _VALUES for key in keys for part in key}), max_size=4
        )
        for name, keys in ROWS.items()
    },
)


@given(_SHEETS, _SHEETS)
def test_no_difference_is_missed_nor_invented(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert changes(before, before) == []
    there, back = changes(before, after), changes(after, before)
    assert {change.field for change in there} == {change.field for change in back}
    assert all(change.field in FIELDS for change in there)


@given(_SHEETS)
def test_everything_that_is_said_is_a_change_from_nothing(sheet: dict[str, Any]) -> None:
    said = {change.field for change in changes({}, sheet)}
    for name in ROWS:
        filled = any(
            value not in (None, "") for row in sheet.get(name, ()) for value in row.values()
        )
        assert (name in said) is filled
