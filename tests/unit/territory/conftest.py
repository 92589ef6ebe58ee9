"""The packaged reference, and extracts of the sources cut without its code."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ckanext.territoires.territory.reference import Reference, load_reference

DATA = Path(__file__).parents[2] / "data" / "territory"


def extract(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def reference() -> Reference:
    return load_reference()
