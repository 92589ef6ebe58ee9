"""Programmes and zonings in the portrait: named where they are few, seen by whom their file is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ckan.tests import factories

from ckanext.territoires.bridge import releases
from tests.helpers.grants import load, record
from tests.helpers.people import ROLES, People, call_as, of_each_role

NANTES, REZE = "fr:commune:44109", "fr:commune:44143"
LOIRE_ATLANTIQUE, REGION = "fr:departement:44", "fr:region:52"
PUBLIC = [
    record(kind="programme", places=[NANTES], scheme="France services", title="France services"),
    record(kind="programme", places=[REZE], scheme="Petites villes de demain", title="Rezé",
           state="signed"),
    record(kind="zoning", places=[REZE], scheme="ZRR", state="ZRR"),
    record(kind="grant", places=[REZE], scheme="DETR", granted=10, year=2019),
]  # fmt: skip
PRIVATE = [record(kind="programme", places=[REZE], scheme="Zeta secret", title="Zeta")]


@pytest.fixture(scope="module")
def people(reset_db: Any) -> Iterator[People]:
    """Two services, their people, a public file and one that a service keeps."""
    reset_db()
    people = of_each_role("member")
    for level, rows in (("public", PUBLIC), ("service", PRIVATE)):
        dataset = factories.Dataset(
            owner_org=people.service["id"], access_level=level, access_reason="internal"
        )
        resource = factories.Resource(package_id=dataset["id"], url=f"http://example.test/{level}")
        load(resource, rows)
    yield people
    reset_db()


def labels(territory: str, user: str = "") -> dict[str, dict[str, Any]]:
    """What the theme of the State's action names, by scheme."""
    releases.forget()
    portrait = call_as(user, "territoires_portrait_show", id=territory)
    found = [(theme["name"], label) for theme in portrait["themes"] for label in theme["labels"]]
    assert {theme for theme, _label in found} <= {"state_action"}
    return {label["title"]: label for _theme, label in found}


def test_those_of_a_commune_are_named(people: People) -> None:
    found = labels(REZE)
    assert set(found) == {"Petites villes de demain", "ZRR"}
    assert found["Petites villes de demain"]["kind"] == "programme"
    assert found["Petites villes de demain"]["detail"] == "Rezé · signed"
    assert found["ZRR"]["kind"] == "zoning"


def test_those_of_a_departement_are_its_communes(people: People) -> None:
    assert set(labels(LOIRE_ATLANTIQUE)) == {"France services", "Petites villes de demain", "ZRR"}


def test_a_region_has_too_many_to_name(people: People) -> None:
    assert labels(REGION) == {}


@pytest.mark.parametrize("role", ROLES)
def test_who_sees_those_of_a_file_that_is_kept(people: People, role: str) -> None:
    seen = role in ("member", "sysadmin")
    assert ("Zeta secret" in labels(REZE, people.names[role])) == seen
