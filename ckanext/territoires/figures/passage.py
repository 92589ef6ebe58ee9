"""From the communes of a file to those of today: who goes where, and with what share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ckanext.territoires.figures.status import Origin
from ckanext.territoires.territory.reference import Reference, Resolution

_PLACES = ("district", "delegated", "associated")


@dataclass(frozen=True, slots=True)
class Source:
    """A part of a commune of today: a commune of the file, None when the file lacks it.

    `share`: what goes to the commune of today, by population. `population`: of the part, when
    known.
    """

    row: int | None
    share: float
    population: int | None


@dataclass(frozen=True, slots=True)
class Carried:
    """A commune of today that is not, as it is, in the file."""

    id: str
    sources: tuple[Source, ...]
    origin: Origin

    @property
    def single(self) -> bool:
        """Whether it is one commune of the file under another code: any value goes with it."""
        return len(self.sources) == 1 and self.origin is Origin.PUBLISHED


@dataclass(frozen=True, slots=True)
class Passage:
    """What becomes of the communes of a file, given by their rank in it.

    `same`: those that are as they were. `carried`: those of today that are made of others.
    `former`: rank and identifier under which values are kept as published; a code that is still
    in force with another content is dated (`fr:commune:85084@2021-01-01`). `dropped`: parts of a
    commune that the file holds too. `unknown`: identifiers that were never those of a commune.
    """

    same: tuple[int, ...]
    carried: tuple[Carried, ...]
    former: tuple[tuple[int, str], ...]
    dropped: tuple[str, ...]
    unknown: tuple[str, ...]


def passage(ids: Sequence[str], reference: Reference, cog_year: int | None) -> Passage:
    """Carry the communes of a file, identifiers in the geography of `cog_year`, to today's.

    Without a year, a code of today means the commune of today, and one of the past what it was
    when it ended.
    """
    return _Carrier(ids, reference, cog_year).passage()


class _Carrier:
    """The work of `passage`."""

    def __init__(self, ids: Sequence[str], reference: Reference, cog_year: int | None) -> None:
        self.ids = ids
        self.rank = {id: rank for rank, id in enumerate(ids)}
        self.reference = reference
        self.year = cog_year
        self.moved: Mapping[str, Resolution] = _moved(reference, cog_year) if cog_year else {}
        self.made_of: dict[str, dict[str, float]] = {}
        self.districts: set[str] = set()
        self.same: list[int] = []
        self.dropped: list[str] = []
        self.unknown: list[str] = []
        self.former: dict[int, str] = {}

    def passage(self) -> Passage:
        """Sort the communes of the file."""
        today, moved = self.reference.territories, self.moved
        settled = [id in today and id not in moved for id in self.ids]
        self.same += [rank for rank, sure in enumerate(settled) if sure]
        for rank in [rank for rank, sure in enumerate(settled) if not sure]:
            self._place(rank)
        # A commune of today that received others is made of them and of what it was, whether or not
        # the file has them: without them, it is known in part.
        for target in _arrivals(self.reference, self.year):
            if target in self.rank and target not in self.moved:
                self.made_of.setdefault(target, {})
        made = set(self.made_of)
        self.same = [
            rank for rank in self.same if self.ids[rank] not in made or not self._absorbed(rank)
        ]
        for target in self.made_of:
            for id, share in _arrivals(self.reference, self.year).get(target, {}).items():
                self.made_of[target].setdefault(id, share)
        carried = tuple(
            self._carried(target, parts) for target, parts in sorted(self.made_of.items())
        )
        return Passage(
            tuple(self.same),
            carried,
            tuple(sorted(self.former.items())),
            tuple(self.dropped),
            tuple(self.unknown),
        )

    def _place(self, rank: int) -> None:
        id = self.ids[rank]
        found = self.moved.get(id) or self.reference.resolve(id.split(":")[2], self.year, "commune")
        if self.year is None and found.status in _PLACES and found.date:
            # It is a part of a commune today and was one by itself in the file.
            eve = int(found.date[:4]) - 1
            found = self.reference.resolve(found.code, eve, "commune")
        targets = found.territories
        if not targets:
            self.unknown.append(id)
            return
        if found.status in ("current", "restored"):
            self.same.append(rank)
            return
        others = [target for target, _ in targets if target != id]
        if found.status in _PLACES:
            self._part(rank, others[0], found.status)
        elif all(target in self.rank and self._is_new(target) for target in others):
            # The file holds what came after as well: the change is already made in it.
            if id in self.reference.territories:
                self.same.append(rank)
            else:
                self.dropped.append(id)
                self.former[rank] = id
        else:
            for target, share in targets:
                self.made_of.setdefault(target, {})[id] = share
            self._keep(rank)

    def _part(self, rank: int, commune: str, kind: str) -> None:
        """A municipal arrondissement or the like: never counted beside its commune."""
        if commune in self.rank:
            self.dropped.append(self.ids[rank])
            return
        parts = self.made_of.setdefault(commune, {})
        for place in self.reference.history.places:
            if (
                place.kind == kind
                and f"{self.reference.country}:commune:{place.commune}" == commune
            ):
                parts[f"{self.reference.country}:commune:{place.code}"] = 1.0
        parts[self.ids[rank]] = 1.0
        self.districts.add(commune)

    def _is_new(self, id: str) -> bool:
        """Whether a commune of today was not one in the year of the file."""
        if self.year is None:
            return False
        found = self.reference.resolve(id.split(":")[2], self.year, "commune")
        return found.status == "restored"

    def _absorbed(self, rank: int) -> bool:
        id = self.ids[rank]
        if id not in self.made_of:
            return False
        if self.year is not None and self._is_new(id):
            del self.made_of[id]
            return False
        self.made_of[id][id] = 1.0
        self._keep(rank)
        return True

    def _keep(self, rank: int) -> None:
        id = self.ids[rank]
        if id not in self.reference.territories:
            self.former[rank] = id
        elif self.year is not None:
            self.former[rank] = f"{id}@{self.year}-01-01"

    def _carried(self, target: str, parts: Mapping[str, float]) -> Carried:
        populations = _populations(self.reference, self.year)
        sources = tuple(
            Source(self.rank.get(id), share, populations.get(id))
            for id, share in sorted(parts.items())
        )
        if any(source.share < 1 for source in sources):
            origin = Origin.ESTIMATED
        elif target in self.districts:
            origin = Origin.COMPUTED
        else:
            origin = Origin.MERGED if len(sources) > 1 else Origin.PUBLISHED
        return Carried(target, sources, origin)


@lru_cache(maxsize=16)
def changed_communes(reference: Reference, year: int) -> frozenset[str]:
    """Communes of today that were not the same in a year: merged into, divided, or made of others.

    One that another code had by itself is the same.
    """
    moved = {id for id in _moved(reference, year) if id in reference.territories}
    return frozenset(moved).union(
        target
        for target, parts in _arrivals(reference, year).items()
        if len(parts) > 1 or any(share < 1 for share in parts.values())
    )


@lru_cache(maxsize=16)
def _moved(reference: Reference, year: int) -> Mapping[str, Resolution]:
    """Communes of a year that are not the same today, by identifier."""
    day = f"{year}-01-01"
    codes = {m.before for m in reference.history.moves if m.level == "commune" and m.date > day}
    found = {code: reference.resolve(code, year, "commune") for code in codes}
    return {
        f"{reference.country}:commune:{code}": resolution
        for code, resolution in found.items()
        if resolution.status not in ("current", "restored", "unknown", *_PLACES)
    }


@lru_cache(maxsize=16)
def _arrivals(reference: Reference, year: int | None) -> Mapping[str, Mapping[str, float]]:
    """Communes of a year that each commune of today is made of, when it is not the same."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    if year is None:
        return found
    moved = _moved(reference, year)
    for id, resolution in moved.items():
        for target, share in resolution.territories:
            found[target][id] = share
    for target in list(found):
        code = target.split(":")[2]
        if target not in moved and reference.resolve(code, year, "commune").status == "current":
            found[target][target] = 1.0
    return found


@lru_cache(maxsize=16)
def _populations(reference: Reference, year: int | None) -> Mapping[str, int]:
    """Population of the communes of a year, of the years at hand and of today."""
    found = {
        f"{reference.country}:commune:{state.code}": state.population
        for state in reference.history.past
        if state.level == "commune" and state.population
    }
    changed: Mapping[str, Resolution] = _moved(reference, year) if year else {}
    for territory in reference.territories.values():
        if territory.level == "commune" and territory.population and territory.id not in changed:
            found[territory.id] = territory.population
    return found
