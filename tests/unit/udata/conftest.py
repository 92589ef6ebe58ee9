"""The packaged reference, and a record to vary."""

from __future__ import annotations

from typing import Any

import pytest

from ckanext.territoires.territory.reference import Reference, load_reference


@pytest.fixture(scope="session")
def reference() -> Reference:
    """Territories of today."""
    return load_reference()


@pytest.fixture
def record() -> dict[str, Any]:
    """A dataset as the API of data.gouv.fr gives it, everything in order."""
    return {
        "id": "53698ee1a3a729239d2035bc",
        "slug": "info-route-departementale",
        "title": "Info route départementale",
        "description": "Fermetures de routes et de bacs.",
        "tags": ["route", "trafic"],
        "license": "lov2",
        "frequency": "daily",
        "page": "https://www.data.gouv.fr/fr/datasets/info-route-departementale/",
        "organization": {"id": "o1", "slug": "departement-44", "name": "Département 44"},
        "spatial": {"zones": ["fr:departement:44@1957-03-09"], "granularity": "poi", "geom": None},
        "temporal_coverage": {"start": "2015-01-01", "end": "2020-12-31"},
        "private": False,
        "archived": None,
        "deleted": None,
        "resources": [
            {
                "id": "9750daf3-7608-40d0-8816-c9c5ad0dd9ff",
                "title": "routes.csv",
                "description": None,
                "url": "https://data.loire-atlantique.fr/routes.csv",
                "format": "csv",
                "mime": "text/csv",
                "filesize": 1200,
                "last_modified": "2020-12-13T20:44:01",
            }
        ],
    }
