"""The format of a reference's tables: gzipped CSV files and a ``provenance.json`` in a folder."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, str]

PACKAGED = Path(__file__).parent / "data"
PROVENANCE = "provenance.json"

#: Tables and their columns. Lists within a cell are separated by spaces.
COLUMNS: dict[str, tuple[str, ...]] = {
    "territories": (
        "level",
        "code",
        "name",
        "liaison",
        "kind",
        "siren",
        "population",
        "postal_codes",
        "seat",
        "epci",
        "arrondissement",
        "departement",
        "region",
        "subset",
        "since",
    ),
    "places": ("code", "name", "liaison", "kind", "commune", "postal_codes"),
    "moves": ("date", "level", "kind", "before", "before_name", "after", "after_name"),
    "past": (
        "level",
        "code",
        "name",
        "kind",
        "population",
        "epci",
        "arrondissement",
        "departement",
        "first",
        "last",
    ),
}


class InvalidReference(ValueError):
    """A folder does not hold a reference of this format."""


def read(folder: Path, table: str) -> Iterator[list[str]]:
    """Yield the rows of a table, cells in the order of COLUMNS.

    Raises InvalidReference when the file is missing or its header is another one.
    """
    path = folder / f"{table}.csv.gz"
    if not path.exists():
        raise InvalidReference(f"{path} is missing")
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    reader = csv.reader(io.StringIO(text))
    if tuple(next(reader, ())) != COLUMNS[table]:
        raise InvalidReference(f"{path}: the header is not {','.join(COLUMNS[table])}")
    yield from reader


def write(folder: Path, table: str, rows: Sequence[Row]) -> Path:
    """Write a table; the same rows give the same bytes."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS[table], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = folder / f"{table}.csv.gz"
    path.write_bytes(gzip.compress(text.getvalue().encode("utf-8"), compresslevel=9, mtime=0))
    return path


def provenance(folder: Path) -> dict[str, Any]:
    """Country, COG year, sources and licences of the reference in a folder.

    Raises InvalidReference when the file is missing or is not JSON with a country and a year.
    """
    path = folder / PROVENANCE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        found |= {"year": int(found["year"]), "country": str(found["country"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidReference(f"{path}: {error}") from error
    return found


def digest(folder: Path) -> str:
    """Return twelve hexadecimal digits that change with the content of the tables."""
    total = hashlib.sha256()
    for table in COLUMNS:
        path = folder / f"{table}.csv.gz"
        if path.exists():
            total.update(path.read_bytes())
    return total.hexdigest()[:12]
