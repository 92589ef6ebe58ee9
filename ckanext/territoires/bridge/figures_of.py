"""Figures of a few territories, whatever the number of files: one query, then formulas."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import ckan.model as model

from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.portrait.observed import COLUMNS, Observed, at_hand, from_release

__all__ = ["Observed", "at_hand", "figures_of", "from_release"]

_QUERY = f"""
    SELECT {", ".join(COLUMNS)}
      FROM territoires_observation
     WHERE release_id = ANY(%(releases)s) AND territory = ANY(%(territories)s)
"""


def figures_of(
    territories: Sequence[str],
    releases: Sequence[ReleaseInfo],
    *,
    indicators: Collection[str] = (),
    as_published: bool = False,
    only: tuple[int, Collection[str]] | None = None,
) -> Observed:
    """Read what these releases hold of these territories, the first the main one: one query.

    `indicators`: the loaded ones to read, all by default; the rest as `Observed` takes it.
    """
    rows: Sequence[Any] = ()
    if releases:
        ids = {
            "releases": [info.id for info in releases],
            "territories": list(territories),
            "indicators": list(indicators),
        }
        query = f"{_QUERY} AND indicator = ANY(%(indicators)s)" if indicators else _QUERY
        rows = model.Session.connection().exec_driver_sql(query, ids).fetchall()
    return Observed(rows, releases, territories[0], as_published=as_published, only=only)
