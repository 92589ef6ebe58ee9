"""A ratio of which a part is secret and another is in no file: secret, in the portrait as asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest
from ckan.tests import factories

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.figures.levels import with_levels
from ckanext.territoires.figures.status import Origin, Status
from tests.helpers import comparateur
from tests.helpers.people import call_as

WHOLE, SECRET, LACKING = "fr:commune:44109", "fr:commune:72100", "fr:commune:49007"


@pytest.fixture(scope="module", autouse=True)
def _published(reset_db: Callable[[], None]) -> Iterator[None]:
    reset_db()
    cells = [
        (WHOLE, "owner_homes", 40.0, Status.VALUE),
        (WHOLE, "main_homes", 80.0, Status.VALUE),
        (SECRET, "owner_homes", None, Status.SECRET),
        (LACKING, "owner_homes", 40.0, Status.VALUE),
    ]
    frame = pd.DataFrame(
        [
            (place, name, "2018", value, int(status), int(Origin.PUBLISHED))
            for place, name, value, status in cells
        ],
        columns=["territory", "indicator", "period", "value", "status", "origin"],
    )
    found = with_levels(frame, load_indicators(), reference(), cog_year=reference().year)
    service = factories.Organization()
    dataset = factories.Dataset(owner_org=service["id"], access_level="public")
    resource = factories.Resource(package_id=dataset["id"], url="http://example.test/x.csv")
    comparateur.publish(dataset["id"], resource["id"], found, cog_year=reference().year)
    yield
    reset_db()


def asked(territory: str) -> dict[str, Any]:
    (row,) = call_as(
        None, "territoires_observation_search", territories=[territory], indicators=["owner_share"]
    )["rows"]
    return row


def told(territory: str) -> dict[str, Any]:
    """The figure among the comparisons of the one that has it: a portrait of it alone has none."""
    portrait = call_as(None, "territoires_portrait_show", id=WHOLE, compare=[territory])
    rows = {row["indicator"]: row for theme in portrait["themes"] for row in theme["rows"]}
    for figure in rows["owner_share"]["comparisons"]:
        if figure["territory"] == territory:
            return figure
    raise AssertionError(f"{territory} is not compared")


@pytest.mark.parametrize(("territory", "status"), [(SECRET, "secret"), (LACKING, "not_available")])
def test_the_secret_wins_over_what_lacks(territory: str, status: str) -> None:
    assert asked(territory)["status"] == status
    assert told(territory)["status"] == status
    assert asked(territory)["value"] is None
    assert told(territory)["value"] is None


def test_the_whole_is_a_ratio() -> None:
    assert asked(WHOLE)["value"] == 50
