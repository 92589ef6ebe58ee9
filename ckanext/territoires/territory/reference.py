"""The reference of a country: its territories as they are today, and the ways into its history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path

from ckanext.territoires.territory import tables
from ckanext.territoires.territory.changes import Diff, YearState, compare, state_of
from ckanext.territoires.territory.history import History, Resolution
from ckanext.territoires.territory.names import ARTICLES, fold
from ckanext.territoires.territory.outlines import Geometry, Outlines
from ckanext.territoires.territory.search import Match, SearchIndex

__all__ = ["Diff", "Match", "Reference", "Resolution", "Territory", "load_reference"]


@dataclass(frozen=True, slots=True)
class Territory:
    """A territory of today.

    ``parents`` are the identifiers of all that contains it, nearest first. ``liaison`` is INSEE's
    TNCC, from which ``names.of`` makes "du Mans"; ``article`` goes before the name in a sentence.
    ``since`` is the first COG at hand in which it was as it is.
    """

    id: str
    level: str
    code: str
    name: str
    article: str
    siren: str | None
    population: int | None
    postal_codes: tuple[str, ...]
    seat: str | None
    kind: str
    parents: tuple[str, ...]
    liaison: int = 0
    since: int | None = None


class Reference:
    """Everything known of the territories of one country, at one COG year. Immutable."""

    def __init__(self, folder: Path = tables.PACKAGED) -> None:
        """Read the territories of ``folder``; the rest is read when it is first asked for.

        Raises tables.InvalidReference.
        """
        self.folder = folder
        self.provenance = tables.provenance(folder)
        self.year: int = int(self.provenance["year"])
        self.country: str = str(self.provenance["country"])
        self.version = f"{self.year}-{tables.digest(folder)}"
        rows = tables.read(folder, "territories")
        self.territories: Mapping[str, Territory] = _territories(self.country, rows)
        # Two, for a comparison: each holds every commune of its year.
        self._state = lru_cache(maxsize=2)(partial(state_of, self))

    def get(self, id: str) -> Territory | None:
        """Return a territory of today, None when there is none of this identifier."""
        return self.territories.get(id)

    def lineage(self, id: str) -> tuple[str, ...]:
        """Identifiers of all that contains a territory, nearest first; empty when unknown."""
        found = self.territories.get(id)
        return found.parents if found else ()

    def members(self, id: str, level: str = "commune") -> tuple[Territory, ...]:
        """Territories of a level within a territory, by name.

        An EPCI counts as a member of each département, région and arrondissement it overlaps.
        """
        return tuple(self._members.get((id, level), ()))

    def resolve(self, code: str, year: int | None = None, level: str | None = None) -> Resolution:
        """Today's territories for a code, or an identifier, of any time since 1943.

        ``year`` is the COG year in which the code was used. Shares are of the population.
        """
        return self.history.resolve(code, year, level)

    def search(
        self, q: str, *, level: str | None = None, within: str | None = None, limit: int = 10
    ) -> tuple[Match, ...]:
        """Territories that a text names, best first: by name, former name, code or postal code.

        ``within`` keeps what lies strictly inside a territory.
        """
        return self.index.search(q, level=level, within=within, limit=limit)

    def outline(self, id: str) -> Geometry | None:
        """GeoJSON geometry of a territory, None when none is known; see ``outlines`` for more."""
        return self.outlines.outline(id)

    def in_year(self, year: int) -> YearState:
        """Communes and EPCI as they were in a COG year at hand; ValueError for another one."""
        return self._state(year)

    def diff(self, old: int, new: int) -> Diff:
        """What changed from one COG year to another; ValueError for a year that is not at hand."""
        return compare(self, old, new)

    @cached_property
    def history(self) -> History:
        """Codes of the past."""
        return History(self)

    @cached_property
    def index(self) -> SearchIndex:
        """The typeahead; the first access takes a fraction of a second."""
        return SearchIndex(self)

    @cached_property
    def outlines(self) -> Outlines:
        """The outlines of the territories."""
        return Outlines(self.folder)

    @cached_property
    def folded(self) -> Mapping[str, str]:
        """Folded name of each territory."""
        return {id: fold(territory.name) for id, territory in self.territories.items()}

    @cached_property
    def _members(self) -> Mapping[tuple[str, str], list[Territory]]:
        members: dict[tuple[str, str], list[Territory]] = defaultdict(list)
        ordered = sorted(self.territories.values(), key=lambda t: (self.folded[t.id], t.id))
        for territory in ordered:
            for parent in territory.parents:
                members[parent, territory.level].append(territory)
        return members


@lru_cache(maxsize=4)
def load_reference(folder: Path | None = None) -> Reference:
    """Return the reference of a folder, the packaged one by default; read once a process.

    Raises tables.InvalidReference.
    """
    return Reference(Path(folder) if folder else tables.PACKAGED)


def _territories(country: str, rows: Iterable[list[str]]) -> dict[str, Territory]:
    lineages: dict[tuple[str, ...], tuple[str, ...]] = {}
    found: dict[str, Territory] = {}
    for row in rows:
        level, code, name, liaison, kind, siren, population, postal_codes, seat = row[:9]
        above = tuple(row[9:14])
        parents = lineages.get((level, *above))
        if parents is None:
            parents = lineages[level, *above] = _lineage(country, level, above)
        id = identify(country, level, code)
        found[id] = Territory(
            id,
            level,
            code,
            name,
            ARTICLES[int(liaison)],
            siren or None,
            int(population) if population else None,
            tuple(postal_codes.split()),
            f"{country}:commune:{seat}" if seat else None,
            kind,
            parents,
            int(liaison),
            int(row[14]) if row[14] else None,
        )
    return found


def identify(country: str, level: str, code: str) -> str:
    """Write the identifier of a code of a level."""
    if level == "country":
        return f"country:{code}"
    if level == "country-subset":
        return f"country-subset:{country}:{code}"
    return f"{country}:{level}:{code}"


def _lineage(country: str, level: str, above: tuple[str, ...]) -> tuple[str, ...]:
    levels = ("epci", "arrondissement", "departement", "region", "country-subset")
    parents = [
        identify(country, parent_level, code)
        for parent_level, codes in zip(levels, above, strict=True)
        for code in codes.split()
    ]
    return tuple(parents) if level == "country" else (*parents, f"country:{country}")
