"""Fixtures of the tests that run on real services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ckan import plugins
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp, _get_test_app

from tests.helpers import comparateur
from tests.helpers.database import empty_tables


@pytest.fixture(scope="session")
def reset_db() -> Callable[[], None]:
    """Take the place of CKAN's, which leaves the plugins' migrations undone."""
    return empty_tables


@pytest.fixture(scope="session", autouse=True)
def _first_plugins() -> None:
    """Have the plugins of test.ini loaded, before anything that a module shares is made."""
    plugins.load_all()


@pytest.fixture(autouse=True)
def _our_plugins(_first_plugins: None) -> Iterator[None]:
    """Keep the plugins of test.ini loaded: loading them a test costs more than most tests.

    A test that names CKAN's `with_plugins` has it, and leaves no plugin: ours are loaded again.
    """
    yield
    if not plugins.plugin_loaded("territoires"):
        plugins.load_all()


@pytest.fixture(scope="session")
def _site() -> CKANTestApp:
    return _get_test_app()


@pytest.fixture
def app(_our_plugins: None, request: pytest.FixtureRequest) -> CKANTestApp:
    """Hand over a client of the site, made once: making it costs more than most tests."""
    return request.getfixturevalue("_site")


@pytest.fixture(scope="module")
def loaded_extract(reset_db: Callable[[], None]) -> Iterator[dict[str, Any]]:
    """Load the extract of the comparateur in a public dataset, for tests that only read it."""
    reset_db()
    service = factories.Organization(title="INSEE")
    dataset = factories.Dataset(
        owner_org=service["id"], title="Comparateur 2021", access_level="public"
    )
    resource = factories.Resource(package_id=dataset["id"], url="http://example.test/c.csv")
    release = comparateur.publish(dataset["id"], resource["id"])
    yield {"dataset": dataset, "resource": resource, "release": release, "service": service}
    reset_db()
