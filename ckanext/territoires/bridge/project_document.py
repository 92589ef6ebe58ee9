"""The sheet of a project as a document in the reader's words: the page to print and the files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import project_fields, schemes
from ckanext.territoires.bridge.project_fields import date_words, euros, field_label
from ckanext.territoires.sheet import financing
from ckanext.territoires.sheet.changes import rows
from ckanext.territoires.sheet.financing import AMOUNTS

_MARKS = re.compile(r"(^|\s)(#{1,6}|>|\*|-)\s+|[*_`]{1,3}|<[^>]*>")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Plan:
    """A financing plan as text: a cell is empty when the amount is not known."""

    columns: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProjectDocument:
    """All that a sheet says to this reader, in their language.

    `facts`: label and text; `calendar`: date and milestone, in order; `links`: titles.
    """

    language: str
    title: str
    address: str
    stage: str
    access: str
    territories: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    notes: str
    paragraphs: tuple[str, ...]
    stages: tuple[tuple[str, str], ...]
    calendar: tuple[tuple[str, str], ...]
    plan: Plan | None
    partners: tuple[str, ...]
    contacts: tuple[str, ...]
    links: tuple[str, ...]
    updated: str
    publisher: str


def document(
    project: Mapping[str, Any], links: Sequence[str], publisher: str, address: str
) -> ProjectDocument:
    """The document of a project as `package_show` gives it.

    `links`: titles of what it is linked to, those that the reader may see.
    """
    notes = str(project.get("notes") or "")
    return ProjectDocument(
        language=project_fields.reader_language(),
        title=str(project.get("title") or project["name"]),
        address=address,
        stage=project_fields.stage_label(project.get("stage")),
        access=project_fields.choice_label("access_level", str(project.get("access_level") or "")),
        territories=tuple(map(project_fields.territory_name, project.get("territory") or ())),
        facts=tuple(_facts(project)),
        notes=notes,
        paragraphs=paragraphs(notes),
        stages=tuple(
            (project_fields.stage_label(row["stage"]), date_words(row["date"]))
            for row in sorted(rows(project.get("stage_dates")), key=lambda row: str(row["date"]))
        ),
        calendar=tuple(
            (date_words(row["date"]), row["milestone"])
            for row in sorted(rows(project.get("calendar")), key=lambda row: str(row["date"]))
        ),
        plan=_plan(project),
        partners=tuple(
            project_fields.row_words("partners", row) for row in rows(project.get("partners"))
        ),
        contacts=tuple(
            project_fields.row_words("contacts", row) for row in rows(project.get("contacts"))
        ),
        links=tuple(links),
        updated=_day(str(project.get("metadata_modified") or "")),
        publisher=publisher,
    )


def paragraphs(markdown: str) -> tuple[str, ...]:
    """A text in Markdown as plain paragraphs."""
    plain = _LINK.sub(r"\1", markdown.replace("\r\n", "\n"))
    parts = (" ".join(_MARKS.sub(" ", part).split()) for part in re.split(r"\n\s*\n", plain))
    return tuple(part for part in parts if part)


def _facts(project: Mapping[str, Any]) -> list[tuple[str, str]]:
    service = project.get("organization") or {}
    themes = [project_fields.choice_label("theme", one) for one in project.get("theme") or ()]
    programmes = [schemes.scheme(name).label for name in project.get("programmes") or ()]
    holder = project_fields.holder_name(str(project.get("holder") or ""))
    found = [
        (field_label("stage"), project_fields.stage_label(project.get("stage"))),
        (
            field_label("territory"),
            ", ".join(map(project_fields.territory_name, project.get("territory") or ())),
        ),
        (field_label("holder"), holder),
        (field_label("owner_org"), str(service.get("title") or service.get("name") or "")),
        (field_label("programmes"), ", ".join(programmes)),
        (field_label("theme"), ", ".join(themes)),
    ]
    return [(label, text) for label, text in found if text]


def _plan(project: Mapping[str, Any]) -> Plan | None:
    lines = financing.read(project.get("financing") or ())
    if not lines:
        return None
    totals = financing.totals(lines)
    columns = (
        *(field_label("financing", part) for part in ("funder", "scheme", "year")),
        *(field_label("financing", kind) for kind in AMOUNTS),
    )
    return Plan(
        columns,
        tuple(
            (
                line.funder,
                line.scheme,
                str(line.year or ""),
                *(_amount(getattr(line, kind)) for kind in AMOUNTS),
            )
            for line in lines
        ),
        tuple(_total(totals[kind]) for kind in AMOUNTS),
    )


def _amount(value: Any) -> str:
    return "" if value is None else euros(value)


def _total(total: financing.Total) -> str:
    if not total.lines:
        return ""
    text = euros(total.amount)
    return tk._("at least {number}").format(number=text) if total.floor else text


def _day(moment: str) -> str:
    try:
        return date_words(datetime.fromisoformat(moment).date().isoformat())
    except ValueError:
        return ""
