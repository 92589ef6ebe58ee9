"""What the tests of ingestion share: small files, the profiles, the reference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from ckanext.territoires.ingest.ingest import Ingested, ingest
from ckanext.territoires.ingest.profile import Profiles
from ckanext.territoires.ingest.profile_yaml import load_profiles
from ckanext.territoires.territory.reference import Reference, load_reference

# The first reading of the reference takes longer than what hypothesis allows to an example.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

DATA = Path(__file__).parents[2] / "data" / "ingest"

#: Each small file, and the profile that reads it.
FILES = {
    "abc-header.csv": "abc",
    "acv-extract.geojson": "acv",
    "adultes-relais-header.json": "adultes-relais",
    "bpe-2018-extract.csv": "bpe",
    "comparateur-2021-extract.csv": "insee-comparateur",
    "comparateur-newer-header.csv": "insee-comparateur",
    "docurba-header.csv": "docurba",
    "dotations-2018-header.csv": "dotations-2018",
    "dotations-2019-elsewhere.csv": "dotations-2019",
    "dotations-2019-pays-de-la-loire.csv": "dotations-2019",
    "filosofi-communes-2016-extract.csv": "filosofi-communes",
    "filosofi-departements-header.csv": "filosofi-departements",
    "filosofi-epci-2016-extract.csv": "filosofi-epci",
    "fonds-vert-header.csv": "fonds-vert",
    "fonjep-2022-extract.json": "fonjep",
    "france-services-extract.geojson": "france-services",
    "gaspar-catnat-former-header.csv": "gaspar-catnat",
    "gaspar-catnat-newer-header.csv": "gaspar-catnat",
    "pvd-extract.geojson": "pvd",
    "scdl-subventions-header.csv": "scdl-subventions",
    "villages-avenir-extract.geojson": "villages-avenir",
    "zrr-2017-extract.csv": "zrr",
}

Read = Callable[..., Ingested]


@pytest.fixture(scope="session")
def profiles() -> Profiles:
    return load_profiles()


@pytest.fixture(scope="session")
def reference() -> Reference:
    return load_reference()


@pytest.fixture
def read(profiles: Profiles, reference: Reference, tmp_path: Path) -> Read:
    """Read a file of the tests by its name, or bytes given."""

    def ingest_it(name: str, data: bytes | None = None, **options: object) -> Ingested:
        path = DATA / name
        if data is not None:
            path = tmp_path / "file"
            path.write_bytes(data)
        return ingest(path, name, profiles=profiles, reference=reference, **options)  # pyright: ignore[reportArgumentType]

    return ingest_it
