"""Asking for a reading, following it and telling columns, by API and by role."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories

from ckanext.territoires.bridge import load_jobs
from tests.integration.loading.conftest import Put

ROLES = ("anonymous", "agent", "other_member", "member", "editor", "sysadmin")
MAY_CHANGE = {"editor", "sysadmin"}
MAPPING: dict[str, Any] = {
    "name": "trucs",
    "label": {"en": "Things", "fr": "Trucs"},
    "description": {"en": "Things", "fr": "Trucs"},
    "shape": "observations",
    "territory": {"column": "commune", "level": "commune"},
    "period": "2020",
    "columns": [{"column": "truc", "indicator": "births"}],
}
UNKNOWN = b"commune;truc\n44109;12\n44162;7\n"


@pytest.fixture
def users(service: dict[str, Any]) -> dict[str, str]:
    names = {role: factories.User()["name"] for role in ("agent", "other_member", "member")}
    for name, organization in (
        (names["member"], service["id"]),
        (names["other_member"], factories.Organization()["id"]),
    ):
        tk.get_action("organization_member_create")(
            {"ignore_auth": True},
            {"id": organization, "username": name, "role": "member"},
        )
    return {
        **names,
        "anonymous": "",
        "editor": "editrice",
        "sysadmin": factories.Sysadmin()["name"],
    }


def call(user: str, action: str, **data: Any) -> Any:
    found = model.User.get(user) if user else None
    context: Any = {"user": user, "auth_user_obj": found, "ignore_auth": False}
    return tk.get_action(action)(context, data)


def restrict(resource: dict[str, Any], level: str) -> None:
    tk.get_action("package_patch")(
        {"ignore_auth": True, "user": "editrice"},
        {"id": resource["package_id"], "access_level": level, "access_reason": "internal"},
    )


@pytest.mark.parametrize("role", ROLES)
def test_who_may_change_a_file_asks_for_its_reading(
    put: Put, users: dict[str, str], role: str
) -> None:
    resource = put()
    load_jobs.run(resource["id"])
    if role not in MAY_CHANGE:
        with pytest.raises(tk.NotAuthorized):
            call(users[role], "territoires_resource_load", id=resource["id"])
        return
    asked = call(users[role], "territoires_resource_load", id=resource["id"])
    assert (asked["state"], asked["progress"]) == ("queued", 0)
    load_jobs.run(resource["id"])
    told = call(users[role], "territoires_load_report", id=resource["id"])
    assert (told["load"]["id"], told["load"]["state"]) == (asked["id"], "loaded")
    assert told["load"]["unchanged"]
    call(users[role], "territoires_resource_load", id=resource["id"], force=True)
    load_jobs.run(resource["id"])
    told = call(users[role], "territoires_load_report", id=resource["id"])
    assert not told["load"]["unchanged"]


@pytest.mark.parametrize(
    ("level", "readers"),
    [
        ("public", set(ROLES)),
        ("agents", set(ROLES) - {"anonymous"}),
        ("service", {"member", "editor", "sysadmin"}),
    ],
)
def test_the_report_is_for_who_may_see_the_file_its_lines_for_who_may_change_it(
    put: Put, users: dict[str, str], level: str, readers: set[str]
) -> None:
    resource = put()
    load_jobs.run(resource["id"])
    restrict(resource, level)
    seen: set[str] = set()
    whole: set[str] = set()
    for role in ROLES:
        try:
            told = call(users[role], "territoires_load_report", id=resource["id"])
        except tk.NotAuthorized:
            continue
        seen.add(role)
        assert told["loaded"]["profile"] == "insee-comparateur"
        assert told["load"]["rows_read"] == 6
        if "assumptions" in told["load"]:
            whole.add(role)
            assert all(one["message"] for one in told["load"]["assumptions"])
    assert seen == readers
    assert whole == readers & MAY_CHANGE


@pytest.mark.parametrize("role", ROLES)
def test_who_may_change_a_file_tells_its_columns(
    put: Put, users: dict[str, str], role: str
) -> None:
    resource = put(UNKNOWN)
    load_jobs.run(resource["id"])
    if role not in MAY_CHANGE:
        for action, data in (
            ("territoires_header_mapping_save", {"mapping": MAPPING}),
            ("territoires_header_mapping_show", {}),
        ):
            with pytest.raises(tk.NotAuthorized):
                call(users[role], action, id=resource["id"], **data)
        return
    shown = call(users[role], "territoires_header_mapping_show", id=resource["id"])
    assert (shown["columns"], shown["mapping"], shown["offered"]) == (["commune", "truc"], None, [])
    asked = call(users[role], "territoires_header_mapping_save", id=resource["id"], mapping=MAPPING)
    assert asked["state"] == "queued"
    load_jobs.run(resource["id"])
    told = call(users[role], "territoires_load_report", id=resource["id"])
    assert told["load"]["state"] == "loaded", told
    assert told["loaded"]["indicators"] == ["births"]
    shown = call(users[role], "territoires_header_mapping_show", id=resource["id"])
    assert shown["mapping"] == MAPPING


def test_a_mapping_is_offered_to_who_may_see_where_it_comes_from(
    put: Put, users: dict[str, str]
) -> None:
    first = put(UNKNOWN)
    load_jobs.run(first["id"])
    call("editrice", "territoires_header_mapping_save", id=first["id"], mapping=MAPPING)
    editors = [{"name": name, "capacity": "editor"} for name in (users["agent"], "editrice")]
    organization = factories.Organization(users=editors)
    other = factories.Dataset(owner_org=organization["id"], access_level="public")
    second = put(UNKNOWN.upper(), package_id=other["id"])
    load_jobs.run(second["id"])

    def offered() -> list[str]:
        shown = call(users["agent"], "territoires_header_mapping_show", id=second["id"])
        return [one["resource_id"] for one in shown["offered"]]

    assert offered() == [first["id"]]
    restrict(first, "service")
    assert offered() == []


@pytest.mark.parametrize(
    "wrong",
    [{}, {**MAPPING, "shape": "sonnets"}, {**MAPPING, "columns": [{"column": "truc"}]}, "text"],
)
def test_a_mapping_that_is_none_is_refused(put: Put, wrong: Any) -> None:
    resource = put(UNKNOWN)
    with pytest.raises(tk.ValidationError):
        call("editrice", "territoires_header_mapping_save", id=resource["id"], mapping=wrong)


def test_a_file_that_is_none_is_said_so(dataset: dict[str, Any]) -> None:
    with pytest.raises(tk.ObjectNotFound):
        call("editrice", "territoires_load_report", id="none")
    link = factories.Resource(package_id=dataset["id"], url="https://example.test/x.csv")
    with pytest.raises(tk.ValidationError):
        call("editrice", "territoires_resource_load", id=link["id"])
    told = call("editrice", "territoires_load_report", id=link["id"])
    assert (told["readable"], told["load"], told["loaded"]) == (False, None, None)
