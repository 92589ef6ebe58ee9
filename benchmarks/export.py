"""A portrait as a PDF, against WeasyPrint alone on the same page; a whole département in one run.

The region's communes are loaded from the file of the demonstration.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import ckan.model as model
from weasyprint import HTML

from ckanext.territoires.bridge import demo, load_jobs, portraits
from ckanext.territoires.bridge.catalogue import Outcome
from ckanext.territoires.bridge.demo import Demo
from ckanext.territoires.bridge.language import spoken
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.logic import edition_batch
from ckanext.territoires.logic.edition_batch import Ledger
from ckanext.territoires.renderings import pdf_file, render
from ckanext.territoires.territory.reference import Territory

from .apparatus.measure import Verdict, ratio, resident_megabytes, take_turns, tell
from .apparatus.site import CHECKOUT, opened, site_ini

DATASET = "comparateur-de-territoires-2021"
RESOURCE = "Comparateur 2021, communes"
DEPARTEMENT = "fr:departement:44"
LANGUAGE = "fr"
DAY = date(2026, 11, 25)
RATIO_LIMIT = 1.3
ROUNDS, PAGES_A_ROUND = 3, 4
# Once the libraries are warm, memory may not grow by more than a tenth up to the last commune.
WARM, GROWTH_LIMIT = 50, 1.1


@dataclass(frozen=True)
class Draw:
    """A commune, and the page of its portrait as it is printed."""

    commune: Territory
    html: str


def main() -> None:
    """Print the measures."""
    with opened(site_ini()):
        _load()
        communes = reference().members(DEPARTEMENT)
        _one(communes)
        _all(communes[: int(os.environ.get("TERRITOIRES_BENCH_PORTRAITS", len(communes)))])


def _load() -> None:
    shown = Demo(CHECKOUT / "demo")
    written = [*demo.load_services(shown.services)]
    wanted = [dataset for dataset in shown.datasets if dataset["name"] == DATASET]
    written += demo.load_datasets(wanted, shown.folder)
    if any(entry.outcome is Outcome.REFUSED for entry in written):
        raise RuntimeError(str(written))
    dataset = model.Package.get(DATASET)
    resource = dataset and next(one for one in dataset.resources if one.name == RESOURCE)
    if not resource:
        raise RuntimeError(DATASET)
    load = load_jobs.load_now(resource)
    if load.state != "loaded":
        raise RuntimeError(f"{RESOURCE}: {load.state}: {load.report}")


def _one(communes: tuple[Territory, ...]) -> None:
    """Time one portrait: from the database to the bytes, against the same page printed bare."""
    chosen = random.Random(44).sample(communes, k=PAGES_A_ROUND * (ROUNDS + 1))
    with spoken(LANGUAGE):
        draws = [
            Draw(commune, pdf_file.page(portraits.portrait_of(commune, None, LANGUAGE), DAY))
            for commune in chosen
        ]
        sides: dict[str, Callable[[Draw], object]] = {
            "ours": lambda one: render(
                portraits.portrait_of(one.commune, None, LANGUAGE), "pdf", DAY
            ),
            "bare": lambda one: HTML(string=one.html).write_pdf(
                pdf_variant="pdf/ua-1", pdf_tags=True
            ),
        }
        rounds = [draws[n * PAGES_A_ROUND :][:PAGES_A_ROUND] for n in range(ROUNDS + 1)]
        take_turns(sides, rounds[:1])
        timings = take_turns(sides, rounds[1:])
    for side in sides:
        typical = statistics.median(statistics.median(seconds) for seconds in timings[side])
        tell(Verdict("export", f"{side}-seconds", typical))
    tell(Verdict("export", "ratio", ratio(timings, "ours", "bare", statistics.median), RATIO_LIMIT))


def _all(communes: tuple[Territory, ...]) -> None:
    """Write the PDF of every commune; memory must not follow their number."""
    resident: list[float] = []
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder))
        for lines in edition_batch.run(communes, ["pdf"], ledger, None, LANGUAGE):
            if any(line.state != "made" for line in lines):
                raise RuntimeError(str(lines))
            resident.append(resident_megabytes())
    seconds = time.perf_counter() - started
    tell(Verdict("export", "departement-files", len(resident)))
    tell(Verdict("export", "departement-seconds", seconds))
    tell(Verdict("export", "departement-seconds-each", seconds / len(resident)))
    warm = max(resident[: min(WARM, len(resident) // 2)])
    tell(Verdict("export", "resident-warm-mb", warm))
    tell(Verdict("export", "resident-last-mb", resident[-1]))
    tell(Verdict("export", "resident-growth", max(resident) / warm, GROWTH_LIMIT))
