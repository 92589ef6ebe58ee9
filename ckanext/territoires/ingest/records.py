"""Rows of a table -> records: a grant, a plan, a decree, a post, a label."""
# pyright: basic

from __future__ import annotations

from collections import defaultdict
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

Record = dict[str, Any]

#: Where a record lies, with the share of it that goes to each: more than one for a former commune
#: that was split, or for several communes named in one cell.
Shares = dict[str, float]


def record_rows(
    table: Table,
    profile: Profile,
    located: Located,
    kept: np.ndarray,
    gazetteer: Gazetteer,
    findings: Findings,
) -> list[tuple[Record, Shares]]:
    """Records with the keys of `figures.frame.RECORD`, and where each lies.

    A row whose territory is not known is left out, unless the profile says that it counts without
    one: then it lies in the département that it names, if any.
    """
    bounds = bind(profile, table.header)
    columns = _columns(table, bounds, findings)
    names = departements(table, profile)
    above = _Above(gazetteer)
    ends = _period_ends(table, bounds)
    found: list[tuple[Record, Shares]] = []
    nowhere = 0
    for row in np.flatnonzero(kept):
        record: Record = {"line": int(table.lines[row]), "kind": profile.kind}
        record.update(profile.constants)
        _fill(record, bounds, columns, int(row))
        end = ends[row] if ends else None
        if end:
            record["attributes"].setdefault("period_end", end.isoformat())
        departement = names[row] if names is not None else None
        shares = _shares(located, int(row))
        beneficiary = _beneficiary(record, gazetteer)
        if profile.territory.of_beneficiary and not shares and beneficiary:
            shares = {beneficiary: 1.0}
        if not shares and departement:
            place = gazetteer.place("departement", departement)
            shares = dict(place.today)
            nowhere += bool(shares)
            if shares and profile.territory.names:
                findings.problem("only_departement", record["line"], None, departement)
        if not shares:
            if profile.territory.required:
                continue
            findings.problem("without_place", record["line"])
        record["places"] = list(shares)
        record["lineage"] = above.of(tuple(shares), departement)
        if profile.territory.is_beneficiary and shares and located.places[row]:
            beneficiary = beneficiary or next(iter(shares))
        record["beneficiary_territory"] = beneficiary
        found.append((_whole(record), shares))
    return found


def derive(
    records: Iterable[tuple[Record, Shares]], profile: Profile, gazetteer: Gazetteer
) -> pd.DataFrame:
    """Observations of today's territories, at every level: what lies in each, counted once.

    A record is whole in each of its places, as it is listed there, and counts once in what holds
    several: a grant to an EPCI counts for it and above, never in its communes. That of a former
    commune which was split is whole in each of its successors, and flagged as an estimate there.
    """
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    estimated: set[tuple[str, str, str]] = set()
    for record, _shares in records:
        if record["year"] is None:
            continue
        several = record["places"] if len(record["places"]) > 1 else ()
        for derived in profile.derived:
            amount = 1 if derived.amount is None else record[derived.amount]
            if amount is None:
                continue
            for id in record["lineage"]:
                key = (id, derived.indicator, str(record["year"]))
                sums[key] += float(amount)
                if id in several:
                    estimated.add(key)
    rows = [
        (
            *key,
            round(value, 2),
            Status.VALUE,
            Origin.ESTIMATED if key in estimated else Origin.PUBLISHED,
        )
        for key, value in sums.items()
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    for key in ("territory", "indicator", "period"):
        frame[key] = frame[key].astype("category")
    return frame.astype({"value": float, "status": np.int8, "origin": np.int8})


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


def _shares(located: Located, row: int) -> Shares:
    places = located.places[row]
    shares: Shares = defaultdict(float)
    for place in places:
        for id, share in place.today:
            shares[id] += share / len(places)
    return dict(shares)


def _beneficiary(record: Record, gazetteer: Gazetteer) -> str | None:
    """The commune or EPCI that the beneficiary is, by its SIREN."""
    number = record.get("beneficiary_id")
    return gazetteer.reference.history.by_siren.get(number[:9]) if number else None


def _whole(record: Record) -> Record:
    """All the keys, with what follows from others."""
    whole: Record = {"line": record["line"], "kind": record["kind"]}
    whole.update({key: record[key] for key in ("places", "lineage", "beneficiary_territory")})
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
