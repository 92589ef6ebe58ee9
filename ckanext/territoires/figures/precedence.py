"""Which value wins when several files hold one territory, indicator and period."""

from __future__ import annotations

from datetime import datetime
from typing import Any

#: Column, direction and place of the nulls, the first of the order being the value that wins. The
#: published before the computed, the merged and the estimated; the known before the lacking; the
#: fewest members lacking, so that a whole is never hidden by a floor; the latest COG year; the
#: latest loaded. `origin`, `status` and `lacking` (members less those known) are of observations,
#: the others of releases; `id` leaves nothing to chance.
ORDER = (
    ("origin", "asc", "last"),
    ("status", "asc", "last"),
    ("lacking", "asc", "last"),
    ("cog_year", "desc", "last"),
    ("loaded", "desc", "last"),
    ("id", "desc", "last"),
)


def key(
    origin: int, status: int, lacking: int, cog_year: int | None, loaded: datetime, release: int
) -> tuple[Any, ...]:
    """Sort key of a candidate, in the order of ORDER: the smallest wins."""
    year = (1, 0) if cog_year is None else (0, -cog_year)
    return (origin, status, lacking, year, -loaded.timestamp(), -release)
