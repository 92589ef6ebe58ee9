"""`ckan territoires load`: files into figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ckan.model as model
import click
import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckan.plugins.toolkit import _
from werkzeug.datastructures import FileStorage

from ckanext.territoires.bridge import load_files, load_jobs, load_wording
from ckanext.territoires.bridge.catalogue import site_context
from ckanext.territoires.bridge.load_jobs import Watch

WRONG = ("refused", "failed")
MOST_LINES = 50


@click.command("load", short_help="Read files into figures.")
@click.argument("target", required=False, metavar="[RESOURCE_ID|FILE]")
@click.option("--all", "every", is_flag=True, help="Every uploaded file that can be read.")
@click.option("--resource", "resource_id", help="Resource that FILE replaces the file of.")
@click.option("--dry-run", is_flag=True, help="Say what would be read; write nothing.")
@click.option("--force", is_flag=True, help="Read again the files that did not change.")
@click.option("--resume", is_flag=True, help="Queue again what a dead worker left.")
def load(
    target: str | None,
    *,
    every: bool,
    resource_id: str | None,
    dry_run: bool,
    force: bool,
    resume: bool,
) -> None:
    """Read the file of a resource, or FILE, into figures and records, and print the report.

    Files that did not change are left alone. The exit code is 1 when a file is refused.
    """
    if resume:
        _resume()
        return
    path = Path(target) if target and Path(target).is_file() else None
    if path and not resource_id:
        if not dry_run:
            raise click.UsageError(_("Say with --resource whose file this is, or --dry-run"))
        _exit_if_wrong([_dry_run_of(path, path.name, None)], strict=True)
        return
    if sum(map(bool, (target, every))) != 1:
        raise click.UsageError(_("Name a resource or a file, or say --all"))
    if path and resource_id and not dry_run:
        _upload(path, resource_id)
    resources = _all_readable() if every else [_resource(resource_id or target or "")]
    if dry_run:
        told = [_dry_run(resource, path) for resource in resources]
    else:
        told = [_load(resource, force=force, brief=every) for resource in resources]
    _exit_if_wrong(told, strict=not every)


def _resume() -> None:
    load_jobs.sweep()
    queued = load_jobs.resume()
    click.echo(_("Queued again: {count}").format(count=len(queued)))


def _load(resource: model.Resource, *, force: bool, brief: bool) -> Mapping[str, Any]:
    with _bar(_title(resource)) as watch:
        try:
            done = load_jobs.load_now(resource, force=force, watch=watch)
        except load_jobs.Busy:
            if brief:
                # The worker is at it: the others need not wait.
                click.echo(f"{_title(resource)}: {_('Another process is reading this file')}")
                return {}
            raise click.ClickException(_("Another process is reading this file")) from None
        except Exception as error:
            raise click.ClickException(f"{_title(resource)}: {error}") from error
    told = load_wording.load_dict(done, whole=True)
    _print(_title(resource), told, brief=brief)
    return told


def _dry_run(resource: model.Resource, path: Path | None) -> Mapping[str, Any]:
    if path:
        return _dry_run_of(path, path.name, resource)
    try:
        with load_files.local_file(resource) as kept:
            return _dry_run_of(kept, load_files.file_name(resource), resource)
    except load_files.FileGone as error:
        raise click.ClickException(_("The file cannot be found")) from error


def _dry_run_of(path: Path, name: str, resource: model.Resource | None) -> Mapping[str, Any]:
    from ckanext.territoires.bridge import loading

    with _bar(name) as watch:
        mapping = loading.mapping_of(resource.id) if resource else None
        found = loading.read(path, name, resource, mapping, tell=watch)
    state = {"read": "loaded", "unknown": "unknown"}.get(found.state, "refused")
    told = load_wording.report_dict(state, loading.report_of(found))
    click.echo(_("Dry run: nothing was written."))
    _print(name, told, brief=False)
    return told


def _upload(path: Path, resource_id: str) -> None:
    with path.open("rb") as stream:
        upload = FileStorage(stream=stream, filename=path.name)
        data = {"id": resource_id, "upload": upload, "url": path.name}
        tk.get_action("resource_patch")(site_context(), data)


def _resource(id: str) -> model.Resource:
    found = model.Resource.get(id)
    if found is None or not load_files.is_readable(found):
        raise click.ClickException(_("No uploaded table answers to {id}").format(id=id))
    return found


def _all_readable() -> list[model.Resource]:
    query = (
        sa.select(model.Resource)
        .join(model.Package, model.Package.id == model.Resource.package_id)
        .where(model.Package.state == model.State.ACTIVE, model.Resource.url_type == "upload")
        .order_by(model.Package.name, model.Resource.position)
    )
    return [r for r in model.Session.scalars(query) if load_files.is_readable(r)]


def _title(resource: model.Resource) -> str:
    package = model.Session.get(model.Package, resource.package_id)
    return f"{package.name if package else ''}: {resource.name or resource.id}"


@contextmanager
def _bar(label: str) -> Iterator[Watch]:
    stream = click.get_text_stream("stderr")
    with click.progressbar(length=100, label=label[:60], file=stream) as bar:

        def watch(_step: str, percent: int) -> None:
            bar.update(max(0, percent - bar.pos))

        yield watch
        bar.update(100 - bar.pos)


def _print(title: str, told: Mapping[str, Any], *, brief: bool) -> None:
    words = [told["state_label"]]
    if told["unchanged"]:
        words.append(_("unchanged"))
    if told["rows_read"]:
        words.append(
            _("{read} lines read, {kept} kept, {refused} refused").format(
                read=told["rows_read"], kept=told["rows_kept"], refused=told["rows_refused"]
            )
        )
    click.echo(f"{title}: {', '.join(words)}")
    if brief and (told["unchanged"] or told["state"] not in WRONG):
        return
    for line in _lines(told):
        click.echo(f"  {line}")


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    if told.get("profile"):
        yield f"{told['profile']} {told.get('vintage') or ''}".strip()
    for assumption in told["assumptions"]:
        yield assumption["message"]
    problems = told["problems"]
    for problem in problems[:MOST_LINES]:
        yield ": ".join([*_where(problem), problem["message"]])
    if len(problems) > MOST_LINES:
        yield _("and {count} more").format(count=sum(told["counts"].values()) - MOST_LINES)


def _where(problem: Mapping[str, Any]) -> Iterator[str]:
    if problem["line"]:
        yield _("line {line}").format(line=problem["line"])
    if problem["column"]:
        yield str(problem["column"])
    if problem["value"] is not None:
        yield repr(problem["value"])


def _exit_if_wrong(told: Iterable[Mapping[str, Any]], *, strict: bool) -> None:
    wrong = (*WRONG, "unknown") if strict else WRONG
    if any(one.get("state") in wrong for one in told):
        raise click.exceptions.Exit(1)
