"""The pages about a territory, against CKAN's own list of datasets over the same data."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from ckan.plugins import toolkit as tk

from .apparatus import queries
from .apparatus.catalogue import Catalogue
from .apparatus.client import Client
from .apparatus.measure import Verdict, milliseconds, ratio, take_turns, tell
from .apparatus.site import opened, plain_ckan, served, site_ini

LIMIT = 1.2
ROUNDS = 5
PAGES_A_ROUND = 40
PAGES_COUNTED = 20


@dataclass(frozen=True)
class Draw:
    """One reading of each page: `list`, CKAN's own; `search` and `territory`, ours."""

    list: str
    search: str
    territory: str


def main() -> None:
    """Print the measures."""
    ini = site_ini()
    with opened(ini):
        draws = _draws(Catalogue.prepared(), (ROUNDS + 1) * PAGES_A_ROUND)
    plain = plain_ckan(ini)
    with (
        served(plain) as ckan,
        served(ini) as ours,
        Client(ckan) as theirs,
        Client(ours) as visitor,
    ):
        sides: dict[str, Callable[[Draw], object]] = {
            "list": lambda one: theirs.page(one.list),
            "search": lambda one: visitor.page(one.search),
            "territory": lambda one: visitor.page(one.territory),
        }
        rounds = [draws[n * PAGES_A_ROUND :][:PAGES_A_ROUND] for n in range(ROUNDS + 1)]
        take_turns(sides, rounds[:1])
        timings = take_turns(sides, rounds[1:])
    for side in sides:
        tell(Verdict("page", f"{side}-p95-ms", milliseconds(timings, side)))
    for side in ("search", "territory"):
        tell(Verdict("page", f"{side}-ratio", ratio(timings, side, "list"), LIMIT))
        typical = ratio(timings, side, "list", statistics.median)
        tell(Verdict("page", f"{side}-typical-ratio", typical))
    counted = draws[:PAGES_COUNTED]
    pages = {
        "list": queries.of_pages(plain, [one.list for one in counted]),
        "search": queries.of_pages(ini, [one.search for one in counted]),
        "territory": queries.of_pages(ini, [one.territory for one in counted]),
    }
    for side, found in pages.items():
        tell(Verdict("page", f"{side}-sql-most", max(one.sql for one in found)))
        tell(Verdict("page", f"{side}-solr-most", max(one.solr for one in found)))


def _draws(catalogue: Catalogue, count: int) -> list[Draw]:
    draw = random.Random(44)
    # Every territory is new to Solr, so is every page of the list: each is read once.
    pages = draw.sample(range(1, 2 * count), k=count)
    show = tk.get_action("territoires_territory_show")
    return [
        Draw(
            f"/dataset/?page={page}",
            f"/dataset/?{urlencode({'ext_territory': id})}",
            show({"ignore_auth": True}, {"id": id})["path"],
        )
        for page, id in zip(pages, catalogue.nation.sample(draw, count), strict=True)
    ]
