"""Territories drawn from the whole nation, as the datasets of a national catalogue name them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from ckanext.territoires.bridge.reference import reference

NATION = "country:fr"
LEVELS = ("commune", "epci", "arrondissement", "departement", "region")
# Shares of a catalogue, in percent, by what a dataset covers.
SHARES = {
    "commune": 46,
    "epci": 14,
    "arrondissement": 2,
    "departement": 15,
    "region": 8,
    "country": 4,
    "neighbours": 8,
    "departements": 2,
    "unsaid": 1,
}
# What a commune of few inhabitants still has of its own: its plan, its risks, its roads.
INHABITANTS_OF_NOBODY = 2000


@dataclass(frozen=True)
class Nation:
    """Identifiers of the territories of each level, and weights to draw communes by."""

    by_level: dict[str, tuple[str, ...]]
    weights: tuple[int, ...]

    @classmethod
    def of_today(cls) -> Nation:
        """The nation as the reference knows it."""
        known = reference()
        members = {level: known.members(NATION, level) for level in LEVELS}
        weights = tuple((t.population or 0) + INHABITANTS_OF_NOBODY for t in members["commune"])
        return cls({level: tuple(t.id for t in found) for level, found in members.items()}, weights)

    def coverages(self, draw: random.Random, count: int) -> list[list[str]]:
        """What `count` datasets cover: mostly one territory, some of them several, some none."""
        kinds = draw.choices(list(SHARES), list(SHARES.values()), k=count)
        communes = iter(draw.choices(self.by_level["commune"], self.weights, k=count))
        return [self._coverage(draw, kind, next(communes)) for kind in kinds]

    def _coverage(self, draw: random.Random, kind: str, commune: str) -> list[str]:
        if kind == "commune":
            return [commune]
        if kind == "country":
            return [NATION]
        if kind == "neighbours":
            return self._neighbours(draw, commune)
        if kind == "departements":
            return draw.sample(self.by_level["departement"], k=draw.randint(2, 5))
        if kind == "unsaid":
            return []
        return [draw.choice(self.by_level[kind])]

    def _neighbours(self, draw: random.Random, commune: str) -> list[str]:
        above = reference().lineage(commune)
        epci = next((id for id in above if ":epci:" in id), None)
        if epci is None:
            return [commune]
        members = [t.id for t in reference().members(epci, "commune")]
        return draw.sample(members, k=min(len(members), draw.randint(2, 30)))

    def sample(self, draw: random.Random, count: int) -> list[str]:
        """`count` territories as people ask for them: half communes, then every level."""
        levels = draw.choices(LEVELS, (10, 4, 2, 3, 1), k=count)
        return [
            draw.choices(self.by_level[level], self.weights)[0]
            if level == "commune"
            else draw.choice(self.by_level[level])
            for level in levels
        ]


def codes_inside(territory: str) -> Sequence[str]:
    """Every identifier inside a territory, itself included: what one types without a lineage."""
    known = reference()
    return [territory, *(t.id for level in LEVELS for t in known.members(territory, level))]
