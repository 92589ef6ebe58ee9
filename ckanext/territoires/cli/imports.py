"""`ckan territoires import`: records of another catalogue."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ckan.model as model
import click
from ckan.plugins.toolkit import _

from ckanext.territoires.bridge import catalogue, reference
from ckanext.territoires.bridge.catalogue import Entry, Outcome
from ckanext.territoires.udata import Reason, UnreadableRecords, read_records
from ckanext.territoires.udata.records import Kind

READABLE_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("import", short_help="Import records of another catalogue.")
def imports() -> None:
    """Import records of another catalogue."""


@imports.command("udata", short_help="Import records of data.gouv.fr.")
@click.argument("file", type=READABLE_FILE)
@click.option("--organizations", type=READABLE_FILE, help="Organisations, a record a line.")
@click.option("--default-organization", help="Service that owns the records that name none.")
@click.option(
    "--select", multiple=True, metavar="TERRITORY", help="Keep what concerns this territory."
)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="CSV to write.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
def udata(
    file: Path,
    organizations: Path | None,
    default_organization: str | None,
    select: tuple[str, ...],
    report: Path | None,
    dry_run: bool,
) -> None:
    """Import the dataset records of FILE: JSON lines, a JSON list or a page of the API.

    A record is written whole or not at all. Run again, the import changes only what differs.
    """
    territories = _known_territories(select)
    _check_organization(default_organization)
    records = _read(file, "dataset")
    bodies = _read(organizations, "organization") if organizations else []
    entries: list[Entry] = []
    with progress_bar(len(bodies), _("Organisations")) as step:
        entries += catalogue.import_organizations(bodies, dry_run=dry_run, progress=step)
    announced = {entry.udata_id for entry in entries}
    with progress_bar(len(records), _("Datasets")) as step:
        written = catalogue.import_datasets(
            records,
            default_organization=default_organization,
            territories=territories,
            dry_run=dry_run,
            progress=step,
        )
        # A dry run meets again, as missing, the organisations that it did not write.
        entries += (
            entry for entry in written if entry.kind == "dataset" or entry.udata_id not in announced
        )
    print_report(entries, dry_run=dry_run)
    if report:
        write_report(entries, report)


@contextmanager
def progress_bar(length: int, label: str) -> Iterator[Callable[[], None]]:
    """Show a bar on the error stream; what is yielded moves it by one."""
    if not length:
        yield lambda: None
        return
    with click.progressbar(length=length, label=label, file=click.get_text_stream("stderr")) as bar:
        yield lambda: bar.update(1)


def print_report(entries: Sequence[Entry], *, dry_run: bool = False) -> None:
    """Print counts by outcome, then a line for each remark that left something out."""
    if dry_run:
        click.echo(_("Dry run: nothing was written."))
    for kind, label in (("organization", _("Organisations")), ("dataset", _("Datasets"))):
        counts = Counter(entry.outcome for entry in entries if entry.kind == kind)
        if counts:
            words = ", ".join(f"{counts[o]} {outcome_label(o)}" for o in Outcome if counts[o])
            click.echo(f"{label}: {words}")
    rows = list(report_rows(entries))
    if not rows:
        return
    click.echo(_("What could not be mapped, and what was assumed:"))
    for reason, count in Counter(row["reason"] for row in rows).most_common():
        click.echo(f"  {count:5d}  {reason}")
    for row in rows:
        if not row["assumed"]:
            click.echo(f"{row['record']}: {row['field']}: {row['value']!r}: {row['reason']}")


def write_report(entries: Iterable[Entry], path: Path) -> None:
    """Write every remark as CSV, in UTF-8."""
    names = [
        "kind",
        "udata_id",
        "record",
        "outcome",
        "field",
        "value",
        "taken",
        "reason",
        "assumed",
    ]
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, names)
        writer.writeheader()
        writer.writerows(report_rows(entries))


def report_rows(entries: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    """One row for each remark and for each error of a refused record."""
    for entry in entries:
        record = {
            "kind": entry.kind,
            "udata_id": entry.udata_id,
            "record": entry.name,
            "outcome": outcome_label(entry.outcome),
        }
        for remark in entry.remarks:
            yield record | {
                "field": remark.field,
                "value": remark.value,
                "taken": remark.taken,
                "reason": reason_label(remark.reason),
                "assumed": _("yes") if remark.reason.assumed else "",
            }
        for name, error in entry.errors.items():
            yield record | {
                "field": name, "value": "", "taken": "", "reason": str(error), "assumed": ""
            }  # fmt: skip


def outcome_label(outcome: Outcome) -> str:
    """What became of a record, in words."""
    return {
        Outcome.CREATED: _("created"),
        Outcome.UPDATED: _("updated"),
        Outcome.UNCHANGED: _("unchanged"),
        Outcome.REMOVED: _("removed"),
        Outcome.LEFT_OUT: _("left out"),
        Outcome.REFUSED: _("refused"),
    }[outcome]


def reason_label(reason: Reason) -> str:
    """A reason, in words."""
    return {
        Reason.NO_ORGANIZATION: _("the record names no organisation"),
        Reason.DELETED: _("the record was deleted at the source"),
        Reason.PRIVATE: _("the record is private at the source"),
        Reason.ARCHIVED: _("the record is archived at the source; kept as it is"),
        Reason.UNKNOWN_TERRITORY: _("unknown territory"),
        Reason.TERRITORY_GONE: _("this grouping of communes no longer exists"),
        Reason.ELSEWHERE: _("outside the territories of this site"),
        Reason.LEVEL_NOT_KEPT: _("a kind of zone that is not kept here"),
        Reason.OUTLINE_NOT_KEPT: _("an outline drawn by hand; only named territories are kept"),
        Reason.NO_TERRITORY: _("no territory is declared and the organisation has none"),
        Reason.UNKNOWN_GRANULARITY: _("unknown granularity"),
        Reason.UNKNOWN_LICENSE: _("unknown licence; taken as not specified"),
        Reason.UNKNOWN_FREQUENCY: _("unknown frequency"),
        Reason.UNREADABLE_DATE: _("unreadable date"),
        Reason.REVERSED_PERIOD: _("the period ends before it starts"),
        Reason.NO_THEME: _("no theme could be told from the tags and the title"),
        Reason.UNUSABLE_TAG: _("a tag needs at least two letters"),
        Reason.UNUSABLE_FORMAT: _("this is not a file format"),
        Reason.NO_ADDRESS: _("a file without an address"),
        Reason.NO_DESCRIPTION: _("no description; the title stands for it"),
        Reason.FORMER_TERRITORY: _("a former territory, passed to today's"),
        Reason.CLOSEST_TERRITORY: _("the closest territories kept here were taken"),
        Reason.TERRITORY_OF_ORGANIZATION: _("no territory declared; the organisation's was taken"),
        Reason.THEME_FROM_WORDS: _("theme told from the tags and the title"),
    }[reason]


def _read(path: Path, kind: Kind) -> list[dict[str, Any]]:
    try:
        return read_records(path.read_text(encoding="utf-8-sig"), kind)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise click.ClickException(_("{path}: not a text in UTF-8").format(path=path)) from error
    except UnreadableRecords as error:
        raise click.ClickException(
            _("{path}, line {line}: {fault}").format(
                path=path, line=error.line, fault=_fault_label(error)
            )
        ) from error


def _fault_label(error: UnreadableRecords) -> str:
    return {
        "not-json": _("not JSON ({detail})"),
        "not-a-record": _("not a record of data.gouv.fr"),
        "missing-field": _("not a record of data.gouv.fr: “{detail}” is missing or empty"),
        "wrong-type": _("not a record of data.gouv.fr: “{detail}” is of another type"),
        "empty": _("no record in this file"),
    }[error.fault].format(detail=error.detail)


def _known_territories(select: Iterable[str]) -> list[str]:
    found: list[str] = []
    for identifier in select:
        try:
            found += reference.current_ids(identifier)
        except reference.UnknownTerritory as error:
            raise click.BadParameter(
                _("unknown territory: {id}").format(id=identifier), param_hint="--select"
            ) from error
    return found


def _check_organization(name: str | None) -> None:
    if name and model.Group.get(name) is None:
        raise click.BadParameter(
            _("no such organisation: {name}").format(name=name), param_hint="--default-organization"
        )
