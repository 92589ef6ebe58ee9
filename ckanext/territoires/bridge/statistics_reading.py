"""Observations of many territories, read in one query into arrays.

COPY in binary form: every column is there and of a fixed size, so that what PostgreSQL sends is an
array already, and no text is made or parsed. For that, identifiers are sent as their hashes, those
of what was asked first: which hash is which is told by the same query, and hashes that are not all
different are made again with another seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import ckan.model as model
import numpy as np
import numpy.typing as npt

__all__ = ["NO_MEMBERS", "Observations", "read_observations"]

Observations = npt.NDArray[np.void]

#: What stands for members that were not counted.
NO_MEMBERS = -1

_SEEDS = 5
_MILLION = 1_000_000
_SENT_FIELDS = (
    ("territory", ">i8"),
    # Indicator and period.
    ("column", ">i8"),
    ("value", ">f8"),
    # Number of the release, then origin, then status, in hundreds; -1 for what was asked.
    ("made", ">i4"),
    # Members, then those known, in millions; NO_MEMBERS for none.
    ("counted", ">i8"),
    ("share", ">f4"),
)
# Each field comes after its length, each line after its number of fields.
_SENT = np.dtype(
    [("fields", ">i2")]
    + [part for name, kind in _SENT_FIELDS for part in ((f"{name} length", ">i4"), (name, kind))]
)
_READ = np.dtype(
    [
        ("place", "i4"),
        ("column", "i4"),
        ("release", "i4"),
        ("value", "f8"),
        ("status", "i1"),
        ("origin", "i1"),
        ("members", "i4"),
        ("known", "i4"),
        ("share", "f4"),
    ]
)
# The signature and flags of the format, before the first line; the mark after the last.
_HEADER, _TRAILER = 19, 2

_TERRITORIES, _COLUMNS = -1, -2
_COLUMN = "hashtextextended(indicator, hashtextextended(period, %(seed)s))"
_QUERY = f"""
    COPY (
        SELECT hashtextextended(word COLLATE "C", %(seed)s), 0::int8, rank::float8, {_TERRITORIES},
               0::int8, 0::float4
          FROM unnest(%(territories)s::text[]) WITH ORDINALITY AS t (word, rank)
        UNION ALL
        SELECT {_COLUMN}, 0, rank, {_COLUMNS}, 0, 0
          FROM (SELECT indicator COLLATE "C" AS indicator, period COLLATE "C" AS period, rank
                  FROM unnest(%(indicators)s::text[], %(periods)s::text[]) WITH ORDINALITY
                       AS t (indicator, period, rank)) AS asked
        UNION ALL
        SELECT hashtextextended(territory, %(seed)s), {_COLUMN}, coalesce(value, 'NaN'),
               release_id * 100 + origin * 10 + status,
               coalesce(members::int8 * {_MILLION} + coalesce(members_known, 0), {NO_MEMBERS}),
               coalesce(population_share, 'NaN')
          FROM territoires_observation
         WHERE release_id = ANY(%(releases)s) AND territory = ANY(%(territories)s::text[])
           AND indicator = ANY(%(names)s::text[]) AND period = ANY(%(times)s::text[])
           {{among}}
    ) TO STDOUT (FORMAT binary)
"""
# Where not all the products of indicators and periods are asked.
_AMONG = "AND (indicator, period) IN %(columns)s"


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
        return np.empty(0, dtype=_READ)
    names = sorted({indicator for indicator, _period in columns})
    times = sorted({period for _indicator, period in columns})
    asked = {
        "releases": list(releases),
        "territories": _array(territories),
        "indicators": _array([indicator for indicator, _period in columns]),
        "periods": _array([period for _indicator, period in columns]),
        "names": _array(names),
        "times": _array(times),
        "columns": tuple(columns),
    }
    query = _QUERY.format(among="" if len(columns) == len(names) * len(times) else _AMONG)
    for seed in range(_SEEDS):
        told, lines = _divided(
            _copied(query, asked | {"seed": seed}), len(territories) + len(columns)
        )
        words = [_Words(told[told["made"] == kind]) for kind in (_TERRITORIES, _COLUMNS)]
        if all(one.distinct for one in words):
            return _decoded(lines, *words)
    raise RuntimeError(f"{_SEEDS} seeds give the same hash to two identifiers")


class _Words:
    """What was asked, by its hash."""

    def __init__(self, lines: npt.NDArray[Any]) -> None:
        hashes = lines["territory"].astype(np.int64)
        order = np.argsort(hashes)
        self._hashes = hashes[order]
        self._ranks = lines["value"].astype(np.int64)[order] - 1
        self.distinct = bool((np.diff(self._hashes) != 0).all())

    def ranks(self, hashes: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """The rank of each in what was asked."""
        return self._ranks[np.searchsorted(self._hashes, hashes.astype(np.int64))]


def _copied(query: str, asked: dict[str, Any]) -> npt.NDArray[Any]:
    sent = BytesIO()
    cursor = model.Session.connection().connection.cursor()
    cursor.copy_expert(cursor.mogrify(query, asked), sent)
    content = sent.getbuffer()
    count = (len(content) - _HEADER - _TRAILER) // _SENT.itemsize
    return np.frombuffer(content, dtype=_SENT, count=count, offset=_HEADER)


def _divided(lines: npt.NDArray[Any], asked: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """What was asked, which comes first unless PostgreSQL has a reason, and what was found."""
    told = lines["made"] < 0
    if told[:asked].all():
        return lines[:asked], lines[asked:]
    return lines[told], lines[~told]


def _decoded(lines: npt.NDArray[Any], territories: _Words, columns: _Words) -> Observations:
    made = lines["made"].astype(np.int32)
    read = np.empty(len(lines), dtype=_READ)
    read["place"] = territories.ranks(lines["territory"])
    read["column"] = columns.ranks(lines["column"])
    read["release"] = made // 100
    read["origin"] = made // 10 % 10
    read["status"] = made % 10
    read["value"], read["share"] = lines["value"], lines["share"]
    counted = lines["counted"].astype(np.int64)
    read["members"] = np.where(counted < 0, NO_MEMBERS, counted // _MILLION)
    read["known"] = np.where(counted < 0, NO_MEMBERS, counted % _MILLION)
    return read


def _array(words: Sequence[str]) -> str:
    """A list as PostgreSQL writes it; much faster than the driver's, for tens of thousands."""
    if "\\" in (joined := '","'.join(words)) or joined.count('"') != 2 * (len(words) - 1):
        joined = '","'.join(w.replace("\\", "\\\\").replace('"', '\\"') for w in words)
    return f'{{"{joined}"}}'
