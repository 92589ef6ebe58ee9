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
_STATUSES = _ORIGINS = 8
_GAP = "\x1f"
_hash: Any = hash_array


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Names, and the 64-bit digest of what each has."""

    names: list[str]
    numbers: NDArray[np.uint64]

    def to_dict(self) -> dict[str, int]:
        """Digest by name."""
        return dict(zip(self.names, self.numbers.tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Digests:
    """Digests of what a file gave: of each territory and of each indicator as the file names
    them, and of each distribution by its key.
    """

    territories: Marks
    indicators: Marks
    distributions: Marks

    def to_bytes(self) -> bytes:
        """Return what is kept with the release."""
        parts = (self.territories, self.indicators, self.distributions)
        return b"".join(map(_packed, parts))

    @classmethod
    def from_bytes(cls, kept: bytes | None) -> Digests | None:
        """Read what was kept, if anything."""
        if not kept:
            return None
        data, parts = bytes(kept), []
        for _ in range(3):
            part, data = _unpacked(data)
            parts.append(part)
        return cls(*parts)


@dataclass(frozen=True, slots=True)
class Change:
    """Names to write, new or different, and names to remove: those, and what is no more.

    `same_names`: nothing came and nothing went.
    """

    written: frozenset[str]
    removed: frozenset[str]
    same_names: bool


def change(before: Marks, after: Marks) -> Change:
    """Compare two states."""
    if before.names == after.names:
        different = np.flatnonzero(before.numbers != after.numbers)
        names = frozenset(after.names[index] for index in different.tolist())
        return Change(names, names, same_names=True)
    former, latter = before.to_dict(), after.to_dict()
    written = frozenset(name for name, number in latter.items() if former.get(name) != number)
    gone = former.keys() - latter.keys()
    removed = frozenset(written & former.keys()) | gone
    return Change(written, removed, same_names=former.keys() == latter.keys())


def of_observations(rows: pd.DataFrame) -> tuple[Marks, Marks]:
    """Digests by territory and by indicator, from rows in any order.

    Columns: `territory`, `indicator`, `period` (categorical), `value`, `status`, `origin`.
    """
    if rows.empty:
        return _marks([], []), _marks([], [])
    territory, indicator = words(rows["territory"]), words(rows["indicator"])
    mixed = _mixed(_bits(rows["value"]), _kinds(rows, indicator))
    mixed = _mixed(mixed, _hashed(territory)[territory.codes.to_numpy()])
    return _by(territory, mixed), _by(indicator, mixed)


def of_distributions(distributions: Iterable[Mapping[str, Any]]) -> Marks:
    """Digest of each distribution, by `distribution_key`."""
    rows = list(distributions)
    numbers = [
        int.from_bytes(hashlib.blake2b(_values(row).tobytes(), digest_size=8).digest())
        for row in rows
    ]
    return _marks([distribution_key(row) for row in rows], numbers)


def merged(kept: Mapping[str, int], new: Marks) -> Marks:
    """Return new digests beside those that are kept."""
    both = {**kept, **new.to_dict()}
    return _marks(list(both), list(both.values()))


def distribution_key(row: Mapping[str, Any]) -> str:
    """The key of a distribution, as one text."""
    return _GAP.join((row["group_id"], row["level"], row["indicator"], row["period"]))


def parts_of(key: str) -> tuple[str, ...]:
    """Group, level, indicator and period of a key."""
    return tuple(key.split(_GAP))


def words(column: Any) -> Any:
    """Return the codes and categories of a column of names."""
    return (column if column.dtype == "category" else column.astype("category")).cat


def _marks(names: list[str], numbers: list[int]) -> Marks:
    return Marks(names, np.array(numbers, dtype=np.uint64))


def _values(row: Mapping[str, Any]) -> NDArray[np.float64]:
    return np.asarray(row["values"], dtype=np.float64)


def _hashed(given: Any) -> NDArray[np.uint64]:
    return _hash(given.categories.to_numpy(dtype=object))


def _kinds(rows: pd.DataFrame, indicator: Any) -> NDArray[np.uint64]:
    """A number for all that a row says but its territory and its value: few there are."""
    period = words(rows["period"])
    kind = indicator.codes.to_numpy().astype(np.int32) * len(period.categories)
    kind += period.codes.to_numpy()
    for name, count in (("status", _STATUSES), ("origin", _ORIGINS)):
        kind *= count
        kind += rows[name].to_numpy(dtype=np.int8)
    table = _mixed(_hashed(indicator)[:, None], _hashed(period)[None, :])
    others = np.arange(_STATUSES * _ORIGINS, dtype=np.uint64)
    return _mixed(table[:, :, None], others[None, None, :]).ravel()[kind]


def _by(given: Any, mixed: NDArray[np.uint64]) -> Marks:
    """Sums by name, whatever the order: they wrap around, as all that is here."""
    codes, names = given.codes.to_numpy(), given.categories.tolist()
    sums, seen = np.zeros(len(names), dtype=np.uint64), np.zeros(len(names), dtype=bool)
    np.add.at(sums, codes, mixed)
    seen[codes] = True
    if not seen.all():
        names, sums = [name for name, held in zip(names, seen, strict=True) if held], sums[seen]
    return Marks(names, sums)


def _bits(column: Any) -> NDArray[np.uint64]:
    # Minus zero is zero, and all lacks are one.
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan) + 0.0
    numbers[np.isnan(numbers)] = np.inf
    return numbers.view(np.uint64)


def _mixed(row: NDArray[np.uint64], more: NDArray[np.uint64]) -> NDArray[np.uint64]:
    row = row ^ more
    row *= _ODD
    row ^= row >> _SHIFT
    return row


def _packed(marks: Marks) -> bytes:
    names = zlib.compress("\n".join(marks.names).encode(), 1)
    sizes = len(names).to_bytes(4) + len(marks.names).to_bytes(4)
    return sizes + names + marks.numbers.astype("<u8").tobytes()


def _unpacked(data: bytes) -> tuple[Marks, bytes]:
    size, count = int.from_bytes(data[:4]), int.from_bytes(data[4:8])
    middle, end = 8 + size, 8 + size + 8 * count
    names = zlib.decompress(data[8:middle]).decode().split("\n") if count else []
    numbers = np.frombuffer(data[middle:end], dtype="<u8").astype(np.uint64)
    return Marks(names, numbers), data[end:]
