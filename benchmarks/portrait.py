"""Portraits of random territories of every level, the nation loaded in three vintages.

The action against CKAN's `package_show`, the page against CKAN's page of a dataset.
"""

from __future__ import annotations

import random
import re
import statistics
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import ckan.model as model
from ckan.plugins import toolkit as tk
from sqlalchemy import event
from werkzeug.datastructures import FileStorage

from ckanext.territoires.bridge import loading, releases
from ckanext.territoires.bridge.catalogue import site_context

from .apparatus.client import Client
from .apparatus.datasets import real_datasets
from .apparatus.measure import Verdict, milliseconds, ratio, take_turns, tell
from .apparatus.nation import NATION, Nation
from .apparatus.producers import services
from .apparatus.site import CHECKOUT, opened, served, site_ini

ARCHIVE = CHECKOUT / "demo" / "files" / "insee-comparateur-2021-france.zip"
NAME = "bench-portrait"
LIMIT = 1.5
ROUNDS = 5
SHOWN_A_ROUND = 100
PAGES_A_ROUND = 30
DATASETS = 60
#: Years that are taken from those of the file, to make it that of an earlier edition.
VINTAGES = (0, 5, 10)
_YEARS = re.compile(r"^(P)(\d\d)(_.*)$|^(NAIS|DECE)(\d\d)(\d\d)$|^(\D.*?)(\d\d)$")


@dataclass(frozen=True)
class Draw:
    """A territory, its page, and a dataset."""

    territory: str
    page: str
    dataset: str


def main() -> None:
    """Print the measures."""
    with opened(site_ini()):
        tk.config["ckanext.territoires.load.automatic"] = False
        nation = Nation.of_today()
        ids = real_datasets(nation, services(nation, 20), DATASETS)
        # Those that an anonymous visitor may see.
        datasets = [id for id in ids if not model.Session.get_one(model.Package, id).private]
        with _loaded():
            _actions(nation, datasets)
            draws = _draws(random.Random(6), nation, datasets, (ROUNDS + 1) * PAGES_A_ROUND)
            with served(site_ini()) as address, Client(address) as client:
                _pages(client, draws)


def _actions(nation: Nation, datasets: list[str]) -> None:
    sides = {
        "portrait": lambda one: _called("territoires_portrait_show", one.territory),
        "package": lambda one: _called("package_show", one.dataset),
    }
    draw = random.Random(5)
    take_turns(sides, [_draws(draw, nation, datasets, SHOWN_A_ROUND)])
    rounds = [_draws(draw, nation, datasets, SHOWN_A_ROUND) for _ in range(ROUNDS)]
    timings = take_turns(sides, rounds)
    for side in sides:
        tell(Verdict("portrait", f"{side}-p95-ms", milliseconds(timings, side)))
    tell(Verdict("portrait", "ratio", ratio(timings, "portrait", "package"), LIMIT))
    typical = ratio(timings, "portrait", "package", statistics.median)
    tell(Verdict("portrait", "typical-ratio", typical))
    asked = [one.territory for one in rounds[0]] + [NATION, "country-subset:fr:metro"]
    counts = [_queries(id) for id in asked]
    tell(Verdict("portrait", "sql-least", min(counts)))
    # A territory that ranks among none has no list of peers to look in.
    tell(Verdict("portrait", "sql-most", max(counts), 6))


def _pages(client: Client, draws: list[Draw]) -> None:
    sides = {
        "page": lambda one: client.page(one.page),
        "dataset-page": lambda one: client.page(f"/dataset/{one.dataset}"),
    }
    rounds = [draws[n * PAGES_A_ROUND :][:PAGES_A_ROUND] for n in range(ROUNDS + 1)]
    take_turns(sides, rounds[:1])
    timings = take_turns(sides, rounds[1:])
    for side in sides:
        tell(Verdict("portrait", f"{side}-p95-ms", milliseconds(timings, side)))
    tell(Verdict("portrait", "page-ratio", ratio(timings, "page", "dataset-page"), LIMIT))
    typical = ratio(timings, "page", "dataset-page", statistics.median)
    tell(Verdict("portrait", "page-typical-ratio", typical))


def _called(action: str, id: str) -> object:
    """Call an action as a request of its own does, for an anonymous visitor."""
    releases.forget()
    return tk.get_action(action)({"user": "", "auth_user_obj": None}, {"id": id})


def _queries(id: str) -> int:
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    engine = model.Session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    _called("territoires_portrait_show", id)
    event.remove(engine, "before_cursor_execute", note)
    return len(statements)


def _draws(draw: random.Random, nation: Nation, datasets: list[str], count: int) -> list[Draw]:
    show = tk.get_action("territoires_territory_show")
    return [
        Draw(
            id, show({"ignore_auth": True}, {"id": id})["path"] + "/portrait", draw.choice(datasets)
        )
        for id in nation.sample(draw, count)
    ]


@contextmanager
def _loaded() -> Iterator[None]:
    """Three editions of the national file, in a public dataset; removed after."""
    if model.Package.get(NAME) is None:
        service = tk.get_action("organization_create")(site_context(), {"name": NAME})
        fields = {"name": NAME, "title": "Comparateur", "access_level": "public"}
        tk.get_action("package_create")(site_context(), fields | {"owner_org": service["id"]})
    try:
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(ARCHIVE) as archive:
            source = Path(archive.extract(archive.namelist()[0], folder))
            text = source.read_text(encoding="utf-8")
        for years in VINTAGES:
            _load(text, years)
        yield
    finally:
        model.Session.rollback()
        tk.get_action("dataset_purge")(site_context(), {"id": NAME})
        tk.get_action("organization_purge")(site_context(), {"id": NAME})
        loading.remove_orphans()


def _load(text: str, years: int) -> None:
    header, _, rows = text.partition("\n")
    names = [_earlier(name, years) for name in header.rstrip("\r").split(";")]
    content = (";".join(names) + "\n" + rows).encode()
    upload = FileStorage(BytesIO(content), f"comparateur-{years}.csv")
    fields = {"package_id": NAME, "name": f"moins {years}", "format": "CSV", "url": "x"}
    made = tk.get_action("resource_create")(site_context(), fields | {"upload": upload})
    result = loading.load(model.Session.get_one(model.Resource, made["id"]), force=True)
    if result.state != "loaded":
        raise RuntimeError(result.report)
    model.Session.commit()


def _earlier(name: str, years: int) -> str:
    """Name of a column in the edition of some years before."""
    found = _YEARS.match(name)
    if not found:
        return name
    parts = [part for part in found.groups() if part is not None]
    return "".join(
        f"{int(part) - years:02d}" if len(part) == 2 and part.isdigit() else part for part in parts
    )
