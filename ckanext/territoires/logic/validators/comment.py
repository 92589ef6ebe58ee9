"""Validators of the comments of portraits."""

from __future__ import annotations

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.comments import MAX_LENGTH


def territoires_comment(value: str) -> str:
    """A plain text, its lines ended alike; an empty one is a text too."""
    text = value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    if len(text) > MAX_LENGTH:
        raise tk.Invalid(
            tk._("{count} characters: at most {limit}").format(count=len(text), limit=MAX_LENGTH)
        )
    return text
