"""From one territory reference to the next: what changed, and which datasets it touches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import ckan.lib.search as search
import ckan.model as model

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.model import ReferenceState

# Solr refuses a condition of more clauses than this in its default configuration.
CLAUSES = 500


@dataclass(frozen=True, slots=True)
class Plan:
    """What passing to the reference at hand would do.

    `lines` is the report; `datasets` are ids of the datasets to reindex.
    """

    year: int
    version: str
    applied: str | None
    lines: tuple[str, ...]
    datasets: tuple[str, ...]


def applied_version() -> str | None:
    """Version of the reference that the index was built with; None on a new site."""
    state = ReferenceState.latest()
    return state.version if state else None


def plan() -> Plan:
    """Compare the reference at hand with the one in force."""
    known = reference()
    state = ReferenceState.latest()
    if state is None or state.version == known.version:
        status = "first reference of this site" if state is None else "nothing to do"
        line = f"COG {known.year} ({known.version}): {status}"
        return Plan(known.year, known.version, state.version if state else None, (line,), ())
    changes = known.diff(state.year, known.year)
    datasets = tuple(datasets_of(changes.touched))
    lines = (
        f"From COG {state.year} ({state.version}) to COG {known.year} ({known.version})",
        *changes.lines,
        f"{len(datasets)} datasets to reindex",
    )
    return Plan(known.year, known.version, state.version, lines, datasets)


def datasets_of(territories: Iterable[str]) -> list[str]:
    """Ids of the datasets whose coverage, or whose coverage's lineage, names a territory."""
    wanted = sorted(territories)
    found: dict[str, None] = {}
    for start in range(0, len(wanted), CLAUSES):
        ids = " OR ".join(f'"{id}"' for id in wanted[start : start + CLAUSES])
        query = {"q": "*:*", "fl": "id", "fq": f"+vocab_territory:({ids})", "rows": 1_000_000}
        found |= dict.fromkeys(search.query_for(model.Package).run(query)["results"])
    return list(found)


def apply(plan: Plan, datasets: Iterable[str]) -> None:
    """Reindex the datasets, then note the reference: killed midway, it starts again."""
    for dataset in datasets:
        search.rebuild(package_id=dataset, defer_commit=True)
    search.commit()
    model.Session.add(ReferenceState(year=plan.year, version=plan.version))
    model.Session.commit()
