"""Programmes and zonings in the portrait: named where they are few, seen by whom their file is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ckan import plugins
from ckan.tests import factories
from ckan.tests.helpers import call_action

from ckanext.territoires.bridge import releases
from tests.helpers.grants import load, record

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
ROLES = ("anonymous", "agent", "other_member", "member", "sysadmin")


@pytest.fixture(scope="module")
def people(reset_db: Any) -> Iterator[dict[str, str]]:
    """Two services, their people, a public file and one that a service keeps."""
    if not plugins.plugin_loaded("territoires"):
        plugins.load_all()
    reset_db()
    names = {"anonymous": "", "sysadmin": factories.Sysadmin(name="sysadmin")["name"]}
    for role in ("agent", "other_member", "member"):
        names[role] = factories.User(name=role.replace("_", "-"))["name"]
    service = factories.Organization(users=[{"name": names["member"], "capacity": "member"}])
    factories.Organization(users=[{"name": names["other_member"], "capacity": "member"}])
    for level, rows in (("public", PUBLIC), ("service", PRIVATE)):
        dataset = factories.Dataset(
            owner_org=service["id"], access_level=level, access_reason="internal"
        )
        resource = factories.Resource(package_id=dataset["id"], url=f"http://example.test/{level}")
        load(resource, rows)
    yield names
    reset_db()


def labels(territory: str, user: str = "") -> dict[str, dict[str, Any]]:
    """What the theme of the State's action names, by scheme."""
    releases.forget()
    context = {"ignore_auth": False, "user": user}
    portrait = call_action("territoires_portrait_show", context, id=territory)
    found = [(theme["name"], label) for theme in portrait["themes"] for label in theme["labels"]]
    assert {theme for theme, _label in found} <= {"state_action"}
    return {label["title"]: label for _theme, label in found}


def test_those_of_a_commune_are_named(people: dict[str, str]) -> None:
    found = labels(REZE)
    assert set(found) == {"Petites villes de demain", "ZRR"}
    assert found["Petites villes de demain"]["kind"] == "programme"
    assert found["Petites villes de demain"]["detail"] == "Rezé · signed"
    assert found["ZRR"]["kind"] == "zoning"


def test_those_of_a_departement_are_its_communes(people: dict[str, str]) -> None:
    assert set(labels(LOIRE_ATLANTIQUE)) == {"France services", "Petites villes de demain", "ZRR"}


def test_a_region_has_too_many_to_name(people: dict[str, str]) -> None:
    assert labels(REGION) == {}


@pytest.mark.parametrize("role", ROLES)
def test_who_sees_those_of_a_file_that_is_kept(people: dict[str, str], role: str) -> None:
    seen = role in ("member", "sysadmin")
    assert ("Zeta secret" in labels(REZE, people[role])) == seen
