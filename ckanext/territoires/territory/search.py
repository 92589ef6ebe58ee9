"""Typeahead over the territories of a country: sorted arrays and bisection, no outside index."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ckanext.territoires.territory.names import fold, of, without_article

if TYPE_CHECKING:
    from ckanext.territoires.territory.reference import Reference, Territory

#: What an EPCI's or an arrondissement's population counts for beside that of a commune, so that
#: the town comes before what is named after it.
_WEIGHTS = {"epci": 0.1, "arrondissement": 0.01}
_EPCI_KIND = re.compile(r"^(?:cc|ca|cu|communaute d agglomeration|communaute de communes) ")
_LINKS = re.compile(r"^(?:de la|de l|des|de|du|d) ")
_AFTER_ALL = "\x7f"


@dataclass(frozen=True, slots=True)
class Match:
    """A territory that answers, and why.

    ``kind``: ``exact``, ``prefix``, ``word`` (in its name); ``code`` (INSEE, SIREN),
    ``postal_code``; ``former`` (``matched`` is then the name of a former or delegated commune that
    is in it today, ``former_kind`` one of ``delegated``, ``associated``, ``district``, ``merged``,
    ``renamed``, ``recoded``, ``split``, and ``former_code`` its code).
    """

    territory: Territory
    kind: str
    matched: str
    former_kind: str | None = None
    former_code: str | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a key leads to: a territory, by its own name or by a former one."""

    territory: Territory
    name: str
    folded: str
    former_kind: str | None = None
    former_code: str | None = None


class _Keys:
    """Sorted keys, each with the rank of an entry; a lower rank is a better answer."""

    def __init__(self, pairs: Iterable[tuple[str, int]]) -> None:
        ordered = sorted(set(pairs))
        self.keys = [key for key, _ in ordered]
        self.ranks = array("l", (rank for _, rank in ordered))

    def exact(self, key: str) -> list[int]:
        """Ranks of a key, best first."""
        return list(self.ranks[self._first(key) : self._first(key + "\0")])

    def prefix(self, key: str) -> list[int]:
        """Ranks of the keys that begin with one, best first."""
        return sorted(self.ranks[self._first(key) : self._first(key + _AFTER_ALL)])

    def count(self, key: str) -> int:
        """How many keys begin with one."""
        return self._first(key + _AFTER_ALL) - self._first(key)

    def _first(self, key: str) -> int:
        return bisect_left(self.keys, key)


class SearchIndex:
    """The index of a reference. Built once, then only read."""

    def __init__(self, reference: Reference) -> None:
        """Rank every name once, so that a query only has to take the best of a few slices."""
        self._reference = reference
        entries = [*_current(reference), *_former(reference)]
        entries.sort(key=_order)
        self._entries = entries
        ranked = list(enumerate(entries))
        own = [(rank, entry) for rank, entry in ranked if not entry.former_kind]
        old = [(rank, entry) for rank, entry in ranked if entry.former_kind]
        self._names = _Keys((key, rank) for rank, entry in own for key in _names(entry))
        self._words = _Keys((key, rank) for rank, entry in own for key in _tails(entry.folded))
        self._joined = _Keys(
            (key.replace(" ", ""), rank) for rank, entry in own for key in _names(entry)
        )
        self._old_names = _Keys((key, rank) for rank, entry in old for key in _names(entry))
        self._old_words = _Keys((key, rank) for rank, entry in old for key in _tails(entry.folded))
        self._codes = _Keys(
            (code.lower(), rank)
            for rank, entry in own
            for code in {entry.territory.code, entry.territory.siren or entry.territory.code}
        )
        self._postal_codes = _Keys(
            (code, rank) for rank, entry in own for code in entry.territory.postal_codes
        )
        self._old_codes = _Keys(
            (entry.former_code.lower(), rank) for rank, entry in old if entry.former_code
        )
        self._inside = lru_cache(maxsize=256)(self._ranks_inside)

    def search(
        self, q: str, *, level: str | None = None, within: str | None = None, limit: int = 10
    ) -> tuple[Match, ...]:
        """See Reference.search."""
        query = fold(q)
        if not query or limit < 1:
            return ()
        allowed = self._inside(level, within) if level or within else None
        found: dict[str, Match] = {}
        for kind, ranks in self._candidates(query):
            for rank in ranks:
                if allowed is not None and rank not in allowed:
                    continue
                entry = self._entries[rank]
                if entry.territory.id not in found:
                    found[entry.territory.id] = _match(kind, entry, query)
                    if len(found) == limit:
                        return tuple(found.values())
        return tuple(found.values())

    def _candidates(self, query: str) -> Iterator[tuple[str, list[int]]]:
        """Lists of ranks, from the best reason to answer to the least."""
        if any(letter.isdigit() for letter in query) and " " not in query:
            yield "code", sorted(self._codes.exact(query), key=self._is_region)
            yield "postal_code", self._postal_codes.exact(query)
            yield "former", self._old_codes.exact(query)
            if query.isdigit() and len(query) == 4:
                yield "code", self._codes.exact("0" + query)
                yield "former", self._old_codes.exact("0" + query)
            yield "code", self._codes.prefix(query)
            yield "postal_code", self._postal_codes.prefix(query)
        # Whose whole name it is, before whose name it is but for the article: Forcé, La Force.
        exact = self._names.exact(query)
        yield "exact", sorted(exact, key=lambda rank: self._entries[rank].folded != query)
        # A former name in full is as good an answer as the beginning of a present one.
        yield "prefix", sorted(self._old_names.exact(query) + self._names.prefix(query))
        yield "word", self._words.prefix(query)
        yield "former", self._old_names.prefix(query)
        yield "former", self._old_words.prefix(query)
        name = without_article(query)
        if name != query:
            yield "exact", self._names.exact(name)
            yield "prefix", self._names.prefix(name)
            yield "former", self._old_names.prefix(name)
        if " " in query:
            yield "word", self._scattered(self._words, query)
            yield "former", self._scattered(self._old_words, query)
        joined = query.replace(" ", "")
        yield "exact", self._joined.exact(joined)
        yield "prefix", self._joined.prefix(joined)

    def _is_region(self, rank: int) -> bool:
        """Whether a code's owner is a région: a number alone is a département to its reader."""
        return self._entries[rank].territory.level == "region"

    def _scattered(self, keys: _Keys, query: str) -> list[int]:
        """Names that hold each word of the query, in any order, links left out."""
        words = query.split()
        rarest = min(words, key=keys.count)
        return [
            rank
            for rank in keys.prefix(rarest)
            if all(f" {word}" in f" {self._entries[rank].folded}" for word in words)
        ]

    def _ranks_inside(self, level: str | None, within: str | None) -> frozenset[int]:
        return frozenset(
            rank
            for rank, entry in enumerate(self._entries)
            if level in (None, entry.territory.level)
            and (within is None or within in entry.territory.parents)
        )


def _current(reference: Reference) -> Iterator[_Entry]:
    for territory in reference.territories.values():
        yield _Entry(territory, territory.name, reference.folded[territory.id])


def _former(reference: Reference) -> Iterator[_Entry]:
    """Former names and places within communes, each once for a commune of today."""
    seen: set[tuple[str, str]] = set()
    history = reference.history
    for place in history.places:
        entry = _former_entry(reference, place.commune, place.name, place.kind, place.code, seen)
        if entry:
            yield entry
    for (level, code), name, kind in sorted(_ended(reference), key=str):
        for id, _ in history.resolve(code, level=level).territories:
            entry = _former_entry(reference, id, name, kind, code, seen)
            if entry:
                yield entry


def _ended(reference: Reference) -> set[tuple[tuple[str, str], str, str]]:
    return {
        ((move.level, move.before), move.before_name, move.kind)
        for move in reference.history.moves
        if move.before_name
        if move.before != move.after or move.before_name != move.after_name
        if not (move.kind in ("created", "restored") and move.before != move.after)
    }


def _former_entry(
    reference: Reference, where: str, name: str, kind: str, code: str, seen: set[tuple[str, str]]
) -> _Entry | None:
    id = where if ":" in where else f"{reference.country}:commune:{where}"
    territory = reference.get(id)
    folded = fold(name)
    if territory is None or folded == reference.folded[id] or (id, folded) in seen:
        return None
    seen.add((id, folded))
    return _Entry(territory, name, folded, kind, code)


def _order(entry: _Entry) -> tuple[float, int, str]:
    """Most populous first; at a tie, the most specific level."""
    territory = entry.territory
    population = (territory.population or 0) * _WEIGHTS.get(territory.level, 1.0)
    return (-population, len(territory.parents) * -1, territory.id)


def _names(entry: _Entry) -> set[str]:
    """Keys by which a name is found from its beginning."""
    folded, level = entry.folded, entry.territory.level
    if level == "arrondissement":
        complement = of(entry.name, entry.territory.liaison)
        return {f"{folded} arrondissement", fold(f"arrondissement {complement}")}
    names = {folded, without_article(folded)}
    if level == "epci" and (short := _EPCI_KIND.sub("", folded)) != folded:
        names |= {short, without_article(_LINKS.sub("", short))}
    return names


def _tails(folded: str) -> list[str]:
    """What begins at each word but the first."""
    words = folded.split()
    return [" ".join(words[start:]) for start in range(1, len(words))] + words[:1]


def _match(kind: str, entry: _Entry, query: str) -> Match:
    if kind == "postal_code":
        codes = entry.territory.postal_codes
        matched = next((code for code in codes if code.startswith(query)), query)
    elif kind == "code":
        matched = entry.territory.code
    else:
        matched = entry.name
    kind = "former" if entry.former_kind else kind
    return Match(entry.territory, kind, matched, entry.former_kind, entry.former_code)
