"""Rows written by COPY, in the transaction of the session."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

import ckan.model as model
import pandas as pd

from ckanext.territoires.figures.frame import DISTRIBUTION, OBSERVATION, RECORD

_INTEGERS = ("status", "origin", "members", "members_known", "line", "year")
_TEXT = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})


def copy_observations(release_id: int, observations: pd.DataFrame) -> None:
    """Write observations, columns of `figures.frame.OBSERVATION`."""
    _copy_frame("territoires_observation", release_id, observations, OBSERVATION)


def copy_records(release_id: int, records: Iterable[dict[str, Any]]) -> None:
    """Write records, dictionaries with the keys of `figures.frame.RECORD`."""
    _copy_rows(
        "territoires_record", RECORD, release_id, ([row.get(c) for c in RECORD] for row in records)
    )


def copy_distributions(release_id: int, distributions: Iterable[dict[str, Any]]) -> None:
    """Write distributions, dictionaries with the keys of `figures.frame.DISTRIBUTION`."""
    _copy_rows(
        "territoires_distribution",
        DISTRIBUTION,
        release_id,
        ([row[c] for c in DISTRIBUTION] for row in distributions),
    )


def _copy_frame(table: str, release_id: int, frame: pd.DataFrame, columns: Sequence[str]) -> None:
    out = frame.loc[:, list(columns)].copy()
    for column in set(_INTEGERS) & set(columns):
        out[column] = out[column].astype("Int64")
    out.insert(0, "release_id", release_id)
    text = StringIO()
    out.to_csv(text, index=False, header=False, na_rep="")
    text.seek(0)
    _copy(table, columns, text, "csv")


def _copy_rows(
    table: str, columns: Sequence[str], release_id: int, rows: Iterable[Sequence[Any]]
) -> None:
    text = StringIO()
    for row in rows:
        text.write("\t".join([str(release_id), *map(_field, row)]) + "\n")
    text.seek(0)
    _copy(table, columns, text, "text")


def _copy(table: str, columns: Sequence[str], text: StringIO, form: str) -> None:
    # The driver's connection of the session's own transaction.
    cursor = model.Session.connection().connection.cursor()
    names = ", ".join(f'"{name}"' for name in ("release_id", *columns))
    cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN WITH (FORMAT {form})", text)


def _field(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return "\\N"
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str).translate(_TEXT)
    if isinstance(value, list | tuple):
        return ("{" + ",".join(map(_element, value)) + "}").translate(_TEXT)
    return str(value).translate(_TEXT)


def _element(value: Any) -> str:
    if isinstance(value, float | int):
        return repr(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
