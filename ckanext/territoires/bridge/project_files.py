"""CKAN's files that a project owns: who may read it may have them, and nobody else."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePath
from uuid import uuid4

import ckan.model as model
from ckan.lib import files
from ckan.lib.munge import munge_filename
from ckan.plugins import toolkit as tk
from ckan.types import Context
from werkzeug.datastructures import FileStorage

from ckanext.territoires import config
from ckanext.territoires.model import Message, MessageFile


def owned(project_id: str, ids: Collection[str]) -> dict[str, model.File]:
    """Return those of these files that a project owns, by id."""
    if not ids:
        return {}
    query = model.Session.query(model.File).join(
        model.FileOwner, model.FileOwner.file_id == model.File.id
    )
    found = query.filter(
        model.File.id.in_(list(ids)),
        model.FileOwner.owner_type == "package",
        model.FileOwner.owner_id == project_id,
    )
    return {one.id: one for one in found}


@dataclass(frozen=True, slots=True)
class Named:
    """A file as a list shows it; `size` in bytes."""

    id: str
    name: str
    size: int


def named(ids: Collection[str]) -> dict[str, Named]:
    """Names and sizes of files, by id: one query, none for none."""
    if not ids:
        return {}
    query = model.Session.query(model.File).filter(model.File.id.in_(list(ids)))
    return {one.id: Named(one.id, one.name, one.size) for one in query}


class Refused(ValueError):
    """A file that is not kept; the message says why."""


def can_keep() -> bool:
    """Whether the site has the storage that these files are kept in."""
    return config.attachment_storage() in files.storages


def keep(project_id: str, upload: FileStorage, user: model.User) -> str:
    """Keep a file that a person sends as a file of the project; return its id. Commits.

    Who may send one is asked before. It is stored under a name of ours, so that two files of one
    name are two, and always given back to be saved, never to be opened in the page.

    Raises:
        Refused: it is empty, or larger than the site allows.

    """
    if not can_keep():
        raise Refused(tk._("This site keeps no files with messages"))
    upload.stream.seek(0, os.SEEK_END)
    size = upload.stream.tell()
    upload.stream.seek(0)
    limit = config.attachment_max_size()
    if not size:
        raise Refused(tk._("The file is empty"))
    if size > limit * 1024 * 1024:
        raise Refused(tk._("The file is larger than {limit} MB").format(limit=limit))
    given = munge_filename(upload.filename or "")
    made = tk.get_action("file_create")(
        _as(user), {"name": f"{uuid4().hex}{PurePath(given).suffix[:10]}", "upload": upload,
                    "storage": config.attachment_storage()}
    )  # fmt: skip
    model.Session.flush()
    tk.get_action("file_ownership_transfer")(
        _as(user), {"id": made["id"], "owner_type": "package", "owner_id": project_id}
    )
    found = model.Session.get(model.File, made["id"])
    assert found is not None
    found.name = given
    model.Session.commit()
    return made["id"]


def of_message(message_id: str) -> list[str]:
    """Ids of the files joined to a message."""
    query = model.Session.query(MessageFile.file_id).filter_by(message_id=message_id)
    return [file_id for (file_id,) in query]


def of_project(project_id: str) -> list[str]:
    """Ids of the files joined to the messages of a project."""
    query = model.Session.query(MessageFile.file_id).join(
        Message, Message.id == MessageFile.message_id
    )
    return [file_id for (file_id,) in query.filter(Message.project_id == project_id)]


def discard(ids: Collection[str]) -> None:
    """Remove files that no message has any more, from the storage too. Commits."""
    if not ids:
        return
    used = {
        file_id
        for (file_id,) in model.Session.query(MessageFile.file_id).filter(
            MessageFile.file_id.in_(list(ids))
        )
    }
    for file_id in set(ids) - used:
        if model.Session.get(model.File, file_id):
            tk.get_action("file_delete")({"ignore_auth": True}, {"id": file_id})


def hidden(file_id: str) -> list[str]:
    """Projects in which a file is joined to messages that are all hidden."""
    rows = (
        model.Session.query(Message.project_id, Message.state)
        .join(MessageFile, MessageFile.message_id == Message.id)
        .filter(MessageFile.file_id == file_id)
        .all()
    )
    if any(state != "hidden" for _project, state in rows):
        return []
    return [project for project, _state in rows]


def _as(user: model.User) -> Context:
    return {"user": user.name, "auth_user_obj": user, "ignore_auth": True, "defer_commit": True}
