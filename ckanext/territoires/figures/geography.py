"""Which commune belongs to what, as arrays; made once for a reference."""
# pyright: basic, reportArgumentType=false

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ckanext.territoires.territory.reference import Reference

#: Levels that are summed, and the level that each is the sum of: an EPCI has all its communes,
#: whatever the régions they are in; a département has its communes, not its EPCI.
SUMMED = (
    ("epci", "commune"),
    ("arrondissement", "commune"),
    ("departement", "commune"),
    ("region", "departement"),
    ("country-subset", "region"),
    ("country", "country-subset"),
)

#: Levels whose territories are compared with one another, and the groups they are compared in.
PEERS = (
    ("commune", "departement"),
    ("epci", "region"),
    ("arrondissement", "region"),
    ("departement", "region"),
    ("region", "country"),
)


@dataclass(frozen=True, slots=True)
class Level:
    """The territories of a level. Arrays have one item a territory.

    `inside`: for each larger level, the rank there of what contains it, -1 when nothing does.
    """

    ids: tuple[str, ...]
    rank: Mapping[str, int]
    populations: npt.NDArray[np.float64]
    #: How many communes it has; 1 for a commune.
    communes: npt.NDArray[np.int32]
    inside: Mapping[str, npt.NDArray[np.int32]]


@lru_cache(maxsize=2)
def geography(reference: Reference) -> Mapping[str, Level]:
    """The levels of a reference, from the commune to the country."""
    names = ("commune", *(level for level, _ in SUMMED))
    ids: dict[str, list[str]] = {name: [] for name in names}
    for territory in reference.territories.values():
        if territory.level in ids:
            ids[territory.level].append(territory.id)
    ranks = {name: {id: rank for rank, id in enumerate(found)} for name, found in ids.items()}
    level_of = {id: name for name, found in ids.items() for id in found}
    inside: dict[str, dict[str, npt.NDArray[np.int32]]] = {}
    for name, found in ids.items():
        inside[name] = {larger: np.full(len(found), -1, dtype=np.int32) for larger in names}
        for rank, id in enumerate(found):
            # Nearest first: of two régions that an EPCI overlaps, the first is kept, and no sum
            # goes through it.
            for parent in reversed(reference.lineage(id)):
                inside[name][level_of[parent]][rank] = ranks[level_of[parent]][parent]
    populations = np.array(
        [reference.territories[id].population or 0 for id in ids["commune"]], dtype=np.float64
    )
    levels: dict[str, Level] = {}
    for name, found in ids.items():
        if name == "commune":
            members, people = np.ones(len(found), dtype=np.int32), populations
        else:
            groups = inside["commune"][name]
            held = groups >= 0
            members = np.bincount(groups[held], minlength=len(found)).astype(np.int32)
            people = np.bincount(groups[held], populations[held], minlength=len(found))
        levels[name] = Level(tuple(found), ranks[name], people, members, inside[name])
    return levels
