"""Ten indicators of all the communes of the nation to CSV, against the same answer by bare SQL."""

from __future__ import annotations

import csv
import statistics
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from pathlib import Path

import ckan.model as model
import sqlalchemy.event
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage

from ckanext.territoires.bridge import loading, releases
from ckanext.territoires.bridge import statistics as figures
from ckanext.territoires.bridge.catalogue import site_context
from ckanext.territoires.bridge.statistics_places import inside
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.renderings import statistics_csv

from .apparatus.measure import Verdict, milliseconds, ratio, take_turns, tell
from .apparatus.site import CHECKOUT, opened, site_ini

ARCHIVE = CHECKOUT / "demo" / "files" / "insee-comparateur-2021-france.zip"
LIMIT = 2
ROUNDS = 9
NAME = "bench-query"
#: Counts as they are held.
HELD = ("population", "dwellings", "jobs", "establishments", "households")
#: Ratios, as SQL computes them from what it has pivoted.
RATIOS = {
    "density": ("population", "area", 1),
    "household_size": ("population", "households", 1),
    "vacant_homes_share": ("vacant_homes", "dwellings", 100),
    "owner_share": ("owner_homes", "main_homes", 100),
    "unemployment_rate": ("unemployed_15_64", "active_15_64", 100),
}
PERIOD = "2018"


def main() -> None:
    """Print the measures."""
    with opened(site_ini()):
        tk.config["ckanext.territoires.load.automatic"] = False
        _alone()
        release = _loaded()
        try:
            _measure(release)
        finally:
            model.Session.rollback()
            tk.get_action("dataset_purge")(site_context(), {"id": NAME})
            tk.get_action("organization_purge")(site_context(), {"id": NAME})
            loading.remove_orphans()


def _measure(release: int) -> None:
    same = _same_numbers(release)
    tell(Verdict("query", "figures-the-same", same, 1, at_least=True))
    # The list is what the API and the default file give; the table, of a tenth of the size, has
    # PostgreSQL write little but numbers.
    for layout, ours, bare in (
        ("table", statistics_csv.as_table, _bare_table(release)),
        ("list", statistics_csv.as_list, _bare_list(release)),
    ):
        sides: dict[str, Callable[[int], object]] = {
            "ours": lambda _, write=ours: sum(len(text.encode()) for text in _ours(write)),
            "bare": lambda _, query=bare: len(_copied(query)),
        }
        take_turns(sides, [[0]])
        timings = take_turns(sides, [[number] for number in range(ROUNDS)])
        for side in sides:
            found = milliseconds(timings, side, statistics.median)
            tell(Verdict("query", f"{layout}-{side}-ms", found))
        found = ratio(timings, "ours", "bare", statistics.median)
        tell(Verdict("query", f"{layout}-ratio", found, LIMIT))
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    engine = model.Session.get_bind()
    sqlalchemy.event.listen(engine, "before_cursor_execute", note)
    "".join(_ours(statistics_csv.as_list))
    sqlalchemy.event.remove(engine, "before_cursor_execute", note)
    # And the COPY, which goes by the driver.
    tell(Verdict("query", "sql", len(statements) + 1))


def _ours(write: Callable[..., Iterator[str]]) -> Iterator[str]:
    """What the page sends, from the rights of an anonymous visitor to the last line."""
    releases.forget()
    known = load_indicators()
    places = inside("country:fr", "commune", as_published=False)
    asked = tuple(known[name] for name in (*HELD, *RATIOS))
    query = figures.Query(places, asked, (PERIOD,))
    selection = figures.select(query, None)
    return write(figures.read(selection, places), "fr")


def _pivot(release: int) -> str:
    base = sorted({*HELD, *(part for a, b, _ in RATIOS.values() for part in (a, b))})
    names = ", ".join(f"'{name}'" for name in base)
    columns = ", ".join(
        f"max(value) FILTER (WHERE indicator = '{name}') AS {name},"
        f" min(status) FILTER (WHERE indicator = '{name}') AS {name}_status"
        for name in base
    )
    return (
        f"SELECT territory, {columns} FROM territoires_observation"
        f" WHERE release_id = {release} AND territory LIKE 'fr:commune:%'"
        f" AND indicator IN ({names}) AND period = '{PERIOD}' GROUP BY territory"
    )


def _computed() -> list[tuple[str, str, str]]:
    """Name, value and status of each indicator in SQL."""
    found = [(name, name, f"{name}_status") for name in HELD]
    for name, (part, whole, factor) in RATIOS.items():
        status = f"greatest({part}_status, {whole}_status, CASE WHEN {whole} = 0 THEN 3 END)"
        found.append((name, f"{factor}.0::float8 * {part} / nullif({whole}, 0)", status))
    return found


def _bare_table(release: int) -> str:
    columns = ", ".join(
        f"{value} AS {name}, {status} AS {name}_s" for name, value, status in _computed()
    )
    return f"SELECT territory, {columns} FROM ({_pivot(release)}) AS p ORDER BY territory"


def _bare_list(release: int) -> str:
    known = load_indicators()
    lines = ", ".join(
        f"('{name}', '{_quoted(known[name].label['fr'])}', {value}, '{known[name].unit['fr']}',"
        f" {status})"
        for name, value, status in _computed()
    )
    return (
        f"SELECT territory, v.name, v.label, '{PERIOD}', v.value, v.unit, v.status, s.title,"
        f" r.vintage, r.cog_year FROM ({_pivot(release)}) AS p"
        f" CROSS JOIN LATERAL (VALUES {lines}) AS v (name, label, value, unit, status)"
        f" JOIN territoires_release AS r ON r.id = {release}"
        f" JOIN package AS s ON s.id = r.package_id ORDER BY territory"
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _copied(query: str) -> bytes:
    sent = BytesIO()
    cursor = model.Session.connection().connection.cursor()
    cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER)", sent)
    return sent.getvalue()


def _same_numbers(release: int) -> float:
    """Share of the figures of our table that bare SQL gives too."""
    text = "".join(_ours(statistics_csv.as_table))
    ours = {row[0]: row[4:] for row in csv.reader(StringIO(text))}
    bare = {row[0]: row[1:] for row in csv.reader(StringIO(_copied(_bare_table(release)).decode()))}
    same = total = 0
    for territory, row in ours.items():
        if territory == "territory":
            continue
        for mine, theirs in zip(row[::2], bare.get(territory, [""] * len(row))[::2], strict=True):
            total += 1
            near = bool(mine and theirs) and abs(float(mine) - float(theirs)) <= 1e-9 * abs(
                float(theirs)
            )
            same += mine == theirs or near
    return same / total


def _alone() -> None:
    """Purge what other benchmarks left of these figures: bare SQL reads one file, and so do we."""
    wanted = {*HELD, *(part for a, b, _ in RATIOS.values() for part in (a, b))}
    releases.forget()
    for name in {info.dataset_name for info in releases.visible(None, indicators=wanted)}:
        tk.get_action("dataset_purge")(site_context(), {"id": name})
    loading.remove_orphans()
    model.Session.commit()


def _loaded() -> int:
    """Load the national file in a public dataset; return its release."""
    if model.Package.get(NAME) is None:
        if model.Group.get(NAME) is None:
            tk.get_action("organization_create")(site_context(), {"name": NAME})
        tk.get_action("package_create")(
            site_context(),
            {
                "name": NAME,
                "title": "Comparateur",
                "owner_org": NAME,
                "access_level": "public",
            },
        )
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(ARCHIVE) as archive:
        source = Path(archive.extract(archive.namelist()[0], folder))
        upload = FileStorage(BytesIO(source.read_bytes()), source.name)
        made = tk.get_action("resource_create")(
            site_context(),
            {"package_id": NAME, "name": NAME, "format": "CSV", "url": "x", "upload": upload},
        )
    loaded = loading.load(model.Session.get_one(model.Resource, made["id"]), force=True)
    assert loaded.state == "loaded", loaded.report
    model.Session.commit()
    (info,) = releases.visible(None, resource_id=made["id"])
    return info.id
