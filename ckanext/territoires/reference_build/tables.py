"""The rows of each packaged table, computed from the vintages and the file of changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from ckanext.territoires.reference_build.sources import Vintage
from ckanext.territoires.territory.tables import COLUMNS, Row

# What the official lists do not hold: the parts of the country, and the country.
SUBSETS = {"metro": ("France métropolitaine", 3), "dromcom": ("Outre-mer", 5)}
COUNTRY = ("fr", "France", 3)
_EPCI_KINDS = {"METRO": "ME"}
_PLACES = {
    "commune-deleguee": "delegated",
    "commune-associee": "associated",
    "arrondissement-municipal": "district",
}
#: INSEE's codes of changes of communes, in our words.
_MOVE_KINDS = {
    "10": "renamed",
    "20": "created",
    "21": "restored",
    "30": "abolished",
    "31": "merged",
    "32": "merged",
    "33": "merged",
    "34": "merged",
    "41": "recoded",
    "50": "recoded",
}


_REGIONS_2016 = {
    ("27", "Bourgogne-Franche-Comté"): {"26": "Bourgogne", "43": "Franche-Comté"},
    ("28", "Normandie"): {"23": "Haute-Normandie", "25": "Basse-Normandie"},
    ("32", "Hauts-de-France"): {"22": "Picardie", "31": "Nord-Pas-de-Calais"},
    ("44", "Grand Est"): {"21": "Champagne-Ardenne", "41": "Lorraine", "42": "Alsace"},
    ("75", "Nouvelle-Aquitaine"): {"54": "Poitou-Charentes", "72": "Aquitaine", "74": "Limousin"},
    ("76", "Occitanie"): {"73": "Midi-Pyrénées", "91": "Languedoc-Roussillon"},
    ("84", "Auvergne-Rhône-Alpes"): {"82": "Rhône-Alpes", "83": "Auvergne"},
}


def territories(vintage: Vintage, since: dict[tuple[str, str], int]) -> list[Row]:
    """Rows of today's territories, every level; ``since`` is the first year of each one's state."""
    communes = [_commune(row, vintage, since) for row in vintage.communes.values()]
    above = Above(communes)
    rows = communes + [_epci(row, above, since) for row in vintage.epci]
    for level, table in (
        ("arrondissement", "arrondissements"),
        ("departement", "departements"),
        ("region", "regions"),
    ):
        rows += [_division(level, row, above) for row in vintage.table(table)]
    for code, (name, liaison) in SUBSETS.items():
        population = above.population["subset", code]
        rows.append(_row("country-subset", code, name, liaison, "country-subset", population))
    code, name, liaison = COUNTRY
    rows.append(_row("country", code, name, liaison, "country", above.population["country", code]))
    return rows


@dataclass
class Above:
    """What the communes say of the levels above them."""

    communes: list[Row]
    population: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    overlaps: dict[tuple[str, str], dict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )

    def __post_init__(self) -> None:
        """Sum the populations, and note what each EPCI overlaps."""
        for row in self.communes:
            population = int(row["population"] or 0)
            for level in ("epci", "arrondissement", "departement", "region", "subset"):
                if row[level]:
                    self.population[level, row[level]] += population
            self.population["country", COUNTRY[0]] += population
            for level in ("arrondissement", "departement", "region", "subset"):
                if row[level]:
                    self.overlaps[level, row["epci"]][row[level]] += population

    def overlapped(self, level: str, epci: str) -> str:
        """Codes that an EPCI overlaps, the most populous part first."""
        parts = self.overlaps[level, epci]
        return " ".join(sorted(parts, key=lambda code: (-parts[code], code)))


def _row(
    level: str,
    code: str,
    name: str,
    liaison: int,
    kind: str,
    population: int | None,
    **others: str,
) -> Row:
    blank = dict.fromkeys(COLUMNS["territories"], "")
    return blank | {
        "level": level,
        "code": code,
        "name": name,
        "liaison": str(liaison),
        "kind": kind,
        "population": "" if population is None else str(population),
        **others,
    }


def _commune(row: dict[str, Any], vintage: Vintage, since: dict[tuple[str, str], int]) -> Row:
    code = row["code"]
    return _row(
        "commune",
        code,
        row["nom"],
        row.get("typeLiaison") or 0,
        "commune",
        row.get("population"),
        siren=row.get("siren", ""),
        postal_codes=" ".join(row.get("codesPostaux", ())),
        epci=vintage.epci_of.get(code, ""),
        arrondissement=row.get("arrondissement", ""),
        departement=departement_of(row),
        region=row["region"],
        subset=_subset(row),
        since=str(since["commune", code]),
    )


def _epci(row: dict[str, Any], above: Above, since: dict[tuple[str, str], int]) -> Row:
    code = row["code"]
    return _row(
        "epci",
        code,
        row["nom"],
        0,
        epci_kind(row),
        above.population["epci", code],
        siren=code,
        arrondissement=above.overlapped("arrondissement", code),
        departement=above.overlapped("departement", code),
        region=above.overlapped("region", code),
        subset=above.overlapped("subset", code),
        since=str(since["epci", code]),
    )


def _division(level: str, row: dict[str, Any], above: Above) -> Row:
    others = {key: row[key] for key in ("departement", "region") if key in row}
    return _row(
        level,
        row["code"],
        row["nom"],
        row.get("typeLiaison") or 0,
        level,
        above.population[level, row["code"]],
        seat=row.get("chefLieu", ""),
        subset=_subset(row) if "zone" in row else _subset_of(row["departement"]),
        **others,
    )


def _subset(row: dict[str, Any]) -> str:
    return "metro" if row["zone"] == "metro" else "dromcom"


def _subset_of(departement: str) -> str:
    return "dromcom" if departement.startswith(("97", "98")) else "metro"


def epci_kind(row: dict[str, Any]) -> str:
    """CC, CA, CU, ME, or MET69 for the métropole of Lyon."""
    kind: str = row["type"]
    return _EPCI_KINDS.get(kind, kind)


def departement_of(row: dict[str, Any]) -> str:
    """Département of a commune; the collectivity's code overseas, which old vintages leave out."""
    code: str = row["code"]
    given: str | None = row.get("departement")
    return given if given else (code[:3] if code.startswith(("97", "98")) else code[:2])


def places(vintage: Vintage) -> list[Row]:
    """Rows of the places within communes that have a code: delegated, associated, districts."""
    rows = [
        {
            "code": row["code"],
            "name": row["nom"],
            "liaison": str(row.get("typeLiaison") or 0),
            "kind": _PLACES[row["type"]],
            "commune": row.get("chefLieu") or row["commune"],
            "postal_codes": " ".join(row.get("codesPostaux", ())),
        }
        for row in vintage.places
        if row["type"] in _PLACES
    ]
    return sorted(rows, key=itemgetter("code", "kind"))


def moves(rows: Iterable[dict[str, str]]) -> list[Row]:
    """Changes from commune to commune: date, kind, code and name before, code and name after."""
    kept = {
        (
            row["DATE_EFF"],
            _MOVE_KINDS[row["MOD"]],
            row["COM_AV"],
            row["LIBELLE_AV"],
            row["COM_AP"],
            row["LIBELLE_AP"],
        )
        for row in rows
        if row["TYPECOM_AV"] == row["TYPECOM_AP"] == "COM" and row["MOD"] in _MOVE_KINDS
    }
    columns = ("date", "kind", "before", "before_name", "after", "after_name")
    return [
        {"level": "commune", **dict(zip(columns, values, strict=True))} for values in sorted(kept)
    ] + division_moves()


def moves_unseen(passage: dict[str, str], known: list[Row], vintage: Vintage) -> list[Row]:
    """Codes that only a table of passage leads to a commune of today; their date is not known."""
    explained = vintage.communes.keys() | {row["before"] for row in known}
    explained |= {row["code"] for row in vintage.places}
    return [
        {
            "date": "1943-01-01",
            "level": "commune",
            "kind": "merged",
            "before": code,
            "before_name": "",
            "after": passage[code],
            "after_name": vintage.communes[passage[code]]["nom"],
        }
        for code in sorted(passage.keys() - explained)
        if passage[code] in vintage.communes
    ]


def division_moves() -> list[Row]:
    """Régions merged in 2016 and départements divided in 1976, which INSEE's file leaves out."""
    rows = [
        ("2016-01-01", "region", "merged", former, former_name, code, name)
        for (code, name), formers in _REGIONS_2016.items()
        for former, former_name in formers.items()
    ]
    rows += [
        ("1976-01-01", "departement", "split", "20", "Corse", code, name)
        for code, name in (("2A", "Corse-du-Sud"), ("2B", "Haute-Corse"))
    ]
    return [dict(zip(COLUMNS["moves"], row, strict=True)) for row in sorted(rows)]


def moves_seen(vintages: list[Vintage], known: list[Row]) -> list[Row]:
    """Mergers that the vintages show and the file of changes does not hold yet."""
    dates = {(row["before"], row["date"][:4]) for row in known}
    found: list[Row] = []
    for old, new in zip(vintages, vintages[1:], strict=False):
        successors = {
            former: code
            for code, row in new.communes.items()
            for former in row.get("anciensCodes", ())
        } | {
            row["code"]: row["chefLieu"]
            for row in new.places
            if row["type"] in ("commune-deleguee", "commune-associee")
        }
        for code in sorted(old.communes.keys() - new.communes.keys()):
            years = {str(year) for year in range(old.year, new.year + 1)}
            if code in successors and not any((code, year) in dates for year in years):
                found.append(
                    {
                        "date": f"{new.year}-01-01",
                        "level": "commune",
                        "kind": "merged",
                        "before": code,
                        "before_name": old.communes[code]["nom"],
                        "after": successors[code],
                        "after_name": new.communes[successors[code]]["nom"],
                    }
                )
    return found


def states(vintages: list[Vintage]) -> tuple[list[Row], dict[tuple[str, str], int]]:
    """Past states of communes and EPCI, and the first year of each present state.

    A state is a row with ``first`` and ``last``, the COG years in which it was true.
    """
    current: dict[tuple[str, str], Row] = {}
    past: list[Row] = []
    for vintage in vintages:
        seen = dict(_states_of(vintage))
        ended = [
            key
            for key, row in current.items()
            if key not in seen or _facts(seen[key]) != _facts(row)
        ]
        past.extend(current.pop(key) | {"last": str(vintage.year - 1)} for key in ended)
        for key, row in seen.items():
            first = current[key]["first"] if key in current else str(vintage.year)
            current[key] = row | {"first": first}
    past.sort(key=itemgetter("level", "code", "first"))
    return past, {key: int(row["first"]) for key, row in current.items()}


def _facts(row: Row) -> Row:
    return {key: row[key] for key in row if key not in ("population", "first")}


def _states_of(vintage: Vintage) -> Iterable[tuple[tuple[str, str], Row]]:
    for code, row in vintage.communes.items():
        yield (
            ("commune", code),
            {
                "level": "commune",
                "code": code,
                "name": row["nom"],
                "kind": "commune",
                "population": str(row.get("population") or ""),
                "epci": vintage.epci_of.get(code, ""),
                "arrondissement": row.get("arrondissement", ""),
                "departement": departement_of(row),
            },
        )
    for row in vintage.epci:
        yield (
            ("epci", row["code"]),
            {
                "level": "epci",
                "code": row["code"],
                "name": row["nom"],
                "kind": epci_kind(row),
                "population": "",
                "epci": "",
                "arrondissement": "",
                "departement": "",
            },
        )
