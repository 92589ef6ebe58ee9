"""Loadings as jobs: queued when a file changes, one at a time for a file, run again when cut short.

Whoever loads a file holds a lock of the database in its name, on a connection of its own. A worker
that is killed drops its connection, hence its lock: a loading that says `running` while its lock
is free was left by a dead worker, and is run again. That connection also writes the progress,
which others then see before the transaction of the figures ends.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

import ckan.model as model
import rq
import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy import event

from ckanext.territoires import config
from ckanext.territoires.bridge import load_files, portrait_views
from ckanext.territoires.bridge.custom import current_reader
from ckanext.territoires.bridge.labels import is_project
from ckanext.territoires.bridge.load_reports import now, refusal
from ckanext.territoires.bridge.locks import owning
from ckanext.territoires.model import HeaderMapping, Load, Release

log = logging.getLogger(__name__)

MAX_TRIES = 3
JOB_SECONDS = 3_600
PENDING = ("queued", "running")
# Step of a loading that reads its file even if nothing changed.
FORCED = "forced"
_TO_ENQUEUE = "territoires_loads"
_TO_SWEEP = "territoires_sweep"
Watch = Callable[[str, int], None]


def note(entity: Any, operation: str) -> None:
    """Take note of a dataset or a file that is about to be written, changed or purged."""
    purged = operation == model.DomainObjectOperation.deleted
    if isinstance(entity, model.Resource) and purged:
        forget_resources([entity.id], purge=True)
    elif isinstance(entity, model.Package) and not purged and not is_project(entity):
        reconcile(entity)


def reconcile(package: model.Package) -> None:
    """Queue what a dataset's change makes necessary, within the transaction of the change.

    Files that are new or changed are to be read; what is loaded of a file that is no longer
    there is removed, at once for the readers.
    """
    resources = list(
        model.Session.scalars(
            sa.select(model.Resource).where(model.Resource.package_id == package.id)
        )
    )
    if not resources:
        return
    ids = [resource.id for resource in resources]
    loaded = set(
        model.Session.scalars(sa.select(Release.resource_id).where(Release.resource_id.in_(ids)))
    )
    alive = package.state == model.State.ACTIVE
    wanted = [r for r in resources if alive and load_files.is_readable(r)]
    forget_resources(loaded - {r.id for r in wanted})
    if config.load_automatically() and wanted:
        latest = _latest([r.id for r in wanted])
        for resource in wanted:
            known = latest.get(resource.id)
            if known is None or _outdated(known, resource, loaded):
                _add(resource, known)


def forget_resources(resource_ids: Iterable[str], *, purge: bool = False) -> None:
    """Remove what is loaded of these; the rows go by a job, which readers need not wait for."""
    ids = sorted(resource_ids)
    if not ids:
        return
    model.Session.execute(sa.delete(Release).where(Release.resource_id.in_(ids)))
    if purge:
        for table in (Load, HeaderMapping):
            model.Session.execute(sa.delete(table).where(table.resource_id.in_(ids)))
    model.Session().info[_TO_SWEEP] = True


def ask(resource: model.Resource, *, force: bool = False) -> Load:
    """Queue the loading of a file, the one already queued if any, and commit.

    A file that did not change is not read again unless `force`.
    """
    load = _add(resource, Load.latest(resource.id))
    if force:
        load.step = FORCED
    model.Session.commit()
    return load


def load_now(resource: model.Resource, *, force: bool = False, watch: Watch | None = None) -> Load:
    """Load a file in this process; return what became of it.

    Raises:
        Busy: another process is loading it.

    """
    load = _add(resource, Load.latest(resource.id))
    # A person asks: what failed before does not count.
    load.tries, load.step = 0, FORCED if force else load.step
    model.Session().info.pop(_TO_ENQUEUE, None)
    model.Session.commit()
    done = _run(resource.id, watch=watch, last_try=True)
    if done is None:
        raise Busy(resource.id)
    return done


class Busy(RuntimeError):
    """Another process is loading this file."""


def run(resource_id: str) -> None:
    """Load what is queued for a resource: the job."""
    resume(but=resource_id, states=("running",))
    _run(resource_id)


def resume(*, but: str | None = None, states: tuple[str, ...] = PENDING) -> list[str]:
    """Queue again the loadings whose worker died, or whose job was lost; return their resources."""
    pending = model.Session.scalars(sa.select(Load.resource_id).where(Load.state.in_(states)))
    # Read first: nothing is left open while the queue is asked.
    ids = sorted({*pending} - {but})
    model.Session.commit()
    if not ids:
        return []
    queued = _queued_resources()
    lost = [id for id in ids if id not in queued and _is_free(id)]
    for resource_id in lost:
        _enqueue(resource_id)
    return lost


def sweep() -> None:
    """Remove the rows that no release holds, and the releases whose file is no longer there."""
    from ckanext.territoires.bridge import loading

    loading.remove_orphans()


def _run(resource_id: str, *, watch: Watch | None = None, last_try: bool = False) -> Load | None:
    with _owning(resource_id) as connection:
        if connection is None:
            return None
        load = _claim(resource_id)
        if load is not None and load.state == "running":
            _attempt(load, connection, watch=watch, last_try=last_try)
    # A change that came meanwhile found the lock taken.
    if _is_queued(resource_id):
        _enqueue(resource_id)
    return load


def _attempt(load: Load, connection: sa.Connection, *, watch: Watch | None, last_try: bool) -> None:
    # What reads files is large, and the web process does not read any.
    from ckanext.territoires.bridge import loading

    load_id, resource_id = load.id, load.resource_id

    def tell(step: str, percent: int) -> None:
        values = {"step": step, "progress": percent}
        connection.execute(sa.update(Load).where(Load.id == load_id).values(values))
        if watch:
            watch(step, percent)

    try:
        resource = model.Session.get(model.Resource, resource_id)
        if resource is None or not load_files.is_readable(resource):
            _finish(load, "refused", refusal("not_readable"))
            return
        result = loading.load(resource, force=load.step == FORCED, tell=tell)
        model.Session.refresh(resource)
        if signature(resource) != load.signature:
            # What was read is not what is there any more: the change queued its own loading.
            model.Session.rollback()
            _finish(load, "failed", refusal("superseded"))
            return
        _finish(load, result.state, result.report)
        if result.state == "loaded":
            _show(load)
    except load_files.FileGone:
        model.Session.rollback()
        _finish(load, "refused", refusal("no_file"))
    except Exception as error:
        model.Session.rollback()
        log.exception("Loading of resource %s failed", resource_id)
        again = not last_try and load.tries < MAX_TRIES
        report = refusal("internal_error", error=type(error).__name__)
        _finish(load, "queued" if again else "failed", report)
        raise


def _show(load: Load) -> None:
    release = Release.of_resource(load.resource_id)
    portrait_views.ensure(load, list(release.indicators) if release else [])


def _finish(load: Load, state: str, report: dict[str, Any]) -> None:
    """Note what became of a loading, in the transaction that wrote its rows."""
    done = state not in PENDING
    values = {
        "state": state,
        "report": report,
        "step": "",
        "progress": 100 if done else 0,
        "finished": now() if done else None,
    }
    model.Session.execute(sa.update(Load).where(Load.id == load.id).values(values))
    model.Session.commit()
    model.Session.refresh(load)


def _claim(resource_id: str) -> Load | None:
    """Take the latest of what is pending; earlier ones were overtaken or left by a dead worker."""
    query = sa.select(Load).where(Load.resource_id == resource_id, Load.state.in_(PENDING))
    pending = list(model.Session.scalars(query.order_by(Load.created).with_for_update()))
    if not pending:
        model.Session.rollback()
        return None
    *earlier, load = pending
    for one in earlier:
        one.state, one.report = "failed", refusal("superseded")
        one.finished = now()
    if load.tries >= MAX_TRIES:
        load.state, load.report = "failed", refusal("interrupted", tries=load.tries)
        load.finished = now()
    else:
        resource = model.Session.get(model.Resource, resource_id)
        load.signature = signature(resource) if resource else ""
        load.state, load.tries, load.progress = "running", load.tries + 1, 0
    model.Session.commit()
    return load


def signature(resource: model.Resource) -> str:
    """What of a resource decides how its file is read."""
    extras = resource.extras or {}
    parts = [
        resource.url,
        resource.url_type,
        resource.format,
        resource.last_modified and resource.last_modified.isoformat(),
        extras.get("cog_year"),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _add(resource: model.Resource, latest: Load | None) -> Load:
    """Queue a loading: one for several changes that come before it is begun."""
    load = latest
    if load is None or load.state != "queued":
        load = Load(
            resource_id=resource.id,
            package_id=resource.package_id,
            state="queued",
            created=now(),
        )
        model.Session.add(load)
    load.signature = signature(resource)
    load.user_id = current_reader()[0] or load.user_id
    model.Session.flush()
    model.Session().info.setdefault(_TO_ENQUEUE, {})[resource.id] = resource.name or ""
    return load


def _latest(resource_ids: list[str]) -> dict[str, Load]:
    query = (
        sa.select(Load)
        .where(Load.resource_id.in_(resource_ids))
        .distinct(Load.resource_id)
        .order_by(Load.resource_id, Load.created.desc())
    )
    return {load.resource_id: load for load in model.Session.scalars(query)}


def _outdated(load: Load, resource: model.Resource, loaded: set[str]) -> bool:
    if load.signature != signature(resource) or load.state == "failed":
        return True
    # Deleted, then restored: nothing changed in the file, and nothing of it is left.
    return load.state == "loaded" and resource.id not in loaded


def _is_queued(resource_id: str) -> bool:
    query = sa.select(sa.exists().where(Load.resource_id == resource_id, Load.state == "queued"))
    found = bool(model.Session.scalar(query))
    model.Session.commit()
    return found


def _owning(resource_id: str) -> AbstractContextManager[sa.Connection | None]:
    return owning(f"load {resource_id}")


def _is_free(resource_id: str) -> bool:
    with _owning(resource_id) as connection:
        return connection is not None


def _queued_resources() -> set[str]:
    from ckan.lib.jobs import get_queue

    return {job.args[0] for job in get_queue().get_jobs() if job.func_name == _name(run)}


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def _enqueue(resource_id: str, title: str = "") -> None:
    tk.enqueue_job(
        run,
        [resource_id],
        title=f"Load {title or resource_id}",
        rq_kwargs={"timeout": JOB_SECONDS, "retry": rq.Retry(max=MAX_TRIES - 1)},
    )


@event.listens_for(model.Session, "after_transaction_end")
def _enqueue_after_commit(session: Any, transaction: Any) -> None:
    # After a rollback too: the job then finds nothing to do.
    if transaction.parent is not None or transaction.nested:
        return
    wanted = session.info.pop(_TO_ENQUEUE, {})
    orphans = session.info.pop(_TO_SWEEP, False)
    try:
        for resource_id, title in wanted.items():
            _enqueue(resource_id, title)
        if orphans:
            tk.enqueue_job(sweep, title="Remove the figures of files that are gone")
    except Exception:
        # What was written stays written; `ckan territoires load --resume` queues it.
        log.exception("The queue of jobs does not answer")
