"""The packaged indicators and reference, and an extract of the comparateur carried to today."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest

from ckanext.territoires.figures.indicator import Indicator, load_indicators
from ckanext.territoires.figures.levels import Levelled, with_levels
from ckanext.territoires.territory.reference import Reference, load_reference
from tests.helpers.figures import long, table


@pytest.fixture(scope="session")
def reference() -> Reference:
    return load_reference()


@pytest.fixture(scope="session")
def indicators() -> Mapping[str, Indicator]:
    return load_indicators()


@pytest.fixture(scope="session")
def comparateur() -> pd.DataFrame:
    return table("comparateur", ";")


@pytest.fixture(scope="session")
def levelled(
    comparateur: pd.DataFrame, indicators: Mapping[str, Indicator], reference: Reference
) -> Levelled:
    return with_levels(long(comparateur), indicators, reference, cog_year=2021)
