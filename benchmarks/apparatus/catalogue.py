"""A catalogue of the nation's size in Solr.

Its documents are those that CKAN sends to Solr for real datasets, recorded, then varied: other
id, title, text, service and coverage. Their fields are therefore CKAN's and the plugins' own.
"""

from __future__ import annotations

import copy
import hashlib
import itertools
import json
import os
import random
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import ckan.lib.search as search
import ckan.lib.search.index as ckan_index
from ckan.lib.search.common import make_connection
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import index

from .datasets import prose, real_datasets, title
from .nation import Nation
from .producers import Service, services

DATASETS = 100_000
SERVICES = 400
REAL_DATASETS = 200
BATCH = 1000
# A catch-all string field of CKAN's schema: which code wrote a document.
MARK = "bench_catalogue"
Document = dict[str, Any]


@dataclass(frozen=True)
class Catalogue:
    """What is in the site: `real` are ids of datasets of the database, the rest is in Solr only."""

    nation: Nation
    producers: list[Service]
    real: tuple[str, ...]
    size: int

    @classmethod
    def prepared(cls) -> Catalogue:
        """The catalogue, written unless a former run has left it."""
        started = time.monotonic()
        size = int(os.environ.get("TERRITOIRES_BENCH_DATASETS", DATASETS))
        nation = Nation.of_today()
        producers = services(nation, SERVICES)
        real = tuple(real_datasets(nation, producers, REAL_DATASETS))
        written = fill(nation, producers, real, size)
        seconds = time.monotonic() - started
        print(f"{size} datasets in Solr, {written} of them new, in {seconds:.0f} s", flush=True)
        return cls(nation, producers, real, size)


class Recorder:
    """Takes Solr's place for the time of a recording."""

    def __init__(self) -> None:
        """Start with nothing recorded."""
        self.documents: list[Document] = []

    def add(self, docs: list[Document], **_options: Any) -> None:
        """Keep what CKAN sends."""
        self.documents += copy.deepcopy(docs)


def recorded(ids: Sequence[str]) -> list[Document]:
    """The documents that CKAN and its plugins make of these datasets."""
    recorder = Recorder()
    with mock.patch.object(ckan_index, "make_connection", return_value=recorder):
        search.rebuild(package_ids=ids)
    return recorder.documents


def fill(nation: Nation, producers: list[Service], real: Sequence[str], count: int) -> int:
    """Have `count` generated documents in Solr; returns how many had to be written.

    Those of a former run are kept when the same code wrote them.
    """
    mark = f"{_code_digest()}-{count}"
    solr = make_connection()
    if solr.search(f"{MARK}:{mark}", rows=0).hits == count:
        return 0
    solr.delete(q=f"{MARK}:*", commit=True)
    patterns = [_lighter(document) for document in recorded(real)]
    documents = _documents(nation, producers, patterns, count, mark)
    while batch := list(itertools.islice(documents, BATCH)):
        solr.add(batch, commit=False)
    solr.commit()
    return count


def _lighter(document: Document) -> Document:
    """A document less what no search by territory reads: its outline, its second copy.

    Solr would take an hour to index 100,000 outlines. A dataset that says its own extent has none
    drawn.
    """
    kept = {name: value for name, value in document.items() if not name.startswith("spatial")}
    return kept | {"extras_spatial": "said", "data_dict": "{}"}


def _documents(
    nation: Nation, producers: list[Service], patterns: list[Document], count: int, mark: str
) -> Iterator[Document]:
    draw = random.Random(count)
    for number, coverage in enumerate(nation.coverages(draw, count)):
        pattern = draw.choice(patterns)
        yield _varied(draw, number, pattern, draw.choice(producers), coverage) | {MARK: mark}


def _varied(
    draw: random.Random, number: int, pattern: Document, owner: Service, coverage: list[str]
) -> Document:
    id = str(uuid.UUID(int=draw.getrandbits(128), version=4))
    new = {
        "id": id,
        "name": f"bench-{number:06}",
        "title": title(draw, owner.title),
        "notes": prose(draw, 60),
        "owner_org": owner.id,
    }
    declared = {"territory": json.dumps(coverage)}
    shown = _shown(pattern["validated_data_dict"])
    service = {"id": owner.id, "name": owner.name, "title": owner.title}
    changed = {"territory": coverage, "organization": shown["organization"] | service}
    site_id = tk.config["ckan.site_id"]
    document = pattern | new | declared
    return (
        document
        | index.territory_fields(document)
        | {
            "title_string": new["title"],
            "extras_territory": declared["territory"],
            "organization": owner.name,
            "validated_data_dict": json.dumps(shown | new | changed),
            "index_id": hashlib.md5(f"{id}{site_id}".encode()).hexdigest(),
            "permission_labels": [
                label.replace(pattern["id"], id).replace(pattern["owner_org"], owner.id)
                for label in pattern["permission_labels"]
            ],
            "metadata_modified": f"{draw.randint(2015, 2025)}-{draw.randint(1, 12):02}-"
            f"{draw.randint(1, 28):02}T{draw.randint(0, 23):02}:{draw.randint(0, 59):02}:00Z",
        }
    )


@cache
def _shown(text: str) -> Document:
    found: Document = json.loads(text)
    return found


def _code_digest() -> str:
    ours = [f"{name}.py" for name in ("catalogue", "datasets", "nation", "producers")]
    sources = [*(Path(__file__).with_name(name) for name in ours), Path(index.__file__)]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
