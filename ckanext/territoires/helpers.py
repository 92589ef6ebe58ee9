"""Template helpers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.territoires import config
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


def territoires_home_territory() -> str:
    """Identifier of the territory that the site serves."""
    return config.home_territory()


def territoires_lines(value: Any) -> str:
    """Territories as a form shows them: an identifier and a name a line; what was typed, as it is.

    The validators read the identifier and leave the name.
    """
    if not isinstance(value, list):
        value = [value] if value else []
    return "\n".join(_line(str(item)) for item in value)


def _line(item: str) -> str:
    found = territory(item)
    return f"{item} {found.name}, {wording.where(found)}" if found else item


def territoires_brief(value: Any) -> list[dict[str, Any]]:
    """Territories of a field in brief, in its order; what no longer exists is left out."""
    ids = [value] if isinstance(value, str) else value or []
    return [found for id in ids if (found := territoires_territory(id))]


def territoires_access_level(dataset: dict[str, Any]) -> str:
    """Access level of a dataset, or the one proposed for a new one.

    A catalogue that existed before has datasets without a level.
    """
    if dataset.get("access_level"):
        return dataset["access_level"]
    if "private" in dataset:
        return "service" if tk.asbool(dataset["private"]) else "public"
    return config.default_access_level()


def territoires_access_label(level: str) -> str:
    """Who an access level admits, in words."""
    return {
        "public": tk._("Public"),
        "agents": tk._("Agents of the State"),
        "service": tk._("My service"),
    }.get(level, level)


def territoires_cog_years(_field: dict[str, Any]) -> list[dict[str, Any]]:
    """Years of the official geographic code that a file may use, the latest first."""
    latest = datetime.now(tz=UTC).year
    return [{"value": str(year), "label": str(year)} for year in range(latest, 2002, -1)]
