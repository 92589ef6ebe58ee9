"""Template helpers."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import wording
from ckanext.territoires.bridge.reference import territory


def territoires_level_label(level: str) -> str:
    """Name of a level in the reader's language."""
    return wording.level_label(level)


def territoires_territory(identifier: str) -> dict[str, Any] | None:
    """A territory as `territoires_territory_show` gives it; None when nothing answers."""
    try:
        return tk.get_action("territoires_territory_show")({}, {"id": identifier})
    except tk.ObjectNotFound:
        return None


def territoires_territory_name(identifier: str) -> str:
    """Name of a territory, or its identifier when nothing answers."""
    found = territory(identifier)
    if found:
        return found.name
    shown = territoires_territory(identifier)
    return shown["name"] if shown else identifier
