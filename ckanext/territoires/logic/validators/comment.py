"""Validators of what people write: comments of portraits, messages."""

from __future__ import annotations

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.comments import MAX_LENGTH
from ckanext.territoires.discussion import message


def territoires_comment(value: str) -> str:
    """A plain text, its lines ended alike; an empty one is a text too."""
    return _text(value, MAX_LENGTH)


def territoires_message_text(value: str) -> str:
    """A text in Markdown, its lines ended alike, that says something."""
    text = _text(value, message.MAX_LENGTH)
    if not text:
        raise tk.Invalid(tk._("Missing value"))
    return text


def _text(value: str, limit: int) -> str:
    text = value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    if len(text) > limit:
        raise tk.Invalid(
            tk._("{count} characters: at most {limit}").format(count=len(text), limit=limit)
        )
    return text
