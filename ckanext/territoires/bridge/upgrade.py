"""From one territory reference to the next: what changed, and which datasets it touches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import ckan.lib.search as search
import ckan.model as model
import sqlalchemy as sa
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.custom import PREFIX
from ckanext.territoires.bridge.reference import UnknownTerritory, current_ids, reference
from ckanext.territoires.bridge.services import extras_of, set_territory, territory_column
from ckanext.territoires.model import CustomTerritory, ReferenceState

# Solr refuses a condition of more clauses than this in its default configuration.
CLAUSES = 500
ANY = "[* TO *]"


@dataclass(frozen=True, slots=True)
class Plan:
    """What passing to the reference at hand would do.

    `lines` is the report; `datasets` are ids of the datasets to reindex. `custom` gives the
    communes of today of each custom territory that changes, by its id; `services` the territory of
    today of each service whose own is gone, by the service's id.
    """

    year: int
    version: str
    applied: str | None
    lines: tuple[str, ...]
    datasets: tuple[str, ...] = ()
    custom: Mapping[str, list[str]] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)


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
        return Plan(known.year, known.version, state.version if state else None, (line,))
    changes, touched = _changes(state)
    custom = dict(_custom_territories_to_pass())
    former = dict(_services_of_former_territories())
    # Of a territory that was split, a person says which part the service keeps.
    services = {id: today[0] for id, today in former.items() if len(today) == 1}
    datasets = tuple(_datasets(touched))
    lines = (
        f"From COG {state.year} ({state.version}) to COG {known.year} ({known.version})",
        *changes,
        *_custom_lines(custom),
        *_service_lines(former),
        *_orphans(),
        f"{len(datasets)} datasets to reindex",
    )
    return Plan(known.year, known.version, state.version, lines, datasets, custom, services)


def apply(plan: Plan, datasets: Iterable[str]) -> None:
    """Pass to the reference at hand: custom territories, services, then the index.

    The reference is noted last: killed midway, the same plan is made and run again.
    """
    for id, communes in plan.custom.items():
        model.Session.get_one(CustomTerritory, id).communes = communes
    for id, territory in plan.services.items():
        set_territory(model.Session.get_one(model.Group, id), territory)
    model.Session.commit()
    for dataset in datasets:
        _reindex(dataset)
    search.commit()
    model.Session.add(ReferenceState(year=plan.year, version=plan.version))
    model.Session.commit()


def _changes(state: ReferenceState) -> tuple[tuple[str, ...], frozenset[str] | None]:
    """The report of what changed, and the territories touched; None when that cannot be told."""
    known = reference()
    if state.year != known.year:
        try:
            changes = known.diff(state.year, known.year)
        except ValueError as error:
            return (f"Every dataset that names a territory is taken: {error}",), None
        return changes.lines, changes.touched
    return ("The tables of this year differ: every dataset that names a territory is taken",), None


def _custom_territories_to_pass() -> Iterator[tuple[str, list[str]]]:
    for row in model.Session.scalars(sa.select(CustomTerritory).order_by(CustomTerritory.slug)):
        today = list(dict.fromkeys(id for commune in row.communes for id in _today(commune)))
        if today != row.communes:
            yield row.id, today


def _services_of_former_territories() -> Iterator[tuple[str, tuple[str, ...]]]:
    territory = territory_column()
    query = sa.select(model.Group.id, territory).where(
        model.Group.is_organization, territory.isnot(None), territory != ""
    )
    for id, declared in model.Session.execute(query.order_by(model.Group.name)):
        today = _today(declared)
        if today != (declared,):
            yield id, today


def _today(identifier: str) -> tuple[str, ...]:
    try:
        return current_ids(identifier)
    except UnknownTerritory:
        return (identifier,)


def _custom_lines(custom: Mapping[str, list[str]]) -> Iterator[str]:
    for id, communes in custom.items():
        row = model.Session.get_one(CustomTerritory, id)
        left = ", ".join(sorted(set(row.communes) - set(communes)))
        taken = ", ".join(sorted(set(communes) - set(row.communes)))
        yield f"{row.identifier} {row.name}: {left} -> {taken or 'already listed'}"


def _service_lines(former: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for id, today in former.items():
        service = model.Session.get_one(model.Group, id)
        before = extras_of(service)["territory"]
        change = f"service {service.name}: {before} -> {', '.join(today)}"
        yield change if len(today) == 1 else f"{change}: was split, choose one on its page"


def _orphans() -> Iterator[str]:
    """Say which territories of the index nothing of today answers to."""
    for identifier in _indexed_territories():
        try:
            current_ids(identifier)
        except UnknownTerritory:
            yield f"{identifier}: nothing answers to it any more; give its datasets another one"


def _indexed_territories() -> list[str]:
    query = {
        "q": "*:*",
        "fq": "+state:(active OR draft)",
        "rows": 0,
        "facet.field": ["vocab_territory"],
        "facet.limit": -1,
    }
    found = search.query_for(model.Package)
    found.run(query)
    return sorted(found.facets.get("vocab_territory", {}))


def _datasets(touched: frozenset[str] | None) -> list[str]:
    """Ids of the datasets to reindex; all those that name a territory when `touched` is None."""
    if touched is None:
        return _search(f"vocab_territory:{ANY} OR vocab_service_territory:{ANY}")
    found: dict[str, None] = {}
    for field_name, values in (
        ("vocab_territory", [*touched, *_custom_of(touched)]),
        ("owner_org", _services_of(touched)),
    ):
        ordered = sorted(values)
        for start in range(0, len(ordered), CLAUSES):
            names = " OR ".join(f'"{value}"' for value in ordered[start : start + CLAUSES])
            found |= dict.fromkeys(_search(f"{field_name}:({names})"))
    return list(found)


def _custom_of(touched: frozenset[str]) -> list[str]:
    """Identifiers of the custom territories that hold a touched commune."""
    rows = model.Session.execute(sa.select(CustomTerritory.slug, CustomTerritory.communes))
    return [f"{PREFIX}{slug}" for slug, communes in rows if not touched.isdisjoint(communes)]


def _services_of(touched: frozenset[str]) -> list[str]:
    """Ids of the services whose territory is touched."""
    territory = territory_column()
    query = sa.select(model.Group.id, territory).where(model.Group.is_organization)
    return [id for id, declared in model.Session.execute(query) if declared in touched]


def _search(condition: str) -> list[str]:
    query = {
        "q": "*:*",
        "fl": "id",
        "fq": f"+({condition}) +state:(active OR draft)",
        "facet": "false",
        "rows": 1_000_000,
    }
    return search.query_for(model.Package).run(query)["results"]


def _reindex(dataset: str) -> None:
    try:
        # A list, even of one: only then does CKAN leave the commit to the caller.
        search.rebuild(package_ids=[dataset])
    except tk.ObjectNotFound:
        # Purged since the plan was made.
        return
