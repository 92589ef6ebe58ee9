"""One world for all that looks at records."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ckan import plugins
from ckan.tests.helpers import CKANTestApp

from tests.helpers.record_world import World, build


@pytest.fixture(scope="package")
def world(
    _site: CKANTestApp, reset_db: Callable[[], None], reset_index: Callable[[], None]
) -> World:
    if not plugins.plugin_loaded("territoires"):
        plugins.load_all()
    reset_db()
    reset_index()
    return build(_site)
