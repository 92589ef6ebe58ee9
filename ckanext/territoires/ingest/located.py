"""The rows of a table put on the map: the place of each, and which are left out."""
# pyright: basic

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ckanext.territoires.ingest.findings import Findings
from ckanext.territoires.ingest.identifiers import Code, parse_code, parse_list
from ckanext.territoires.ingest.places import Gazetteer, Place, codes_in, cog_year
from ckanext.territoires.ingest.profile import Profile
from ckanext.territoires.ingest.recognition import find
from ckanext.territoires.ingest.table import Table
from ckanext.territoires.territory.reference import Reference

# What stands for the lack of a code.
_NOTHING = ("nr", "nd", "n.d.", "na", "n/a", "-", "null", "none", "nan")


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of each row: `of_text` reads (level, cell) once; `keys` holds that pair by row."""

    keys: list[tuple[str, str]]
    of_text: dict[tuple[str, str], tuple[Code, ...]]


def concerned(table: Table, profile: Profile, findings: Findings) -> np.ndarray:
    """Which rows the profile concerns: those that none of its filters leaves out."""
    kept = np.ones(len(table.lines), dtype=bool)
    for rule in profile.leave_out:
        position = find(rule.names, table.header)
        if position is None:
            continue
        out = kept & np.array([text in rule.values for text in table.text(position)], dtype=bool)
        if out.any():
            findings.assume("rows_left_out", count=int(out.sum()), reason=dict(rule.reason))
            kept &= ~out
    return kept


def read_codes(table: Table, profile: Profile, findings: Findings) -> Codes:
    """Codes of the territory in each row, mended; what was mended is said."""
    rule = profile.territory
    count = len(table.lines)
    position = find(rule.names, table.header)
    cells = table.text(position) if position is not None else [""] * count
    levels = [rule.level] * count
    level_position = find(rule.level_names, table.header)
    if level_position is not None:
        written = table.text(level_position)
        levels = [rule.level_values.get(text.lower(), "") for text in written]
        for row in np.flatnonzero([not level for level in levels]):
            header = table.header[level_position]
            findings.problem("unknown_level", table.lines[row], header, written[row])
    cells = ["" if text.lower() in _NOTHING else text for text in cells]
    keys = list(zip(levels, cells, strict=True))
    of_text: dict[tuple[str, str], tuple[Code, ...]] = {}
    mended = example = 0
    for level, text in keys:
        if (level, text) in of_text:
            continue
        if not text or not level:
            of_text[level, text] = ()
        elif rule.listed:
            found = (parse_code(code, "any") for code in parse_list(text))
            of_text[level, text] = tuple(code for code in found if code)
        else:
            code = parse_code(text, level)
            of_text[level, text] = (code,) if code else ()
            if code and code.mended:
                mended, example = mended + 1, example or (text, code.code)
    if mended and example:
        header = table.header[position] if position is not None else ""
        findings.assume(
            "codes_mended", column=header, count=mended, value=example[0], code=example[1]
        )
    return Codes(keys, of_text)


def gazetteer(
    reference: Reference,
    codes: Codes,
    given: int | None,
    hint: int | None,
    data_year: int | None,
    findings: Findings,
) -> Gazetteer:
    """Places of the COG year that is given, else of the one that the codes or the profile tell."""
    if given is not None:
        findings.assume("cog_year_of_resource", year=given)
        return Gazetteer(reference, given)
    found = codes_in((code.level, code.code) for group in codes.of_text.values() for code in group)
    guess = cog_year(reference, found, hint, data_year)
    if guess is None:
        return Gazetteer(reference, hint)
    findings.assume(
        f"cog_year_of_{guess.rule}", year=guess.year, known=guess.known, total=guess.total
    )
    return Gazetteer(reference, guess.year)


@dataclass(frozen=True, slots=True)
class Located:
    """Places of each row; an empty tuple where there is none."""

    places: list[tuple[Place, ...]]

    @property
    def known(self) -> np.ndarray:
        """Which rows have a place."""
        return np.fromiter(map(bool, self.places), dtype=bool, count=len(self.places))


def locate(
    table: Table, profile: Profile, codes: Codes, gazetteer: Gazetteer, findings: Findings
) -> Located:
    """Find the place of each row; a code that is none, or that no COG knows, is a problem."""
    rule = profile.territory
    position = find(rule.names, table.header)
    header = table.header[position] if position is not None else ""
    found: dict[tuple[str, str], tuple[Place, ...]] = {}
    unknown: dict[tuple[str, str], str] = {}
    changed = 0
    for key, group in codes.of_text.items():
        places = [gazetteer.place(code.level, code.code) for code in group]
        found[key] = tuple(place for place in places if place.today)
        changed += sum(1 for p in found[key] if p.status not in ("current", "restored", "district"))
        if key[1] and len(found[key]) < max(len(group), 1):
            unknown[key] = "unknown_territory" if group else "not_a_code"
    if changed:
        findings.assume("codes_passed", count=changed, year=gazetteer.reference.year)
    places = [found[key] for key in codes.keys]
    for row, key in enumerate(codes.keys):
        if key in unknown:
            findings.problem(unknown[key], table.lines[row], header, key[1])
        elif not key[1] and position is not None and rule.required:
            findings.problem("no_territory", table.lines[row], header)
    return Located(places)


def without_districts(located: Located, findings: Findings) -> np.ndarray:
    """Which rows to keep so that a city is not counted twice, with its arrondissements."""
    keep = np.ones(len(located.places), dtype=bool)
    ids = {place.id for places in located.places for place in places}
    for row, places in enumerate(located.places):
        if any(place.district and place.today[0][0] in ids for place in places):
            keep[row] = False
    if not keep.all():
        findings.assume("districts_left_out", count=int((~keep).sum()))
    return keep


def departement_of(id: str) -> str:
    """Code of the département of a commune or an arrondissement, empty for other levels."""
    _, level, code = id.split(":")[:3]
    if level not in ("commune", "arrondissement"):
        return code if level == "departement" else ""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def departements(table: Table, profile: Profile) -> list[str | None] | None:
    """Code of the département that each row says, as the official tables write it."""
    position = find(profile.territory.departement, table.header)
    if position is None:
        return None
    cells = table.text(position)
    read = {text: parse_code(text, "departement") for text in set(cells)}
    codes = {text: c.code for text, c in read.items() if c and c.level == "departement"}
    return [codes.get(text) for text in cells]
