"""What is kept of a reading, once its figures were carried to today's territories."""

from __future__ import annotations

from ckanext.territoires.bridge.load_reports import with_strangers
from ckanext.territoires.ingest.report import MAX_PROBLEMS, Problem, Report

WHOLE = Report("bpe", 10, 9, 1, (Problem("not_a_number", 3),), (), {"not_a_number": 1})


def test_territories_that_cannot_be_carried_are_problems() -> None:
    told = with_strangers(WHOLE, ["fr:commune:99999", "fr:commune:00000"])
    assert [(one.code, one.value) for one in told.problems] == [
        ("not_a_number", None),
        ("unknown_territory", "99999"),
        ("unknown_territory", "00000"),
    ]
    assert told.counts == {"not_a_number": 1, "unknown_territory": 2}
    assert not told.refused


def test_all_are_counted_but_the_list_keeps_its_length() -> None:
    told = with_strangers(WHOLE, [f"fr:commune:{code:05}" for code in range(MAX_PROBLEMS + 5)])
    assert len(told.problems) == MAX_PROBLEMS
    assert told.counts["unknown_territory"] == MAX_PROBLEMS + 5


def test_a_report_without_any_is_left_as_it_is() -> None:
    assert with_strangers(WHOLE, []) is WHOLE
