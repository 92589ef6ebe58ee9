"""Ranks among peers: searches in sorted values, in one query for those that a loading wrote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import ckan.model as model
import numpy as np

from ckanext.territoires.bridge.peer_values import Values, peer_values
from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.bridge.standing import group_of
from ckanext.territoires.portrait.compose import Ranked
from ckanext.territoires.portrait.document import Rank
from ckanext.territoires.portrait.subject import complement
from ckanext.territoires.portrait.words import level_name, words
from ckanext.territoires.territory.reference import Territory

# The value of a ratio may differ from that of the list by what a sum leaves in its last digits.
_TOLERANCE = 1e-9

_QUERY = """
    SELECT w.place, d.release_id, cardinality(d.values), width_bucket(w.value, d.values),
           (d.values[(cardinality(d.values) + 1) / 2] + d.values[cardinality(d.values) / 2 + 1]) / 2
      FROM unnest(%(places)s::int[], %(releases)s::int[], %(indicators)s::text[],
                  %(periods)s::text[], %(values)s::float8[])
           AS w (place, release_id, indicator, period, value)
      JOIN territoires_distribution AS d
        ON d.release_id = w.release_id AND d.group_id = %(group)s AND d.level = %(level)s
           AND d.indicator = w.indicator AND d.period = w.period
     WHERE cardinality(d.values) > 0
"""


def ranks(
    territory: Territory,
    asked: Sequence[Ranked],
    language: str,
    releases: Sequence[ReleaseInfo] = (),
) -> list[Rank | None]:
    """The rank of each figure of a territory; None where it has no peers.

    A figure made from several files is ranked in the list of the latest that has one, else among
    the values that its peers have in `releases`, those that the reader may see.
    """
    group = group_of(territory)
    if group is None or not asked:
        return [None] * len(asked)
    wanted = [(n, release, one) for n, one in enumerate(asked) for release in one.sources]
    rows = (
        model.Session.connection()
        .exec_driver_sql(
            _QUERY,
            {
                "places": _array(n for n, _, _ in wanted),
                "releases": _array(release for _, release, _ in wanted),
                "indicators": _array(one.indicator for _, _, one in wanted),
                "periods": _array(one.period for _, _, one in wanted),
                "values": _array(one.value + abs(one.value) * _TOLERANCE for _, _, one in wanted),
                "group": group.id,
                "level": territory.level,
            },
        )
        .fetchall()
    )
    peers = words(language)["of_group"].format(
        level=level_name(territory.level, 2, language), of=complement(group, language)
    )
    found: dict[int, tuple[int, Rank]] = {}
    for place, release, of, at_or_below, median in rows:
        if place not in found or found[place][0] < release:
            found[place] = (release, Rank(of - at_or_below + 1, of, peers, median))
    made = {n: rank for n, (_release, rank) in found.items()}
    others = [n for n in range(len(asked)) if n not in made]
    if others and releases:
        figures = [(asked[n].indicator, asked[n].period) for n in others]
        values = peer_values(group, territory.level, figures, releases)
        for n, figure in zip(others, figures, strict=True):
            rank = _rank(asked[n].value, values[figure], peers)
            if rank:
                made[n] = rank
    return [made.get(n) for n in range(len(asked))]


def _rank(value: float, values: Values, peers: str) -> Rank | None:
    if not len(values):
        return None
    at_or_below = int(np.searchsorted(values, value + abs(value) * _TOLERANCE, side="right"))
    return Rank(len(values) - at_or_below + 1, len(values), peers, float(np.median(values)))


def _array(items: Iterable[object]) -> str:
    """A list of numbers or names as PostgreSQL writes it; the driver looks at each by itself."""
    return "{" + ",".join(map(str, items)) + "}"
