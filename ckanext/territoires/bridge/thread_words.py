"""Entries of a thread in words: the text that people wrote as HTML, what happened in sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from ckan.plugins import toolkit as tk
from markupsafe import Markup

from ckanext.territoires.bridge import sheet_words
from ckanext.territoires.discussion.mentions import spans
from ckanext.territoires.discussion.message import Kind, Role

#: Characters of a text whose HTML is kept at hand.
_SHORT = 2_000
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+.!|~-])")


def html(text: str, mentions: Sequence[Mapping[str, str]]) -> Markup:
    """Markdown by CKAN's renderer and sanitiser; the people named are links to their page.

    `mentions`: people in brief (`name`, `title`), those that the message kept.
    """
    titles = {one["name"]: one["title"] for one in mentions if one["name"]}
    pieces: list[str] = []
    end = 0
    for start, stop, name in spans(text):
        if name in titles:
            address = tk.url_for("user.read", id=name)
            title = _SPECIAL.sub(r"\\\1", titles[name])
            pieces += [text[end:start], f"[@{title}]({address})"]
            end = stop
    markdown = "".join([*pieces, text[end:]])
    rendered = _kept if len(markdown) <= _SHORT else _rendered
    return rendered(markdown, tk.h.lang())


def _rendered(markdown: str, _language: str) -> Markup:
    """CKAN makes links of some words, whose address is in the reader's language."""
    return Markup(tk.h.render_markdown(markdown))


#: What is read again and again: rendering is most of the time of a page of a thread.
_kept = lru_cache(maxsize=4096)(_rendered)


def kind_labels() -> dict[Kind, str]:
    """The name of each kind of entry."""
    return {
        Kind.MESSAGE: tk._("Message"),
        Kind.QUESTION: tk._("Question"),
        Kind.DECISION: tk._("Decision"),
        Kind.TASK: tk._("Task"),
        Kind.SHEET: tk._("Sheet"),
        Kind.STAGE: tk._("Stage"),
        Kind.ACCESS: tk._("Access"),
        Kind.FILE: tk._("File"),
        Kind.ARRIVAL: tk._("Arrival"),
        Kind.DEPARTURE: tk._("Departure"),
        Kind.MODERATION: tk._("Moderation"),
    }


def kind_label(kind: str) -> str:
    """The name of a kind of entry; for many entries, `kind_labels` once."""
    return kind_labels()[Kind(kind)]


def role_label(role: str) -> str:
    """The name of a role on a project."""
    return {
        Role.LEAD: tk._("lead"),
        Role.MEMBER: tk._("member"),
        Role.READER: tk._("reader"),
        Role.VISITOR: tk._("visitor"),
    }[Role(role)]


def sentences(kind: str, facts: Mapping[str, Any]) -> list[str]:
    """What happened, a sentence each. Empty for what people write."""
    match Kind(kind):
        case Kind.ARRIVAL:
            return [_arrival(facts)]
        case Kind.DEPARTURE:
            return [_departure(facts)]
        case Kind.MODERATION:
            if facts.get("locked"):
                return [tk._("The thread is locked: those who lead the project alone write in it")]
            return [tk._("The thread is open again")]
        case Kind.SHEET | Kind.STAGE | Kind.ACCESS | Kind.FILE:
            return sheet_words.sentences(facts)
        case _:
            return []


def _arrival(facts: Mapping[str, Any]) -> str:
    name, role = str(facts.get("name", "")), str(facts.get("role", Role.MEMBER))
    if facts.get("before"):
        return tk._("{name} becomes {role}").format(name=name, role=role_label(role))
    if facts.get("service"):
        return tk._("The service {name} joins the project: {role}").format(
            name=name, role=role_label(role)
        )
    return tk._("{name} joins the project: {role}").format(name=name, role=role_label(role))


def _departure(facts: Mapping[str, Any]) -> str:
    name = str(facts.get("name", ""))
    if facts.get("service"):
        return tk._("The service {name} leaves the project").format(name=name)
    return tk._("{name} leaves the project").format(name=name)
