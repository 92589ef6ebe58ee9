"""Fixtures of the tests that run on real services."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.helpers.database import empty_tables


@pytest.fixture(scope="session")
def reset_db() -> Callable[[], None]:
    """Take the place of CKAN's, which leaves the plugins' migrations undone."""
    return empty_tables


@pytest.fixture(autouse=True)
def _our_plugins(with_plugins: None) -> None:
    """Load the plugins of test.ini for every test."""
