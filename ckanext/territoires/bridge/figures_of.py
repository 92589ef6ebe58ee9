"""Figures of a few territories, whatever the number of files: one query, then formulas."""

from __future__ import annotations

from collections.abc import Sequence
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
    territories: Sequence[str], releases: Sequence[ReleaseInfo], **options: Any
) -> Observed:
    """Read what these releases hold of these territories, the first the main one: one query."""
    rows: Sequence[Any] = ()
    if releases:
        ids = {"releases": [info.id for info in releases], "territories": list(territories)}
        rows = model.Session.connection().exec_driver_sql(_QUERY, ids).fetchall()
    return Observed(rows, releases, territories[0], **options)
