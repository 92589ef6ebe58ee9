"""A project and the people around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import call_action

from ckanext.territoires.bridge.roles import CAPACITY
from ckanext.territoires.discussion.message import Role

LEVELS = ("public", "agents", "service", "community")


@dataclass
class Circle:
    """A project, its lead service, and one person of each role; `anonymous` is nobody."""

    project: dict[str, Any]
    service: dict[str, Any]
    people: dict[str, model.User] = field(default_factory=dict)

    def context(self, role: str) -> Any:
        user = self.people.get(role)
        name = user.name if user else ""
        return {"user": name, "ignore_auth": False, "auth_user_obj": user}

    def call(self, role: str, action: str, /, **data: Any) -> Any:
        return tk.get_action(action)(self.context(role), data)

    def may(self, role: str, action: str, /, **data: Any) -> bool:
        try:
            self.call(role, action, **data)
        except tk.NotAuthorized:
            model.Session.rollback()
            return False
        return True

    def set_level(self, level: str) -> None:
        call_action(
            "package_patch",
            {"user": self.people["sysadmin"].name, "ignore_auth": True},
            id=self.project["id"],
            access_level=level,
            access_reason="internal",
        )


def person(**values: Any) -> model.User:
    found = model.User.get(factories.User(**values)["id"])
    assert found
    return found


def admit(project_id: str, user: model.User, role: Role) -> None:
    model.Session.add(
        model.PackageMember(package_id=project_id, user_id=user.id, capacity=CAPACITY[role])
    )
    model.Session.commit()


@pytest.fixture
def circle(clean_db: None, clean_index: None) -> Iterator[Circle]:
    """A project `community` wide, and who is around it: see ROLES of the tests."""
    service = factories.Organization()
    project = factories.Dataset(type="project", owner_org=service["id"], access_level="community")
    found = Circle(project, service)
    for role in Role:
        if role is not Role.VISITOR:
            found.people[role.value] = person()
            admit(project["id"], found.people[role.value], role)
    found.people["agent"] = person()
    found.people["other_member"] = person()
    factories.Organization(users=[{"name": found.people["other_member"].name, "capacity": "admin"}])
    found.people["service_member"] = person()
    call_action(
        "organization_member_create",
        id=service["id"],
        username=found.people["service_member"].name,
        role="member",
    )
    sysadmin = model.User.get(factories.Sysadmin()["id"])
    assert sysadmin
    found.people["sysadmin"] = sysadmin
    yield found
    model.Session.remove()


@pytest.fixture
def sheet(circle: Circle) -> Iterator[Circle]:
    """A filled sheet, and tokens for those who knock."""
    circle.call(
        "sysadmin",
        "package_patch",
        id=circle.project["id"],
        title="Reconversion de la friche",
        notes="Une ancienne gare.\n\nQuatre-vingts logements.",
        territory=["fr:commune:35236"],
        stage="study",
        partners=[{"name": "DREAL", "role": "Sols"}],
        calendar=[{"date": "2026-09", "milestone": "Comité de pilotage"}],
        financing=[
            {"funder": "État", "scheme": "DETR", "asked": 40000, "granted": 32000},
            {"funder": "Commune", "asked": 1000.5},
        ],
    )
    yield circle
    model.Session.remove()
