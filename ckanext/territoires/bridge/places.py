"""What territory a person means by a text typed in one box."""

from __future__ import annotations

from dataclasses import dataclass

from ckanext.territoires.bridge.reference import UnknownTerritory, current_ids, parse, reference
from ckanext.territoires.territory.identifier import InvalidTerritoryId
from ckanext.territoires.territory.names import fold, without_article
from ckanext.territoires.territory.reference import Match, Territory

SHOWN = 12
# Words that tie a subject to a place: “dotations de Nantes”.
LINKS = frozenset(["a", "au", "aux", "d", "dans", "de", "des", "du", "en", "et", "pour", "sur"])


@dataclass(frozen=True, slots=True)
class Reading:
    """A text understood.

    `chosen` is the territory that it names, if any; `matches` are the others that it may mean,
    the likeliest first; `rest` is what it asks besides.
    """

    chosen: Territory | None
    matches: tuple[Match, ...]
    rest: str


def identified(text: str, *, home: str) -> Territory | None:
    """The territory that a text designates by an identifier or a code, never by a name.

    A code that several answer to (44, a département and a région; a postal code) designates the
    only one of the home territory, or none.
    """
    words = text.split(maxsplit=1)
    if words and ":" in words[0]:
        return _by_identifier(words[0])
    if not any(character.isdigit() for character in text):
        return None
    matches = reference().search(text, limit=50)
    found = {m.territory.id: m.territory for m in matches if _has_code(m, text)}
    if len(found) > 1:
        found = {id: one for id, one in found.items() if home in (id, *one.parents)}
    return next(iter(found.values())) if len(found) == 1 else None


def read(text: str, *, home: str) -> Reading:
    """Find the territory in a text: all of it, or its beginning, or its end (“PLU Nantes”)."""
    whole = _in_departement(text) or ranked(text, home=home)
    if whole and _certain(whole, text):
        return Reading(whole[0].territory, tuple(whole), "")
    words = text.split()
    for size in range(len(words) - 1, 0, -1):
        for name, rest in ((words[-size:], words[:-size]), (words[:size], words[size:])):
            found = ranked(" ".join(name), home=home)
            if found and _is_named(found[0], " ".join(name)):
                return Reading(found[0].territory, tuple(found), _subject(rest))
    return Reading(None, tuple(whole), text)


def ranked(text: str, *, home: str) -> list[Match]:
    """Territories that a text names: those of the home territory first among equals."""
    known = reference()
    everywhere = known.search(text, limit=SHOWN)
    at_home = known.search(text, within=home, limit=SHOWN) if known.get(home) else ()
    found = {match.territory.id: match for match in (*at_home, *everywhere)}
    inside = {home, *(match.territory.id for match in at_home)}
    return sorted(
        found.values(),
        key=lambda match: (not _is_named(match, text), match.territory.id not in inside),
    )[:SHOWN]


def _by_identifier(text: str) -> Territory | None:
    try:
        ids = current_ids(text)
    except UnknownTerritory:
        return None
    return reference().get(ids[0]) if len(ids) == 1 else None


def _in_departement(text: str) -> list[Match]:
    """“nantes 44”: a name and the code of the département where it is."""
    name, _, code = text.rpartition(" ")
    try:
        departement = str(parse(f"{reference().country}:departement:{code.strip('()')}"))
    except InvalidTerritoryId:
        return []
    if not name or reference().get(departement) is None:
        return []
    return list(reference().search(name, within=departement, limit=SHOWN))


def _certain(matches: list[Match], text: str) -> bool:
    """Whether the first match is what the text means, rather than a subject such as “eau”."""
    return _is_named(matches[0], text) or (len(text.split()) > 1 and len(matches) == 1)


def _is_named(match: Match, text: str) -> bool:
    words, name = fold(text), fold(match.matched)
    return words in (name, without_article(name)) and not words.isdigit()


def _has_code(match: Match, text: str) -> bool:
    """Whether a text is one of the match's codes, whole."""
    territory = match.territory
    codes = {territory.code, territory.siren, match.former_code, *territory.postal_codes}
    return text.upper().replace(" ", "") in codes


def _subject(words: list[str]) -> str:
    kept = list(words)
    while kept and fold(kept[-1]) in LINKS:
        kept.pop()
    while kept and fold(kept[0]) in LINKS:
        kept.pop(0)
    return " ".join(kept)
