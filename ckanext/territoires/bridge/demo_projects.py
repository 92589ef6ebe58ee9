"""The projects of the demonstration, with their communities and their threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.catalogue import Entry, Outcome, one_index_commit, stable_id, write
from ckanext.territoires.bridge.roles import CAPACITY
from ckanext.territoires.discussion.message import Role

Declared = Mapping[str, Any]
_SHEET = ("partners", "contacts", "calendar", "financing", "stage_dates")


def load_projects(declared: Iterable[Declared]) -> Iterator[Entry]:
    """Write the projects that are not there; what people made of the others is theirs."""
    with one_index_commit():
        for project in declared:
            yield _write(project)


def _write(project: Declared) -> Entry:
    project_id = stable_id("demo-project", project["name"])
    if model.Package.get(project_id):
        return Entry("project", "", project["name"], Outcome.UNCHANGED)
    fields = {
        "id": project_id,
        "type": "project",
        "name": project["name"],
        "title": project["title"],
        "notes": project["notes"],
        "owner_org": project["service"],
        "territory": project["territory"],
        "stage": project["stage"],
        "theme": project["theme"],
        "tag_string": ",".join(project["tags"]),
        "holder": project.get("holder", ""),
        "access_level": project["access"],
        **{name: project[name] for name in _SHEET if name in project},
    }
    if project["access"] in ("service", "community"):
        fields["access_reason"] = "internal"
    entry = Entry("project", "", project["name"], Outcome.CREATED)
    made = write(entry, "package_create", fields)
    if made.outcome is not Outcome.CREATED:
        return made
    _admit(project_id, project)
    _discuss(project_id, project.get("thread", ()))
    return made


def _admit(project_id: str, project: Declared) -> None:
    people = {project["author"]: Role.LEAD} | {
        name: Role(role) for name, role in project.get("members", {}).items()
    }
    for name, role in people.items():
        tk.get_action("package_collaborator_create")(
            {"ignore_auth": True, "user": project["author"]},
            {
                "id": project_id,
                "user_id": model.User.get(name).id,  # pyright: ignore[reportOptionalMemberAccess]
                "capacity": CAPACITY[role],
            },
        )


def _discuss(project_id: str, thread: Iterable[Declared]) -> None:
    last = ""
    for said in thread:
        data = {"project_id": project_id, "kind": said["kind"], "text": said["text"]}
        data |= {name: said[name] for name in ("assignee", "due") if name in said}
        if said.get("reply"):
            data["reply_to_id"] = last
        user = model.User.get(said["author"])
        context: Any = {"user": said["author"], "auth_user_obj": user, "ignore_auth": True}
        last = tk.get_action("territoires_message_create")(context, data)["id"]
