"""Digests of figures by territory: what changed between two versions of a file."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.util import hash_array

_ODD = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_GAP = "\x1f"
_hash: Any = hash_array

# The stubs of pandas call it an object.
_hashes: Any = hash_array


@dataclass(frozen=True, slots=True)
class Digests:
    """64-bit digests of what a file gave: of each territory and of each indicator as the file
    names them, and of each distribution by its key.
    """

    territories: Mapping[str, int]
    indicators: Mapping[str, int]
    distributions: Mapping[str, int]

    def to_bytes(self) -> bytes:
        """Return what is kept with the release."""
        parts = (self.territories, self.indicators, self.distributions)
        return zlib.compress(b"".join(map(_packed, parts)), 1)

    @classmethod
    def from_bytes(cls, kept: bytes | None) -> Digests | None:
        """Read what was kept, if anything."""
        if not kept:
            return None
        data, parts = zlib.decompress(kept), []
        for _ in range(3):
            part, data = _unpacked(data)
            parts.append(part)
        return cls(*parts)


@dataclass(frozen=True, slots=True)
class Change:
    """Keys to write, new or different, and keys to remove: those, and what is no more."""

    written: frozenset[str]
    removed: frozenset[str]


def change(before: Mapping[str, int], after: Mapping[str, int]) -> Change:
    """Compare two states."""
    written = frozenset(key for key, digest in after.items() if before.get(key) != digest)
    gone = before.keys() - after.keys()
    return Change(written, frozenset(written & before.keys()) | gone)


def of_observations(rows: pd.DataFrame) -> tuple[dict[str, int], dict[str, int]]:
    """Digest of each territory and of each indicator, from rows in any order.

    Columns: `territory`, `indicator`, `period` (categorical), `value`, `status`, `origin`.
    """
    if rows.empty:
        return {}, {}
    mixed = np.zeros(len(rows), dtype=np.uint64)
    for name in ("territory", "indicator", "period"):
        given = words(rows[name])
        hashed: Any = _hash(given.categories.to_numpy(dtype=object))
        mixed = _mixed(mixed, hashed[given.codes.to_numpy()])
    for name in ("value", "status", "origin"):
        mixed = _mixed(mixed, _bits(rows.loc[:, name]))
    # Sums of halves are exact as floats, which is what NumPy adds up by group.
    halves = (mixed & _LOW).astype(np.float64), (mixed >> _HALF).astype(np.float64)
    return _by(words(rows["territory"]), halves), _by(words(rows["indicator"]), halves)


def of_distributions(distributions: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Digest of each distribution, by `distribution_key`."""
    return {
        distribution_key(row): int.from_bytes(
            hashlib.blake2b(
                np.asarray(row["values"], dtype=np.float64).tobytes(), digest_size=8
            ).digest()
        )
        for row in distributions
    }


def distribution_key(row: Mapping[str, Any]) -> str:
    """The key of a distribution, as one text."""
    return _GAP.join((row["group_id"], row["level"], row["indicator"], row["period"]))


def parts_of(key: str) -> tuple[str, ...]:
    """Group, level, indicator and period of a key."""
    return tuple(key.split(_GAP))


def words(column: Any) -> Any:
    """Return the codes and categories of a column of names."""
    return (column if column.dtype == "category" else column.astype("category")).cat


def _by(given: Any, halves: tuple[NDArray[np.float64], NDArray[np.float64]]) -> dict[str, int]:
    codes, names = given.codes.to_numpy(), given.categories.tolist()
    seen = np.bincount(codes, minlength=len(names)) > 0
    low, high = (
        np.bincount(codes, weights=half, minlength=len(names)).astype(np.uint64) for half in halves
    )
    sums = (low + (high << _HALF)).tolist()
    return {names[index]: sums[index] for index in np.flatnonzero(seen).tolist()}


def _bits(column: Any) -> NDArray[np.uint64]:
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    numbers[np.isnan(numbers)] = np.inf
    return (numbers + 0.0).view(np.uint64)  # Minus zero is zero.


def _mixed(row: NDArray[np.uint64], more: NDArray[np.uint64]) -> NDArray[np.uint64]:
    row = (row ^ more) * _ODD
    return row ^ (row >> _SHIFT)


def _packed(digests: Mapping[str, int]) -> bytes:
    names = "\n".join(digests).encode()
    numbers = np.fromiter(digests.values(), dtype="<u8", count=len(digests))
    return len(names).to_bytes(4) + len(digests).to_bytes(4) + names + numbers.tobytes()


def _unpacked(data: bytes) -> tuple[dict[str, int], bytes]:
    size, count = int.from_bytes(data[:4]), int.from_bytes(data[4:8])
    end = 8 + size + 8 * count
    names = data[8 : 8 + size].decode().split("\n") if count else []
    numbers = np.frombuffer(data[8 + size : end], dtype="<u8").tolist()
    return dict(zip(names, numbers, strict=True)), data[end:]
