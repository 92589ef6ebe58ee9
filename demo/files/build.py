"""Cut the files of the demonstration from the national ones.

    python demo/files/build.py COMPARATEUR METADATA GRANTS

COMPARATEUR and METADATA are the two files of INSEE's archive `base_cc_comparateur`; GRANTS is the
ANCT's `projets_dotations_investissement_2019.csv`. Rows are kept or left out whole, as published:
no column, value, separator or line end is changed.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import yaml

HERE = Path(__file__).parent
DEPARTEMENTS = ("44", "49", "53", "72", "85")
Row = dict[str, str]


def main(comparateur: Path, metadata: Path, grants: Path) -> None:
    """Write the files beside this script."""
    cut(comparateur, "insee-comparateur-2021.csv", ";", lambda r: in_region(r["CODGEO"]))
    cut(
        metadata,
        "insee-comparateur-2021-variables.csv",
        ";",
        lambda r: not r["COD_MOD"] or in_region(r["COD_MOD"]),
    )
    for name, wanted in declared_cuts().items():
        cut(grants, name, ",", lambda r, wanted=wanted: in_region(r["id_dep"]) and has(r, wanted))


def in_region(code: str) -> bool:
    """Whether a code of commune or of département is of the region."""
    return code.startswith(DEPARTEMENTS)


def has(row: Row, wanted: Row) -> bool:
    """Whether a row has each of the wanted values."""
    return all(row[column] == value for column, value in wanted.items())


def declared_cuts() -> dict[str, Row]:
    """What `datasets.yaml` says of each file cut from the grants."""
    datasets = yaml.safe_load((HERE.parent / "datasets.yaml").read_text(encoding="utf-8"))
    files = [file for dataset in datasets for file in dataset["files"] if "cut" in file]
    return {Path(file["path"]).name: file["cut"] for file in files}


def cut(source: Path, name: str, separator: str, keep: Callable[[Row], bool]) -> None:
    """Copy the header and the rows to keep, byte for byte."""
    with source.open(encoding="utf-8", newline="") as national:
        lines = national.readlines()
    header = next(csv.reader(lines[:1], delimiter=separator))
    kept = [lines[0]]
    reader = csv.reader(lines[1:], delimiter=separator)
    start = 0
    for values in reader:
        end = reader.line_num
        if keep(dict(zip(header, values, strict=True))):
            kept += lines[1 + start : 1 + end]
        start = end
    with (HERE / name).open("w", encoding="utf-8", newline="") as target:
        target.writelines(kept)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
