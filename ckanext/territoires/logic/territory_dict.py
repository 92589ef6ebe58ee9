"""A territory as the API gives it."""

from __future__ import annotations

from typing import Any

from ckanext.territoires.bridge import custom, wording
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.model import CustomTerritory
from ckanext.territoires.territory.reference import Territory
from ckanext.territoires.territory.slug import slugify


def brief(territory: Territory) -> dict[str, Any]:
    """What it takes to name a territory and to link to it.

    `where` and `level_label` are in the reader's language; `path` is the path of its page.
    """
    slug = slugify(territory.name)
    return {
        "id": territory.id,
        "level": territory.level,
        "level_label": wording.level_label(territory.level),
        "code": territory.code,
        "name": territory.name,
        "slug": slug,
        "path": f"/territoire/{territory.level}/{territory.code}/{slug}",
        "where": wording.where(territory),
        "population": territory.population,
    }


def full(territory: Territory) -> dict[str, Any]:
    """All that the reference knows of a territory, its parents by nearest first."""
    known = reference()
    seat = known.get(territory.seat) if territory.seat else None
    parents = [known.get(id) for id in territory.parents]
    return brief(territory) | {
        "article": territory.article,
        "kind": territory.kind,
        "siren": territory.siren,
        "postal_codes": list(territory.postal_codes),
        "seat": brief(seat) if seat else None,
        "parents": [brief(parent) for parent in parents if parent],
        "cog_year": known.year,
    }


def from_custom(record: CustomTerritory) -> dict[str, Any]:
    """A custom territory, in the same fields; `communes` holds its members' identifiers."""
    known = reference()
    members = [found for id in record.communes if (found := known.get(id))]
    parents = [known.get(id) for id in custom.above(record.identifier)]
    return {
        "id": record.identifier,
        "level": "custom",
        "level_label": wording.level_label("custom"),
        "code": record.slug,
        "name": record.name,
        "slug": record.slug,
        "path": f"/territoire/custom/{record.slug}/{record.slug}",
        "where": wording.level_label("custom"),
        "population": sum(member.population or 0 for member in members),
        "article": "",
        "kind": "custom",
        "siren": None,
        "postal_codes": [],
        "seat": None,
        "parents": [brief(parent) for parent in parents if parent],
        "cog_year": known.year,
        "communes": record.communes,
        "visibility": record.visibility,
        "author_id": record.author_id,
        "created": record.created.isoformat(),
        "modified": record.modified.isoformat(),
    }
