"""Codes of a file -> identifiers, and today's territories with all that contains them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ckanext.territoires.territory.reference import Reference

#: COG years at hand in the reference; earlier files are compared with the first.
FIRST_YEAR = 2021
# Arrondissements of Paris, Lyon and Marseille: no COG counts them among the communes.
_DISTRICT = re.compile(r"751\d\d|6938\d|132\d\d")


@dataclass(frozen=True, slots=True)
class Place:
    """A territory of a file.

    `id` is its identifier in the geography of the file; `today` the territories of today that it
    became with the share of each, empty when the reference does not know it; `status` is that of
    `Resolution`; `districts` marks the arrondissements of Paris, Lyon and Marseille.
    """

    id: str
    status: str
    today: tuple[tuple[str, float], ...]

    @property
    def district(self) -> bool:
        """Whether it is a municipal arrondissement."""
        return self.status == "district"


class Gazetteer:
    """Places of one COG year, each resolved once."""

    def __init__(self, reference: Reference, year: int | None) -> None:
        """Keep the reference and the year in which the codes of a file were used."""
        self.reference = reference
        self.year = year
        self._found: dict[tuple[str, str], Place] = {}
        self._moved = _moved_since(reference, year)

    def place(self, level: str, code: str) -> Place:
        """The place of a code, which is as the official tables write it."""
        key = (level, code)
        found = self._found.get(key)
        if found is None:
            id = f"{self.reference.country}:{level}:{code}"
            if id in self.reference.territories and key not in self._moved:
                # Nothing happened to it since: no need to follow its history.
                found = Place(id, "current", ((id, 1.0),))
            else:
                resolution = self.reference.resolve(code, self.year, level)
                found = Place(id, resolution.status, resolution.territories)
            self._found[key] = found
        return found

    def lineage(self, id: str, departement: str | None = None) -> tuple[str, ...]:
        """What contains a territory of today, itself first, within a département when one is given.

        An EPCI over two départements lies in both; a grant that one of them counts lies in it.
        """
        above = self.reference.lineage(id)
        kept = f"{self.reference.country}:departement:{departement}"
        if departement is None or kept not in above:
            return (id, *above)
        region = next(i for i in self.reference.lineage(kept) if ":region:" in i)
        only = {"departement": kept, "region": region}
        return (
            id,
            *(
                parent
                for parent in above
                if parent == only.get(level := parent.split(":")[1], parent)
                and (level != "arrondissement" or kept in self.reference.lineage(parent))
            ),
        )


@dataclass(frozen=True, slots=True)
class CogYear:
    """The COG year of a file. `known` of the `total` codes exist in it; `rule` says why it."""

    year: int
    rule: str
    known: int
    total: int


def cog_year(
    reference: Reference,
    codes: Mapping[str, frozenset[str]],
    hint: int | None,
    data_year: int | None,
) -> CogYear | None:
    """The year at hand that knows most of the communes and EPCI of a file, by level.

    Between equals, `hint`, what the profile says, decides; it wins too when it is older than any
    year at hand and the first of these knows as many codes as any. Else the nearest to the year of
    the data: a commune that was split since has the same code before and after. Else the latest.
    None when the file has no such code.
    """
    total = sum(map(len, codes.values()))
    if not total:
        return None
    years = range(FIRST_YEAR, reference.year + 1)
    if hint is not None and hint in years and _known(reference, codes, hint) == total:
        # It cannot be bettered: the other years need not be read.
        return CogYear(hint, "profile", total, total)
    scores = {year: _known(reference, codes, year) for year in years}
    best = max(scores.values())
    candidates = [year for year, score in scores.items() if score == best]
    if hint is not None and (
        hint in candidates or (hint < FIRST_YEAR and FIRST_YEAR in candidates)
    ):
        return CogYear(hint, "profile", best, total)
    near = hint or data_year or candidates[-1]
    year = min(candidates, key=lambda candidate: (abs(candidate - near), candidate))
    return CogYear(year, "codes", best, total)


def _known(reference: Reference, codes: Mapping[str, frozenset[str]], year: int) -> int:
    known = _codes_of(reference, year)
    return sum(len(found & known.get(level, frozenset())) for level, found in codes.items())


def codes_in(codes: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    """Codes of communes (municipal arrondissements apart) and EPCI by level, from (level, code)."""
    found: dict[str, set[str]] = {"commune": set(), "epci": set()}
    for level, code in codes:
        if level in found and not _DISTRICT.fullmatch(code):
            found[level].add(code)
    return {level: frozenset(these) for level, these in found.items() if these}


@lru_cache(maxsize=12)
def _moved_since(reference: Reference, year: int | None) -> frozenset[tuple[str, str]]:
    """Level and code of what a change touched after the 1st of January of a year."""
    if year is None:
        return frozenset()
    day = f"{year}-01-01"
    moves = (move for move in reference.history.moves if move.date > day)
    return frozenset((move.level, code) for move in moves for code in (move.before, move.after))


@lru_cache(maxsize=12)
def _codes_of(reference: Reference, year: int) -> Mapping[str, frozenset[str]]:
    state = reference.in_year(year)
    return {"commune": frozenset(state.communes), "epci": frozenset(state.epci)}
