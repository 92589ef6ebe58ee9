"""Sums of grants that several files hold: of the records, each counted once, as they are listed.

Each file of grants has its own sums among the observations. Where one file alone speaks of a year
these are true; where several do, they may repeat each other or not, and neither the greatest nor
the sum would be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ckan.model as model

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.figures.status import Origin, Status
from ckanext.territoires.ingest.records import is_told, is_wide

GRANTED, COUNT = "grants_granted", "grants_count"
NAMES = frozenset((GRANTED, COUNT))
# Beyond, the index of the lineages is no help.
_FEW = 200

_ROOM = 1 << 44
_QUERY = """
    WITH asked AS (
        SELECT * FROM unnest(%(territories)s::text[], %(members)s::text[]) AS a (territory, member)
    ), files AS (
        SELECT id, row_number() OVER (ORDER BY rows DESC, loaded DESC, id DESC) AS rank
          FROM territoires_release WHERE id = ANY(%(releases)s)
    ), best AS (
        SELECT asked.territory, min(files.rank * %(room)s + r.id) AS best
          FROM territoires_record AS r
          JOIN files ON files.id = r.release_id
         CROSS JOIN LATERAL unnest(r.lineage) AS inside (id)
          JOIN asked ON asked.member = inside.id
         WHERE r.kind = 'grant' AND r.year = ANY(%(years)s) {few}
         GROUP BY asked.territory, r.identity
    )
    SELECT best.territory, r.year, count(*), sum(r.granted * part.share), count(r.granted),
           bool_or(cardinality(r.places) > 1 AND best.territory = ANY(r.places)
                   OR part.share < 1),
           array_agg(DISTINCT r.release_id),
           count(DISTINCT CASE WHEN best.territory = ANY(%(wide)s::text[]) THEN (
               SELECT min(id) FROM unnest(r.lineage) AS held (id) WHERE id LIKE '%%:departement:%%'
           ) END)
      FROM best JOIN territoires_record AS r ON r.id = best.best %% %(room)s
     CROSS JOIN LATERAL (
        SELECT CASE WHEN r.shares IS NULL THEN 1 ELSE (
            SELECT least(1, sum(coalesce((r.shares ->> asked.member)::numeric, 1)))
              FROM asked
             WHERE asked.territory = best.territory AND asked.member = ANY(r.lineage)
        ) END AS share
     ) AS part
     GROUP BY best.territory, r.year
"""


def files(releases: Iterable[ReleaseInfo]) -> dict[int, ReleaseInfo]:
    """The files of grants among these."""
    return {
        info.id: info
        for info in releases
        if info.shape == "records" and not NAMES.isdisjoint(info.indicators)
    }


def periods_of(releases: Iterable[ReleaseInfo], *, at_least: int = 1) -> frozenset[str]:
    """Years of which so many files of grants speak."""
    held = Counter(period for info in files(releases).values() for period in info.periods)
    return frozenset(period for period, count in held.items() if count >= at_least)


def read(
    places: Mapping[str, Sequence[str]], releases: Iterable[ReleaseInfo], periods: Iterable[str]
) -> list[tuple[Any, ...]]:
    """Sums of the grants within each place: one query, none when nothing is asked.

    Args:
        places: for each identifier, what it is made of: itself, or the communes of a custom
            territory, of which a grant to several counts once.
        releases: those that the person may see.
        periods: years.

    A région, metropolitan France and the nation have a row where half of their départements have a
    grant in the year: the file of a région does not tell of a nation.

    Returns:
        Rows as `portrait.observed.COLUMNS`, then all the releases that the records come from.
        Members are grants, counted where some have no amount: their sum is a floor.

    """
    ids = list(files(releases))
    years = [int(period) for period in periods if period.isdecimal()]
    pairs = [(place, member) for place, members in places.items() for member in members]
    if not (ids and years and pairs):
        return []
    members = [member for _place, member in pairs]
    few = "AND r.lineage && %(members)s::text[]" if len(pairs) <= _FEW else ""
    asked = {
        "territories": [place for place, _member in pairs],
        "members": members,
        "releases": ids,
        "years": years,
        "room": _ROOM,
        "wide": [place for place in places if is_wide(place)],
    }
    found: list[tuple[Any, ...]] = []
    rows = model.Session.connection().exec_driver_sql(_QUERY.format(few=few), asked)
    for place, year, count, granted, known, estimated, sources, departements in rows:
        if is_wide(place) and not is_told(place, departements, reference()):
            continue
        origin = Origin.PUBLISHED
        if estimated:
            origin = Origin.ESTIMATED
        elif tuple(places[place]) != (place,):
            origin = Origin.COMPUTED
        lacking = (count, known) if known < count else (None, None)
        for name, value, members in ((GRANTED, granted, lacking), (COUNT, count, (None, None))):
            if value is not None:
                made = (int(Status.VALUE), int(origin), *members, None, sources[0])
                row = (place, name, str(year), round(float(value), 2), *made, tuple(sources))
                found.append(row)
    return found
