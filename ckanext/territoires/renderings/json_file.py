"""A portrait as JSON: the document itself."""

from __future__ import annotations

import json
from datetime import date

from ckanext.territoires.portrait.document import Portrait


def render(portrait: Portrait, _made: date) -> bytes:
    """`Portrait.to_dict()`, indented: `Portrait.digest` can be made again from it."""
    text = json.dumps(portrait.to_dict(), ensure_ascii=False, indent=1)
    return f"{text}\n".encode()
