"""What a validator knows of the form that it answers to."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

FORM_VIEWS = ("new", "edit")


def is_empty(value: Any) -> bool:
    """Whether a field was left out or left blank."""
    return value is tk.missing or value is None or value in ("", []) or str(value).strip() == ""


def in_dataset_form() -> bool:
    """Whether a person saves the form of a dataset or a project: a program calls the API."""
    return _in_form("dataset") or _in_form("territoires_project")


def _in_form(blueprint: str) -> bool:
    if not tk.request or tk.request.method != "POST":
        return False
    place, _, view = (tk.request.endpoint or "").rpartition(".")
    return place == blueprint and view in FORM_VIEWS


def remark(message: str) -> None:
    """Say something to the person who saves a form, without refusing it, and once."""
    if not (in_dataset_form() or _in_form("organization")):
        return
    said = tk.g.setdefault("territoires_remarks", set())
    if message not in said:
        said.add(message)
        tk.h.flash_notice(message)
