"""The territories that a person wrote, in whatever way, as identifiers of today."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ckanext.territoires.territory.identifier import LEVELS, InvalidTerritoryId, parse
from ckanext.territoires.territory.names import fold
from ckanext.territoires.territory.reference import Reference

# A comma may be part of a label.
_SEPARATORS = re.compile(r"[;|]+")
_IDENTIFIER = re.compile(
    r"\b(?:country-subset:[a-z]{2}:[a-z0-9-]+|country:[a-z]{2}|custom:[a-z0-9-]+"
    r"|[a-z]{2}:[a-z]+:[0-9AB]+)(?:@\d{4}(?:-\d{2}){0,2})?",
    re.IGNORECASE,
)
_CODE = re.compile(r"\d{1,5}|\d{9}|2[AB](?:\d{3})?", re.IGNORECASE)
_IN_DEPARTEMENT = re.compile(r"(?P<name>.+?)\s*\(\s*(?P<code>\d{2,3}|2[AB])\s*\)", re.IGNORECASE)
_LONG_CODE = re.compile(r"\b(?:\d{9}|\d{5}|2[AB]\d{3})\b", re.IGNORECASE)
_SPACES = re.compile(r"[\s,]+")
# A name that more territories bear than this is told with the first ones.
_HOMONYMS = 50
_CONTAINERS = ("epci", "departement", "region")


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """What several territories of today answer to; `split` when they share a former commune."""

    text: str
    choices: tuple[str, ...]
    split: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was understood of a list of territories.

    `territories` are identifiers of today, each once, in the order given. `replaced` pairs what
    was written with today's territory, for communes that have merged. `unknown` and `ambiguous`
    could not be used.
    """

    territories: tuple[str, ...]
    replaced: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    ambiguous: tuple[Ambiguous, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything that was written was understood."""
        return not self.unknown and not self.ambiguous


@dataclass(frozen=True, slots=True)
class Simpler:
    """A territory that holds exactly these members of the list, all of them listed."""

    territory: str
    members: tuple[str, ...]


@dataclass(slots=True)
class _Reading:
    territories: dict[str, None] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    ambiguous: dict[str, Ambiguous] = field(default_factory=dict)

    def done(self) -> Coverage:
        return Coverage(
            tuple(self.territories),
            tuple(self.replaced.items()),
            tuple(self.unknown),
            tuple(self.ambiguous.values()),
        )


def read_coverage(
    given: str | Iterable[str],
    reference: Reference,
    *,
    home: str | None = None,
    has_custom: Callable[[str], bool] = lambda _identifier: False,
) -> Coverage:
    """Understand identifiers, INSEE and SIREN codes, and names, with any separators.

    Codes that lost their leading zero get it back; a label beside an identifier or a code is
    ignored. A name or a short code shared by several territories is the one of `home`, when only
    one of them lies there. `has_custom` tells whether a custom territory may be used.
    """
    reading = _Reading()
    for piece in _pieces(given):
        for text in _tokens(piece, reference):
            if text.startswith("custom:") and has_custom(text):
                reading.territories[text] = None
            else:
                _read(text, reference, home, reading)
    return reading.done()


def _pieces(given: str | Iterable[str]) -> Iterator[str]:
    for text in [given] if isinstance(given, str) else given:
        for line in text.splitlines():
            identifiers = _IDENTIFIER.findall(line)
            cells = identifiers or _told(line.split("\t"))
            for cell in cells:
                yield from (piece.strip(" ,\"'") for piece in _SEPARATORS.split(cell))


def _told(cells: list[str]) -> list[str]:
    """Cells of a row of a spreadsheet that say the territory: its code, when one has labels."""
    filled = [cell.strip(" \"'") for cell in cells if cell.strip()]
    codes = [cell for cell in filled if _LONG_CODE.fullmatch(cell)]
    labels = [cell for cell in filled if not _CODE.match(cell)]
    return codes[:1] if codes and labels else filled


def _tokens(piece: str, reference: Reference) -> Iterable[str]:
    if not piece:
        return ()
    if _IDENTIFIER.fullmatch(piece):
        return [piece]
    words = [word for word in _SPACES.split(piece) if word]
    if all(_CODE.fullmatch(word) for word in words):
        return words
    codes = _LONG_CODE.findall(piece)
    if len(codes) == 1:
        return codes
    if "," in piece and not _named(piece, reference)[0]:
        return [part.strip() for part in piece.split(",") if part.strip()]
    return [piece]


def _read(text: str, reference: Reference, home: str | None, reading: _Reading) -> None:
    # Only a code says that a commune was split: two former places may share a name.
    split = False
    if ":" in text:
        found, former = _by_identifier(text, reference)
        split = former
    elif _CODE.fullmatch(text):
        found, former = _by_code(text, reference)
        split = former
    else:
        found, former = _by_name(text, reference)
    if len(found) > 1 and not split:
        found = _at_home(found, reference, home)
    if len(found) == 1:
        reading.territories[found[0]] = None
        if former:
            reading.replaced[text] = found[0]
    elif found:
        reading.ambiguous[text] = Ambiguous(text, found, split=split)
    else:
        reading.unknown[text] = None


def _by_identifier(text: str, reference: Reference) -> tuple[tuple[str, ...], bool]:
    try:
        parsed = parse(text.lower().replace(":2a", ":2A").replace(":2b", ":2B"))
    except InvalidTerritoryId:
        return (), False
    if reference.get(str(parsed)):
        return (str(parsed),), False
    if parsed.level != "commune":
        return (), False
    return _today(parsed.code, reference)


def _by_code(code: str, reference: Reference) -> tuple[tuple[str, ...], bool]:
    code = code.upper()
    if len(code) == 9:
        return _existing([f"fr:epci:{code}"], reference), False
    if len(code) <= 3:
        padded = code.zfill(2)
        return _existing([f"fr:departement:{padded}", f"fr:region:{padded}"], reference), False
    commune = _existing([f"fr:commune:{code.zfill(5)}"], reference)
    return (commune, False) if commune else _today(code.zfill(5), reference)


def _today(code: str, reference: Reference) -> tuple[tuple[str, ...], bool]:
    found = reference.resolve(code, level="commune").territories
    return tuple(id for id, _share in found), True


def _existing(ids: Iterable[str], reference: Reference) -> tuple[str, ...]:
    return tuple(id for id in ids if reference.get(id))


def _by_name(text: str, reference: Reference) -> tuple[tuple[str, ...], bool]:
    place = _IN_DEPARTEMENT.fullmatch(text)
    if place:
        return _named(place["name"], reference, f"fr:departement:{place['code'].upper()}")
    return _named(text, reference)


def _named(
    text: str, reference: Reference, within: str | None = None
) -> tuple[tuple[str, ...], bool]:
    """Territories of exactly this name, of the most specific level; else those it merged into."""
    wanted = fold(text)
    if not wanted or (within and not reference.get(within)):
        return (), False
    matches = reference.search(text, within=within, limit=_HOMONYMS)
    exact = [m for m in matches if m.kind == "exact" or fold(m.matched) == wanted]
    for former in (False, True):
        for level in LEVELS:
            found = {
                m.territory.id: None
                for m in exact
                if m.territory.level == level and (m.kind == "former") is former
            }
            if found:
                return tuple(found), former
    return (), False


def _at_home(found: tuple[str, ...], reference: Reference, home: str | None) -> tuple[str, ...]:
    local = tuple(id for id in found if id == home or home in reference.lineage(id))
    return local if len(local) == 1 else found


def redundant(ids: Iterable[str], reference: Reference) -> dict[str, str]:
    """Territories that lie in another of the list, each with the widest that holds it."""
    listed = list(ids)
    known = set(listed)
    held: dict[str, str] = {}
    for identifier in listed:
        above = [id for id in _lineage(identifier, reference) if id in known]
        if above:
            held[identifier] = above[-1]
    return held


def simpler(ids: Iterable[str], reference: Reference) -> list[Simpler]:
    """EPCI, départements or régions whose communes are all listed one by one, the widest first.

    A commune is told once, in the widest that holds it.
    """
    communes = {id for id in ids if ":commune:" in id}
    counts = Counter(
        above
        for id in communes
        for above in _lineage(id, reference)
        if parse(above).level in _CONTAINERS
    )
    found: list[Simpler] = []
    for container in sorted(counts, key=lambda id: (-counts[id], id)):
        if counts[container] < 2:
            break
        members = {member.id for member in reference.members(container, "commune")}
        if members <= communes:
            found.append(Simpler(container, tuple(sorted(members))))
            communes -= members
    return found


def _lineage(identifier: str, reference: Reference) -> tuple[str, ...]:
    return tuple(reference.lineage(identifier)) if reference.get(identifier) else ()
