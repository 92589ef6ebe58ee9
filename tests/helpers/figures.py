"""Extracts of what Insee publishes, as observations."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from ckanext.territoires.figures.levels import Levelled
from ckanext.territoires.figures.status import Status

DATA = Path(__file__).parents[1] / "data"

# Names of Insee's columns, their years left out.
VARIABLES = {
    "P#_POP": "population",
    "SUPERF": "area",
    "NAIS##": "births_intercensal",
    "DECE##": "deaths_intercensal",
    "P#_MEN": "households",
    "NAISD#": "births",
    "DECESD#": "deaths",
    "P#_LOG": "dwellings",
    "P#_RP": "main_homes",
    "P#_RSECOCC": "second_homes",
    "P#_LOGVAC": "vacant_homes",
    "P#_RP_PROP": "owner_homes",
    "NBMENFISC#": "fiscal_households",
    "PIMP#": "taxed_households_share",
    "MED#": "median_income",
    "TP60#": "poverty_rate",
    "P#_EMPLT": "jobs",
    "P#_EMPLT_SAL": "employee_jobs",
    "P#_POP1564": "population_15_64",
    "P#_CHOM1564": "unemployed_15_64",
    "P#_ACT1564": "active_15_64",
    "ETTOT#": "establishments",
    "ETAZ#": "establishments_agriculture",
    "ETBE#": "establishments_industry",
    "ETFZ#": "establishments_construction",
    "ETGU#": "establishments_services",
    "ETGZ#": "establishments_trade",
    "ETOQ#": "establishments_public",
    "ETTEF1#": "establishments_1_9",
    "ETTEFP10#": "establishments_10_plus",
}
SECRET_WHEN_EMPTY = {
    "fiscal_households",
    "taxed_households_share",
    "median_income",
    "poverty_rate",
}

Row = tuple[str, str, str, float | None, Status]


def table(name: str, sep: str = ",") -> pd.DataFrame:
    path = DATA / "figures" / f"{name}.csv.gz"
    return pd.read_csv(path, sep=sep, dtype={"CODGEO": str})


def extract(name: str) -> list[dict[str, str]]:
    """Rows of a table of territories, cut from the sources without our code."""
    with (DATA / "territory" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def indicator_of(column: str) -> tuple[str, str]:
    """Indicator and period of one of Insee's columns."""
    for pattern, name in VARIABLES.items():
        found = re.fullmatch(pattern.replace("#", r"(\d\d)"), column)
        if found:
            return name, "/".join(f"20{year}" for year in found.groups()) or "2021"
    raise KeyError(column)


def frame(rows: Iterable[Row]) -> pd.DataFrame:
    columns: Any = ["territory", "indicator", "period", "value", "status"]
    return pd.DataFrame(list(rows), columns=columns).astype({"value": float, "status": int})


def long(wide: pd.DataFrame, level: str = "commune") -> pd.DataFrame:
    """Observations of a table of Insee."""
    found: Any = wide.melt(id_vars="CODGEO", var_name="column").dropna(subset="CODGEO")
    pairs = {column: indicator_of(column) for column in wide.columns if column != "CODGEO"}
    found["territory"] = f"fr:{level}:" + found["CODGEO"]
    found["indicator"] = found["column"].map({column: pair[0] for column, pair in pairs.items()})
    found["period"] = found["column"].map({column: pair[1] for column, pair in pairs.items()})
    lacking = found["value"].isna()
    secret = lacking & found["indicator"].isin(SECRET_WHEN_EMPTY)
    found["status"] = int(Status.VALUE)
    found.loc[lacking, "status"] = int(Status.NOT_AVAILABLE)
    found.loc[secret, "status"] = int(Status.SECRET)
    return found[["territory", "indicator", "period", "value", "status"]]


def pick(levelled: Levelled, territory: str, indicator: str, period: str) -> dict[str, Any]:
    """The one observation of a territory."""
    found: Any = levelled.observations
    found = found[
        (found["territory"] == territory)
        & (found["indicator"] == indicator)
        & (found["period"] == period)
    ]
    assert len(found) == 1
    return found.iloc[0].to_dict()
