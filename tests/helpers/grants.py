"""Records written straight into the tables: the grants of the demonstration, and what a test says.

What the profiles read is tested where they are; these tests are about what is made of the rows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import ckan.model as model

from ckanext.territoires.model import Release
from ckanext.territoires.model.copying import copy_records
from ckanext.territoires.territory.reference import Reference, load_reference

FILES = Path(__file__).parents[2] / "demo" / "files"
_LEVELS = {"commune": "commune", "epci": "epci", "conseil_departemental": "departement"}


def read_grants(name: str) -> list[dict[str, Any]]:
    """Return the records of a file of grants of the demonstration."""
    known = load_reference()
    with (FILES / name).open(encoding="utf-8", newline="") as file:
        return [_grant(known, line, row) for line, row in enumerate(csv.DictReader(file), 2)]


def _grant(known: Reference, line: int, row: Mapping[str, str]) -> dict[str, Any]:
    level = _LEVELS[row["echelon"]]
    found = known.resolve(row["id_terr"], 2019, level).territories
    place = found[0][0]
    lineage = [place, *known.lineage(place)]
    if level == "epci":
        # A grant is of the préfecture that gave it, wherever its beneficiary reaches.
        own = f"fr:departement:{row['id_dep']}"
        lineage = [i for i in lineage if ":departement:" not in i or i == own]
    return record(
        line=line,
        kind="grant",
        places=[place],
        lineage=lineage,
        beneficiary=row["nom_terr"],
        beneficiary_id=row["id_terr"],
        beneficiary_territory=place,
        year=2019,
        scheme=row["dotation"],
        theme=row["categorie"],
        title=row["description"],
        cost=row["cout_total"] or None,
        granted=row["montant_sub"] or None,
        latitude=float(row["lat"]) if row["lat"] else None,
        longitude=float(row["long"]) if row["long"] else None,
    )


def record(**fields: Any) -> dict[str, Any]:
    """Return a record; its lineage is that of its places unless given."""
    known = load_reference()
    places = fields.get("places", [])
    lineage = list(dict.fromkeys(i for p in places for i in (p, *known.lineage(p))))
    return {"line": 2, "kind": "grant", "lineage": lineage, "attributes": {}} | fields


def load(resource: Mapping[str, Any], records: Iterable[Mapping[str, Any]], **about: Any) -> int:
    """Write the release of a resource and its records; return its number."""
    rows = [dict(each) for each in records]
    release = Release(
        resource_id=resource["id"],
        package_id=resource["package_id"],
        **{"profile": "dotations", "shape": "records", "rows": len(rows), "vintage": ""} | about,
    )
    model.Session.add(release)
    model.Session.flush()
    copy_records(release.id, rows)
    model.Session.commit()
    return release.id
