"""Services and agents of the benchmark's catalogue, kept from one run to the next."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from typing import Any

import ckan.model as model
import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckan.types import Context

from ckanext.territoires.bridge.reference import reference

from .nation import Nation

PREFIX = "bench-service-"
AGENT = "bench-agent"
ADMIN = "bench-admin"


@dataclass(frozen=True)
class Service:
    """An organisation: `territory` is the one where it is competent."""

    id: str
    name: str
    title: str
    territory: str


def services(nation: Nation, count: int) -> list[Service]:
    """The services of the catalogue: one each région and département, then intercommunalities."""
    places = [*nation.by_level["region"], *nation.by_level["departement"]]
    others = [id for id in nation.by_level["epci"] if id not in places]
    places += random.Random(4).sample(others, k=max(0, count - len(places)))
    wanted = [_service(number, id) for number, id in enumerate(places[:count])]
    _store(wanted)
    return wanted


def account(name: str, *, sysadmin: bool = False, member_of: str | None = None) -> model.User:
    """A person who signs in; with `member_of`, a member of that service."""
    found = model.User.get(name)
    if found is None:
        found = model.User(name=name, email=f"{name}@example.org", sysadmin=sysadmin)
        found.password = uuid.uuid4().hex
        model.Session.add(found)
        model.Session.commit()
        if member_of:
            member = model.Member(
                table_name="user", table_id=found.id, group_id=member_of, capacity="member"
            )
            model.Session.add(member)
            model.Session.commit()
    return found


def token_of(user: model.User) -> str:
    """A new API token of a person."""
    asked = {"user": user.name, "name": uuid.uuid4().hex}
    context: Context = {"user": user.name, "ignore_auth": True}
    return tk.get_action("api_token_create")(context, asked)["token"]


def _service(number: int, territory: str) -> Service:
    name = f"{PREFIX}{number:04}"
    place = reference().get(territory)
    title = f"Direction du territoire {place.name if place else number}"
    return Service(str(uuid.uuid5(uuid.NAMESPACE_OID, name)), name, title, territory)


def _store(wanted: list[Service]) -> None:
    # By the model: the actions of an organisation are not what is measured.
    known = set(
        model.Session.scalars(
            sa.select(model.Group.name).where(model.Group.name.like(f"{PREFIX}%"))
        )
    )
    for service in wanted:
        if service.name not in known:
            group: Any = model.Group(
                name=service.name, title=service.title, type="organization", is_organization=True
            )
            group.id = service.id
            group.extras = {"territory": service.territory}
            model.Session.add(group)
    model.Session.commit()
