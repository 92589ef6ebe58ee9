"""The form of a project's sheet: what was typed as fields, and two versions made one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import project_fields, project_links
from ckanext.territoires.logic.validators import project as validators
from ckanext.territoires.logic.validators import territories
from ckanext.territoires.logic.validators.query import territoires_year
from ckanext.territoires.sheet.changes import FIELDS, ROWS, differing, rows

Sent = Mapping[str, list[str]]
_ROW = re.compile(r"([a-z_]+)-(\d+)-([a-z_]+)")
_LISTS = ("theme", "programmes", "related_records")
_SINGLE = (
    "title",
    "name",
    "notes",
    "territory",
    "stage",
    "holder",
    "owner_org",
    "access_level",
    "tag_string",
    "related_datasets",
)
_MAX_ROWS = 300
_PARTS = {
    "asked": validators.territoires_euros,
    "granted": validators.territoires_euros,
    "paid": validators.territoires_euros,
    "year": territoires_year,
    "date": validators.territoires_partial_date,
}


def read(sent: Sent) -> dict[str, Any]:
    """The fields that a form holds: empty rows, and those ticked to be removed, are left out."""
    data: dict[str, Any] = {
        name: sent[name][0].strip() for name in _SINGLE if sent.get(name) is not None
    }
    data |= {name: [one for one in sent.get(name, ()) if one] for name in _LISTS}
    found: dict[str, dict[int, dict[str, str]]] = {name: {} for name in ROWS}
    for key, values in sent.items():
        match = _ROW.fullmatch(key)
        if match and match[1] in ROWS and match[3] in _subfields(match[1]):
            found[match[1]].setdefault(int(match[2]), {})[match[3]] = values[0].strip()
    for name, by_index in found.items():
        kept = [
            {part: text for part, text in row.items() if text}
            for index, row in sorted(by_index.items())
            if f"_remove-{name}-{index}" not in sent
        ]
        data[name] = [row for row in kept if _says_something(name, row)][:_MAX_ROWS]
    return data


def sheet_of(project: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a stored project that a form shows."""
    sheet = {name: project.get(name) for name in FIELDS if name != "tags"}
    tags = [tag["name"] for tag in project.get("tags") or ()]
    return sheet | {"name": project.get("name"), "tag_string": ", ".join(tags)}


def comparable(sheet: Mapping[str, Any]) -> dict[str, Any]:
    """A sheet, typed or stored, in the one way in which two may be compared."""
    found = {name: sheet.get(name) for name in FIELDS}
    found["tags"] = [
        tag for part in str(sheet.get("tag_string") or "").split(",") if (tag := part.strip())
    ]
    found["territory"] = territories_of(sheet.get("territory"))
    found["holder"] = _tried(validators.territoires_holder, sheet.get("holder"))
    found["related_datasets"] = _ids(sheet.get("related_datasets"))
    for name in ROWS:
        found[name] = [
            {part: _tried(_PARTS.get(part, str), value) for part, value in row.items()}
            for row in rows(sheet.get(name))
        ]
    return found


def territories_of(value: Any) -> list[str]:
    """The territories that are understood of what was typed or stored."""
    try:
        return list(territories.read(value or []).territories)
    except tk.Invalid:
        return []


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of which two people have two versions.

    `mine` and `theirs` are sheets of this one field; `proposed` is `mine` or `theirs` when only
    one of them changed it since the version that both began from, empty when both did.
    """

    field: str
    proposed: str


def compare(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> list[Difference]:
    """Fields of which mine and theirs differ, and whose change each is."""
    one, other, former = comparable(mine), comparable(theirs), comparable(base)
    changed_here, changed_there = differing(former, one), differing(former, other)
    found: list[Difference] = []
    for name in differing(one, other):
        here, there = name in changed_here, name in changed_there
        proposed = "" if here and there else "mine" if here else "theirs"
        found.append(Difference(name, proposed))
    return found


def merged(
    mine: Mapping[str, Any], theirs: Mapping[str, Any], choices: Mapping[str, str]
) -> dict[str, Any]:
    """My sheet with the fields of theirs that were chosen."""
    taken = {name for name, choice in choices.items() if choice == "theirs"}
    if "tags" in taken:
        taken.add("tag_string")
    return {**mine, **{name: theirs.get(name) for name in taken if name != "tags"}}


def rows_as_sent(name: str, sheet: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The rows of a field as a form sends them."""
    for index, row in enumerate(rows(sheet.get(name))):
        for part, value in row.items():
            yield f"{name}-{index}-{part}", str(value)


def as_sent(sheet: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A whole sheet as a form sends it."""
    found: list[tuple[str, str]] = []
    for name in _SINGLE:
        value = sheet.get(name)
        if isinstance(value, list):
            found.append((name, "\n".join(map(str, value))))
        elif value is not None:
            found.append((name, str(value)))
    for name in _LISTS:
        value = sheet.get(name) or []
        found += [(name, str(one)) for one in ([value] if isinstance(value, str) else value)]
    for name in ROWS:
        found += rows_as_sent(name, sheet)
    return found


def base_of(text: str) -> dict[str, Any]:
    """The version that a form was opened on, as the form carries it; empty when it does not."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _says_something(name: str, row: Mapping[str, str]) -> bool:
    # The stage of a date and the record of a line are the form's, not the person's.
    ignored = {"stage_dates": "stage", "financing": "record"}.get(name)
    return any(part != ignored for part in row)


def _subfields(name: str) -> set[str]:
    for field in project_fields.fields():
        if field["field_name"] == name:
            return {each["field_name"] for each in field.get("repeating_subfields", ())}
    return set()


def _ids(value: Any) -> list[str]:
    return project_links.ids_of(value if isinstance(value, list) else str(value or "").split())


def _tried(validator: Any, value: Any) -> Any:
    """What a validator makes of a value; the value itself when it refuses it."""
    if value in (None, ""):
        return ""
    try:
        return validator(value)
    except tk.Invalid:
        return str(value)
