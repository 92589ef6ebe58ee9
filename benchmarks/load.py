"""The national comparateur from the file to the rows, against reading it bare and copying it."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO, StringIO
from pathlib import Path

import ckan.model as model
import pandas as pd
import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.territoires.bridge import load_files, loading
from ckanext.territoires.bridge.catalogue import site_context
from ckanext.territoires.model import Observation, Release

from .apparatus.measure import Verdict, milliseconds, ratio, take_turns, tell
from .apparatus.site import CHECKOUT, opened, site_ini

ARCHIVE = CHECKOUT / "demo" / "files" / "insee-comparateur-2021-france.zip"
LIMIT = 3
MEMORY_LIMIT = 600
RELOAD_LIMIT = 1.5
ROUNDS = 3
RELOADS = 7
RELOADS_A_ROUND = 5
DATASET = "bench-load"


def main() -> None:
    """Print the measures."""
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(ARCHIVE) as archive:
            source = Path(archive.extract(archive.namelist()[0], folder))
        with opened(site_ini()):
            tk.config["ckanext.territoires.load.automatic"] = False
            ids = [_resource(source, f"load-{number}") for number in range(ROUNDS + 2)]
            try:
                _whole(source, ids)
                tell(Verdict("load", "peak-mb", _peak_of_a_child(ids[-1]), MEMORY_LIMIT))
                _again(source, ids[0])
            finally:
                model.Session.rollback()
                tk.get_action("dataset_purge")(site_context(), {"id": DATASET})
                loading.remove_orphans()


def _whole(source: Path, ids: list[str]) -> None:
    sides: dict[str, Callable[[str], object]] = {"ours": _load, "bare": lambda _: _bare(source)}
    take_turns(sides, [ids[:1]])
    timings = take_turns(sides, [[id] for id in ids[1 : ROUNDS + 1]])
    for side in sides:
        tell(Verdict("load", f"{side}-ms", milliseconds(timings, side, statistics.median)))
    tell(Verdict("load", "ratio", ratio(timings, "ours", "bare", statistics.median), LIMIT))
    rows = sa.select(sa.func.count()).select_from(Observation)
    held = sa.select(Release.id).where(Release.resource_id == ids[0]).scalar_subquery()
    tell(
        Verdict(
            "load", "rows", model.Session.scalars(rows.where(Observation.release_id == held)).one()
        )
    )


def _again(source: Path, id: str) -> None:
    """Reload a file with one changed commune, against reading it alone."""
    found = model.Session.get_one(model.Resource, id)
    before, after = _around_the_population_of_nantes(source.read_bytes())
    with load_files.local_file(found) as kept:
        populations = iter(range(300_000, 400_000))

        def change() -> None:
            kept.write_bytes(before + str(next(populations)).encode() + after)

        def reload(_: int) -> None:
            change()
            _load(id)

        def read(_: int) -> None:
            change()
            loading.read(kept, source.name, found)

        sides: dict[str, Callable[[int], object]] = {"reload": reload, "read": read}
        take_turns(sides, [[0]])
        timings = take_turns(sides, [range(RELOADS_A_ROUND)] * RELOADS)
    for side in sides:
        tell(Verdict("load", f"{side}-ms", milliseconds(timings, side, statistics.median)))
    again = ratio(timings, "reload", "read", statistics.median)
    tell(Verdict("load", "reload-ratio", again, RELOAD_LIMIT))


def _around_the_population_of_nantes(content: bytes) -> tuple[bytes, bytes]:
    start = content.index(b"\n44109;") + len(b"\n44109;")
    return content[:start], content[content.index(b";", start) :]


def _resource(source: Path, name: str) -> str:
    if model.Package.get(DATASET) is None:
        tk.get_action("package_create")(
            site_context(), {"name": DATASET, "title": DATASET, "owner_org": _service()}
        )
    upload = FileStorage(BytesIO(source.read_bytes()), source.name)
    made = tk.get_action("resource_create")(
        site_context(),
        {"package_id": DATASET, "name": name, "format": "CSV", "url": "x", "upload": upload},
    )
    return made["id"]


def _service() -> str:
    found = model.Group.get(DATASET)
    if found:
        return found.id
    return tk.get_action("organization_create")(site_context(), {"name": DATASET})["id"]


def _load(id: str) -> None:
    result = loading.load(model.Session.get_one(model.Resource, id), force=True)
    assert result.state == "loaded", result.report
    model.Session.commit()


def _bare(source: Path) -> None:
    """Read the file and copy its values, long, into a table of the same definition."""
    with _bare_table() as table:
        frame = pd.read_csv(source, sep=";", dtype={"CODGEO": "str"})
        rows = frame.melt("CODGEO", var_name="indicator")
        rows.insert(0, "release_id", 1)
        rows["period"] = "2018"
        rows["status"] = rows["value"].isna().astype("int8")
        rows["origin"] = 0
        text = StringIO()
        rows.to_csv(text, index=False, header=False)
        text.seek(0)
        columns = "release_id, territory, indicator, value, period, status, origin"
        cursor = model.Session.connection().connection.cursor()
        cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv)", text)
        model.Session.commit()


@contextmanager
def _bare_table() -> Iterator[str]:
    name = "bench_bare"
    like = f"CREATE TABLE {name} (LIKE {Observation.__tablename__} INCLUDING ALL)"
    model.Session.execute(sa.text(f"DROP TABLE IF EXISTS {name}"))
    model.Session.execute(sa.text(like))
    model.Session.commit()
    try:
        yield name
    finally:
        model.Session.execute(sa.text(f"DROP TABLE {name}"))
        model.Session.commit()


def _peak_of_a_child(id: str) -> float:
    """Megabytes at most of a process that only loads the file."""
    code = f"from benchmarks.load import load_alone; load_alone({id!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True
    )
    return float(done.stdout.split()[-1])


def load_alone(id: str) -> None:
    """Load a file in this process and print its peak, in megabytes."""
    with opened(site_ini()):
        _load(id)
    # Not getrusage: it counts the process that this one was forked from.
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    peak = next(line for line in status if line.startswith("VmHWM:"))
    print(int(peak.split()[1]) / 1024)
