"""Rows of a table -> records: a grant, a plan, a decree, a post, a label."""
# pyright: basic

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from ckanext.territoires.figures.status import Origin, Status
from ckanext.territoires.ingest.cells import end_column, record_column
from ckanext.territoires.ingest.checks import failing
from ckanext.territoires.ingest.findings import Findings
from ckanext.territoires.ingest.located import Located, departements
from ckanext.territoires.ingest.observations import COLUMNS
from ckanext.territoires.ingest.places import Gazetteer
from ckanext.territoires.ingest.profile import FIELD_TYPES, FIELDS, Profile
from ckanext.territoires.ingest.recognition import Bound, bind
from ckanext.territoires.ingest.table import Table
from ckanext.territoires.territory.reference import Reference

Record = dict[str, Any]
#: What a place became: territories of today and the share of the place in each.
Today = tuple[tuple[str, float], ...]

#: The part of a record, below 1, that lies in some of the territories of its lineage.
Shares = dict[str, float]

# Territory, indicator, period.
_Key = tuple[str, str, str]
# Shares are quotients: their sum may lack what is lost in their last digits.
_WHOLE = 1 - 1e-9


def record_rows(
    table: Table,
    profile: Profile,
    located: Located,
    kept: np.ndarray,
    gazetteer: Gazetteer,
    findings: Findings,
) -> list[Record]:
    """Records with the keys of `figures.frame.RECORD`.

    A row whose territory is not known is left out, unless the profile says that it counts without
    one: then it lies in the département that it names, if any.
    """
    bounds = bind(profile, table.header)
    columns = _columns(table, bounds, findings)
    names = departements(table, profile)
    above = _Above(gazetteer)
    ends = _period_ends(table, bounds)
    found: list[Record] = []
    for row in np.flatnonzero(kept):
        record: Record = {"line": int(table.lines[row]), "kind": profile.kind}
        record.update(profile.constants)
        _fill(record, bounds, columns, int(row))
        end = ends[row] if ends else None
        if end:
            record["attributes"].setdefault("period_end", end.isoformat())
        departement = names[row] if names is not None else None
        today = tuple(place.today for place in located.places[row])
        beneficiary = _beneficiary(record, gazetteer)
        if profile.territory.of_beneficiary and not today and beneficiary:
            today = (((beneficiary, 1.0),),)
        if not today and departement:
            place = gazetteer.place("departement", departement)
            today = (place.today,) if place.today else ()
            if today and profile.territory.names:
                findings.problem("only_departement", record["line"], None, departement)
        if not today:
            if profile.territory.required:
                continue
            findings.problem("without_place", record["line"])
        places = tuple(dict.fromkeys(id for each in today for id, _share in each))
        record["places"] = list(places)
        record["lineage"] = above.of(places, departement)
        record["shares"] = _shares(today, departement, above) or None
        if profile.territory.is_beneficiary and places and located.places[row]:
            beneficiary = beneficiary or places[0]
        record["beneficiary_territory"] = beneficiary
        found.append(_whole(record))
    return found


def derive(records: Iterable[Record], profile: Profile, reference: Reference) -> pd.DataFrame:
    """Observations of today's territories, at every level: what lies in each, counted once.

    A grant to an EPCI counts for it and above, never in its communes. A record of several places
    is whole in each, as it is listed there, and counts once in what holds several. The amounts of
    a former commune that was split are shared among its successors, as an estimate; the record
    counts as one in each. Where lines lack their amount, the sum is that of `members_known` lines
    of `members`: a floor. A région, metropolitan France and the nation have a sum where half of
    their départements have a record in the year: the file of a région does not tell of a nation.
    """
    sums: dict[_Key, float] = defaultdict(float)
    known: Counter[_Key] = Counter()
    lines: Counter[_Key] = Counter()
    estimated: set[_Key] = set()
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for record in records:
        if record["year"] is None:
            continue
        within = {id for id in record["lineage"] if ":departement:" in id}
        for id in record["lineage"]:
            if is_wide(id):
                told[id, str(record["year"])] |= within
        shares = record["shares"] or {}
        several = record["places"] if len(record["places"]) > 1 else ()
        for derived in profile.derived:
            amount = 1 if derived.amount is None else record[derived.amount]
            for id in record["lineage"]:
                key = (id, derived.indicator, str(record["year"]))
                lines[key] += 1
                if amount is None:
                    continue
                known[key] += 1
                sums[key] += float(amount) * (shares.get(id, 1.0) if derived.amount else 1.0)
                if id in shares or id in several:
                    estimated.add(key)
    rows = [
        (
            *key,
            round(value, 2),
            Status.VALUE,
            Origin.ESTIMATED if key in estimated else Origin.PUBLISHED,
            *((lines[key], known[key]) if known[key] < lines[key] else (None, None)),
        )
        for key, value in sums.items()
        if not is_wide(key[0]) or is_told(key[0], len(told[key[0], key[2]]), reference)
    ]
    frame = pd.DataFrame(rows, columns=[*COLUMNS, "members", "members_known"])
    for key in ("territory", "indicator", "period"):
        frame[key] = frame[key].astype("category")
    kinds = {"value": float, "status": np.int8, "origin": np.int8}
    return frame.astype(kinds | {"members": float, "members_known": float})


def is_wide(id: str) -> bool:
    """Whether a territory is one that files tell of in part: a région or more."""
    return id.startswith("country") or ":region:" in id


def is_told(id: str, departements: int, reference: Reference) -> bool:
    """Whether records in so many of its départements tell of a wide territory: half of them do."""
    return 2 * departements >= len(reference.members(id, "departement"))


class _Above:
    """Lineages, each made once."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._found: dict[tuple[tuple[str, ...], str | None], list[str]] = {}

    def of(self, places: tuple[str, ...], departement: str | None) -> list[str]:
        key = (places, departement)
        if key not in self._found:
            lineages = (self._gazetteer.lineage(place, departement) for place in places)
            self._found[key] = list(dict.fromkeys(id for lineage in lineages for id in lineage))
        return self._found[key]


def _shares(today: Iterable[Today], departement: str | None, above: _Above) -> Shares:
    """The part of a record in each territory that holds but some of what a place became.

    Each place that a line names has the whole record; what it became has its share of it.
    """
    found: dict[str, float] = defaultdict(float)
    for parts in today:
        for id, share in parts:
            for held in above.of((id,), departement):
                found[held] += share
    return {id: round(share, 9) for id, share in found.items() if share < _WHOLE}


def _columns(table: Table, bounds: Sequence[Bound], findings: Findings) -> list[list[Any]]:
    columns = [record_column(table, bound, findings) for bound in bounds]
    by_position = {bound.position: column for bound, column in zip(bounds, columns, strict=True)}
    frame = pd.DataFrame({p: pd.Series(c, dtype=object) for p, c in by_position.items()})
    for bound in bounds:
        if bound.column.numeric:
            frame[bound.position] = pd.to_numeric(frame[bound.position])
    for row, position in failing(frame, bounds, table, findings):
        by_position[position][row] = None
    return columns


def _fill(record: Record, bounds: Sequence[Bound], columns: Sequence[list[Any]], row: int) -> None:
    """Put the cells of a row where the profile says; of several columns, the first that is full."""
    attributes: dict[str, Any] = record.setdefault("attributes", {})
    for bound, column in zip(bounds, columns, strict=True):
        value = column[row]
        if value is None:
            continue
        if bound.column.field:
            record.setdefault(bound.column.field, value)
        elif bound.column.attribute:
            attributes.setdefault(bound.column.attribute, _plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def _beneficiary(record: Record, gazetteer: Gazetteer) -> str | None:
    """The commune or EPCI that the beneficiary is, by its SIREN."""
    number = record.get("beneficiary_id")
    return gazetteer.reference.history.by_siren.get(number[:9]) if number else None


def _whole(record: Record) -> Record:
    """All the keys, with what follows from others."""
    whole: Record = {"line": record["line"], "kind": record["kind"]}
    told = ("places", "lineage", "shares", "beneficiary_territory")
    whole.update({key: record[key] for key in told})
    whole.update({field: record.get(field) for field in FIELDS})
    for field, kind in FIELD_TYPES.items():
        if kind == "amount" and isinstance(whole[field], int | float):
            whole[field] = Decimal(str(whole[field]))
    if whole["year"] is None and whole["date"] is not None:
        whole["year"] = whole["date"].year
    elif whole["year"] is not None:
        whole["year"] = int(whole["year"])
    whole["attributes"] = record["attributes"]
    return whole


def _period_ends(table: Table, bounds: Sequence[Bound]) -> list[date | None]:
    """Last days, in a file whose dates are periods."""
    for bound in bounds:
        if bound.column.field == "date":
            ends = end_column(table, bound)
            return ends if any(ends) else []
    return []
