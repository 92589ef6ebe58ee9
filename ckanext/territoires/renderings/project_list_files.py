"""A list of projects as CSV and XLSX: the same lines, columns and values."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import project_fields, schemes
from ckanext.territoires.sheet import financing

Project = Mapping[str, Any]
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_WIDTHS = {"title": 50, "territories": 36, "notes": 60, "service": 36, "address": 40}
# A spreadsheet would run a text that begins so as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(extension: str, projects: Sequence[Project], address: str) -> bytes:
    """The bytes of a file, `csv` or `xlsx`; `address` ends in a slash, before the name."""
    lines = [_values(project, address) for project in projects]
    return _csv(lines) if extension == "csv" else _xlsx(lines)


def columns() -> dict[str, str]:
    """The columns of a file and their headings in the reader's language."""
    return {
        "title": project_fields.field_label("title"),
        "stage": project_fields.field_label("stage"),
        "territories": project_fields.field_label("territory"),
        "territory_ids": tk._("Identifiers of the territories"),
        "themes": project_fields.field_label("theme"),
        "programmes": project_fields.field_label("programmes"),
        "holder": project_fields.field_label("holder"),
        "service": project_fields.field_label("owner_org"),
        "asked": tk._("Amount asked, in euros"),
        "granted": tk._("Amount granted, in euros"),
        "paid": tk._("Amount paid, in euros"),
        "access": project_fields.field_label("access_level"),
        "modified": tk._("Last updated"),
        "notes": project_fields.field_label("notes"),
        "address": tk._("Address"),
    }


def _values(project: Project, address: str) -> list[Any]:
    """The cells of a project; an amount that no line says is empty, not zero."""
    territories = project.get("territory") or []
    service = project.get("organization") or {}
    totals = financing.totals(financing.read(project.get("financing") or ()))
    found = {
        "title": project.get("title") or project["name"],
        "stage": project_fields.stage_label(project.get("stage")),
        "territories": ", ".join(map(project_fields.territory_name, territories)),
        "territory_ids": ", ".join(territories),
        "themes": ", ".join(
            project_fields.choice_label("theme", one) for one in project.get("theme") or ()
        ),
        "programmes": ", ".join(
            schemes.scheme(one).label for one in project.get("programmes") or ()
        ),
        "holder": project_fields.holder_name(str(project.get("holder") or "")),
        "service": service.get("title") or service.get("name") or "",
        "access": project_fields.choice_label(
            "access_level", str(project.get("access_level") or "")
        ),
        "modified": str(project.get("metadata_modified") or "")[:10],
        "notes": project.get("notes") or "",
        "address": f"{address}{project['name']}",
    } | {kind: float(each.amount) if each.lines else None for kind, each in totals.items()}
    return [found[name] for name in columns()]


def _csv(lines: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with a byte order mark and semicolons; amounts with a decimal point."""
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns().values())
    for line in lines:
        writer.writerow([_plain(value) for value in line])
    return text.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _xlsx(lines: Sequence[Sequence[Any]]) -> bytes:
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": tk._("Projects")})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        euros = book.add_format({"num_format": "#,##0.00"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(tk._("Projects"))
        named = columns()
        for column, (key, label) in enumerate(named.items()):
            money = euros if key in financing.AMOUNTS else None
            sheet.set_column(column, column, _WIDTHS.get(key, 16), money)
            sheet.write_string(0, column, label, head)
        sheet.freeze_panes(1, 0)
        for row, line in enumerate(lines, 1):
            for column, (key, value) in enumerate(zip(named, line, strict=True)):
                if value is None or value == "":
                    continue
                if key == "modified":
                    sheet.write_datetime(row, column, datetime.fromisoformat(value), day)
                elif isinstance(value, float):
                    sheet.write_number(row, column, value)
                else:
                    sheet.write_string(row, column, str(value))
        sheet.autofilter(0, 0, max(len(lines), 1), len(named) - 1)
    return out.getvalue()
