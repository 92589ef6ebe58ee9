"""Observations of many territories, read in one query into arrays.

COPY in binary form: every column is there and of a fixed size, so that what PostgreSQL sends is an
array already, and no text is made or parsed.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import ckan.model as model
import numpy as np
import numpy.typing as npt

__all__ = ["NO_MEMBERS", "Observations", "read_observations"]

Observations = npt.NDArray[np.void]

#: What stands for members that were not counted.
NO_MEMBERS = -1

# Each field comes after its length, each line after its number of fields.
_FIELDS = (
    ("place", ">i4"),
    ("column", ">i4"),
    ("release", ">i4"),
    ("value", ">f8"),
    ("status", ">i2"),
    ("origin", ">i2"),
    ("members", ">i4"),
    ("known", ">i4"),
    ("share", ">f4"),
)
_SENT = np.dtype(
    [("fields", ">i2")]
    + [part for name, kind in _FIELDS for part in ((f"{name} length", ">i4"), (name, kind))]
)
_NATIVE = np.dtype([(name, kind.replace(">", "=")) for name, kind in _FIELDS])
# The signature and flags of the format, before the first line; the mark after the last.
_HEADER, _TRAILER = 19, 2

_QUERY = f"""
    COPY (
        SELECT t.rank::int4 - 1, c.rank::int4 - 1, o.release_id::int4,
               coalesce(o.value, 'NaN'), o.status::int2, o.origin::int2,
               coalesce(o.members, {NO_MEMBERS})::int4,
               coalesce(o.members_known, {NO_MEMBERS})::int4,
               coalesce(o.population_share, 'NaN')::float4
          FROM unnest(%(territories)s::text[]) WITH ORDINALITY AS t (id, rank)
          JOIN territoires_observation AS o ON o.territory = t.id
          JOIN unnest(%(indicators)s::text[], %(periods)s::text[])
               WITH ORDINALITY AS c (indicator, period, rank)
            ON o.indicator = c.indicator AND o.period = c.period
         WHERE o.release_id = ANY(%(releases)s) AND o.indicator = ANY(%(names)s)
    ) TO STDOUT (FORMAT binary)
"""


def read_observations(
    releases: Sequence[int], territories: Sequence[str], columns: Sequence[tuple[str, str]]
) -> Observations:
    """What these releases hold of these territories, in no order; one query.

    Args:
        releases: their numbers.
        territories: identifiers, each once.
        columns: indicators at periods, each once.

    Returns:
        A structured array: `place` and `column` are ranks in `territories` and `columns`, then
        `release`, `value`, `status`, `origin`, `members`, `known`, `share`.

    """
    if not (releases and territories and columns):
        return np.empty(0, dtype=_NATIVE)
    sent = BytesIO()
    cursor = model.Session.connection().connection.cursor()
    query = cursor.mogrify(
        _QUERY,
        {
            "territories": list(territories),
            "indicators": [indicator for indicator, _period in columns],
            "periods": [period for _indicator, period in columns],
            "names": sorted({indicator for indicator, _period in columns}),
            "releases": list(releases),
        },
    )
    cursor.copy_expert(query, sent)
    content = sent.getbuffer()
    count = (len(content) - _HEADER - _TRAILER) // _SENT.itemsize
    lines = np.frombuffer(content, dtype=_SENT, count=count, offset=_HEADER)
    read = np.empty(count, dtype=_NATIVE)
    for name, _kind in _FIELDS:
        read[name] = lines[name]
    return read
