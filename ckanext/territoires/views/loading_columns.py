"""The form that says what the columns of a file mean."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import number_wording
from ckanext.territoires.logic.validators.dataset import territoires_cog_year

#: What a file whose lines are not figures may list, in the order of the form.
KINDS = ("grant", "plan", "risk", "programme", "zoning", "post")
_MANY = ("attribute", "ignored")
#: Columns of the form: each is a list of a hundred meanings.
MAX_COLUMNS = 150


@dataclass(slots=True)
class Column:
    """A column of the form: its `rank` names its fields."""

    rank: int
    name: str
    examples: tuple[str, ...]
    meaning: str
    period: str = ""
    why: str = ""


@dataclass(slots=True)
class Form:
    """What is chosen; `errors` by name of field, `file` for the whole.

    `others` names the columns of a file of more than `MAX_COLUMNS` that seem to mean the least.
    """

    columns: list[Column]
    shape: str
    kind: str = "grant"
    period: str = ""
    year: str = ""
    scheme: str = ""
    cog_year: str = ""
    taken: bool = False
    others: tuple[str, ...] = ()
    errors: dict[str, str] = field(default_factory=dict[str, str])


def groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """The meanings in groups, in the reader's language."""
    # What reads files is large: only this page asks for it.
    from ckanext.territoires.ingest.proposal import meanings

    language = "fr" if number_wording.reader_language().startswith("fr") else "en"
    titles = {
        "other": tk._("Other"),
        "territory": tk._("Territory of the line"),
        "indicator": tk._("Figures"),
        "record": tk._("Grants, plans, programmes"),
    }
    found: dict[str, list[tuple[str, str]]] = {group: [] for group in titles}
    for one in meanings():
        found[one.group].append((one.id, str(one.label[language])))
    return [(titles[group], choices) for group, choices in found.items()]


def proposed(found: Mapping[str, Any], taken_from: str = "") -> Form:
    """The form as it opens: what was said before, or else what the columns seem to mean.

    `taken_from` is the file of the same header whose answer is taken, to be looked at: a year that
    was said of the former file is seldom that of the next.
    """
    offered = {one["resource_id"]: one["mapping"] for one in found["offered"]}
    kept = offered.get(taken_from) or found.get("mapping")
    form = _seeming(found, set(_said_of(kept or {})))
    if kept:
        _fill(form, kept)
    form.taken = taken_from in offered
    return form


def sent(found: Mapping[str, Any], data: Mapping[str, str]) -> Form:
    """The form as it was sent, with what is wrong in it."""
    names = enumerate(map(str, found["columns"]))
    form = _seeming(found, {name for rank, name in names if f"meaning-{rank}" in data})
    known = {id for _, choices in groups() for id, _ in choices}
    for column in form.columns:
        meaning = data.get(f"meaning-{column.rank}", "")
        column.meaning = meaning if meaning in known else "ignored"
        column.period = data.get(f"period-{column.rank}", "").strip()
    form.shape = "records" if data.get("shape") == "records" else "observations"
    form.kind = data["kind"] if data.get("kind") in KINDS else "grant"
    form.period = data.get("period", "").strip()
    form.year = data.get("year", "").strip()
    form.scheme = data.get("scheme", "").strip()
    form.cog_year = data.get("cog_year", "").strip()
    _check(form)
    return form


def mapping_of(form: Form) -> dict[str, Any] | None:
    """The mapping made of a form without error."""
    from ckanext.territoires.ingest.proposal import mapping_from

    if form.errors:
        return None
    return mapping_from(
        {column.name: (column.meaning, column.period or None) for column in form.columns},
        shape=form.shape,
        kind=form.kind,
        period=form.period or None,
        scheme=form.scheme or None,
        year=int(form.year) if form.year else None,
        cog_year=int(form.cog_year) if form.cog_year else None,
    )


def _seeming(found: Mapping[str, Any], wanted: Container[str]) -> Form:
    """The form of what the columns seem to mean; those `wanted` first, when not all have room."""
    from ckanext.territoires.bridge import loading
    from ckanext.territoires.ingest.proposal import propose

    header = [str(name) for name in found["columns"]]
    rows = [[str(cell or "") for cell in row] for row in found.get("sample") or []]
    seen = propose(header, rows, loading.profiles())
    columns = [
        Column(rank, one.column, one.examples, one.meaning, one.period or "", one.why)
        for rank, one in enumerate(seen.columns)
    ]
    telling = sorted(columns, key=lambda one: (one.name not in wanted, not one.why, one.rank))
    shown = sorted(telling[:MAX_COLUMNS], key=lambda one: one.rank)
    return Form(shown, seen.shape, others=tuple(one.name for one in telling[MAX_COLUMNS:]))


def _fill(form: Form, kept: Mapping[str, Any]) -> None:
    form.shape = str(kept.get("shape") or form.shape)
    form.kind = str(kept.get("kind") or form.kind)
    constants = kept.get("constants") or {}
    form.scheme, form.year = str(constants.get("scheme") or ""), str(constants.get("year") or "")
    cog_year = kept.get("cog_year")
    # What a program wrote (a column that holds it) has no place in the form.
    form.cog_year = str(cog_year) if isinstance(cog_year, int) else ""
    period = kept.get("period")
    form.period = "" if isinstance(period, Mapping) else str(period or "")
    said = _said_of(kept)
    for column in form.columns:
        column.meaning, column.period = said.get(column.name, ("ignored", ""))


def _said_of(kept: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Meaning and period of each column of a mapping."""
    territory, period = kept.get("territory") or {}, kept.get("period")
    said: dict[str, tuple[str, str]] = {}
    for one in kept.get("columns") or []:
        for kind in ("indicator", "field"):
            if kind in one:
                said[one["column"]] = (f"{kind}:{one[kind]}", str(one.get("period") or ""))
        if "attribute" in one:
            said[one["column"]] = ("attribute", "")
    if "column" in territory:
        level = "listed" if territory.get("listed") else territory.get("level") or "any"
        said[territory["column"]] = (f"territory:{level}", "")
    if "departement" in territory:
        said[territory["departement"]] = ("departement", "")
    if isinstance(period, Mapping):
        said[str(period.get("column"))] = ("period", "")
    return said


def _check(form: Form) -> None:
    meanings = [column.meaning for column in form.columns]
    for position, column in enumerate(form.columns):
        twin = (column.meaning, column.period)
        others = [(c.meaning, c.period) for c in form.columns[:position]]
        if column.meaning not in _MANY and twin in others:
            form.errors[f"meaning-{column.rank}"] = tk._("Another column already has this meaning")
        if column.period and not _is_period(column.period):
            form.errors[f"period-{column.rank}"] = _wrong_period()
    if form.period and not _is_period(form.period):
        form.errors["period"] = _wrong_period()
    if form.year and not _is_year(form.year):
        form.errors["year"] = tk._("Write a year: 2019")
    if form.cog_year:
        try:
            territoires_cog_year(form.cog_year)
        except tk.Invalid as error:
            form.errors["cog_year"] = str(error.error)
    placed = any(meaning.startswith("territory:") for meaning in meanings)
    if form.shape == "observations":
        _check_figures(form, meanings, placed=placed)
    elif not placed and "field:beneficiary_id" not in meanings:
        form.errors["file"] = tk._(
            "Choose the column of the codes of territories, or that of the SIRET of beneficiaries"
        )


def _check_figures(form: Form, meanings: list[str], *, placed: bool) -> None:
    if not placed:
        form.errors["file"] = tk._("Choose the column that holds the codes of territories")
        return
    figures = [c for c in form.columns if c.meaning.startswith("indicator:")]
    if not figures:
        form.errors["file"] = tk._("Choose at least one column of figures")
    elif "period" not in meanings and not form.period and not all(c.period for c in figures):
        form.errors["period"] = tk._("Say the year of the figures")


def _is_year(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit() and 1900 <= int(text) <= 2100


def _is_period(text: str) -> bool:
    years = text.split("/")
    return len(years) <= 2 and all(map(_is_year, years))


def _wrong_period() -> str:
    return tk._("Write a year, 2019, or two for what happened between them, 2013/2018")
