"""What the columns of an unknown file may mean: offered to the person who knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.ingest.dates import parse_date, parse_year
from ckanext.territoires.ingest.identifiers import parse_code, parse_list, parse_siret
from ckanext.territoires.ingest.names import fold_name
from ckanext.territoires.ingest.numbers import parse_number
from ckanext.territoires.ingest.profile import FIELD_TYPES, FIELDS, Profile, Words

IGNORED = "ignored"
_MOST_LOOKED_AT = 200
_ENOUGH = 0.8


@dataclass(frozen=True, slots=True)
class Meaning:
    """A meaning that a column may have.

    `id`: `territory:<level>`, `territory:listed` (codes in a text), `departement` (that of the
    row, beside a territory that lies over several), `period`, `field:<field of a record>`,
    `indicator:<name>`, `attribute` (kept beside) or `ignored`. `group` sorts them in a list:
    `territory`, `record`, `indicator`, `other`.
    """

    id: str
    group: str
    label: Words


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a column seems to mean, and why: its `name`, its `values`, or nothing (`""`).

    `period` is that of an indicator, when the name tells it; `examples` are its first values.
    """

    column: str
    meaning: str
    why: str
    period: str | None
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file seems to be: its shape, its columns, and the draft of a mapping made of them."""

    shape: str
    columns: tuple[Proposed, ...]
    draft: dict[str, Any]


_LEVELS: Mapping[str, Words] = {
    "commune": {"en": "Code of the commune", "fr": "Code de la commune"},
    "epci": {"en": "SIREN of the EPCI", "fr": "Siren de l’EPCI"},
    "departement": {"en": "Code of the département", "fr": "Code du département"},
    "arrondissement": {"en": "Code of the arrondissement", "fr": "Code de l’arrondissement"},
    "region": {"en": "Code of the région", "fr": "Code de la région"},
    "any": {"en": "Code of a territory of any level", "fr": "Code d’un territoire de tout niveau"},
    "listed": {"en": "Codes of communes in a text", "fr": "Codes de communes dans un texte"},
}
_FIELDS: Mapping[str, Words] = {
    "beneficiary": {"en": "Name of the beneficiary", "fr": "Nom du bénéficiaire"},
    "beneficiary_id": {"en": "SIRET of the beneficiary", "fr": "Siret du bénéficiaire"},
    "date": {"en": "Date", "fr": "Date"},
    "year": {"en": "Year", "fr": "Année"},
    "scheme": {"en": "Scheme", "fr": "Dispositif"},
    "theme": {"en": "Theme", "fr": "Thème"},
    "title": {"en": "Title or description", "fr": "Intitulé ou description"},
    "state": {"en": "State", "fr": "État d’avancement"},
    "cost": {"en": "Cost of the project", "fr": "Coût du projet"},
    "asked": {"en": "Amount asked for", "fr": "Montant demandé"},
    "granted": {"en": "Amount granted", "fr": "Montant accordé"},
    "paid": {"en": "Amount paid", "fr": "Montant versé"},
    "latitude": {"en": "Latitude", "fr": "Latitude"},
    "longitude": {"en": "Longitude", "fr": "Longitude"},
}
_OTHERS: Mapping[str, Words] = {
    "departement": {"en": "Département of the line", "fr": "Département de la ligne"},
    "period": {"en": "Year of the figures of the line", "fr": "Année des chiffres de la ligne"},
    "attribute": {"en": "Kept as additional information", "fr": "Gardé comme information"},
    IGNORED: {"en": "Not read", "fr": "Non lu"},
}
#: Words found in names of columns, the most telling first.
_WORDS: Sequence[tuple[str, str]] = (
    ("siret", "field:beneficiary_id"),
    ("siren_epci", "territory:epci"),
    ("epci", "territory:epci"),
    ("code_commune", "territory:commune"),
    ("codgeo", "territory:commune"),
    ("depcom", "territory:commune"),
    ("insee", "territory:commune"),
    ("code_dep", "territory:departement"),
    ("dep", "territory:departement"),
    ("reg", "territory:region"),
    ("demande", "field:asked"),
    ("sollicite", "field:asked"),
    ("verse", "field:paid"),
    ("paye", "field:paid"),
    ("mandate", "field:paid"),
    ("accorde", "field:granted"),
    ("attribue", "field:granted"),
    ("engage", "field:granted"),
    ("travaux", "field:cost"),
    ("cout", "field:cost"),
    ("depense", "field:cost"),
    ("assiette", "field:cost"),
    ("subvention", "field:granted"),
    ("montant", "field:granted"),
    ("beneficiaire", "field:beneficiary"),
    ("maitre_d_ouvrage", "field:beneficiary"),
    ("porteur", "field:beneficiary"),
    ("raison_sociale", "field:beneficiary"),
    ("attributaire", "field:beneficiary"),
    ("dispositif", "field:scheme"),
    ("dotation", "field:scheme"),
    ("programme", "field:scheme"),
    ("categorie", "field:theme"),
    ("thematique", "field:theme"),
    ("theme", "field:theme"),
    ("axe", "field:theme"),
    ("objet", "field:title"),
    ("intitule", "field:title"),
    ("libelle_projet", "field:title"),
    ("description", "field:title"),
    ("projet", "field:title"),
    ("operation", "field:title"),
    ("etat", "field:state"),
    ("statut", "field:state"),
    ("date", "field:date"),
    ("annee", "field:year"),
    ("exercice", "field:year"),
    ("millesime", "field:year"),
    ("latitude", "field:latitude"),
    ("lat", "field:latitude"),
    ("longitude", "field:longitude"),
    ("long", "field:longitude"),
    ("lon", "field:longitude"),
    ("lng", "field:longitude"),
)


def meanings() -> list[Meaning]:
    """All the meanings that a column may have, in the order of a list."""
    found = [Meaning(f"territory:{level}", "territory", label) for level, label in _LEVELS.items()]
    found.append(Meaning("departement", "territory", _OTHERS["departement"]))
    found += [Meaning(f"field:{field}", "record", _FIELDS[field]) for field in FIELDS]
    found += [
        Meaning(f"indicator:{name}", "indicator", indicator.label)
        for name, indicator in load_indicators().items()
        if indicator.formula is None
    ]
    found += [Meaning(key, "other", _OTHERS[key]) for key in ("period", "attribute", IGNORED)]
    return found


def propose(
    header: Sequence[str], rows: Sequence[Sequence[str]], profiles: Mapping[str, Profile]
) -> Proposal:
    """What each column may mean: by the names that the profiles know, by words, by the values.

    One column at most has each meaning, but `attribute` and `ignored`.
    """
    cells = [
        [
            row[rank].strip()
            for row in rows[:_MOST_LOOKED_AT]
            if rank < len(row) and row[rank].strip()
        ]
        for rank in range(len(header))
    ]
    candidates = [
        (rank, position, candidate)
        for position, (name, values) in enumerate(zip(header, cells, strict=True))
        for rank, candidate in _candidates(name, values, profiles)
    ]
    chosen: dict[int, tuple[str, str, str | None]] = {}
    taken: set[tuple[str, str | None]] = set()
    for _, position, candidate in sorted(candidates, key=lambda found: found[:2]):
        meaning, _, period = candidate
        free = meaning == "attribute" or (meaning, period) not in taken
        if position not in chosen and free:
            chosen[position] = candidate
            taken.add((meaning, period))
    columns = [
        Proposed(name, *chosen.get(position, (IGNORED, "", None)), tuple(cells[position][:3]))
        for position, name in enumerate(header)
    ]
    figures = sum(column.meaning.startswith("indicator:") for column in columns)
    fields = sum(column.meaning.startswith("field:") for column in columns)
    shape = "observations" if figures > fields else "records"
    fitting = tuple(_fit(column, shape, any_period=True) for column in columns)
    choices = {column.column: (column.meaning, column.period) for column in fitting}
    return Proposal(shape, fitting, mapping_from(choices, shape=shape))


def mapping_from(
    choices: Mapping[str, tuple[str, str | None]],
    *,
    shape: str,
    label: Words | None = None,
    kind: str = "grant",
    period: str | None = None,
    scheme: str | None = None,
    year: int | None = None,
    cog_year: int | None = None,
    source: str = "",
) -> dict[str, Any]:
    """The mapping (a profile as the YAML of `profiles/` writes it) made of what a person chose.

    `choices` gives the meaning of each column, and its period for an indicator that has one of its
    own. `period` is that of the others, unless a column holds it; `scheme` and `year` are those of
    all the lines of records; `cog_year` is that of the codes of territories.
    """
    words = dict(label or {"en": "File with a mapping", "fr": "Fichier mis en correspondance"})
    mapping: dict[str, Any] = {
        "name": "mapping",
        "label": words,
        "description": words,
        "shape": shape,
        "columns": [],
    }
    if source:
        mapping["source"] = {"name": source}
    if cog_year:
        mapping["cog_year"] = cog_year
    territory: dict[str, Any] = {}
    for column, (meaning, own) in choices.items():
        kind_of, _, value = meaning.partition(":")
        if kind_of == "territory" and "column" not in territory:
            territory["column"] = column
            territory |= {"listed": True} if value == "listed" else {"level": value}
        elif kind_of == "departement":
            territory["departement"] = column
        elif kind_of == "period" and shape == "observations":
            mapping["period"] = {"column": column}
        else:
            mapping["columns"] += _entries(column, kind_of, value, own, shape)
    if shape == "observations" and period and "period" not in mapping:
        mapping["period"] = period
    if shape == "records":
        mapping |= _records(kind, scheme, year, mapping["columns"])
        if "column" not in territory:
            territory["of_beneficiary"] = True
    mapping["territory"] = territory
    return mapping


def _entries(
    column: str, kind: str, value: str, period: str | None, shape: str
) -> list[dict[str, Any]]:
    """The column as a mapping writes it; none when files of this shape have no such thing."""
    if kind == "indicator" and shape == "observations":
        entry = {"column": column, "indicator": value}
        return [entry | ({"period": period} if period else {})]
    if kind == "field" and shape == "records":
        return [{"column": column, "field": value, "required": True}]
    if kind == "attribute" and shape == "records":
        return [{"column": column, "attribute": fold_name(column) or column}]
    return []


def _records(
    kind: str, scheme: str | None, year: int | None, columns: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    fields = {column.get("field") for column in columns}
    constants: dict[str, Any] = {}
    if scheme and "scheme" not in fields:
        constants["scheme"] = scheme
    if year and not fields & {"year", "date"}:
        constants["year"] = year
    found: dict[str, Any] = {"kind": kind}
    if constants:
        found["constants"] = constants
    if kind == "grant" and "granted" in fields:
        found["derive"] = [
            {"indicator": "grants_granted", "sum": "granted"},
            {"indicator": "grants_count", "count": True},
        ]
    return found


def _fit(column: Proposed, shape: str, *, any_period: bool) -> Proposed:
    """The same column in a file of this shape: records have no indicator, figures no field."""
    kind = column.meaning.partition(":")[0]
    other = {"records": "indicator", "observations": "field"}[shape]
    if kind != other:
        return column
    meaning = IGNORED
    if shape == "records":
        meaning = "attribute"
    elif column.meaning in ("field:year", "field:date") and any_period:
        meaning = "period"
    return Proposed(column.column, meaning, column.why, None, column.examples)


def _candidates(
    name: str, values: Sequence[str], profiles: Mapping[str, Profile]
) -> list[tuple[int, tuple[str, str, str | None]]]:
    """Meanings of a column with their reason and period, and how telling they are, from 0."""
    folded = fold_name(name)
    found: list[tuple[int, tuple[str, str, str | None]]] = []
    for profile in profiles.values():
        found += [
            (0, (meaning, "name", period))
            for meaning, period in _from_profile(profile, folded)
            if _plausible(meaning, values)
        ]
    found += [
        (rank, (meaning, "name", None))
        for rank, (word, meaning) in enumerate(_WORDS, start=1)
        if _holds(folded, word) and _plausible(meaning, values)
    ]
    last = len(_WORDS) + 1
    found += [(last, (meaning, "values", None)) for meaning in _from_values(values)]
    return [*found, (last + 1, ("attribute" if values else IGNORED, "", None))]


def _from_profile(profile: Profile, folded: str) -> list[tuple[str, str | None]]:
    rule = profile.territory
    if rule.names and rule.names.match(folded) is not None:
        return [(f"territory:{'listed' if rule.listed else rule.level}", None)]
    for column in profile.columns:
        period = column.names.match(folded)
        if period is None:
            continue
        if column.indicator:
            return [(f"indicator:{column.indicator}", period or None)]
        if column.field:
            return [(f"field:{column.field}", None)]
    return []


def _holds(folded: str, word: str) -> bool:
    return f"_{word}" in f"_{folded}" if len(word) > 4 else word in folded.split("_")


def _share(values: Sequence[str], test: Callable[[str], object]) -> float:
    return sum(bool(test(value)) for value in values) / len(values) if values else 0.0


def _is_siret(text: str) -> bool:
    number, right = parse_siret(text)
    return right and number is not None and len(number) == 14


def _plausible(meaning: str, values: Sequence[str]) -> bool:
    """Whether most of the values can have a meaning that the name of the column suggests."""
    if not values:
        return True
    kind, _, detail = meaning.partition(":")
    if kind == "territory":
        level = detail
        test: Callable[[str], object] = (
            parse_list if level == "listed" else lambda text: parse_code(text, level)
        )
    elif kind == "indicator":
        test = _is_number
    else:
        tests: Mapping[str, Callable[[str], object]] = {
            "amount": _is_number,
            "coordinate": _is_number,
            "date": parse_date,
            "year": parse_year,
        }
        test = tests.get(FIELD_TYPES.get(detail, "text"), bool)
    return _share(values, test) >= _ENOUGH / 2


def _is_number(text: str) -> bool:
    return parse_number(text) is not None


def _from_values(values: Sequence[str]) -> list[str]:
    """What the values alone tell: codes, numbers of persons, dates, years."""
    # Some codes may have lost their zero, but years have four digits too.
    fives = (4, 5) if _share(values, lambda text: len(text) == 5) >= 1 / 2 else (5,)
    tests: Sequence[tuple[str, Callable[[str], object]]] = (
        ("field:beneficiary_id", _is_siret),
        ("territory:epci", lambda t: t.startswith("2") and len(t) == 9 and parse_code(t, "epci")),
        ("territory:commune", lambda text: len(text) in fives and parse_code(text, "commune")),
        ("territory:listed", lambda text: "(" in text and parse_list(text)),
        ("field:year", lambda text: len(text) == 4 and parse_year(text)),
        ("field:date", lambda text: len(text) > 7 and parse_date(text)),
    )
    found = [meaning for meaning, test in tests if _share(values, test) >= _ENOUGH]
    if not found and _share(values, lambda text: "€" in text and _is_number(text)) >= _ENOUGH:
        return ["field:granted"]
    return found
