"""A search that a person keeps: read from its address, asked again of the catalogue, said in words.

Its identity is the hash of what it asks for, so that the same search is one thing for all.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import ckan.model as model
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import custom, facets
from ckanext.territoires.bridge.labels import PROJECT
from ckanext.territoires.bridge.reference import territory

DATASET = "dataset"
Pairs = tuple[tuple[str, str], ...]
#: What a search may ask for, beside vocab_*; order and page are not part of what it finds.
_ASKED = frozenset(
    {
        "q",
        "ext_territory",
        "ext_scope",
        "ext_service_territory",
        "ext_bbox",
        "organization",
        "groups",
        "tags",
        "res_format",
        "license_id",
    }
)
_VOCABULARY = re.compile(r"vocab_\w+")
#: Of the person who asks, not of what is found.
_PERSONAL = "ext_mine"


class NoSearch(ValueError):
    """The address asks for nothing that can be kept."""


@dataclass(frozen=True, slots=True)
class Search:
    """`type` is `dataset` or `project`; `pairs` are what the address asks for, in a fixed order."""

    type: str
    pairs: Pairs

    @property
    def id(self) -> str:
        """Identity of the search, the same whatever the order of its address."""
        return hashlib.sha256(json.dumps([self.type, self.pairs]).encode()).hexdigest()[:32]

    @property
    def path(self) -> str:
        """Its page, on this site, without a language."""
        page = "/projet" if self.type == PROJECT else "/dataset/"
        return f"{page}?{urlencode(self.pairs)}"

    def kept(self) -> dict[str, Any]:
        """What is kept of it, as JSON."""
        return {"type": self.type, "pairs": [list(pair) for pair in self.pairs]}


def of_address(address: str) -> Search:
    """Read the address of a page of results, whole or from its path.

    Raises:
        NoSearch: it asks for nothing, or for what is one person's alone.

    """
    parts = urlsplit(address)
    kind = PROJECT if parts.path.rstrip("/").endswith("/projet") else DATASET
    return of_pairs(kind, parse_qsl(parts.query))


def of_pairs(kind: str, pairs: Iterable[tuple[str, str]]) -> Search:
    """Make a search of what an address asks for.

    Raises:
        NoSearch: it asks for nothing, or for what is one person's alone.

    """
    given = [(name, value.strip()) for name, value in pairs if value.strip()]
    if any(name == _PERSONAL for name, _value in given):
        raise NoSearch
    kept = sorted({pair for pair in given if _is_asked(pair[0])})
    # A scope is of a territory.
    if not any(name == "ext_territory" for name, _value in kept):
        kept = [pair for pair in kept if pair[0] != "ext_scope"]
    if not kept:
        raise NoSearch
    return Search(kind, tuple(kept))


def of_kept(kept: Mapping[str, Any]) -> Search:
    """The search that was kept."""
    return Search(kept["type"], tuple((name, value) for name, value in kept["pairs"]))


def parameters(search: Search) -> dict[str, Any]:
    """The search, as `package_search` takes it."""
    filters, extras = criteria(search.pairs)
    return {
        "q": dict(search.pairs).get("q", ""),
        "fq_list": [f"dataset_type:{search.type}", *filters],
        "extras": extras,
    }


def criteria(pairs: Iterable[tuple[str, str]]) -> tuple[list[str], dict[str, Any]]:
    """What an address asks for beside its words and its order: filters of Solr, and extras."""
    filters: list[str] = []
    extras: dict[str, list[str]] = {}
    for name, value in pairs:
        if name.startswith("ext_"):
            extras.setdefault(name, []).append(value)
        elif name not in ("q", "sort"):
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            filters.append(f'{name}:"{escaped}"')
    return filters, {name: each[0] if len(each) == 1 else each for name, each in extras.items()}


def title(search: Search) -> str:
    """What a search asks for, in words of the reader's language."""
    by_name: dict[str, list[str]] = {}
    for name, value in search.pairs:
        by_name.setdefault(name, []).append(value)
    return " · ".join(filter(None, (_said(name, by_name[name]) for name in _ordered(by_name))))


def custom_territories(search: Search) -> bool:
    """Whether it asks for a territory that a person has made, which others may not see."""
    return any(
        value.startswith(custom.PREFIX) for name, value in search.pairs if name == "ext_territory"
    )


def _is_asked(name: str) -> bool:
    return name in _ASKED or _VOCABULARY.fullmatch(name) is not None


def _ordered(names: Iterable[str]) -> list[str]:
    first = ("q", "ext_territory", "ext_service_territory", "organization")
    return sorted(names, key=lambda name: (first.index(name) if name in first else 9, name))


def _said(name: str, values: list[str]) -> str:
    if name == "q":
        return tk._("“{words}”").format(words=values[0])
    if name == "ext_bbox":
        return tk._("box drawn on the map")
    if name == "ext_scope":
        return {"within": tk._("inside"), "exact": tk._("exactly")}.get(values[0], "")
    if name in ("ext_territory", "ext_service_territory"):
        return ", ".join(_place(id) for value in values for id in value.split(","))
    if name in ("organization", "groups"):
        groups = [(model.Group.get(value), value) for value in values]
        return ", ".join((group.title or value) if group else value for group, value in groups)
    labels = facets.labels(name)
    return ", ".join(labels.get(value, value) for value in values)


def _place(identifier: str) -> str:
    made = custom.find(identifier)
    if made is not None:
        return made.name if custom.readable(identifier) else identifier
    found = territory(identifier)
    return found.name if found else identifier
