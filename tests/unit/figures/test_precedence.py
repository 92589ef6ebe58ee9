"""Which value wins."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise, product
from typing import Any

from ckanext.territoires.figures import precedence
from ckanext.territoires.figures.status import Origin, Status

NOW = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - as the database keeps it
OLD = NOW - timedelta(days=30)


def test_the_order_of_the_rules() -> None:
    candidates = [
        (Origin.PUBLISHED, Status.VALUE, 0, 2024, OLD, 1),
        (Origin.PUBLISHED, Status.VALUE, 0, 2021, NOW, 2),
        (Origin.PUBLISHED, Status.VALUE, 0, 2021, NOW, 1),
        (Origin.PUBLISHED, Status.VALUE, 0, 2021, OLD, 3),
        (Origin.PUBLISHED, Status.VALUE, 0, None, NOW, 4),
        (Origin.PUBLISHED, Status.SECRET, 0, 2024, NOW, 5),
        (Origin.COMPUTED, Status.VALUE, 0, 2021, OLD, 6),
        (Origin.COMPUTED, Status.VALUE, 3, 2026, NOW, 7),
        (Origin.MERGED, Status.VALUE, 0, 2026, NOW, 6),
        (Origin.ESTIMATED, Status.VALUE, 0, 2026, NOW, 6),
    ]
    for first, second in pairwise(candidates):
        assert precedence.key(*first) < precedence.key(*second)


def test_the_key_follows_the_order_written_for_the_database() -> None:
    columns = [column for column, _, _ in precedence.ORDER]
    assert columns == ["origin", "status", "lacking", "cog_year", "loaded", "id"]
    candidates = list(product(Origin, Status, (0, 2), (2021, None, 2024), (OLD, NOW), (1, 2)))
    by_key = sorted(candidates, key=lambda c: precedence.key(*c))
    # As a database sorts: from the last column to the first, each sort being stable.
    by_column: list[Any] = list(candidates)
    for position, (_, direction, nulls) in reversed(list(enumerate(precedence.ORDER))):

        def sort_key(candidate: Any, at: int = position) -> Any:
            value = candidate[at]
            return value.timestamp() if isinstance(value, datetime) else value or 0

        by_column.sort(key=sort_key, reverse=direction == "desc")
        assert nulls == "last"
        by_column.sort(key=lambda candidate, at=position: candidate[at] is None)
    assert by_key == by_column
