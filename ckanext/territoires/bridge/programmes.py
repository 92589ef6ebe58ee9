"""Programmes and zonings of a territory, as its portrait names them."""

from __future__ import annotations

from collections.abc import Sequence

import ckan.model as model
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.portrait.document import Label
from ckanext.territoires.territory.reference import Territory

#: Levels whose programmes are few enough to be named; the page of the State's action has the rest.
_LEVELS = ("commune", "epci", "arrondissement", "departement")

_QUERY = """
    SELECT r.kind, coalesce(r.scheme, ''), count(DISTINCT r.identity), min(r.title), min(r.state),
           max(r.release_id)
      FROM territoires_record AS r
     WHERE r.lineage @> %(territory)s::text[] AND r.kind IN ('programme', 'zoning')
           AND r.release_id = ANY(%(releases)s)
     GROUP BY 1, 2
     ORDER BY 1, 2
"""


def labels_of(territory: Territory, releases: Sequence[ReleaseInfo]) -> tuple[Label, ...]:
    """Programmes and zonings in a territory: one query, none for the largest territories."""
    ids = [info.id for info in releases if info.shape == "records"]
    if territory.level not in _LEVELS or not ids:
        return ()
    rows = (
        model.Session.connection()
        .exec_driver_sql(_QUERY, {"territory": [territory.id], "releases": ids})
        .fetchall()
    )
    return tuple(
        Label(kind, scheme or title or "", _detail(count, title, state), release)
        for kind, scheme, count, title, state, release in rows
    )


def _detail(count: int, title: str | None, state: str | None) -> str:
    if count == 1:
        return " · ".join(text for text in (title, state) if text)
    return tk.ungettext("{count} place inside it", "{count} places inside it", count).format(
        count=count
    )
