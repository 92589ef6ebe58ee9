"""The packaged reference as it was in an earlier year, from what it keeps of the past."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

from ckanext.territoires.territory.tables import COLUMNS, PACKAGED, PROVENANCE, Row, read, write

DATED = ("commune", "epci")


def write_older_reference(year: int, folder: Path) -> Path:
    """Write into ``folder`` the tables that a site of that COG year had; outlines excepted."""
    folder.mkdir(parents=True, exist_ok=True)
    former = [row for row in _rows("past") if int(row["first"]) <= year]
    today = _rows("territories")
    territories = [
        *(r for r in today if r["level"] not in DATED or int(r["since"]) <= year),
        *_restored(former, today, year),
    ]
    communes = {row["code"] for row in territories if row["level"] == "commune"}
    tables = {
        "territories": territories,
        "places": [row for row in _rows("places") if row["code"] not in communes],
        "moves": [row for row in _rows("moves") if row["date"] <= f"{year}-01-01"],
        "past": [row for row in former if int(row["last"]) < year],
    }
    for table, rows in tables.items():
        write(folder, table, rows)
    provenance = json.loads((PACKAGED / PROVENANCE).read_text(encoding="utf-8"))
    text = json.dumps(provenance | {"year": year})
    (folder / PROVENANCE).write_text(text, encoding="utf-8")
    return folder


def _rows(table: str) -> list[Row]:
    return [dict(zip(COLUMNS[table], row, strict=True)) for row in read(PACKAGED, table)]


def _restored(former: list[Row], today: list[Row], year: int) -> list[Row]:
    above = {row["code"]: row for row in today if row["level"] == "departement"}
    overlapped: dict[str, dict[str, None]] = defaultdict(dict)
    restored: list[Row] = []
    for row in sorted(former, key=lambda row: row["level"]):
        if int(row["last"]) < year:
            continue
        if row["level"] == "commune":
            overlapped[row["epci"]][row["departement"]] = None
        departements = [row["departement"]] if row["departement"] else [*overlapped[row["code"]]]
        regions = dict.fromkeys(above[d]["region"] for d in departements if d in above)
        subsets = dict.fromkeys(above[d]["subset"] for d in departements if d in above)
        restored.append(
            dict.fromkeys(COLUMNS["territories"], "")
            | {key: value for key, value in row.items() if key in COLUMNS["territories"]}
            | {
                "liaison": "0",
                "departement": " ".join(departements),
                "region": " ".join(regions),
                "subset": " ".join(subsets),
                "since": row["first"],
            }
        )
    return restored
