"""What a scheme, a programme or a zoning is, in the reader's words, and who answers for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import ckan.model as model
import yaml
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import custom, services
from ckanext.territoires.bridge.reference import LEVELS, parse
from ckanext.territoires.territory.names import fold


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme in words; all but `label` are empty for one that nobody described."""

    label: str
    meaning: str = ""
    link: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Who answers: the kind of service in words, and the nearest of that kind, if any is here."""

    label: str
    service: model.Group | None = None

    @property
    def email(self) -> str:
        """Mailbox of the service; an empty text without one."""
        return services.extras_of(self.service).get("contact_email", "") if self.service else ""


def scheme(name: str | None) -> Scheme:
    """The scheme that a record names; a name that is not described is its own label."""
    found = _by_alias().get(fold(name or ""))
    if found is None:
        return Scheme(name or "")
    return Scheme(
        _said(found["label"]), _said(found["meaning"]), found.get("link", ""), found["contact"]
    )


def publishers(part: str) -> str:
    """Who could publish a part of a territory's page, in words; see `parts` of schemes.yaml."""
    return _said(_read()["parts"][part]["publishers"])


def contacts(territory_id: str) -> Mapping[str, Contact]:
    """Who answers for a territory, by the name of the contact: one query.

    Parts of the page are names too: the contact of `grant`, of `plan`...
    """
    near = [territory_id, *custom.above(territory_id)]
    competent = sorted(services.competent_for(near), key=_nearness)
    named = [(fold(service.name), fold(service.title or ""), service) for service in competent]
    found = {
        name: Contact(_said(described["label"]), _first(named, described["services"]))
        for name, described in _read()["contacts"].items()
    }
    return found | {name: found[part["contact"]] for name, part in _read()["parts"].items()}


def _nearness(service: model.Group) -> int:
    return LEVELS.index(parse(services.extras_of(service)["territory"]).level)


def _first(
    named: Sequence[tuple[str, str, model.Group]], words: Sequence[str]
) -> model.Group | None:
    """The nearest service whose name or title begins with one of these."""
    for name, title, service in named:
        for word in words:
            if any(text == word or text.startswith(f"{word} ") for text in (name, title)):
                return service
    return None


def _said(words: Mapping[str, str]) -> str:
    return words["fr"] if tk.h.lang().startswith("fr") else words["en"]


@cache
def _read() -> Mapping[str, Any]:
    text = files("ckanext.territoires.bridge").joinpath("schemes.yaml").read_text("utf-8")
    return yaml.safe_load(text)


@cache
def _by_alias() -> Mapping[str, Any]:
    return {
        fold(alias): described
        for name, described in _read()["schemes"].items()
        for alias in (name, *described["aliases"])
    }
