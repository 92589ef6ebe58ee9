"""A filled sheet, and what the form of the site sends of it."""

from __future__ import annotations

import json
from typing import Any

from bs4 import BeautifulSoup

from tests.integration.projects.conftest import Circle

REDON = "fr:commune:35236"
TITLE = "Reconversion de la friche"


def fields_of(page: BeautifulSoup) -> dict[str, Any]:
    """What a browser sends of the form of a sheet, as it came."""
    form = page.select_one("form:has(#field-title)")
    assert form
    sent: dict[str, Any] = {}
    for field in form.select("input[name], textarea[name], select[name]"):
        name, kind = str(field["name"]), str(field.get("type", ""))
        if name == "_csrf_token" or (
            kind in ("radio", "checkbox") and not field.has_attr("checked")
        ):
            continue
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            value = str(chosen.get("value", "")) if chosen else ""
        else:
            value = (
                field.text.lstrip("\n") if field.name == "textarea" else str(field.get("value", ""))
            )
        sent.setdefault(name, []).append(value)
    return sent


def form_of(circle: Circle, **changed: str) -> dict[str, str]:
    """What the form of the sheet sends, with some answers changed."""
    shown = circle.call("sysadmin", "package_show", id=circle.project["id"])
    sent = {
        "title": shown["title"],
        "name": shown["name"],
        "notes": shown.get("notes") or "",
        "territory": REDON,
        "stage": shown["stage"],
        "owner_org": shown["owner_org"],
        "access_level": shown["access_level"],
        "_modified": shown["metadata_modified"],
        "_base": json.dumps(
            {
                "title": shown["title"],
                "notes": shown.get("notes"),
                "territory": [REDON],
                "stage": shown["stage"],
                "owner_org": shown["owner_org"],
                "access_level": shown["access_level"],
                "partners": shown["partners"],
                "calendar": shown["calendar"],
                "financing": shown["financing"],
            }
        ),
        "partners-0-name": "DREAL",
        "partners-0-role": "Sols",
        "calendar-0-date": "2026-09",
        "calendar-0-milestone": "Comité de pilotage",
        "financing-0-funder": "État",
        "financing-0-scheme": "DETR",
        "financing-0-asked": "40 000",
        "financing-0-granted": "32000",
        "financing-1-funder": "Commune",
        "financing-1-asked": "1000,50",
        "_action": "save",
    }
    return {**sent, **changed}
