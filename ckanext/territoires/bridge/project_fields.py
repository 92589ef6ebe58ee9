"""The fields of a project's sheet and their choices, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk

from ckanext.scheming import helpers as scheming
from ckanext.territoires.bridge import custom
from ckanext.territoires.bridge.labels import PROJECT
from ckanext.territoires.bridge.number_wording import number, reader_language
from ckanext.territoires.bridge.reference import UnknownTerritory, current_ids, reference
from ckanext.territoires.sheet.changes import ROWS, codes, rows
from ckanext.territoires.sheet.financing import AMOUNTS

Field = Mapping[str, Any]


def fields() -> list[Field]:
    """Fields of the schema of projects, in its order; none on a site that lacks it."""
    schema = scheming.scheming_get_dataset_schema(PROJECT)
    return schema["dataset_fields"] if schema else []


def field_label(name: str, subfield: str = "") -> str:
    """Label of a field, or of a part of its rows."""
    found = _named(fields(), name)
    if subfield:
        found = _named(found.get("repeating_subfields", ()), subfield)
    return said(found["label"]) if found else subfield or name


def choice_label(name: str, value: str) -> str:
    """Label of a value of a field that has choices; the value itself when it is none of them."""
    found = _named(fields(), name)
    for choice in scheming.scheming_field_choices(found) or [] if found else []:
        if choice["value"] == value:
            return said(choice["label"])
    return value


def said(words: Any) -> str:
    """A text of the schema in the reader's language."""
    return scheming.scheming_language_text(words, reader_language())


def territory_name(identifier: str) -> str:
    """Name of a territory; the identifier of one that nothing answers to or that is not shared."""
    try:
        today = current_ids(identifier)[0]
    except (UnknownTerritory, IndexError):
        return identifier
    found = reference().get(today)
    if found:
        return found.name
    own = custom.find(today)
    return own.name if own and custom.readable(today) else identifier


def holder_name(value: str) -> str:
    """Who carries a project: the name of the territory, or that of the body."""
    return territory_name(value) if ":" in value else value


def date_words(value: str) -> str:
    """A day, a month or a year as a person writes it."""
    parts = value.split("-")
    if len(parts) == 1:
        return value
    if len(parts) == 2:
        return tk._("{month}/{year}").format(month=parts[1], year=parts[0])
    return tk._("{day}/{month}/{year}").format(day=parts[2], month=parts[1], year=parts[0])


def euros(value: Any) -> str:
    """An amount in euros, with cents when there are some."""
    amount = float(value)
    return number(amount, 0 if amount == int(amount) else 2, "€")


def value_words(name: str, value: Any) -> list[str]:
    """A value of a field in words, a line each; none when it is empty."""
    if value in (None, "", []):
        return []
    if name == "territory":
        return [territory_name(one) for one in codes(value)]
    if name == "holder":
        return [holder_name(str(value))]
    if name == "owner_org":
        service = model.Group.get(str(value))
        return [service.title or service.name] if service else []
    if name in ("related_datasets", "related_records"):
        return [str(len(codes(value)))]
    if name in ROWS:
        return [row_words(name, row) for row in rows(value)]
    if isinstance(value, list):
        return [choice_label(name, one) for one in codes(value)]
    return [choice_label(name, str(value))]


def row_words(name: str, row: Mapping[str, Any]) -> str:
    """A row in one line, its parts in the order of the schema."""
    parts: list[str] = []
    for field in _named(fields(), name).get("repeating_subfields", ()):
        part = field["field_name"]
        value = row.get(part)
        if value in (None, "") or part == "record":
            continue
        if part in AMOUNTS:
            parts.append(f"{said(field['label'])} : {euros_or_text(value)}")
        elif part == "date":
            parts.append(date_words(str(value)))
        else:
            parts.append(choice_label(name, str(value)) if part != "stage" else stage_label(value))
    return ", ".join(parts)


def stage_label(value: Any) -> str:
    """Name of a stage in the reader's language."""
    return choice_label("stage", str(value or ""))


def euros_or_text(value: Any) -> str:
    """An amount, or what was typed in its place."""
    try:
        return euros(value)
    except (TypeError, ValueError):
        return str(value)


def _named(among: Any, name: str) -> Field:
    return next((field for field in among if field["field_name"] == name), {})
