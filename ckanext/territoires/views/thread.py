"""The thread of a project: its pages, and what people do in it by a form or a link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk
from flask import Blueprint, Response, jsonify, redirect
from werkzeug.wrappers import Response as AnyResponse

from ckanext.territoires.bridge import thread_reading
from ckanext.territoires.bridge.notices import seen_in
from ckanext.territoires.bridge.roles import people_around
from ckanext.territoires.renderings import thread_files
from ckanext.territoires.renderings.pdf_file import MissingLibrary
from ckanext.territoires.views import (
    csrf,
    downloads,
    signed_in,
    thread_archive,
    thread_form,
    thread_page,
)
from ckanext.territoires.views.project_page import find
from ckanext.territoires.views.thread_form import errors_of

territoires_thread = Blueprint("territoires_thread", __name__)
territoires_thread.after_app_request(downloads.to_be_saved)

Data = dict[str, Any]
_SUGGESTED = 8
#: A link to one entry shows it among those around it.
_AROUND = thread_page.PAGE // 2


@territoires_thread.route("/projet/<name>/fil")
def read(name: str) -> str:
    """The entries of a thread, the latest first unless asked otherwise."""
    project = find(name)
    wanted = thread_page.asked()
    shown = thread_page.page(project, wanted)
    _visit(project, wanted, shown["last_position"])
    return tk.render("project/thread.html", shown)


@territoires_thread.route("/projet/<name>/historique")
def history(name: str) -> str:
    """What happened to a project: its sheet, its stages, its access, its files, its community."""
    shown = thread_page.page(find(name), thread_page.asked_history())
    return tk.render("project/history.html", shown)


@territoires_thread.route("/projet/<name>/fil/<int:position>")
def one(name: str, position: int) -> AnyResponse:
    """The page that holds an entry, at this entry."""
    project = find(name)
    state = thread_reading.thread(project["id"])
    if not 0 < position <= state.last_position:
        tk.abort(404, tk._("Message not found"))
    before = position + _AROUND
    args = {"avant": before} if before <= state.last_position else {}
    address = tk.url_for("territoires_thread.read", name=project["name"], **args)
    return redirect(f"{address}#m-{position}")


@territoires_thread.route("/projet/<name>/fil", methods=["POST"])
def write(name: str) -> str | AnyResponse:
    """Write in the thread, or see first what it would give."""
    signed_in.require()
    csrf.check()
    project = find(name)
    typed = thread_form.typed()
    if tk.request.form.get("_action") == "preview":
        typed.preview = thread_page.preview(project, typed)
    else:
        try:
            written = thread_form.post(project, typed)
        except tk.NotAuthorized:
            return tk.abort(403, tk._("Only the community of the project writes in its thread"))
        if written:
            return redirect(_address(project, written))
    return tk.render("project/thread.html", thread_page.page(project, thread_page.asked(), typed))


@territoires_thread.route("/projet/<name>/fil.<extension>")
def export(name: str, extension: str) -> Response:
    """The whole thread, for the archives: Markdown, CSV or PDF."""
    if extension not in thread_files.TYPES:
        return tk.abort(404, tk._("A thread is kept as md, csv or pdf"))
    project = find(name)
    today = datetime.now(UTC).date()
    try:
        content = thread_files.render(extension, thread_archive.archive(project), today)
    except MissingLibrary as error:
        return tk.abort(503, str(error))
    # What one may read is not for the caches of others.
    tk.request.environ["__no_cache__"] = True
    answer = Response(content, content_type=thread_files.TYPES[extension])
    file = f"{project['name']}-fil-{today.isoformat()}.{extension}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer


@territoires_thread.route("/projet/<name>/fil/apercu", methods=["POST"])
def preview(name: str) -> str:
    """What is typed as it would show, alone: for a page that has script."""
    signed_in.require()
    csrf.check()
    project = find(name)
    typed = thread_form.typed()
    typed.preview = thread_page.preview(project, typed)
    return tk.render("project/thread_preview.html", {"typed": typed})


@territoires_thread.route("/projet/<name>/fil/personnes")
def people(name: str) -> Response:
    """People of the community whose name begins so, for those who write there."""
    signed_in.require()
    project = find(name)
    if not tk.h.check_access("territoires_message_create", {"project_id": project["id"]}):
        tk.abort(403, tk._("Only the community of the project writes in its thread"))
    asked = tk.request.args.get("q", "").strip().lower()
    found = [
        {"name": one["name"], "title": one["title"]}
        for one in people_around(project["id"])
        if asked in one["name"].lower() or asked in one["title"].lower()
    ]
    return jsonify(found[:_SUGGESTED])


@territoires_thread.route("/projet/fil/<message_id>/modifier", methods=["GET", "POST"])
def edit(message_id: str) -> str | AnyResponse:
    """Change the text of a message, and who is in charge of a task."""
    signed_in.require()
    message, project = _message(message_id)
    return thread_form.edit(project, message)


@territoires_thread.route("/projet/fil/<message_id>/versions")
def versions(message_id: str) -> str:
    """What a message said before."""
    message, project = _message(message_id)
    former = [
        {**one, "html": thread_page.shown([message | {"text": one["text"]}], None)[0].html}
        for one in message["former"]
    ]
    shown = thread_page.shown([message], thread_page.reader())[0]
    return tk.render(
        "project/thread_versions.html", {"project": project, "shown": shown, "former": former}
    )


@territoires_thread.route("/projet/fil/<message_id>/retirer", methods=["GET", "POST"])
def remove(message_id: str) -> str | AnyResponse:
    """Take a message back, once confirmed."""
    return _confirmed(
        message_id,
        "remove",
        lambda _form: _call("territoires_message_remove", id=message_id),
        tk._("The message is removed"),
    )


@territoires_thread.route("/projet/fil/<message_id>/signaler", methods=["GET", "POST"])
def report(message_id: str) -> str | AnyResponse:
    """Report a message to those who moderate."""
    return _confirmed(
        message_id,
        "report",
        lambda form: _call(
            "territoires_message_report", id=message_id, reason=form.get("reason", "")
        ),
        tk._("The message is reported to those who lead the project"),
    )


@territoires_thread.route("/projet/fil/<message_id>/masquer", methods=["GET", "POST"])
def hide(message_id: str) -> str | AnyResponse:
    """Hide a message, with a reason."""
    return _confirmed(
        message_id,
        "hide",
        lambda form: _call(
            "territoires_message_hide", id=message_id, reason=form.get("reason", "")
        ),
        tk._("The message is hidden"),
    )


@territoires_thread.route("/projet/fil/<message_id>/retablir", methods=["POST"])
def restore(message_id: str) -> AnyResponse:
    """Show again a message that was hidden."""
    return _done(message_id, "territoires_message_restore", {})


@territoires_thread.route("/projet/fil/<message_id>/epingler", methods=["POST"])
def pin(message_id: str) -> AnyResponse:
    """Pin a message, or unpin it."""
    pinned = tk.request.form.get("pinned") == "1"
    return _done(message_id, "territoires_message_update", {"pinned": pinned})


@territoires_thread.route("/projet/fil/<message_id>/clore", methods=["POST"])
def close(message_id: str) -> AnyResponse:
    """Close a question or a task, with the answer if one is named; or open it again."""
    form = tk.request.form
    if form.get("answer_id"):
        return _done(message_id, "territoires_message_update", {"answer_id": form["answer_id"]})
    return _done(message_id, "territoires_message_update", {"closed": form.get("closed") == "1"})


@territoires_thread.route("/projet/<name>/fil/verrou", methods=["POST"])
def lock(name: str) -> AnyResponse:
    """Lock the thread, or open it again."""
    signed_in.require()
    csrf.check()
    project = find(name)
    locked = tk.request.form.get("locked") == "1"
    try:
        _call("territoires_thread_lock", project_id=project["id"], locked=locked)
    except tk.NotAuthorized:
        tk.abort(403, tk._("Those who lead the project lock its thread"))
    tk.h.flash_success(tk._("The thread is locked") if locked else tk._("The thread is open again"))
    return redirect(tk.url_for("territoires_thread.read", name=project["name"]))


def _confirmed(
    message_id: str, what: str, do: Callable[[Any], Any], said: str
) -> str | AnyResponse:
    """Ask before doing: a page with the message, and what will become of it."""
    signed_in.require()
    message, project = _message(message_id)
    errors: dict[str, list[str]] = {}
    if what not in message["deeds"]:
        return tk.abort(403, tk._("You may not do this with this message"))
    if tk.request.method == "POST":
        csrf.check()
        try:
            do(tk.request.form)
        except tk.ValidationError as error:
            errors = errors_of(error)
        except tk.NotAuthorized:
            return tk.abort(403, tk._("You may not do this with this message"))
        else:
            tk.h.flash_success(said)
            return redirect(_address(project, message))
    data = {
        "project": project,
        "shown": thread_page.shown([message], thread_page.reader())[0],
        "what": what,
        "reason": tk.request.form.get("reason", ""),
        "errors": errors,
    }
    return tk.render("project/thread_confirm.html", data)


def _done(message_id: str, action: str, data: Data) -> AnyResponse:
    """Do it and come back to the message."""
    signed_in.require()
    csrf.check()
    message, project = _message(message_id)
    try:
        _call(action, id=message_id, **data)
    except tk.NotAuthorized:
        return tk.abort(403, tk._("You may not do this with this message"))
    except tk.ValidationError as error:
        tk.h.flash_error(" ".join(text for texts in errors_of(error).values() for text in texts))
    return redirect(_address(project, message))


def _message(message_id: str) -> tuple[Data, Data]:
    """A message and its project; the same answer for what is not and what is not shared."""
    try:
        message = _call("territoires_message_show", id=message_id)
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("Message not found"))
    return message, find(message["project_id"])


def _call(action: str, **data: Any) -> Any:
    return tk.get_action(action)({}, data)


def _address(project: Data, message: Data) -> str:
    return tk.url_for("territoires_thread.one", name=project["name"], position=message["position"])


def _visit(project: Data, wanted: thread_page.Asked, last: int) -> None:
    """Note that a person has seen the thread to its end; a search or an old page says nothing."""
    user = thread_page.reader()
    at_the_end = wanted.newest_first and wanted.before is None and wanted.after is None
    if user is None or wanted.filtered or not at_the_end or not last:
        return
    if thread_reading.last_visit(user.id, project["id"]) < last:
        thread_reading.visit(user.id, project["id"], last)
        seen_in(user.id, project["id"])
        model.Session.commit()
