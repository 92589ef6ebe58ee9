"""Datasets that concern a territory, as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.wording import level_label

# What a line of a page needs; none of it makes CKAN read the whole dataset.
FIELDS = [
    "id",
    "name",
    "title",
    "dataset_type",
    "organization",
    "res_format",
    "metadata_modified",
    "vocab_territory",
    "vocab_access_level",
]
SAMPLE = 4


@dataclass(frozen=True, slots=True)
class Group:
    """Datasets that concern a territory in one way.

    `territory` and `scope` make the search that lists them all; `inside` tells those that lie in
    the territory without covering it. `datasets` are the first of `count`.
    """

    territory: dict[str, Any]
    scope: str
    count: int
    datasets: tuple[dict[str, Any], ...]
    inside: bool = False

    @property
    def level(self) -> str:
        """Level of the territory that the datasets cover, in the reader's language."""
        return level_label(self.territory["level"])


@dataclass(frozen=True, slots=True)
class Coverage:
    """All that concerns a territory: `count` datasets, some of them in several groups."""

    count: int
    groups: tuple[Group, ...]


def coverage(shown: dict[str, Any]) -> Coverage:
    """Datasets that the current person may see about a territory, the closest first.

    One query counts every group and fills the first; each of the others that holds something
    takes one more.
    """
    identifier = shown["id"]
    first = search(
        {"ext_territory": identifier},
        rows=SAMPLE,
        **{"facet.field": ["vocab_territory", "organization"], "facet.limit": -1},
    )
    counts = {i["name"]: i["count"] for i in first["search_facets"]["vocab_territory"]["items"]}
    groups = [_exact(shown, counts.get(identifier, 0), first["results"])]
    if shown["level"] != "commune":
        groups.append(_inside(shown))
    groups += [
        _exact(parent, counts[parent["id"]])
        for parent in shown["parents"]
        if counts.get(parent["id"])
    ]
    return Coverage(first["count"], tuple(group for group in groups if group.count))


def latest(identifier: str, rows: int) -> list[dict[str, Any]]:
    """The datasets inside a territory that changed last."""
    found = search(
        {"ext_territory": identifier, "ext_scope": "within"},
        rows=rows,
        sort="metadata_modified desc",
        **{"facet.field": ["organization"]},
    )
    return found["results"]


def search(extras: dict[str, str], **parameters: Any) -> dict[str, Any]:
    """Search as the current person may, for the few fields of FIELDS.

    The facet on `organization`, when asked for, names each dataset's service in
    `organization_title`.
    """
    found = tk.get_action("package_search")(
        {}, {"include_private": True, "fl": FIELDS, **extras, **parameters}
    )
    services = found["search_facets"].get("organization", {}).get("items", [])
    titles = {item["name"]: item["display_name"] for item in services}
    for dataset in found["results"]:
        dataset["organization_title"] = titles.get(dataset.get("organization"), "")
        dataset["access_level"] = next(iter(dataset.get("vocab_access_level", [])), "")
        dataset["territory"] = dataset.get("vocab_territory", [])
    return found


def _exact(
    territory: dict[str, Any], count: int, closest: list[dict[str, Any]] | None = None
) -> Group:
    if closest is None:
        closest = search(
            {"ext_territory": territory["id"], "ext_scope": "exact"},
            rows=SAMPLE,
            **{"facet.field": ["organization"]},
        )["results"]
    # The closest of a search come with others when the territory itself has few.
    own = [dataset for dataset in closest if territory["id"] in dataset["territory"]]
    return Group(territory, "exact", count, tuple(own))


def _inside(territory: dict[str, Any]) -> Group:
    identifier = territory["id"]
    found = search(
        {"ext_territory": identifier, "ext_scope": "within"},
        fq=f'-vocab_territory:"{identifier}"',
        rows=SAMPLE,
        **{"facet.field": ["organization"]},
    )
    return Group(territory, "within", found["count"], tuple(found["results"]), inside=True)
