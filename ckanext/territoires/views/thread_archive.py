"""A whole thread in words, for who may read it."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk

from ckanext.territoires import config
from ckanext.territoires.bridge import project_files, thread_words
from ckanext.territoires.bridge.project_fields import choice_label, date_words
from ckanext.territoires.renderings.thread_files import Archive, Entry

Data = dict[str, Any]
_PAGE = 200


def archive(project: Data) -> Archive:
    """The entries of a thread, from the first to the last, as this reader may see them."""
    entries: list[Data] = []
    after = 0
    while True:
        data = {"project_id": project["id"], "after": after, "limit": _PAGE}
        found = tk.get_action("territoires_message_list")({}, data)["messages"]
        entries += found
        if len(found) < _PAGE:
            break
        after = found[-1]["position"]
    files = project_files.named({id for one in entries for id in one["files"]})
    level = choice_label("access_level", project.get("access_level") or "public")
    return Archive(
        title=tk._("Thread of the project “{title}”").format(title=project["title"]),
        address=tk.url_for("territoires_thread.read", name=project["name"], qualified=True),
        publisher=config.site_title(),
        access=tk._("Access: {level}.").format(level=level),
        entries=[_entry(one, files) for one in entries],
    )


def _entry(one: Data, files: dict[str, project_files.Named]) -> Entry:
    gone = ""
    if one["state"] == "removed":
        gone = tk._("This message was removed by its author.")
    elif one["state"] == "hidden":
        gone = tk._("This message is hidden: {reason}").format(reason=one["hidden_reason"])
    author = one["author"] or {}
    return Entry(
        position=one["position"],
        moment=tk.h.territoires_moment(one["created"]),
        kind=thread_words.kind_label(one["kind"]),
        author=author.get("title", ""),
        text=one["text"],
        html=thread_words.html(one["text"], one["mentions"]),
        facts=thread_words.sentences(one["kind"], one["facts"]),
        files=[files[id].name for id in one["files"] if id in files],
        about=_about(one),
        gone=gone,
    )


def _about(one: Data) -> list[str]:
    found: list[str] = []
    if one["assignee"]:
        found.append(f"{tk._('In charge:')} {one['assignee']['title']}")
    if one["due"]:
        found.append(tk._("due on {date}").format(date=date_words(one["due"])))
    if one["closed"] and one["kind"] == "task":
        found.append(tk._("done on {date}").format(date=tk.h.render_datetime(one["closed"])))
    if one["closed"] and one["kind"] == "question":
        found.append(tk._("Question closed"))
    return found
