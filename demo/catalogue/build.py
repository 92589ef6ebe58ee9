"""Cut the catalogue records of the demonstration from a full extract of data.gouv.fr.

    python demo/catalogue/build.py FOLDER

FOLDER holds `datasets.jsonl` and `organizations.jsonl`, as the API of data.gouv.fr gives them.
The rule, in full:

1. every record of an organisation of `organizations.yaml`, once for each title: the one of the
   newest snapshot, with files rather than without;
2. every record that names a place of the region in its zones, title, tags, description or
   organisation, once for each title and organisation;
3. for each record, the fields that the import reads, and the 25 files changed last.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
MAX_FILES = 25
DEPARTEMENTS = ("44", "49", "53", "72", "85")
REGION_ZONE = re.compile(
    r"fr:(commune:({0})\d{{3}}|departement:({0})|region:52)\b".format("|".join(DEPARTEMENTS))
)
PLACES = re.compile(
    r"pays[ -]de[ -]la[ -]loire|loire[ -]atlantique|maine[ -]et[ -]loire|\bmayenne\b|\bsarthe\b"
    r"|\bvendée\b|\bnantes\b|\bangers\b|\ble mans\b|\bsaint-nazaire\b|\broche[ -]sur[ -]yon\b"
    r"|\bcholet\b|\bredon\b",
    re.IGNORECASE,
)
DATASET_FIELDS = (
    "id", "slug", "title", "description", "tags", "license", "frequency", "page", "spatial",
    "temporal_coverage", "private", "archived", "deleted",
)  # fmt: skip
FILE_FIELDS = ("id", "title", "description", "url", "format", "mime", "filesize", "last_modified")
ORGANIZATION_FIELDS = ("id", "slug", "name", "description")

Record = dict[str, Any]


def main(folder: Path) -> None:
    """Write `datasets.jsonl` and `organizations.jsonl` beside this script."""
    declared = yaml.safe_load((HERE / "organizations.yaml").read_text(encoding="utf-8"))
    named = {*declared["national"], *declared["local"]}
    records = [r for r in read(folder / "datasets.jsonl") if kept(r, named)]
    records = sorted(once_each(records), key=lambda record: record["slug"])
    full = {o["id"]: o for o in read(folder / "organizations.jsonl")}
    names = newest_names(records)
    datasets = [dataset(record, names, declared["unsigned"]) for record in records]
    write(HERE / "datasets.jsonl", datasets)
    write(HERE / "organizations.jsonl", organizations(datasets, full, declared))


def kept(record: Record, named: set[str]) -> bool:
    """Whether the record is of a declared organisation or names a place of the region."""
    organization = record["organization"] or {}
    zones = " ".join((record["spatial"] or {}).get("zones") or ())
    words = (
        record["title"], record["description"], organization.get("name", ""), *record["tags"]
    )  # fmt: skip
    return (
        organization.get("slug") in named
        or bool(REGION_ZONE.search(zones))
        or bool(PLACES.search(" ".join(words)))
    )


def once_each(records: Iterable[Record]) -> Iterable[Record]:
    """One record for each title and organisation."""
    best: dict[tuple[str, str], Record] = {}
    for record in sorted(records, key=freshness):
        slug = (record["organization"] or {}).get("slug", "")
        best[slug, record["title"].strip().lower()] = record
    return best.values()


def freshness(record: Record) -> tuple[bool, str]:
    """The greater, the better: with files, then of a later snapshot."""
    return bool(record["resources"]), record["_snapshot"]["run"]


def newest_names(records: Iterable[Record]) -> dict[str, Record]:
    """By id, each organisation as its newest record names it: a ministry changes names."""
    signed = [record for record in records if record["organization"]]
    ordered = sorted(signed, key=lambda record: record["_snapshot"]["run"])
    return {record["organization"]["id"]: record["organization"] for record in ordered}


def dataset(record: Record, names: dict[str, Record], unsigned: Record) -> Record:
    """The fields that the import reads."""
    signed = record["organization"]
    organization = names[signed["id"]] if signed else unsigned
    files = sorted(record["resources"], key=lambda f: f["last_modified"] or "", reverse=True)
    newest = {file["id"] for file in files[:MAX_FILES]}
    return {
        **{name: record.get(name) for name in DATASET_FIELDS},
        "page": on_main_site(record["page"]),
        "organization": {name: organization[name] for name in ("id", "slug", "name")},
        "resources": [
            {name: file.get(name) for name in FILE_FIELDS}
            for file in record["resources"]
            if file["id"] in newest
        ],
    }


def on_main_site(page: str) -> str:
    """Address on the main site: the snapshots also come from its two rehearsal sites."""
    return re.sub(r"//(demo|next)\.data", "//www.data", page)


def organizations(
    datasets: Iterable[Record], full: dict[str, Record], declared: Record
) -> Iterator[Record]:
    """The organisations of the datasets, with their territory where it is declared."""
    territories = declared["local"] | dict.fromkeys(declared["national"], "country:fr")
    short = {d["organization"]["slug"]: d["organization"] for d in datasets}
    for slug, organization in sorted(short.items()):
        known = full.get(organization["id"], {}) | organization
        if slug == declared["unsigned"]["slug"]:
            known = declared["unsigned"]
        territory = {"territory": territories[slug]} if slug in territories else {}
        yield {name: known.get(name) for name in ORGANIZATION_FIELDS} | territory


def read(path: Path) -> list[Record]:
    """Records of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path: Path, records: Iterable[Record]) -> None:
    """Write a file of JSON lines."""
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
    path.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
