"""The thread of a project: writing in it and reading it."""

from __future__ import annotations

from typing import Any

import ckan.model as model
from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import notices, project_files, thread, thread_reading
from ckanext.territoires.bridge.labels import is_project
from ckanext.territoires.bridge.roles import person_of, who_may_read
from ckanext.territoires.bridge.thread import Written
from ckanext.territoires.bridge.thread_reading import Selection
from ckanext.territoires.discussion.message import Kind, State, may_write
from ckanext.territoires.logic import message_schema
from ckanext.territoires.logic.message_dict import message_dicts
from ckanext.territoires.logic.reader import reader_of
from ckanext.territoires.model import Message
from ckanext.territoires.model.moment import utc_now

ASSIGNED = frozenset({Kind.TASK})


@validate(message_schema.message_create)
def territoires_message_create(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Write in the thread of a project.

        ckanapi action territoires_message_create project_id=friche-gare-redon \
            kind=question text="@jeanne.martin, le diagnostic de pollution est-il rendu ?"

    Args:
        context: CKAN's.
        data_dict: `project_id` (id or name), `text` (Markdown, 20,000 characters at most); `kind`:
            `message` (default), `question`, `decision` or `task`; `reply_to_id`: a message of the
            same thread; for a task, `assignee` (id or name of a person who may read the project)
            and `due` (a day); `files`: ids of files of the project.

    Returns:
        The message, as `territoires_message_show` gives it.

    """
    project = project_of(data_dict["project_id"], context)
    tk.check_access("territoires_message_create", context, data_dict)
    refuse_deleted(project, "project_id")
    author = reader_of(context)
    assert author is not None
    kind = Kind(data_dict["kind"])
    message = thread.post(
        project,
        author,
        Written(
            kind=kind,
            text=data_dict["text"],
            reply_to_id=_replied(data_dict.get("reply_to_id"), project),
            assignee_id=_assignee(data_dict, project, kind),
            due=data_dict.get("due") if kind in ASSIGNED else None,
            file_ids=_files(data_dict.get("files") or (), project),
        ),
    )
    thread_reading.visit(author.id, project.id, message.position)
    model.Session.commit()
    return _shown(message, context, project)


@validate(message_schema.message_update)
def territoires_message_update(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Change a message: its text, its pin, whether a question or a task is closed.

        ckanapi action territoires_message_update id=... closed=true

    What the text was is kept and shown.

    Args:
        context: CKAN's.
        data_dict: `id`, and what changes: `text`; `pinned`; `closed`; `answer_id`: the message that
            answers a question, which closes it; `assignee`, `due`: of a task.

    Returns:
        The message.

    """
    message, project = _message(data_dict["id"], context)
    tk.check_access("territoires_message_update", context, data_dict)
    refuse_deleted(project, "id")
    if "text" in data_dict:
        thread.edit(message, project, data_dict["text"])
    if "pinned" in data_dict:
        message.pinned = utc_now() if data_dict["pinned"] else None
    if data_dict.get("answer_id"):
        message.answer_id = _replied(data_dict["answer_id"], project, "answer_id")
        message.closed = utc_now()
    if "closed" in data_dict:
        message.closed = utc_now() if data_dict["closed"] else None
        message.answer_id = message.answer_id if data_dict["closed"] else None
    _charge(message, project, data_dict)
    model.Session.commit()
    return _shown(message, context, project)


@validate(message_schema.message_id)
def territoires_message_remove(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Take back a message: its place stays in the thread, its text and its revisions go.

        ckanapi action territoires_message_remove id=...

    Args:
        context: CKAN's.
        data_dict: `id`.

    Returns:
        What is left of it.

    """
    message, project = _message(data_dict["id"], context)
    tk.check_access("territoires_message_remove", context, data_dict)
    files = project_files.of_message(message.id)
    thread.remove(message)
    model.Session.commit()
    project_files.discard(files)
    return _shown(message, context, project)


@tk.side_effect_free
@validate(message_schema.message_id)
def territoires_message_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """One entry of a thread.

        ckanapi action territoires_message_show id=...

    Args:
        context: CKAN's.
        data_dict: `id`.

    Returns:
        `id`, `project_id`, `position` (from 1, without a gap), `kind`, `state` (`visible`,
        `removed`, `hidden`), `author`, `created`, `edited`, `text` (Markdown), `facts` (of what
        happened), `reply_to`, `pinned`, `answer_id`, `assignee`, `due`, `closed`, `files`,
        `mentions`, `revisions` (how many), `deeds` (what the reader may do), and `former`: the
        former texts, the latest first, each with `replaced`.

    """
    message, project = _message(data_dict["id"], context)
    tk.check_access("territoires_message_show", context, data_dict)
    shown = _shown(message, context, project)
    visible = message.state == State.VISIBLE
    former = thread_reading.revisions(message.id) if visible else []
    kept = [{"text": one.text, "replaced": one.replaced.isoformat()} for one in former]
    return shown | {"former": kept}


@tk.side_effect_free
@validate(message_schema.message_list)
def territoires_message_list(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Entries of the thread of a project, page by page.

        ckanapi action territoires_message_list project_id=friche-gare-redon q="étude de sols"

    Pages are ranges of positions: the next one is `after` the last position of this one (or
    `before` the last, with `newest_first`), so that none loses or repeats an entry.

    Args:
        context: CKAN's.
        data_dict: `project_id`; `after`, `before`: positions; `kinds`; `q`: words in the text, as
            in a web search, whatever the accents; `pinned`; `newest_first`; `limit` (50, at most
            200).

    Returns:
        `messages`; `last_position`: of the thread; `last_visit`: the last that the reader has
        seen; `locked`; `may_write`.

    """
    project = project_of(data_dict["project_id"], context)
    tk.check_access("territoires_message_list", context, data_dict)
    selection = Selection(
        after=data_dict.get("after"),
        before=data_dict.get("before"),
        kinds=data_dict.get("kinds") or (),
        words=data_dict.get("q") or "",
        pinned=data_dict["pinned"],
        newest_first=data_dict["newest_first"],
        limit=data_dict["limit"],
    )
    reader = reader_of(context)
    person = person_of(reader, project)
    state = thread_reading.thread(project.id)
    found = thread_reading.entries(project.id, selection)
    locked = state.locked_by is not None
    return {
        "messages": message_dicts(found, person, locked=locked),
        "last_position": state.last_position,
        "last_visit": thread_reading.last_visit(reader.id, project.id) if reader else None,
        "locked": locked,
        "may_write": may_write(person, locked=locked),
    }


def project_of(reference: str, context: Context) -> model.Package:
    """The project of this id or name, if the person may read it.

    Raises:
        ObjectNotFound: there is none.
        NotAuthorized: it is not shared with this person.

    """
    project = model.Package.get(reference)
    if project is None or not is_project(project):
        raise tk.ObjectNotFound(tk._("Project not found"))
    tk.check_access("package_show", tk.fresh_context(context), {"id": project.id})
    return project


def refuse_deleted(project: model.Package, field: str) -> None:
    """Have nothing be written about a project that is deleted, whose readers no longer see it."""
    if project.state == model.State.DELETED:
        message = tk._("This project is deleted: it must be restored first")
        raise tk.ValidationError({field: [message]})


def _message(message_id: str, context: Context) -> tuple[Message, model.Package]:
    """An entry and its project, if the person may read it: the same answer for both refusals."""
    message = thread_reading.find(message_id)
    if message is None:
        raise tk.ObjectNotFound(tk._("Message not found"))
    return message, project_of(message.project_id, context)


def _shown(message: Message, context: Context, project: model.Package) -> dict[str, Any]:
    person = person_of(reader_of(context), project)
    locked = thread_reading.thread(project.id).locked_by is not None
    (shown,) = message_dicts([message], person, locked=locked)
    return shown


def _replied(
    message_id: str | None, project: model.Package, field: str = "reply_to_id"
) -> str | None:
    if not message_id:
        return None
    replied = thread_reading.find(message_id)
    if replied is None or replied.project_id != project.id or replied.state != State.VISIBLE:
        raise tk.ValidationError({field: [tk._("This message is not in the thread")]})
    return replied.id


def _assignee(data_dict: DataDict, project: model.Package, kind: Kind) -> str | None:
    """The person in charge of a task, who must be able to read it."""
    name = data_dict.get("assignee")
    if not name or kind not in ASSIGNED:
        return None
    person = model.User.get(name)
    if person is None or not who_may_read(project, [person]):
        message = tk._("“{name}” is not a person who may read this project")
        raise tk.ValidationError({"assignee": [message.format(name=name)]})
    return person.id


def _charge(message: Message, project: model.Package, data_dict: DataDict) -> None:
    """Give a task to someone, or another day."""
    kind = Kind(message.kind)
    if kind not in ASSIGNED:
        return
    if data_dict.get("due"):
        message.due = data_dict["due"]
    assignee = _assignee(data_dict, project, kind)
    if assignee and assignee != message.assignee_id:
        message.assignee_id = assignee
        notices.of_charge(message)


def _files(ids: tuple[str, ...] | list[str], project: model.Package) -> list[str]:
    known = project_files.owned(project.id, ids)
    unknown = [file_id for file_id in ids if file_id not in known]
    if unknown:
        message = tk._("“{id}” is not a file of this project")
        raise tk.ValidationError({"files": [message.format(id=unknown[0])]})
    if len(known) > message_schema.MAX_FILES:
        message = tk._("{count} files: at most {limit}")
        raise tk.ValidationError(
            {"files": [message.format(count=len(known), limit=message_schema.MAX_FILES)]}
        )
    return list(known)
