"""The demonstration's extract of INSEE's comparateur, as a release: rows written without a job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import pandas as pd
from ckan import model

from ckanext.territoires.bridge import releases
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.figures.levels import Levelled, with_levels
from ckanext.territoires.figures.status import Origin, Status
from ckanext.territoires.model import Release
from ckanext.territoires.model.copying import copy_distributions, copy_observations

FILE = Path(__file__).parents[2] / "demo" / "files" / "insee-comparateur-2021.csv"
COLUMNS = {
    "P18_POP": ("population", "2018"),
    "P13_POP": ("population", "2013"),
    "SUPERF": ("area", "2018"),
    "NAIS1318": ("births_intercensal", "2013/2018"),
    "DECE1318": ("deaths_intercensal", "2013/2018"),
    "P18_MEN": ("households", "2018"),
    "NAISD20": ("births", "2020"),
    "DECESD20": ("deaths", "2020"),
    "P18_LOG": ("dwellings", "2018"),
    "P18_RP": ("main_homes", "2018"),
    "P18_RSECOCC": ("second_homes", "2018"),
    "P18_LOGVAC": ("vacant_homes", "2018"),
    "P18_RP_PROP": ("owner_homes", "2018"),
    "NBMENFISC19": ("fiscal_households", "2019"),
    "PIMP19": ("taxed_households_share", "2019"),
    "MED19": ("median_income", "2019"),
    "TP6019": ("poverty_rate", "2019"),
    "P18_EMPLT": ("jobs", "2018"),
    "P18_EMPLT_SAL": ("employee_jobs", "2018"),
    "P13_EMPLT": ("jobs", "2013"),
    "P18_POP1564": ("population_15_64", "2018"),
    "P18_CHOM1564": ("unemployed_15_64", "2018"),
    "P18_ACT1564": ("active_15_64", "2018"),
    "ETTOT18": ("establishments", "2018"),
    "ETAZ18": ("establishments_agriculture", "2018"),
    "ETBE18": ("establishments_industry", "2018"),
    "ETFZ18": ("establishments_construction", "2018"),
    "ETGU18": ("establishments_services", "2018"),
    "ETGZ18": ("establishments_trade", "2018"),
    "ETOQ18": ("establishments_public", "2018"),
    "ETTEF118": ("establishments_1_9", "2018"),
    "ETTEFP1018": ("establishments_10_plus", "2018"),
}


@lru_cache(maxsize=1)
def file_rows() -> pd.DataFrame:
    """The extract as its producer wrote it, by code of commune."""
    return pd.read_csv(FILE, sep=";", dtype={"CODGEO": str}).set_index("CODGEO")


def as_observations(rows: pd.DataFrame, columns: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """One row a cell; an empty cell is a secret, as INSEE has it for incomes."""
    parts = [
        pd.DataFrame(
            {
                "territory": [f"fr:commune:{code}" for code in rows.index],
                "indicator": indicator,
                "period": period,
                "value": rows[column].to_numpy(dtype="float64"),
                "status": [
                    int(Status.SECRET if missing else Status.VALUE)
                    for missing in rows[column].isna()
                ],
                "origin": int(Origin.PUBLISHED),
            }
        )
        for column, (indicator, period) in columns.items()
    ]
    return pd.concat(parts, ignore_index=True)


@lru_cache(maxsize=2)
def levelled(cog_year: int = 2021) -> Levelled:
    """The extract at every level."""
    observations = as_observations(file_rows(), COLUMNS)
    return with_levels(observations, load_indicators(), reference(), cog_year=cog_year)


def publish(
    package_id: str,
    resource_id: str,
    found: Levelled | None = None,
    *,
    cog_year: int = 2021,
    vintage: str = "2018",
) -> int:
    """Write a release of the extract; return its number."""
    found = found or levelled(cog_year)
    rows = found.observations
    territories = [str(id) for id in rows["territory"].unique()]
    release = Release(
        resource_id=resource_id,
        package_id=package_id,
        profile="insee-comparateur",
        shape="observations",
        vintage=vintage,
        cog_year=cog_year,
        indicators=_texts(rows["indicator"].unique()),
        periods=_texts(rows["period"].unique()),
        levels=sorted({_level(id) for id in territories}),
    )
    model.Session.add(release)
    model.Session.flush()
    copy_observations(release.id, rows)
    copy_distributions(release.id, found.distributions)
    model.Session.commit()
    releases.forget()
    return release.id


def _texts(values: Iterable[object]) -> list[str]:
    return sorted(str(value) for value in values)


def _level(identifier: str) -> str:
    head, *rest = identifier.split(":")
    return head if head in ("country", "country-subset") else rest[0]
