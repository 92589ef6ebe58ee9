"""Records read from a text: JSON lines, a JSON list, or a page of the data.gouv.fr API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, cast

Kind = Literal["dataset", "organization"]
Fault = Literal["not-json", "not-a-record", "missing-field", "wrong-type", "empty"]

_REQUIRED: dict[Kind, dict[str, type]] = {
    "dataset": {"id": str, "slug": str, "title": str, "resources": list},
    "organization": {"id": str, "slug": str, "name": str},
}
# What may be absent or null, but not of another type.
_OPTIONAL: dict[Kind, dict[str, type]] = {
    "dataset": {
        "description": str,
        "tags": list,
        "license": str,
        "frequency": str,
        "page": str,
        "spatial": dict,
        "temporal_coverage": dict,
        "organization": dict,
    },
    "organization": {"description": str, "territory": str},
}
_ITEMS: dict[str, type] = {"tags": str, "resources": dict}


class UnreadableRecords(ValueError):
    """The text does not hold records of the kind asked for.

    Attributes:
        line: where it was seen, from 1.
        fault: what is wrong, as a code.
        detail: the parser's word, or the missing field.

    """

    def __init__(self, line: int, fault: Fault, detail: str = "") -> None:
        super().__init__(f"line {line}: {fault} {detail}".rstrip())
        self.line = line
        self.fault: Fault = fault
        self.detail = detail


class _Numbered(NamedTuple):
    line: int
    value: Any


def read_records(text: str, kind: Kind) -> list[dict[str, Any]]:
    """Every record of the text, in its order.

    Raises:
        UnreadableRecords: at the first line that does not hold such a record, or when the
            text holds none.

    """
    records = [_checked(numbered, kind) for numbered in _values(text)]
    if not records:
        raise UnreadableRecords(1, "empty")
    return records


def _values(text: str) -> Iterator[_Numbered]:
    whole = _whole_document(text)
    if whole is not None:
        yield from (_Numbered(1, value) for value in whole)
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _Numbered(number, _parse(line, number))


def _whole_document(text: str) -> list[Any] | None:
    """Content of a document that is one JSON value over several records, else nothing."""
    if text.lstrip()[:1] == "[":
        value = _parse(text, 1)
        return cast(list[Any], value) if isinstance(value, list) else None
    try:
        page = json.loads(text)
    except ValueError:
        return None
    data = cast(dict[str, Any], page).get("data") if isinstance(page, dict) else None
    return cast(list[Any], data) if isinstance(data, list) else None


def _parse(text: str, line: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableRecords(line + error.lineno - 1, "not-json", error.msg) from error
    except RecursionError as error:
        raise UnreadableRecords(line, "not-json", "too deep") from error


def _checked(numbered: _Numbered, kind: Kind) -> dict[str, Any]:
    line, value = numbered
    if not isinstance(value, dict):
        raise UnreadableRecords(line, "not-a-record")
    record = cast(dict[str, Any], value)
    for name, expected in _REQUIRED[kind].items():
        if not isinstance(record.get(name), expected) or record[name] == "":
            raise UnreadableRecords(line, "missing-field", name)
    for name, expected in _OPTIONAL[kind].items():
        if not isinstance(record.get(name), expected | None):
            raise UnreadableRecords(line, "wrong-type", name)
    for name, expected in _ITEMS.items():
        if not all(isinstance(item, expected) for item in record.get(name) or ()):
            raise UnreadableRecords(line, "wrong-type", name)
    if kind == "dataset" and record.get("organization"):
        _checked(_Numbered(line, record["organization"]), "organization")
    return record
