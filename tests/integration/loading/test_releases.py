"""Whose figures a person may read: those of the datasets that CKAN lets them see."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pytest
from ckan import model
from ckan.model.types import make_uuid
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.territoires.bridge import releases
from ckanext.territoires.model import Release
from tests.helpers.queries import counted_queries

MAY_SEE = {
    "anonymous": {"public"},
    "agent": {"public", "agents"},
    "other_member": {"public", "agents"},
    "collaborator": {"public", "agents", "service"},
    "member": {"public", "agents", "service"},
    "sysadmin": {"public", "agents", "service"},
}
NAMES = ("agent", "other_member", "collaborator", "member")


@dataclass
class World:
    """People, and a dataset of each access level with a loaded file."""

    users: dict[str, Any]
    datasets: dict[str, str]
    resources: dict[str, str]


def new_user(**fields: str) -> model.User:
    return model.Session.get_one(model.User, factories.User(**fields)["id"])


def load(dataset_id: str, shape: str = "observations", profile: str = "zeta") -> str:
    resource = factories.Resource(package_id=dataset_id, url="zeta.csv", url_type="upload")
    model.Session.add(
        Release(
            resource_id=resource["id"],
            package_id=dataset_id,
            profile=profile,
            shape=shape,
            indicators=["population", "area"],
            periods=["2018"],
            levels=["commune"],
        )
    )
    model.Session.commit()
    return resource["id"]


@pytest.fixture
def world(clean_db: None, clean_index: None) -> World:
    users: dict[str, Any] = {name: new_user() for name in NAMES}
    users["anonymous"] = None
    users["sysadmin"] = model.Session.get_one(model.User, factories.Sysadmin()["id"])
    service = factories.Organization(
        title="DDT", users=[{"name": users["member"].name, "capacity": "member"}]
    )
    factories.Organization(users=[{"name": users["other_member"].name, "capacity": "admin"}])
    datasets: dict[str, str] = {
        level: factories.Dataset(
            owner_org=service["id"],
            title=f"Zeta {level}",
            access_level=level,
            access_reason="internal",
        )["id"]
        for level in ("public", "agents", "service")
    }
    tk.get_action("package_collaborator_create")(
        {"ignore_auth": True},
        {
            "id": datasets["service"],
            "user_id": users["collaborator"].id,
            "capacity": "member",
        },
    )
    return World(users, datasets, {level: load(id) for level, id in datasets.items()})


def seen(world: World, role: str) -> set[str]:
    releases.forget()
    levels = {id: level for level, id in world.datasets.items()}
    return {levels[info.dataset_id] for info in releases.visible(world.users[role])}


@pytest.mark.parametrize("role", sorted(MAY_SEE))
def test_a_person_reads_the_figures_of_the_datasets_they_may_see(world: World, role: str) -> None:
    assert seen(world, role) == MAY_SEE[role]


@pytest.mark.parametrize("role", sorted(MAY_SEE))
def test_figures_follow_a_dataset_that_becomes_its_services(world: World, role: str) -> None:
    tk.get_action("package_patch")(
        {"ignore_auth": True, "user": world.users["sysadmin"].name},
        {"id": world.datasets["public"], "access_level": "service", "access_reason": "internal"},
    )
    assert ("public" in seen(world, role)) == (role in ("member", "sysadmin"))


def test_nobody_reads_what_was_deleted_or_is_a_draft(world: World) -> None:
    model.Session.get_one(model.Resource, world.resources["public"]).state = "deleted"
    model.Session.get_one(model.Package, world.datasets["agents"]).state = "deleted"
    model.Session.get_one(model.Package, world.datasets["service"]).state = "draft"
    model.Session.commit()
    assert not any(seen(world, role) for role in MAY_SEE)


def test_a_release_names_its_source(world: World) -> None:
    (info,) = releases.visible(None)
    assert (info.title, info.producer, info.shape) == ("Zeta public", "DDT", "observations")
    assert (info.indicators, info.periods, info.levels) == (
        ("population", "area"),
        ("2018",),
        ("commune",),
    )


def test_releases_are_chosen_by_shape_profile_indicator_and_resource(world: World) -> None:
    grants = load(world.datasets["public"], "records", "grants")
    releases.forget()

    def found(**chosen: Any) -> set[str]:
        return {info.resource_id for info in releases.visible(None, **chosen)}

    public = world.resources["public"]
    assert found() == {public, grants}
    assert found(shape="records") == {grants}
    assert found(profiles=["zeta"]) == {public}
    assert found(indicators=["area"]) == {public, grants}
    assert found(indicators=["median_income"]) == set()
    assert found(resource_id=grants) == {grants}


def test_the_queries_and_their_cost_do_not_grow_with_the_releases(world: World) -> None:
    def measured(role: str) -> tuple[int, float]:
        model.Session.expire_all()
        user = world.users[role]
        assert user is None or user.name
        with counted_queries() as statements:
            start = time.perf_counter()
            releases.visible(user)
            return len(statements), time.perf_counter() - start

    few = {role: measured(role)[0] for role in MAY_SEE}
    fill(world.datasets["agents"], 100)
    fill(world.datasets["service"], 200)
    many = {role: min(measured(role) for _ in range(5)) for role in MAY_SEE}
    assert {role: count for role, (count, _seconds) in many.items()} == few
    assert few["anonymous"] == 2
    assert few["sysadmin"] == 1
    assert len(releases.visible(world.users["member"])) == 303
    assert max(seconds for _count, seconds in many.values()) < 0.2


def fill(dataset_id: str, count: int) -> None:
    """Add datasets like one, each with a loaded file, by SQL: the factories would take minutes."""
    source = model.Session.get_one(model.Package, dataset_id)
    for _ in range(count):
        package = model.Package(
            name=f"{source.name}-{make_uuid()[:12]}",
            title=source.title,
            private=True,
            owner_org=source.owner_org,
            extras=dict(source.extras),
        )
        resource = model.Resource(url="zeta.csv", url_type="upload")
        package.resources_all.append(resource)
        model.Session.add(package)
        model.Session.flush()
        model.Session.add(
            Release(
                resource_id=resource.id,
                package_id=package.id,
                profile="zeta",
                shape="observations",
                indicators=[f"indicator_{i}" for i in range(40)],
                periods=["2018"],
                levels=["commune"],
            )
        )
    model.Session.commit()
