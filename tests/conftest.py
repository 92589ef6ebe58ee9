"""Fixtures of the tests that run on real services."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ckan import plugins
from ckan.tests.helpers import CKANTestApp, _get_test_app

from tests.helpers.database import empty_tables


@pytest.fixture(scope="session")
def reset_db() -> Callable[[], None]:
    """Take the place of CKAN's, which leaves the plugins' migrations undone."""
    return empty_tables


@pytest.fixture(autouse=True)
def _our_plugins(request: pytest.FixtureRequest) -> None:
    """Have the plugins of test.ini loaded, once for all: CKAN's fixture loads them a test.

    A test that names CKAN's `with_plugins` has it, and the next one has ours again.
    """
    if "with_plugins" not in request.fixturenames and not plugins.plugin_loaded("territoires"):
        plugins.load_all()


@pytest.fixture(scope="session")
def _site() -> CKANTestApp:
    return _get_test_app()


@pytest.fixture
def app(_our_plugins: None, request: pytest.FixtureRequest) -> CKANTestApp:
    """Hand over a client of the site, made once: making it costs more than most tests."""
    return request.getfixturevalue("_site")
