"""People named in a message: `@name`, outside code, links and addresses of mail."""

from __future__ import annotations

import re

# CKAN's user names: lower case, digits, - and _. A dot or a comma after the name ends it.
_MENTION = re.compile(r"(?<![\w@/.])@([a-z0-9_-]{2,100})(?![\w@])", re.IGNORECASE)
# Fenced blocks, then spans, then addresses of links.
_CODE = re.compile(r"(^|\n)(```|~~~).*?(\n\2|$)|`[^`\n]*`|\]\([^)\s]*\)|https?://\S+", re.DOTALL)
MAX_MENTIONS = 50


def prose(text: str) -> str:
    """Return the text with its code and its addresses blanked, character for character."""
    return _CODE.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def mentioned(text: str) -> tuple[str, ...]:
    """Names mentioned in a Markdown text, each once, in order, MAX_MENTIONS at most."""
    found = dict.fromkeys(match.group(1).lower() for match in _MENTION.finditer(prose(text)))
    return tuple(found)[:MAX_MENTIONS]


def spans(text: str) -> tuple[tuple[int, int, str], ...]:
    """Where the mentions stand in a Markdown text: start, end, name."""
    return tuple(
        (match.start(), match.end(), match.group(1).lower())
        for match in _MENTION.finditer(prose(text))
    )
