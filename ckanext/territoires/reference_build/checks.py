"""What must hold of a reference before it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ckanext.territoires.reference_build.sources import Vintage
from ckanext.territoires.territory.identifier import canonical_code
from ckanext.territoires.territory.tables import Row


def problems(content: dict[str, list[Row]], vintage: Vintage) -> Iterator[str]:
    """Yield one sentence for each thing that is wrong."""
    by_level: dict[str, dict[str, Row]] = {}
    for row in content["territories"]:
        by_level.setdefault(row["level"], {})[row["code"]] = row
    yield from _counts(by_level, vintage)
    yield from _codes(by_level)
    yield from _parents(by_level)
    yield from _history(content, by_level["commune"])


def _counts(by_level: dict[str, dict[str, Row]], vintage: Vintage) -> Iterator[str]:
    expected = {
        "commune": len(vintage.communes),
        "epci": len(vintage.epci),
        "arrondissement": len(vintage.table("arrondissements")),
        "departement": len(vintage.table("departements")),
        "region": len(vintage.table("regions")),
    }
    for level, count in expected.items():
        found = len(by_level.get(level, {}))
        if found != count:
            yield f"{level}: {found} territories, {count} expected"
    inhabited = sum(bool(row["population"]) for row in by_level["commune"].values())
    if inhabited < 0.99 * len(by_level["commune"]):
        yield f"commune: {inhabited} have a population"
    memberships = Counter(m["code"] for epci in vintage.epci for m in epci["membres"])
    yield from (f"commune {code} is in two EPCI" for code, n in memberships.items() if n > 1)


def _codes(by_level: dict[str, dict[str, Row]]) -> Iterator[str]:
    for level in ("commune", "epci", "arrondissement", "departement", "region"):
        for code, row in by_level[level].items():
            if canonical_code(level, code) != code:
                yield f"{level} {code}: not a code of this level"
            if not row["name"]:
                yield f"{level} {code}: no name"


def _parents(by_level: dict[str, dict[str, Row]]) -> Iterator[str]:
    needed = {"commune": ("departement", "region"), "departement": ("region",)}
    for level, rows in by_level.items():
        for code, row in rows.items():
            for above in ("epci", "arrondissement", "departement", "region"):
                parents = row[above].split()
                if above in needed.get(level, ()) and len(parents) != 1:
                    yield f"{level} {code}: {len(parents)} {above}"
                yield from (
                    f"{level} {code}: unknown {above} {parent}"
                    for parent in parents
                    if parent not in by_level[above]
                )
    for code, row in by_level["epci"].items():
        if not row["departement"]:
            yield f"epci {code}: no commune"


def _history(content: dict[str, list[Row]], communes: dict[str, Row]) -> Iterator[str]:
    for row in content["places"]:
        if row["commune"] not in communes:
            yield f"place {row['code']}: unknown commune {row['commune']}"
    explained = {row["before"] for row in content["moves"]}
    for row in content["past"]:
        if row["level"] == "commune" and row["code"] not in communes | dict.fromkeys(explained):
            yield f"commune {row['code']} is gone and nothing says where"
