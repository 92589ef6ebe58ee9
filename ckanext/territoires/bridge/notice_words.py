"""Notices in words: what happened, and why one is told."""

from __future__ import annotations

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import thread_words
from ckanext.territoires.bridge.notice_reading import Told
from ckanext.territoires.bridge.reference import territory
from ckanext.territoires.discussion.message import WRITTEN, Kind, State

EXTRACT = 240


def what(told: Told) -> str:
    """What happened, in a sentence."""
    if told.message is None:
        return _of_data(told)
    author = (told.author.fullname or told.author.name) if told.author else tk._("Closed account")
    kind = Kind(told.message.kind)
    if kind in WRITTEN:
        return {
            Kind.MESSAGE: tk._("{name} wrote in the thread"),
            Kind.QUESTION: tk._("{name} asks a question"),
            Kind.DECISION: tk._("{name} notes a decision"),
            Kind.TASK: tk._("{name} gives a task"),
        }[kind].format(name=author)
    said = thread_words.sentences(kind, told.message.facts)
    return " ".join(f"{sentence}." for sentence in said)


def extract(told: Told) -> str:
    """The beginning of what was written, as plain text; nothing once it is removed."""
    message = told.message
    if message is None or message.state != State.VISIBLE or not message.text:
        return ""
    return str(tk.h.markdown_extract(message.text, extract_length=EXTRACT))


def why(told: Told) -> str:
    """Why a person is told of it."""
    match told.notice.reason:
        case "mention":
            return tk._("You are named in it")
        case "reply":
            return tk._("It answers your message")
        case "assigned":
            return tk._("The task is given to you")
        case "project":
            return tk._("You follow this project")
        case "dataset":
            return tk._("You follow these data")
        case "service":
            return tk._("You follow the service {name}").format(name=told.followed)
        case "territory":
            place = territory(told.notice.follow_id or "")
            return tk._("You follow the territory {name}").format(name=place.name if place else "")
        case "search":
            return tk._("You follow the search {name}").format(name=told.followed)
        case _:
            return ""


def _of_data(told: Told) -> str:
    if told.notice.subject == "created":
        return tk._("New project") if told.is_project else tk._("New data")
    return {
        "changed": tk._("The data have changed"),
        "grants": tk._("New grants, plans or programmes are read from these data"),
        "figures": tk._("New figures are read from these data"),
    }.get(told.notice.subject, "")
