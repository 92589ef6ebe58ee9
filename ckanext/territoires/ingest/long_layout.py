"""Tables with a line a value: equipments, and others of that form."""
# pyright: basic

from __future__ import annotations

import numpy as np
import pandas as pd

from ckanext.territoires.figures.status import Origin, Status
from ckanext.territoires.ingest.cells import number_column, year_column
from ckanext.territoires.ingest.findings import Findings
from ckanext.territoires.ingest.located import Located, departement_of
from ckanext.territoires.ingest.observations import COLUMNS, Observed
from ckanext.territoires.ingest.places import FIRST_YEAR, Gazetteer
from ckanext.territoires.ingest.profile import Column, LongRule, Profile
from ckanext.territoires.ingest.recognition import Bound, find
from ckanext.territoires.ingest.table import Table

_KEYS = ["territory", "indicator", "period"]


def value_column(rule: LongRule, table: Table) -> Bound:
    """The column that holds the values."""
    position = find(rule.value, table.header) or 0
    column = Column(rule.value, type="number", marks={"": Status.NOT_AVAILABLE, "s": Status.SECRET})
    return Bound(column, position, table.header[position], None)


def observe_long(
    table: Table,
    profile: Profile,
    rule: LongRule,
    located: Located,
    kept: np.ndarray,
    gazetteer: Gazetteer,
    findings: Findings,
) -> Observed:
    """Values added by place, indicator and period; lines of other things are not concerned."""
    position = find(rule.indicator, table.header) or 0
    names = np.array([rule.indicators.get(text) for text in table.text(position)], dtype=object)
    concerned = kept & (names != np.array(None))
    left = int((kept & ~concerned).sum())
    if left:
        findings.assume("values_left_out", count=left)
    values, statuses = number_column(table, value_column(rule, table), findings)
    periods, dated = _periods(table, profile, concerned, findings)
    rows = np.flatnonzero(concerned & located.known & dated)
    frame = pd.DataFrame(
        {
            "territory": [located.places[row][0].id for row in rows],
            "indicator": names[rows],
            "period": periods[rows],
            "value": values[rows],
            "status": statuses[rows],
        }
    )
    summed = frame.groupby(_KEYS, as_index=False, sort=False).agg(
        value=("value", "sum"), status=("status", "max")
    )
    summed.loc[summed.status != Status.VALUE, "value"] = np.nan
    if rule.absent_is_zero and len(summed):
        summed = _with_zeros(summed, located, gazetteer, findings)
    summed["origin"] = np.int8(Origin.PUBLISHED)
    for key in _KEYS:
        summed[key] = summed[key].astype("category")
    return Observed(summed.loc[:, list(COLUMNS)], len(rows))


def _periods(
    table: Table, profile: Profile, concerned: np.ndarray, findings: Findings
) -> tuple[np.ndarray, np.ndarray]:
    position = find(profile.period_names, table.header)
    count = len(table.lines)
    if position is None:
        return np.full(count, profile.period or "", dtype=object), np.full(
            count, bool(profile.period)
        )
    years = year_column(table, position, concerned, findings)
    return years, years != ""


def _with_zeros(
    summed: pd.DataFrame, located: Located, gazetteer: Gazetteer, findings: Findings
) -> pd.DataFrame:
    """Zero for each commune of the départements of the file, of each thing that the file counts."""
    reference = gazetteer.reference
    year = min(max(gazetteer.year or reference.year, FIRST_YEAR), reference.year)
    ids = {place.id for places in located.places for place in places}
    covered = {departement_of(id) for id in ids if ":commune:" in id}
    cities = {place.today[0][0] for places in located.places for place in places if place.district}
    prefix = f"{reference.country}:commune:"
    communes = {
        prefix + code
        for code, state in reference.in_year(year).communes.items()
        if state.departement in covered
    }
    communes = sorted((communes - cities) | {id for id in ids if ":commune:" in id})
    everything = pd.MultiIndex.from_product(
        [communes, summed.indicator.unique(), summed.period.unique()], names=_KEYS
    )
    full = summed.set_index(_KEYS)
    others = full[~full.index.isin(everything)]
    filled = full.reindex(everything)
    absent = filled.status.isna()
    filled.loc[absent, ["value", "status"]] = [0.0, float(Status.VALUE)]
    findings.assume("absent_is_zero", count=int(absent.sum()), departements=len(covered))
    result = pd.concat([filled, others]).reset_index()
    result["status"] = result.status.astype(np.int8)
    return result
