"""A file passed into our tables: read, carried to every level, written where it differs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from ckanext.territoires import config
from ckanext.territoires.bridge import load_figures, load_files, notices_of_data, releases
from ckanext.territoires.bridge.digests import Digests
from ckanext.territoires.bridge.load_figures import Plan, delete, levels_of
from ckanext.territoires.bridge.load_reports import now, plain, refusal, with_strangers
from ckanext.territoires.bridge.reference import LEVELS, reference
from ckanext.territoires.figures.frame import OBSERVATION
from ckanext.territoires.figures.levels import Levelled, with_levels
from ckanext.territoires.ingest.ingest import Ingested, ingest
from ckanext.territoires.ingest.profile_yaml import PACKAGED, load_profiles
from ckanext.territoires.model import (
    Distribution,
    HeaderMapping,
    Load,
    Observation,
    Record,
    Release,
)
from ckanext.territoires.model.copying import (
    copy_records,
)

# Changes when the same file read with the same profile gives other rows.
VERSION = 2
Tell = Callable[[str, int], None]
_ROWS = (Observation, Distribution, Record)
_TEXTS = ARRAY(sa.Text)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a file: `state` is one of `Load`'s, `report` what is kept of it."""

    state: str
    report: dict[str, Any]


def load(resource: model.Resource, *, force: bool = False, tell: Tell | None = None) -> Result:
    """Read the file of a resource and write its rows, in the session's transaction.

    The caller commits: nothing of the former rows is gone until then. A file that was loaded as
    it is, with what reads it as it is, is left alone unless `force`.
    """
    say = tell or (lambda _step, _percent: None)
    release = Release.of_resource(resource.id)
    mapping = mapping_of(resource.id)
    # Nothing is left open while the file is read.
    model.Session.commit()
    with load_files.local_file(resource) as path:
        if load_files.too_large(path.stat().st_size):
            limit = config.load_max_size()
            return Result("refused", refusal("over_limit", limit=limit))
        sha256 = load_files.sha256_of(path)
        setting = setting_of(mapping, _cog_year(resource))
        if not force and release and (release.sha256, release.setting) == (sha256, setting):
            return Result("loaded", _former_report(resource.id))
        found = read(path, load_files.file_name(resource), resource, mapping, tell=say)
    if found.state != "read":
        return Result("unknown" if found.state == "unknown" else "refused", report_of(found))
    plan = load_figures.plan(_former_digests(release, found, setting), found)
    levelled = carry(found, plan, tell=say)
    report = report_of(found, levelled)
    release = release or Release(resource_id=resource.id, digests=None)
    release.package_id = str(resource.package_id)
    release.sha256, release.setting = sha256, setting
    written = write(release, found, levelled, plan, tell=say)
    if any(written.values()):
        subject = "grants" if found.shape == "records" else "figures"
        notices_of_data.loaded(model.Session.get_one(model.Package, release.package_id), subject)
    return Result("loaded", report | {"written": written})


def read(
    path: Path,
    name: str,
    resource: model.Resource | None = None,
    mapping: Mapping[str, Any] | None = None,
    *,
    tell: Tell | None = None,
) -> Ingested:
    """Read a file with the profiles of the site; nothing is written."""
    say = tell or (lambda _step, _percent: None)
    say("reading", 0)
    return ingest(
        path,
        name,
        profiles=profiles(),
        reference=reference(),
        cog_year=_cog_year(resource),
        mapping=mapping,
        progress=lambda _step, part: say("reading", int(part * 60)),
    )


def carry(found: Ingested, plan: Plan, *, tell: Tell | None = None) -> Levelled:
    """Carry what was read, as much of it as a plan needs, to today's territories of every level."""
    if tell:
        tell("levels", 60)
    if found.shape == "observations":
        return with_levels(
            plan.rows,
            plan.formulas,
            reference(),
            cog_year=found.cog_year,
            # Of a file that speaks of other territories than before, the whole tells the levels.
            only=None if plan.indicators is None else plan.territories,
        )
    # Those of records are of every level already: what lies in each is told by the lineages.
    return Levelled(found.observations.reindex(columns=list(OBSERVATION)), [])


def write(
    release: Release,
    found: Ingested,
    levelled: Levelled,
    plan: Plan,
    *,
    tell: Tell | None = None,
) -> dict[str, int]:
    """Write what was read in place of what the release holds; return how many rows changed."""
    if tell:
        tell("writing", 75)
    release.profile, release.shape = found.profile.name if found.profile else "", str(found.shape)
    release.vintage, release.cog_year = found.vintage or "", found.cog_year
    release.loaded = now()
    model.Session.add(release)
    model.Session.flush()
    written = load_figures.write(release, levelled, plan)
    delete(Record, Record.release_id == release.id)
    if found.shape == "records":
        written |= _write_records(release, found.records)
    releases.forget()
    return written


def remove_orphans() -> None:
    """Remove the releases whose file is no longer there, and the rows that no release holds."""
    alive = (
        sa.select(model.Resource.id)
        .join(model.Package, model.Package.id == model.Resource.package_id)
        .where(
            model.Resource.state == model.State.ACTIVE, model.Package.state == model.State.ACTIVE
        )
    )
    delete(Release, Release.resource_id.not_in(alive))
    model.Session.commit()
    kept = set(model.Session.scalars(sa.select(Release.id)))
    for table in _ROWS:
        for release_id in _held_by(table):
            if release_id not in kept:
                delete(table, table.release_id == release_id)
                model.Session.commit()
    model.Session.commit()


def report_of(found: Ingested, levelled: Levelled | None = None) -> dict[str, Any]:
    """Return what is kept of a reading, as plain JSON."""
    notes = levelled.notes if levelled else []
    strangers = [
        id for note in notes if note.code == "unknown" for id in note.params["territories"]
    ]
    told = with_strangers(found.report, strangers).to_dict()
    decided = [asdict(note) for note in notes if note.code != "unknown"]
    return plain(
        told
        | {
            "assumptions": [*told["assumptions"], *decided],
            "shape": found.shape,
            "vintage": found.vintage,
            "cog_year": found.cog_year,
            "coverage": asdict(found.coverage),
            "columns": found.table.header,
            "sample": found.table.rows,
        }
    )


def mapping_of(resource_id: str) -> dict[str, Any] | None:
    """What a person said of the columns of a resource, if anything."""
    query = sa.select(HeaderMapping.mapping).where(HeaderMapping.resource_id == resource_id)
    return model.Session.scalar(query)


def setting_of(mapping: Mapping[str, Any] | None, cog_year: int | None) -> str:
    """Digest of what a file is read with: when it changes, the same file is read again."""
    parts = [
        VERSION,
        reference().version,
        _declarations(config.profile_folders()),
        mapping,
        cog_year,
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def profiles() -> Any:
    """Profiles of the site, read once a process."""
    return _profiles(config.profile_folders())


@lru_cache(maxsize=2)
def _profiles(folders: tuple[Path, ...]) -> Any:
    return load_profiles(PACKAGED, *folders)


@lru_cache(maxsize=2)
def _declarations(folders: tuple[Path, ...]) -> str:
    package = Path(str(files("ckanext.territoires")))
    digest = hashlib.sha256((package / "figures" / "indicators.yaml").read_bytes())
    for folder in (package / "profiles", *folders):
        for path in sorted(folder.glob("*.y*ml")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _write_records(release: Release, records: list[dict[str, Any]]) -> dict[str, int]:
    release.rows = len(records)
    # Beside those of the figures made of them.
    years = {str(row["year"]) for row in records if row.get("year")}
    release.periods = sorted(years | set(release.periods))
    places = levels_of({place for row in records for place in row["places"]})
    release.levels = [level for level in LEVELS if level in {*places, *release.levels}]
    copy_records(release.id, records)
    return {"records": len(records)}


def _held_by(table: Any) -> list[int]:
    """Releases that rows of a table name, by leaps in its index and not by reading it."""
    first = sa.select(sa.func.min(table.release_id).label("id")).cte("held", recursive=True)
    following = (
        sa.select(sa.func.min(table.release_id))
        .where(table.release_id > first.c.id)
        .scalar_subquery()
    )
    held = first.union_all(sa.select(following).where(first.c.id.is_not(None)))
    return list(model.Session.scalars(sa.select(held.c.id).where(held.c.id.is_not(None))))


def _former_digests(release: Release | None, found: Ingested, setting: str) -> Digests | None:
    """Digests of what a release holds, where the new file is read in the same way."""
    if release is None or (release.setting, release.shape) != (setting, found.shape):
        return None
    same_profile = found.profile is not None and found.profile.name == release.profile
    if not same_profile or release.cog_year != found.cog_year:
        return None
    return Digests.from_bytes(release.digests)


def _former_report(resource_id: str) -> dict[str, Any]:
    query = sa.select(Load.report).where(Load.resource_id == resource_id, Load.state == "loaded")
    former = model.Session.scalar(query.order_by(Load.created.desc()).limit(1)) or {}
    return {**former, "unchanged": True, "written": {}}


def _cog_year(resource: model.Resource | None) -> int | None:
    value = str((resource.extras or {}).get("cog_year") or "") if resource else ""
    return int(value) if value.isdigit() else None
