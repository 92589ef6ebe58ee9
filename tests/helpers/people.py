"""A person of each role, for the tests of who sees what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import call_action

ROLES = ("anonymous", "agent", "other_member", "member", "sysadmin")


@dataclass(frozen=True)
class People:
    """Names and tokens by role, and the service of the member; `names` of no one is empty."""

    names: Mapping[str, str]
    tokens: Mapping[str, str]
    service: dict[str, Any]

    def headers(self, role: str) -> dict[str, str]:
        """Return what a request of this person carries."""
        return {"Authorization": self.tokens[role]} if role in self.tokens else {}

    def call(self, role: str, action: str, **data: Any) -> Any:
        """Call an action as this person."""
        name = self.names[role]
        user = model.User.get(name) if name else None
        context: Any = {"user": name, "ignore_auth": False, "auth_user_obj": user}
        return tk.get_action(action)(context, data)


def of_each_role(
    capacity: str = "editor",
    password: str = "",
    other: Mapping[str, Any] | None = None,
    **service: Any,
) -> People:
    """Make a person of each role, the member in a service of these fields.

    The other member is in another one, of the fields of `other`.
    """
    secret = {"password": password} if password else {}
    users: dict[str, dict[str, Any]] = {
        role: factories.User(name=role.replace("_", "-"), fullname=f"Dominique {role}", **secret)
        for role in ROLES[1:-1]
    }
    users["sysadmin"] = factories.Sysadmin(name="sysadmin")
    tokens: dict[str, str] = {
        role: factories.APIToken(user=user["name"])["token"] for role, user in users.items()
    }
    own = factories.Organization(
        users=[{"name": users["member"]["name"], "capacity": capacity}], **service
    )
    factories.Organization(
        users=[{"name": users["other_member"]["name"], "capacity": "admin"}], **(other or {})
    )
    names = {"anonymous": "", **{role: user["name"] for role, user in users.items()}}
    return People(names, tokens, own)


def call_as(user: str | None, action: str, **data: Any) -> Any:
    """Call an action with its rights checked, by name (None: an anonymous visitor)."""
    return call_action(action, {"ignore_auth": False, "user": user or ""}, **data)
