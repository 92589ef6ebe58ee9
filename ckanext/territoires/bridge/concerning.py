"""Datasets that concern a territory, as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.labels import PROJECT
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
    "vocab_territory_lineage",
    "vocab_access_level",
]
TERRITORIES = ["vocab_territory", "vocab_territory_lineage"]
SAMPLE = 4
# Enough for the groups of most territories to be filled by one query.
CLOSEST = 40
# Groups that one more query each may fill, the nearest ones: the rest show their count.
FILLED = 2
# So much lies in these that a facet of what concerns them would list every commune.
WIDE = ("region", "country-subset", "country")


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

    One query counts every group of most territories and gives the closest datasets; the nearest
    groups that these leave short take one more each.
    """
    wide = shown["level"] in WIDE
    facets = ["organization"] if wide else [*TERRITORIES, "organization"]
    found = search(
        {"ext_territory": shown["id"]},
        rows=CLOSEST,
        **{"facet.field": facets, "facet.limit": -1},
    )
    exact, within = _asked(shown) if wide else _faceted(found, shown)
    inside = within - exact.get(shown["id"], 0)
    if shown["level"] == "custom":
        inside = _search_group(shown, "within", inside=True, rows=0)["count"]
    groups = [
        Group(shown, "exact", exact.get(shown["id"], 0), ()),
        Group(shown, "within", inside, (), inside=True),
        *(Group(parent, "exact", exact.get(parent["id"], 0), ()) for parent in shown["parents"]),
    ]
    present = [_sampled(group, found["results"]) for group in groups if group.count]
    short = [group for group in present if len(group.datasets) < min(group.count, SAMPLE)]
    return Coverage(
        found["count"],
        tuple(_filled(group) if group in short[:FILLED] else group for group in present),
    )


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
    """Search datasets, not projects, as the current person may, for the few fields of FIELDS.

    The facet on `organization`, when asked for, names each dataset's service in
    `organization_title`.
    """
    parameters["fq"] = f"{parameters.get('fq', '')} -dataset_type:{PROJECT}".strip()
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


def _faceted(found: dict[str, Any], shown: dict[str, Any]) -> tuple[dict[str, int], int]:
    """Datasets that cover each territory, and those that cover this one or lie in it."""
    declared, lineage = (_counts(found, facet) for facet in TERRITORIES)
    return declared, lineage.get(shown["id"], 0)


def _asked(shown: dict[str, Any]) -> tuple[dict[str, int], int]:
    """The same counts, of this territory and its parents alone, by two queries of their own."""
    ids = [shown["id"], *(parent["id"] for parent in shown["parents"])]
    declared = search(
        {},
        rows=0,
        fq="vocab_territory:(" + " OR ".join(f'"{identifier}"' for identifier in ids) + ")",
        **{"facet.field": ["vocab_territory"], "facet.limit": -1},
    )
    within = search({"ext_territory": shown["id"], "ext_scope": "within"}, rows=0)
    return _counts(declared, "vocab_territory"), within["count"]


def _counts(found: dict[str, Any], facet: str) -> dict[str, int]:
    return {item["name"]: item["count"] for item in found["search_facets"][facet]["items"]}


def _sampled(group: Group, closest: list[dict[str, Any]]) -> Group:
    own = [dataset for dataset in closest if _is_in(dataset, group)]
    return replace(group, datasets=tuple(own[:SAMPLE]))


def _filled(group: Group) -> Group:
    found = _search_group(group.territory, group.scope, inside=group.inside)
    return replace(group, datasets=tuple(found["results"]))


def _is_in(dataset: dict[str, Any], group: Group) -> bool:
    identifier = group.territory["id"]
    declared = identifier in dataset["territory"]
    if not group.inside:
        return declared
    return not declared and identifier in dataset.get("vocab_territory_lineage", ())


def _search_group(
    territory: dict[str, Any], scope: str, *, inside: bool, rows: int = SAMPLE
) -> dict[str, Any]:
    identifier = territory["id"]
    parameters: dict[str, Any] = {"fq": f'-vocab_territory:"{identifier}"'} if inside else {}
    return search(
        {"ext_territory": identifier, "ext_scope": scope},
        rows=rows,
        **parameters,
        **{"facet.field": ["organization"]},
    )
