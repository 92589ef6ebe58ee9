"""Tables of words: licences, frequencies, granularities, zones, themes. Packaged, read once."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

MAX_THEMES = 3


@dataclass(frozen=True, slots=True)
class Zone:
    """Territories that stand for a zone; not `exact` when they are not the same ground."""

    territories: tuple[str, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the words of data.gouv.fr are called here."""

    licenses: Mapping[str, str]
    frequencies: Mapping[str, str]
    granularities: Mapping[str, str]
    zones: Mapping[str, Zone]
    theme_words: Mapping[str, tuple[str, ...]]

    def themes(self, labels: Iterable[str]) -> tuple[str, ...]:
        """EU themes that the labels announce, the most often announced first, three at most."""
        votes: Counter[str] = Counter()
        for label in labels:
            slug = slugify(label)
            found = {t for t, words in self.theme_words.items() if _announces(words, slug)}
            votes.update(sorted(found))
        return tuple(theme for theme, _count in votes.most_common(MAX_THEMES))


@cache
def vocabulary() -> Vocabulary:
    """The tables shipped with the package."""
    words, themes = _read("vocabulary.yaml"), _read("themes.yaml")
    return Vocabulary(
        licenses=MappingProxyType(words["licenses"]),
        frequencies=MappingProxyType(words["frequencies"]),
        granularities=MappingProxyType(words["granularities"]),
        zones=MappingProxyType({name: _zone(zone) for name, zone in words["zones"].items()}),
        theme_words=MappingProxyType({theme: tuple(found) for theme, found in themes.items()}),
    )


def slugify(text: str) -> str:
    """Lower case, without accents, words joined by hyphens."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")


def _announces(words: tuple[str, ...], slug: str) -> bool:
    parts = slug.split("-")
    return any(_matches(word, slug, parts) for word in words)


def _matches(word: str, slug: str, parts: list[str]) -> bool:
    if word.endswith("*"):
        return any(part.startswith(word[:-1]) for part in parts)
    return f"-{word}-" in f"-{slug}-"


def _zone(declared: dict[str, Any]) -> Zone:
    departements = (f"fr:departement:{code}" for code in declared.get("departements", ()))
    return Zone((*declared.get("territories", ()), *departements), declared["exact"])


def _read(name: str) -> dict[str, Any]:
    table = files("ckanext.territoires.udata").joinpath(name)
    return yaml.safe_load(table.read_text(encoding="utf-8"))
