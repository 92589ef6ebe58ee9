"""Who sees what: five people, three access levels, every way that CKAN has of showing a dataset."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from ckan import model
from ckan.lib.search import commit, rebuild
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from werkzeug.datastructures import FileStorage

from tests.helpers.people import ROLES, People, of_each_role

LEVELS = ("public", "agents", "service")
MAY_SEE = {
    "anonymous": {"public"},
    "agent": {"public", "agents"},
    "other_member": {"public", "agents"},
    "member": set(LEVELS),
    "sysadmin": set(LEVELS),
}
Seen = set[str]


@dataclass
class World:
    """A service, another one, five people, and a dataset of each level with a file."""

    app: CKANTestApp
    people: People
    group: dict[str, Any]
    datasets: dict[str, dict[str, Any]] = field(default_factory=dict)

    def call(self, role: str, action: str, **data: Any) -> Any:
        return self.people.call(role, action, **data)

    def page(self, role: str, path: str) -> str:
        return self.app.get(path, headers=self.headers(role)).text

    def status(self, role: str, path: str) -> int:
        return self.app.get(path, headers=self.headers(role), follow_redirects=False).status_code

    def headers(self, role: str) -> dict[str, str]:
        return self.people.headers(role)

    def readable(self, role: str, action: str, of: Callable[[dict[str, Any]], str]) -> Seen:
        seen = set()
        for level, dataset in self.datasets.items():
            try:
                self.call(role, action, id=of(dataset))
            except (tk.NotAuthorized, tk.ObjectNotFound):
                continue
            seen.add(level)
        return seen

    def served(self, role: str, path: Callable[[dict[str, Any]], str]) -> Seen:
        return {level for level, d in self.datasets.items() if self.status(role, path(d)) == 200}


def levels_in(shown: Any) -> Seen:
    """Levels of the datasets that a text, or anything printed, speaks of."""
    text = str(shown)
    return {level for level in LEVELS if f"zeta-{level}" in text or f"Zeta {level}" in text}


def upload(role_user: str, dataset: dict[str, Any], level: str) -> dict[str, Any]:
    content = FileStorage(io.BytesIO(b"code;valeur\n44109;1\n"), f"zeta-{level}.csv", "upload")
    return tk.get_action("resource_create")(
        {"user": role_user, "ignore_auth": True},
        {
            "package_id": dataset["id"],
            "url": f"zeta-{level}.csv",
            "url_type": "upload",
            "name": f"zeta-{level}",
            "format": "CSV",
            "upload": content,
        },
    )


def build(app: CKANTestApp) -> World:
    people = of_each_role(name="ddtm-44", territory="fr:departement:44")
    names = people.names
    group = factories.Group(name="eau")
    world = World(app, people, group)
    for level in LEVELS:
        dataset = tk.get_action("package_create")(
            {"user": names["member"]},
            {
                "type": "dataset",
                "name": f"zeta-{level}",
                "title": f"Zeta {level}",
                "notes": f"Zeta {level}",
                "owner_org": people.service["id"],
                "access_level": level,
                "territory": ["fr:commune:44109"],
                "tag_string": f"commun,zeta-{level}-mot",
            },
        )
        upload(names["member"], dataset, level)
        tk.get_action("member_create")(
            {"user": names["sysadmin"]},
            {"id": group["id"], "object": dataset["id"], "object_type": "package", "capacity": "x"},
        )
        show = tk.get_action("package_show")({"ignore_auth": True}, {"id": dataset["id"]})
        world.datasets[level] = show
    return world


@pytest.fixture(scope="module")
def world(
    _site: CKANTestApp, reset_db: Callable[[], None], reset_index: Callable[[], None]
) -> World:
    """One world for all that only looks at it."""
    reset_db()
    reset_index()
    return build(_site)


def asked(role: str, data: dict[str, Any]) -> dict[str, Any]:
    """As in CKAN, a sysadmin's search includes private datasets when told to."""
    return {"include_private": True, **data} if role == "sysadmin" else data


def search(world: World, role: str, **data: Any) -> Seen:
    found = world.call(role, "package_search", q="zeta", rows=10, **asked(role, data))
    assert found["count"] == len(found["results"])
    return levels_in([d["name"] for d in found["results"]])


def facet_count(world: World, role: str, facet: str, value: str) -> int:
    found = world.call(role, "package_search", **asked(role, {"rows": 0, "facet.field": [facet]}))
    items = found["search_facets"][facet]["items"]
    return sum(item["count"] for item in items if item["name"] == value)


# What shows exactly what the person may see.
EXACT: dict[str, Callable[[World, str], Seen]] = {
    "package_search": search,
    "package_search by territory": lambda w, r: search(
        w, r, extras={"ext_territory": "fr:departement:44"}
    ),
    "package_search of a service": lambda w, r: search(w, r, fq="organization:ddtm-44"),
    "package_search, include_private": lambda w, r: search(w, r, include_private=True),
    "package_show": lambda w, r: w.readable(r, "package_show", lambda d: d["id"]),
    "resource_show": lambda w, r: w.readable(r, "resource_show", lambda d: d["resources"][0]["id"]),
    "resource_view_list": lambda w, r: w.readable(
        r, "resource_view_list", lambda d: d["resources"][0]["id"]
    ),
    "package_activity_list": lambda w, r: w.readable(r, "package_activity_list", lambda d: d["id"]),
    "package_autocomplete": lambda w, r: levels_in(w.call(r, "package_autocomplete", q="zeta")),
    "facet values": lambda w, r: levels_in(
        w.call(r, "package_search", **asked(r, {"rows": 0, "facet.field": ["tags"]}))[
            "search_facets"
        ]
    ),
    "search page": lambda w, r: levels_in(w.page(r, "/dataset/?q=zeta")),
    "search page by territory": lambda w, r: levels_in(
        w.page(r, "/dataset/?ext_territory=fr:departement:44")
    ),
    "page of the service": lambda w, r: levels_in(w.page(r, "/organization/ddtm-44")),
    "dataset page": lambda w, r: w.served(r, lambda d: f"/dataset/{d['name']}"),
    "resource page": lambda w, r: w.served(
        r, lambda d: f"/dataset/{d['name']}/resource/{d['resources'][0]['id']}"
    ),
    "download": lambda w, r: w.served(
        r,
        lambda d: (
            f"/dataset/{d['name']}/resource/{d['resources'][0]['id']}"
            f"/download/{d['resources'][0]['url'].rpartition('/')[2]}"
        ),
    ),
    "activity page": lambda w, r: w.served(r, lambda d: f"/dataset/activity/{d['name']}"),
    "tag_list": lambda w, r: levels_in(w.call(r, "tag_list")),
    "tag_search": lambda w, r: levels_in(w.call(r, "tag_search", query="zeta")),
    "tag_autocomplete": lambda w, r: levels_in(w.call(r, "tag_autocomplete", query="zeta")),
}


def members(world: World, role: str, of: str) -> Seen:
    rows = world.call(role, "member_list", id=of, object_type="package")
    ids = {row[0] for row in rows}
    return {level for level, dataset in world.datasets.items() if dataset["id"] in ids}


# What never shows more, and may show less: CKAN leaves private datasets out of some lists.
NEVER_MORE: dict[str, Callable[[World, str], Seen]] = {
    "package_list": lambda w, r: levels_in(w.call(r, "package_list")),
    "current_package_list_with_resources": lambda w, r: levels_in(
        w.call(r, "current_package_list_with_resources")
    ),
    "resource_search": lambda w, r: levels_in(w.call(r, "resource_search", query="name:zeta")),
    "tag_show": lambda w, r: levels_in(
        w.call(r, "tag_show", id="commun", include_datasets=True).get("packages", [])
    ),
    "organization_show": lambda w, r: levels_in(
        w.call(r, "organization_show", id="ddtm-44", include_datasets=True)["packages"]
    ),
    "group_show": lambda w, r: levels_in(
        w.call(r, "group_show", id="eau", include_datasets=True)["packages"]
    ),
    "group_package_show": lambda w, r: levels_in(w.call(r, "group_package_show", id="eau")),
    "member_list of the service": lambda w, r: members(w, r, "ddtm-44"),
    "member_list of a group": lambda w, r: members(w, r, "eau"),
    "organization_activity_list": lambda w, r: levels_in(
        w.call(r, "organization_activity_list", id="ddtm-44")
    ),
    "group_activity_list": lambda w, r: levels_in(w.call(r, "group_activity_list", id="eau")),
    "recently_changed_packages_activity_list": lambda w, r: levels_in(
        w.call(r, "recently_changed_packages_activity_list")
    ),
    "feed of datasets": lambda w, r: levels_in(w.page(r, "/feeds/dataset.atom")),
    "feed of the service": lambda w, r: levels_in(w.page(r, "/feeds/organization/ddtm-44.atom")),
    "feed of a tag": lambda w, r: levels_in(w.page(r, "/feeds/tag/commun.atom")),
    "feed of a search": lambda w, r: levels_in(w.page(r, "/feeds/custom.atom?q=zeta")),
    "home page": lambda w, r: levels_in(w.page(r, "/")),
    "territory page": lambda w, r: levels_in(w.page(r, "/territoire/commune/44109/nantes")),
    "page of a group": lambda w, r: levels_in(w.page(r, "/group/eau")),
    "stream of the service": lambda w, r: levels_in(w.page(r, "/organization/activity/ddtm-44")),
}
FOR_SIGNED_IN: dict[str, Callable[[World, str], Seen]] = {
    "user_show": lambda w, r: levels_in(
        w.call(r, "user_show", id="member", include_datasets=True)["datasets"]
    ),
    "page of a person": lambda w, r: levels_in(w.page(r, "/user/member")),
    "user_activity_list": lambda w, r: levels_in(w.call(r, "user_activity_list", id="member")),
    "dashboard_activity_list": lambda w, r: levels_in(w.call(r, "dashboard_activity_list")),
    "dashboard page": lambda w, r: levels_in(w.page(r, "/dashboard/")),
    "dashboard datasets": lambda w, r: levels_in(w.page(r, "/dashboard/datasets")),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("way", EXACT)
def test_shows_what_the_person_may_see(world: World, way: str, role: str) -> None:
    assert EXACT[way](world, role) == MAY_SEE[role]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("way", NEVER_MORE)
def test_never_shows_more(world: World, way: str, role: str) -> None:
    assert NEVER_MORE[way](world, role) <= MAY_SEE[role]


@pytest.mark.parametrize("role", ROLES[1:])
@pytest.mark.parametrize("way", FOR_SIGNED_IN)
def test_never_shows_more_to_who_signed_in(world: World, way: str, role: str) -> None:
    assert FOR_SIGNED_IN[way](world, role) <= MAY_SEE[role]


@pytest.mark.parametrize("role", ROLES)
class TestCounts:
    def test_facets(self, world: World, role: str) -> None:
        for level in LEVELS:
            expected = 1 if level in MAY_SEE[role] else 0
            assert facet_count(world, role, "vocab_access_level", level) == expected
        assert facet_count(world, role, "organization", "ddtm-44") == len(MAY_SEE[role])
        assert facet_count(world, role, "res_format", "CSV") == len(MAY_SEE[role])

    def test_organization(self, world: World, role: str) -> None:
        shown = world.call(role, "organization_show", id="ddtm-44")
        listed = world.call(role, "organization_list", all_fields=True)
        assert shown["package_count"] <= len(MAY_SEE[role])
        counts = {o["name"]: o["package_count"] for o in listed}
        assert counts["ddtm-44"] <= len(MAY_SEE[role])

    def test_search_without_private(self, world: World, role: str) -> None:
        assert search(world, role, include_private=False) == {"public"}


class TestFollowing:
    """One cannot follow, so as to read of it, what one may not see."""

    def test_refused(self, world: World) -> None:
        with pytest.raises(tk.NotAuthorized):
            world.call("agent", "follow_dataset", id="zeta-service")

    def test_allowed(self, world: World) -> None:
        world.call("other_member", "follow_dataset", id="zeta-agents")
        followed = world.call("other_member", "dataset_followee_list", id="other-member")
        assert levels_in(followed) == {"agents"}


@pytest.fixture
def own_world(clean_db: None, clean_index: None, app: CKANTestApp) -> World:
    """A world that the test changes."""
    return build(app)


def seen_by(world: World) -> dict[str, Seen]:
    return {role: search(world, role) for role in ROLES}


class TestChange:
    """A level that changes takes everything with it."""

    def test_narrower(self, own_world: World) -> None:
        world = own_world
        world.call("agent", "follow_dataset", id="zeta-public")
        world.call("member", "package_patch", id="zeta-public", access_level="service")
        assert seen_by(world) == {
            "anonymous": set(),
            "agent": {"agents"},
            "other_member": {"agents"},
            "member": set(LEVELS),
            "sysadmin": set(LEVELS),
        }
        for role in ("anonymous", "agent", "other_member"):
            for way in (*EXACT, *NEVER_MORE):
                seen = (EXACT | NEVER_MORE)[way](world, role)
                assert "public" not in seen, (way, role)
        for way, shows in FOR_SIGNED_IN.items():
            assert "public" not in shows(world, "agent"), way
        assert not levels_in(world.call("agent", "dataset_followee_list", id="agent"))
        assert not levels_in(world.call("agent", "followee_list", id="agent"))

    def test_wider(self, own_world: World) -> None:
        world = own_world
        world.call("member", "package_patch", id="zeta-service", access_level="agents")
        assert search(world, "agent") == set(LEVELS)
        assert search(world, "anonymous") == {"public"}
        past = levels_in(world.call("agent", "package_activity_list", id="zeta-service"))
        assert past <= {"service"}

    def test_patch_of_private_alone(self, own_world: World) -> None:
        world = own_world
        shown = world.call("member", "package_patch", id="zeta-agents", private=False)
        assert (shown["access_level"], shown["private"]) == ("public", False)
        shown = world.call("member", "package_patch", id="zeta-agents", private=True)
        assert (shown["access_level"], shown["private"]) == ("service", True)
        assert search(world, "agent") == {"public"}

    def test_patch_of_something_else_keeps_the_level(self, own_world: World) -> None:
        shown = own_world.call("member", "package_patch", id="zeta-agents", title="Zeta agents 2")
        assert (shown["access_level"], shown["private"]) == ("agents", True)

    def test_both_given_the_level_wins(self, own_world: World) -> None:
        shown = own_world.call(
            "member", "package_patch", id="zeta-agents", access_level="service", private=False
        )
        assert (shown["access_level"], shown["private"]) == ("service", True)


class TestBulk:
    def test_private(self, own_world: World) -> None:
        world = own_world
        ids = [d["id"] for d in world.datasets.values()]
        admin = "sysadmin"
        world.call(admin, "bulk_update_private", datasets=ids, org_id=world.people.service["id"])
        assert seen_by(world)["agent"] == set()
        assert seen_by(world)["member"] == set(LEVELS)
        levels = {world.call(admin, "package_show", id=id)["access_level"] for id in ids}
        assert levels == {"service"}
        assert not levels_in(world.call("agent", "user_activity_list", id="member"))

    def test_public(self, own_world: World) -> None:
        world = own_world
        ids = [d["id"] for d in world.datasets.values()]
        world.call(
            "sysadmin", "bulk_update_public", datasets=ids, org_id=world.people.service["id"]
        )
        assert seen_by(world)["anonymous"] == set(LEVELS)

    def test_not_an_editor(self, own_world: World) -> None:
        ids = [own_world.datasets["service"]["id"]]
        with pytest.raises(tk.NotAuthorized):
            own_world.call(
                "agent", "bulk_update_public", datasets=ids, org_id=own_world.people.service["id"]
            )


class TestDraft:
    def test_is_for_its_service(self, own_world: World) -> None:
        world = own_world
        world.call("member", "package_patch", id="zeta-public", state="draft")
        for role in ("anonymous", "agent", "other_member"):
            assert "public" not in EXACT["package_show"](world, role)
            assert "public" not in search(world, role, include_drafts=True)


class TestCatalogueThatExistedBefore:
    """Datasets without a level follow CKAN's `private` alone."""

    def test_without_level(self, own_world: World) -> None:
        world = own_world
        for level, private in (("agents", False), ("service", True)):
            dataset = model.Package.get(f"zeta-{level}")
            assert dataset is not None
            dataset.extras.pop("access_level")
            dataset.private = private
        model.Session.commit()
        rebuild()
        commit()
        assert search(world, "anonymous") == {"public", "agents"}
        assert search(world, "agent") == {"public", "agents"}
        assert search(world, "member") == set(LEVELS)
