"""Records as the API gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ckanext.territoires.bridge import custom
from ckanext.territoires.bridge.record_words import state_label
from ckanext.territoires.bridge.records import AMOUNTS, Group, Totals, euros
from ckanext.territoires.bridge.reference import territory
from ckanext.territoires.bridge.releases import ReleaseInfo

Releases = Mapping[int, ReleaseInfo]

_PLAIN = (
    "id",
    "line",
    "kind",
    "beneficiary",
    "beneficiary_id",
    "beneficiary_territory",
    "year",
    "scheme",
    "theme",
    "title",
    "state",
    "latitude",
    "longitude",
    "attributes",
)


def record(row: Mapping[Any, Any], releases: Releases) -> dict[str, Any]:
    """A record: its places named, its amounts as numbers, its dataset, the others that have it.

    `share` is the part of the amounts that counts in the territory asked for, null when all does.
    """
    others = [releases[id] for id in row["releases"] if id != row["release_id"]]
    found = {name: row[name] for name in _PLAIN}
    found |= {name: euros(row[name]) for name in AMOUNTS}
    release = releases[row["release_id"]]
    return found | {
        "identity": row["identity"].hex,
        "share": float(row["share"]) if row["share"] < 1 else None,
        "state_label": state_label(release.profile, row["state"]),
        "date": row["date"].isoformat() if row["date"] else None,
        "places": [place(id) for id in row["places"]],
        "dataset": dataset(release),
        "also_in": list({each.dataset_id: dataset(each) for each in others}.values()),
    }


def place(identifier: str) -> dict[str, str]:
    """A place in few words: `id`, `name`, `level`."""
    found = territory(identifier)
    if found:
        return {"id": identifier, "name": found.name, "level": found.level}
    shared = custom.readable(identifier) and custom.find(identifier)
    return {
        "id": identifier,
        "name": shared.name if shared else identifier,
        "level": "custom" if identifier.startswith(custom.PREFIX) else "",
    }


def dataset(release: ReleaseInfo) -> dict[str, Any]:
    """Where a record comes from."""
    return {
        "id": release.dataset_id,
        "name": release.dataset_name,
        "title": release.title,
        "resource_id": release.resource_id,
    }


def totals(counted: Totals) -> dict[str, Any]:
    """The count, how many are shared, and each amount: `total`, `known`, `missing`, `floor`."""
    amounts = {
        name: asdict(amount) | {"floor": amount.floor} for name, amount in counted.amounts.items()
    }
    return {"count": counted.count, "shared": counted.shared, **amounts}


def group(found: Group, names: tuple[str, ...]) -> dict[str, Any]:
    """The values of a group by name, and its totals."""
    return {**dict(zip(names, found.values, strict=True)), **totals(found.totals)}


def source(release: ReleaseInfo) -> dict[str, Any]:
    """A loaded file: its dataset, who publishes it, its vintage, when it was loaded."""
    return dataset(release) | {
        "resource_name": release.resource_name,
        "producer": release.producer,
        "profile": release.profile,
        "vintage": release.vintage,
        "cog_year": release.cog_year,
        "loaded": release.loaded.isoformat(),
    }
