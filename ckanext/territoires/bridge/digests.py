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
_GAP = "\x1f"

# The stubs of pandas call it an object.
_hashes: Any = hash_array


@dataclass(frozen=True, slots=True)
class Digests:
    """A 64-bit digest for each territory, and one for each distribution, by its key."""

    territories: Mapping[str, int]
    distributions: Mapping[str, int]

    def to_bytes(self) -> bytes:
        """Return what is kept with the release."""
        return zlib.compress(_packed(self.territories) + _packed(self.distributions), 1)

    @classmethod
    def from_bytes(cls, kept: bytes | None) -> Digests:
        """Read what was kept; nothing known from nothing kept."""
        if not kept:
            return cls({}, {})
        data = zlib.decompress(kept)
        territories, rest = _unpacked(data)
        distributions, _ = _unpacked(rest)
        return cls(territories, distributions)


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


def of_observations(ordered: pd.DataFrame) -> dict[str, int]:
    """Digest of each territory, from `model.copying.sorted_observations`."""
    if ordered.empty:
        return {}
    row = np.zeros(len(ordered), dtype=np.uint64)
    for name in ("indicator", "period"):
        column: Any = ordered[name]
        words = column.cat
        hashes = _hashes(np.asarray(words.categories, dtype=object))
        row = _mixed(row, hashes[words.codes.to_numpy()])
    for name in ("value", "population_share", "members", "members_known", "status", "origin"):
        row = _mixed(row, _bits(ordered.loc[:, name]))
    territories: Any = ordered["territory"]
    codes = territories.cat.codes.to_numpy()
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    names = ordered["territory"].cat.categories.to_numpy()[codes[starts]]
    return dict(zip(names.tolist(), np.add.reduceat(row, starts).tolist(), strict=True))


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
