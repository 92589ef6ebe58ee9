"""Rows written by COPY, in the transaction of the session.

What is written is made a slice at a time, so that memory does not grow with the file; figures go
in the binary form, laid out by NumPy, which costs less than writing and reading numbers as text.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import ckan.model as model
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ckanext.territoires.figures.frame import DISTRIBUTION, OBSERVATION, RECORD
from ckanext.territoires.model.record_identity import Identities

Bytes = NDArray[np.uint8]

_SLICE = 65_536
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_FLOAT_OID = 701
_TEXT = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})
_NUL = re.compile(r"(?<!\\)(?:\\u0000)+")
_KEYS = ("territory", "indicator", "period")
_NUMBERS = {
    "value": ">f8",
    "status": ">i2",
    "origin": ">i2",
    "members": ">i4",
    "members_known": ">i4",
    "population_share": ">f4",
}


def copy_observations(release_id: int, observations: pd.DataFrame) -> None:
    """Write observations, columns of `figures.frame.OBSERVATION`, in any order."""
    _copy("territoires_observation", OBSERVATION, _observations(release_id, observations), "binary")


def copy_distributions(release_id: int, distributions: Iterable[dict[str, Any]]) -> None:
    """Write distributions, dictionaries with the keys of `figures.frame.DISTRIBUTION`."""
    slices = _distributions(release_id, distributions)
    _copy("territoires_distribution", DISTRIBUTION, slices, "binary")


def copy_records(release_id: int, records: Iterable[dict[str, Any]]) -> None:
    """Write the records of a whole file, dictionaries with the keys of `figures.frame.RECORD`."""
    columns = (*RECORD, "identity", "project")
    _copy("territoires_record", columns, _records(release_id, records), "text")


def sorted_observations(observations: pd.DataFrame) -> pd.DataFrame:
    """Return the same rows in the order of the table's key, whose index then grows at its end."""
    out = observations.loc[:, list(OBSERVATION)].copy(deep=False)
    key = np.zeros(len(out), dtype=np.int64)
    for name in _KEYS:
        given: Any = out[name].astype("category").cat
        codes = given.codes.to_numpy()
        used = np.flatnonzero(np.bincount(codes, minlength=len(given.categories)))
        names = given.categories.to_numpy(dtype=object)[used]
        order = np.argsort(names)
        rank = np.empty(len(given.categories), dtype=np.int64)
        rank[used[order]] = np.arange(len(names))
        codes = rank[codes]
        out[name] = pd.Categorical.from_codes(codes, categories=pd.Index(names[order]))
        key = key * len(names) + codes
    if not bool((key[1:] > key[:-1]).all()):
        out = out.iloc[np.argsort(key, kind="stable")]
    return out


class _Stream:
    """What COPY reads from, filled by slices made as they are asked for."""

    def __init__(self, slices: Iterator[bytes]) -> None:
        self._slices = slices
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, none at the end."""
        if not self._rest:
            self._rest = next(self._slices, b"")
        if size < 0 or len(self._rest) <= size:
            given, self._rest = self._rest, b""
            return given
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


def _copy(table: str, columns: Sequence[str], slices: Iterator[bytes], form: str) -> None:
    # The driver's connection of the session's own transaction.
    cursor = model.Session.connection().connection.cursor()
    names = ", ".join(f'"{name}"' for name in ("release_id", *columns))
    statement = f"COPY {table} ({names}) FROM STDIN WITH (FORMAT {form})"
    cursor.copy_expert(statement, _Stream(slices), size=1 << 20)


def _observations(release_id: int, observations: pd.DataFrame) -> Iterator[bytes]:
    ordered = sorted_observations(observations)
    words = {name: _words(ordered[name].cat.categories) for name in _KEYS}
    yield _HEADER
    for start in range(0, len(ordered), _SLICE):
        part = ordered.iloc[start : start + _SLICE]
        fields = [_head(1 + len(OBSERVATION), release_id, len(part))]
        for name in _KEYS:
            cells, lengths = words[name]
            codes = part[name].cat.codes.to_numpy()
            fields.append((cells[codes], lengths[codes]))
        fields += [_numbers(part[name], kind) for name, kind in _NUMBERS.items()]
        yield _joined(fields)
    yield _TRAILER


def _head(columns: int, release_id: int, rows: int) -> tuple[Bytes, NDArray[np.int64]]:
    """Return what each row starts with: how many fields, and the first of them."""
    head = np.frombuffer(struct.pack(">hii", columns, 4, release_id), dtype=np.uint8)
    return np.broadcast_to(head, (rows, len(head))), np.full(rows, len(head))


def _words(texts: Iterable[str]) -> tuple[Bytes, NDArray[np.int64]]:
    """Lay out texts as fields: a row each, wide as the longest, and the length of each."""
    encoded = [text.encode() for text in texts] or [b""]
    lengths = np.array([len(text) for text in encoded], dtype=np.int64)
    width = max(1, int(lengths.max()))
    cells = np.zeros((len(encoded), 4 + width), dtype=np.uint8)
    cells[:, :4] = lengths.astype(">i4").view(np.uint8).reshape(-1, 4)
    letters = np.array(encoded, dtype=f"S{width}").view(np.uint8)
    cells[:, 4:] = letters.reshape(-1, width)
    return cells, lengths + 4


def _numbers(column: pd.Series, kind: str) -> tuple[Bytes, NDArray[np.int64]]:
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    missing = np.isnan(values)
    size = np.dtype(kind).itemsize
    cells = np.zeros((len(values), 4 + size), dtype=np.uint8)
    cells[:, 3] = size
    cells[:, 4:] = np.where(missing, 0, values).astype(kind).view(np.uint8).reshape(-1, size)
    cells[missing, :4] = 255
    return cells, np.where(missing, 4, 4 + size)


def _joined(fields: Sequence[tuple[Bytes, NDArray[np.int64]]]) -> bytes:
    """Join the fields of each row, each cut to its length, and the rows after each other."""
    cells = np.concatenate([field for field, _ in fields], axis=1)
    kept = np.concatenate(
        [np.arange(field.shape[1]) < lengths[:, None] for field, lengths in fields], axis=1
    )
    return cells[kept].tobytes()


def _distributions(release_id: int, distributions: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    yield _HEADER
    for row in distributions:
        parts = [struct.pack(">hii", 1 + len(DISTRIBUTION), 4, release_id)]
        for name in DISTRIBUTION[:-1]:
            text = str(row[name]).encode()
            parts.append(struct.pack(">i", len(text)) + text)
        yield b"".join([*parts, _floats(row["values"])])
    yield _TRAILER


def _floats(values: Iterable[float]) -> bytes:
    numbers = np.asarray(values, dtype=">f8")
    cells = np.empty(len(numbers), dtype=[("size", ">i4"), ("number", ">f8")])
    cells["size"] = 8
    cells["number"] = numbers
    dimensions = struct.pack(">ii", len(numbers), 1) if len(numbers) else b""
    array = struct.pack(">iii", 1 if len(numbers) else 0, 0, _FLOAT_OID) + dimensions
    return struct.pack(">i", len(array) + cells.nbytes) + array + cells.tobytes()


def _records(release_id: int, records: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    identities = Identities()
    for row in records:
        told = identities.of(row)
        fields = [str(release_id), *(_field(row.get(name)) for name in RECORD), *map(_field, told)]
        yield ("\t".join(fields) + "\n").encode()


def _field(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return "\\N"
    if isinstance(value, dict):
        # The database keeps no NUL, written out or escaped.
        text = json.dumps(value, ensure_ascii=False, default=str)
        return _NUL.sub("", text).translate(_TEXT)
    if isinstance(value, list | tuple):
        return ("{" + ",".join(map(_element, value)) + "}").translate(_TEXT)
    return str(value).translate(_TEXT)


def _element(value: Any) -> str:
    if isinstance(value, float | int):
        return repr(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
