"""The forms of a thread: what is typed, kept until it is written."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from flask import redirect
from werkzeug.wrappers import Response as AnyResponse

from ckanext.territoires.bridge import project_files
from ckanext.territoires.bridge.roles import people_around
from ckanext.territoires.discussion.message import Kind
from ckanext.territoires.views import csrf
from ckanext.territoires.views.signed_in import reader
from ckanext.territoires.views.thread_page import WRITABLE, Typed

Data = dict[str, Any]


def typed() -> Typed:
    """What the form holds."""
    form = tk.request.form
    kind = form.get("kind", "")
    return Typed(
        kind=kind if kind in WRITABLE else Kind.MESSAGE,
        text=form.get("text", ""),
        reply_to_id=form.get("reply_to_id", ""),
        assignee=form.get("assignee", "").strip(),
        due=form.get("due", "").strip(),
        files=form.getlist("file"),
    )


def post(project: Data, found: Typed) -> Data | None:
    """Write what is typed; None when something is to be corrected: `errors` say what.

    Files that were sent stay joined to the form, which a browser would empty.

    Raises:
        NotAuthorized: the person may not write there.

    """
    tk.check_access("territoires_message_create", {}, {"project_id": project["id"]})
    found.errors |= _attach(project, found)
    data: Data = {
        "project_id": project["id"],
        "kind": found.kind,
        "text": found.text,
        "reply_to_id": found.reply_to_id,
        "files": found.files,
    }
    if found.kind == Kind.TASK:
        data |= {"assignee": _name_of(project, found.assignee), "due": found.due}
    if found.errors:
        return None
    try:
        return tk.get_action("territoires_message_create")({}, data)
    except tk.ValidationError as error:
        found.errors |= errors_of(error)
        return None


def edit(project: Data, message: Data) -> str | AnyResponse:
    """Change a message: its text, and of a task who is in charge and when it is due."""
    if "edit" not in message["deeds"]:
        return tk.abort(403, tk._("You may not do this with this message"))
    form = Typed(
        kind=message["kind"],
        text=message["text"],
        assignee=(message["assignee"] or {}).get("name", ""),
        due=message["due"] or "",
    )
    if tk.request.method == "POST":
        csrf.check()
        sent = typed()
        form.text, form.assignee, form.due = sent.text, sent.assignee, sent.due
        data: Data = {"id": message["id"], "text": form.text}
        if form.kind == Kind.TASK:
            data |= {"assignee": _name_of(project, form.assignee), "due": form.due}
        try:
            tk.get_action("territoires_message_update")({}, data)
        except tk.ValidationError as error:
            form.errors = errors_of(error)
        except tk.NotAuthorized:
            return tk.abort(403, tk._("You may not do this with this message"))
        else:
            return redirect(
                tk.url_for(
                    "territoires_thread.one", name=project["name"], position=message["position"]
                )
            )
    return tk.render(
        "project/thread_edit.html",
        {
            "project": project,
            "message": message,
            "typed": form,
            "people": people_around(project["id"]),
        },
    )


def errors_of(error: tk.ValidationError) -> dict[str, list[str]]:
    """What is wrong, by name of field."""
    found: dict[str, list[str]] = {}
    for name, texts in error.error_dict.items():
        found[name] = [str(text) for text in texts] if isinstance(texts, list) else [str(texts)]
    return found


def _attach(project: Data, found: Typed) -> dict[str, list[str]]:
    """Keep the files that were sent as files of the project, and join them to the form."""
    user = reader()
    assert user is not None
    errors: list[str] = []
    for upload in tk.request.files.getlist("upload"):
        if not upload or not upload.filename:
            continue
        try:
            found.files.append(project_files.keep(project["id"], upload, user))
        except project_files.Refused as error:
            errors.append(f"{upload.filename}: {error}")
    return {"files": errors} if errors else {}


def _name_of(project: Data, text: str) -> str:
    """The account of the person whose name is typed, as the list proposes it."""
    known = people_around(project["id"])
    return next((one["name"] for one in known if text in (one["title"], one["name"])), text)
