"""The COG of each year at hand, and what changed from one to another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ckanext.territoires.territory.reference import Reference


@dataclass(frozen=True, slots=True)
class CommuneState:
    """A commune in a year; empty strings where it had no EPCI or no arrondissement."""

    code: str
    name: str
    epci: str
    arrondissement: str
    departement: str


@dataclass(frozen=True, slots=True)
class EpciState:
    """An EPCI in a year; ``kind`` is CC, CA, CU, ME or MET69."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class YearState:
    """Communes and EPCI of a COG year, by code."""

    year: int
    communes: Mapping[str, CommuneState]
    epci: Mapping[str, EpciState]


@dataclass(frozen=True, slots=True)
class Change:
    """One change between two years.

    ``kind``: ``created``, ``gone``, ``renamed``, ``epci``, ``arrondissement``, ``departement``
    (moved from one to another), ``kind`` (an EPCI of another sort). ``before`` and ``after`` are
    names or identifiers; of a commune that is gone, ``after`` lists where it went.
    """

    kind: str
    id: str
    name: str
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        """Say the change in one line."""
        detail = (
            f": {self.before or '-'} -> {self.after or '-'}" if self.before or self.after else ""
        )
        return f"{self.kind} {self.id} {self.name}{detail}"


@dataclass(frozen=True, slots=True)
class Diff:
    """Changes between two COG years; ``touched`` are the identifiers they concern."""

    old: int
    new: int
    changes: tuple[Change, ...]
    touched: frozenset[str]

    @property
    def lines(self) -> tuple[str, ...]:
        """The report: a count of each kind, then one line a change."""
        counts: dict[str, int] = defaultdict(int)
        for change in self.changes:
            counts[change.kind] += 1
        summary = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        head = f"COG {self.old} to {self.new}: {summary or 'no change'}"
        return (head, *(str(change) for change in self.changes))


def state_of(reference: Reference, year: int) -> YearState:
    """See Reference.in_year."""
    first = min((s.first for s in reference.history.past), default=reference.year)
    if not first <= year <= reference.year:
        raise ValueError(f"the COG of {year} is not at hand: {first} to {reference.year} are")
    communes: dict[str, CommuneState] = {}
    epci: dict[str, EpciState] = {}
    for past in reference.history.past:
        if past.first <= year <= past.last:
            if past.level == "epci":
                epci[past.code] = EpciState(past.code, past.name, past.kind)
            else:
                communes[past.code] = CommuneState(
                    past.code, past.name, past.epci, past.arrondissement, past.departement
                )
    for territory in reference.territories.values():
        if territory.since is None or territory.since > year:
            continue
        if territory.level == "epci":
            epci[territory.code] = EpciState(territory.code, territory.name, territory.kind)
        elif territory.level == "commune":
            above = {
                parts[1]: parts[2] for p in territory.parents if len(parts := p.split(":")) == 3
            }
            communes[territory.code] = CommuneState(
                territory.code,
                territory.name,
                above.get("epci", ""),
                above.get("arrondissement", ""),
                above.get("departement", ""),
            )
    return YearState(year, communes, epci)


def compare(reference: Reference, old: int, new: int) -> Diff:
    """See Reference.diff."""
    before, after = reference.in_year(old), reference.in_year(new)
    changes = (
        *_commune_changes(reference, before, after),
        *_epci_changes(reference, before, after),
    )
    touched = {change.id for change in changes}
    touched |= {id for change in changes if change.kind == "gone" for id in change.after.split()}
    return Diff(old, new, changes, frozenset(touched | _moved_epci(reference, before, after)))


def _commune_changes(reference: Reference, before: YearState, after: YearState) -> Iterator[Change]:
    prefix = f"{reference.country}:commune:"
    for code in sorted(before.communes.keys() - after.communes.keys()):
        today = " ".join(
            id for id, _ in reference.resolve(code, before.year, "commune").territories
        )
        yield Change("gone", prefix + code, before.communes[code].name, "", today)
    for code in sorted(after.communes.keys() - before.communes.keys()):
        yield Change("created", prefix + code, after.communes[code].name)
    for code in sorted(before.communes.keys() & after.communes.keys()):
        old, new = before.communes[code], after.communes[code]
        if old.name != new.name:
            yield Change("renamed", prefix + code, new.name, old.name, new.name)
        for level in ("epci", "arrondissement", "departement"):
            was, now = getattr(old, level), getattr(new, level)
            if was != now:
                yield Change(level, prefix + code, new.name, was, now)


def _epci_changes(reference: Reference, before: YearState, after: YearState) -> Iterator[Change]:
    prefix = f"{reference.country}:epci:"
    for code in sorted(before.epci.keys() - after.epci.keys()):
        today = " ".join(id for id, _ in reference.resolve(code, before.year, "epci").territories)
        yield Change("gone", prefix + code, before.epci[code].name, "", today)
    for code in sorted(after.epci.keys() - before.epci.keys()):
        yield Change("created", prefix + code, after.epci[code].name)
    for code in sorted(before.epci.keys() & after.epci.keys()):
        old, new = before.epci[code], after.epci[code]
        if old.name != new.name:
            yield Change("renamed", prefix + code, new.name, old.name, new.name)
        if old.kind != new.kind:
            yield Change("kind", prefix + code, new.name, old.kind, new.kind)


def _moved_epci(reference: Reference, before: YearState, after: YearState) -> set[str]:
    """EPCI that overlap other départements than before: what lies above them changed."""
    old, new = _departements(before), _departements(after)
    return {f"{reference.country}:epci:{code}" for code in old if old[code] != new.get(code)}


def _departements(state: YearState) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for commune in state.communes.values():
        if commune.epci:
            found[commune.epci].add(commune.departement)
    return found
