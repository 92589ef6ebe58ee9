"""Codes of communes since 1943, and of EPCI, départements and régions, led to today's."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from ckanext.territoires.territory import tables
from ckanext.territoires.territory.identifier import InvalidTerritoryId, canonical_code, parse

if TYPE_CHECKING:
    from ckanext.territoires.territory.reference import Reference

_END = "9999-12-31"
_SIREN = re.compile(r"\d{9}")


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a code means today.

    ``status``: ``current``; ``merged``, ``recoded``, ``split``, ``abolished`` for what is gone;
    ``delegated``, ``associated``, ``district`` for a place within a commune; ``restored`` for a
    commune of today that was not one in the year asked for; ``unknown``.
    ``territories``: today's identifiers with the share of the population that goes to each, the
    largest first, shares summing to 1. ``date``: ISO date of the change that ended the code.
    """

    code: str
    level: str | None
    year: int | None
    status: str
    territories: tuple[tuple[str, float], ...]
    date: str | None = None
    former_name: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place within a commune: ``delegated``, ``associated`` or ``district``."""

    code: str
    name: str
    liaison: int
    kind: str
    commune: str
    postal_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """One line of a change: on ``date``, all or part of ``before`` went to ``after``."""

    date: str
    level: str
    kind: str
    before: str
    before_name: str
    after: str
    after_name: str


@dataclass(frozen=True, slots=True)
class PastState:
    """A commune or EPCI as it was from the COG of ``first`` to that of ``last``, included."""

    level: str
    code: str
    name: str
    kind: str
    population: int | None
    epci: str
    arrondissement: str
    departement: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Origin:
    """What is being followed: a code as it stood at the end of a day."""

    code: str
    day: str


class History:
    """The past of a reference; its tables are read when first needed."""

    def __init__(self, reference: Reference) -> None:
        """Keep the reference that answers for today."""
        self.reference = reference

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """Changes, oldest first."""
        return tuple(Move(*row) for row in tables.read(self.reference.folder, "moves"))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Places within communes, by code."""
        return tuple(
            Place(code, name, int(liaison), kind, commune, tuple(postal_codes.split()))
            for code, name, liaison, kind, commune, postal_codes in tables.read(
                self.reference.folder, "places"
            )
        )

    @cached_property
    def past(self) -> tuple[PastState, ...]:
        """States of the COG years at hand that are no longer true."""
        return tuple(
            PastState(
                level=row[0],
                code=row[1],
                name=row[2],
                kind=row[3],
                population=int(row[4]) if row[4] else None,
                epci=row[5],
                arrondissement=row[6],
                departement=row[7],
                first=int(row[8]),
                last=int(row[9]),
            )
            for row in tables.read(self.reference.folder, "past")
        )

    @cached_property
    def by_siren(self) -> Mapping[str, str]:
        """Identifier of each commune or EPCI that has a SIREN."""
        return {t.siren: t.id for t in self.reference.territories.values() if t.siren}

    @cached_property
    def _place_of(self) -> Mapping[str, Place]:
        return {place.code: place for place in self.places}

    @cached_property
    def _departures(self) -> Mapping[tuple[str, str], Mapping[str, tuple[Move, ...]]]:
        """Moves out of each (level, code), by date, oldest first."""
        found: dict[tuple[str, str], dict[str, list[Move]]] = defaultdict(lambda: defaultdict(list))
        for move in self.moves:
            found[move.level, move.before][move.date].append(move)
        return {
            key: {date: tuple(moves) for date, moves in sorted(dates.items())}
            for key, dates in found.items()
        }

    @cached_property
    def _births(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Dates at which a code begins: it arrives, and was not there before."""
        arrivals: dict[tuple[str, str], set[str]] = defaultdict(set)
        for move in self.moves:
            arrivals[move.level, move.after].add(move.date)
        return {
            key: tuple(sorted(dates - self._departures.get(key, {}).keys()))
            for key, dates in arrivals.items()
        }

    @cached_property
    def _past_population(self) -> Mapping[str, int]:
        return {s.code: s.population for s in self.past if s.level == "commune" and s.population}

    def resolve(self, code: str, year: int | None = None, level: str | None = None) -> Resolution:
        """See Reference.resolve."""
        asked = code.strip()
        if ":" in asked:
            try:
                parsed = parse(asked)
            except InvalidTerritoryId:
                return Resolution(asked, level, year, "unknown", ())
            if self.reference.get(str(parsed)) and parsed.level != "commune":
                return Resolution(parsed.code, parsed.level, year, "current", ((str(parsed), 1.0),))
            return self._resolve_at(parsed.level, parsed.code, year)
        if _SIREN.fullmatch(asked) and asked in self.by_siren:
            found = self.by_siren[asked]
            found_level = found.split(":")[1]
            if level in (None, found_level):
                return Resolution(asked, found_level, year, "current", ((found, 1.0),))
        first = None
        for candidate in self._levels(asked, level):
            canonical = canonical_code(candidate, asked)
            resolution = self._resolve_at(candidate, canonical, year) if canonical else None
            if resolution and resolution.territories:
                return resolution
            first = first or resolution
        return first or Resolution(asked, level, year, "unknown", ())

    @staticmethod
    def _levels(code: str, level: str | None) -> tuple[str, ...]:
        """Levels that a bare code may be of, the likeliest first."""
        if level:
            return (level,)
        if len(code) <= 2:
            return ("departement", "region")
        if len(code) == 3:
            return ("departement", "arrondissement", "region")
        return ("commune", "arrondissement", "epci")

    def _resolve_at(self, level: str, code: str, year: int | None) -> Resolution:
        if level == "epci":
            return self._resolve_epci(code, year)
        current = self._id(level, code) in self.reference.territories
        if year is None:
            if current:
                return self._answer(level, code, year, "current", {code: 1.0})
            return self._gone(level, code, year, _END)
        day = f"{year}-01-01"
        if self._existed(level, code, day):
            shares = self._follow(level, code, day, _Origin(code, day))
            if list(shares) == [code]:
                return self._answer(level, code, year, "current", shares)
            departure = self._departure(level, code, day)
            status = _status(shares, departure)
            return self._answer(level, code, year, status, shares, departure)
        if current:
            return self._answer(level, code, year, "restored", {code: 1.0})
        return self._gone(level, code, year, day)

    def _gone(self, level: str, code: str, year: int | None, day: str) -> Resolution:
        """Resolve a code that is not in force: a place within a commune, or one that ended."""
        ends = [
            when
            for when, moves in self._departures.get((level, code), {}).items()
            if all(move.after != code for move in moves)
        ]
        end = next((when for when in reversed(ends) if when <= day), ends[-1] if ends else None)
        place = self._place_of.get(code) if level == "commune" else None
        if place:
            shares = self._shares(level, {place.commune: 1.0})
            return Resolution(code, level, year, place.kind, shares, end, place.name)
        if end is None:
            return Resolution(code, level, year, "unknown", ())
        eve = (date.fromisoformat(end) - timedelta(days=1)).isoformat()
        shares = self._follow(level, code, eve, _Origin(code, eve))
        move = self._departures[level, code][end][0]
        return self._answer(level, code, year, _status(shares, move), shares, move)

    def _existed(self, level: str, code: str, day: str) -> bool:
        key = (level, code)
        departure = next((d for d in self._departures.get(key, ()) if d > day), None)
        birth = next((d for d in self._births.get(key, ()) if d > day), None)
        if birth and (departure is None or birth < departure):
            return False
        return departure is not None or self._id(level, code) in self.reference.territories

    def _departure(self, level: str, code: str, day: str) -> Move | None:
        """The first move after a day that took all or part of a code elsewhere."""
        return next(
            (
                move
                for when, moves in self._departures.get((level, code), {}).items()
                for move in moves
                if when > day and move.after != code
            ),
            None,
        )

    def _follow(self, level: str, code: str, day: str, origin: _Origin) -> dict[str, float]:
        """Shares of today's codes in what a code covered at the end of a day."""
        departures = self._departures.get((level, code), {})
        for when, moves in departures.items():
            if when > day:
                targets = self._targets(level, code, moves, origin)
                if targets != [code]:
                    return self._divide(level, targets, when, origin)
        if self._id(level, code) in self.reference.territories:
            return {code: 1.0}
        # Two changes of one day: what arrived in a code that left the same day.
        targets = sorted({move.after for move in departures.get(day, ())} - {code, origin.code})
        return self._divide(level, targets, day, origin) if targets else {}

    def _targets(
        self, level: str, code: str, moves: tuple[Move, ...], origin: _Origin
    ) -> list[str]:
        """Where the origin's part of a code goes.

        A commune that is restored takes back what it brought: nothing of what was elsewhere then.
        """
        targets = {move.after for move in moves}
        if origin.code in targets and origin.code != code:
            return [origin.code]
        for move in moves:
            brought = move.kind == "restored" and any(
                when > origin.day and move.after != code and code in {m.after for m in arrivals}
                for when, arrivals in self._departures.get((level, move.after), {}).items()
                if when < move.date
            )
            if brought and len(targets) > 1:
                targets.discard(move.after)
        return sorted(targets)

    def _divide(
        self, level: str, targets: list[str], day: str, origin: _Origin
    ) -> dict[str, float]:
        known = [self._population(level, target) for target in targets]
        weights = [float(p) for p in known if p] if all(known) else [1.0] * len(targets)
        total = sum(weights)
        shares: dict[str, float] = defaultdict(float)
        for target, weight in zip(targets, weights, strict=True):
            for final, share in self._follow(level, target, day, origin).items():
                shares[final] += share * weight / total
        return dict(shares)

    def _population(self, level: str, code: str) -> int | None:
        territory = self.reference.get(self._id(level, code))
        return territory.population if territory else self._past_population.get(code)

    def _resolve_epci(self, code: str, year: int | None) -> Resolution:
        """An EPCI that is gone goes to those of today that its last communes belong to."""
        if self._id("epci", code) in self.reference.territories:
            return self._answer("epci", code, year, "current", {code: 1.0})
        ended = [s for s in self.past if s.level == "epci" and s.code == code]
        if not ended:
            return Resolution(code, "epci", year, "unknown", ())
        last = max(ended, key=lambda state: state.last)
        populations: dict[str, float] = defaultdict(float)
        for commune in self.reference.in_year(last.last).communes.values():
            if commune.epci == code:
                for id, share in self._resolve_at("commune", commune.code, last.last).territories:
                    territory = self.reference.territories[id]
                    epci = next((p for p in territory.parents if ":epci:" in p), None)
                    if epci:
                        populations[epci.split(":")[2]] += share * (territory.population or 1)
        total = sum(populations.values())
        shares = {epci: population / total for epci, population in populations.items()}
        status = "merged" if len(shares) == 1 else "split"
        date = f"{last.last + 1}-01-01"
        return Resolution(code, "epci", year, status, self._shares("epci", shares), date, last.name)

    def _answer(
        self,
        level: str,
        code: str,
        year: int | None,
        status: str,
        shares: dict[str, float],
        move: Move | None = None,
    ) -> Resolution:
        if not shares:
            status = "unknown"
        return Resolution(
            code,
            level,
            year,
            status,
            self._shares(level, shares),
            move.date if move else None,
            move.before_name if move else None,
        )

    def _shares(self, level: str, shares: dict[str, float]) -> tuple[tuple[str, float], ...]:
        ordered = sorted(shares.items(), key=lambda item: (-item[1], item[0]))
        return tuple((self._id(level, code), share) for code, share in ordered)

    def _id(self, level: str, code: str) -> str:
        return f"{self.reference.country}:{level}:{code}"


def _status(shares: Mapping[str, float], move: Move | None) -> str:
    if len(shares) > 1:
        return "split"
    return move.kind if move and move.kind in ("merged", "recoded", "abolished") else "merged"
