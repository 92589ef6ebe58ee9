"""Portraits of random territories of every level, the nation loaded in three vintages.

The action against CKAN's `package_show`, the page against CKAN's page of a dataset.
"""

from __future__ import annotations

import gc
import random
import re
import statistics
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
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
SHOW = "/api/3/action/territoires_portrait_show?id="
PACKAGE = "/api/3/action/package_show?id="
LIMIT = 1.5
SQL = 6
ROUNDS = 5
#: Rounds before: each web process meets each département once, whose figures it then has at hand.
WARM = 2
SHOWN_A_ROUND = 200
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
        packages = [model.Session.get_one(model.Package, id) for id in ids]
        datasets = [str(package.name) for package in packages if not package.private]
        with _loaded():
            measure(nation, datasets)


def measure(nation: Nation, datasets: list[str]) -> None:
    """Time the action and the page, once the nation is loaded."""
    draw = random.Random(5)
    # As a web process does: see config/gunicorn.conf.py.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    shown = [_draws(draw, nation, datasets, SHOWN_A_ROUND) for _ in range(ROUNDS + WARM)]
    pages = [_draws(draw, nation, datasets, PAGES_A_ROUND) for _ in range(ROUNDS + WARM)]
    _compared(
        {
            "portrait": lambda one: _called("territoires_portrait_show", one.territory),
            "package": lambda one: _called("package_show", one.dataset),
        },
        shown,
        "ratio",
        LIMIT,
    )
    with served(site_ini()) as address, Client(address) as client:
        _compared(
            {
                "page": lambda one: client.page(one.page),
                "dataset-page": lambda one: client.page(f"/dataset/{one.dataset}"),
            },
            pages,
            "page-ratio",
            LIMIT,
        )
        # The same through the API: the JSON of a portrait is forty times that of a dataset.
        _compared(
            {
                "portrait-http": lambda one: client.page(f"{SHOW}{one.territory}"),
                "package-http": lambda one: client.page(f"{PACKAGE}{one.dataset}"),
            },
            shown,
            "http-ratio",
            LIMIT,
        )
    counts = [_queries(one.territory) for one in shown[0]]
    counts += [_queries(id) for id in (NATION, "country-subset:fr:metro")]
    tell(Verdict("portrait", "sql-least", min(counts)))
    # A territory that ranks among none has no list of peers to look in.
    tell(Verdict("portrait", "sql-most", max(counts), SQL))


def _compared(
    sides: Mapping[str, Callable[[Draw], object]],
    rounds: Sequence[Sequence[Draw]],
    metric: str,
    limit: float,
) -> None:
    """Time the first side against the second, the first rounds left out."""
    take_turns(sides, rounds[:WARM])
    timings = take_turns(sides, rounds[WARM:])
    for side in sides:
        tell(Verdict("portrait", f"{side}-p95-ms", milliseconds(timings, side)))
    ours, theirs = sides
    tell(Verdict("portrait", metric, ratio(timings, ours, theirs), limit))
    typical = ratio(timings, ours, theirs, statistics.median)
    tell(Verdict("portrait", f"typical-{metric}", typical))


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
