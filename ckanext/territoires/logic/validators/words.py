"""Lists of words, however a person or a program writes them."""

from __future__ import annotations

import json
import re
from typing import Any

from ckan.plugins import toolkit as tk

_SEPARATORS = re.compile(r"[\s,;]+")


def territoires_words(value: Any) -> list[str]:
    """Identifiers, names or periods: a list, JSON, or text of any separator; each once."""
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("["):
            try:
                value = json.loads(text)
            except ValueError as error:
                message = tk._("This is not valid JSON: {error}")
                raise tk.Invalid(message.format(error=error)) from error
        else:
            value = [text]
    if not isinstance(value, list | tuple) or not all(isinstance(one, str | int) for one in value):
        raise tk.Invalid(tk._("A list of words is expected"))
    words = (word for one in value for word in _SEPARATORS.split(str(one)))
    return list(dict.fromkeys(word for word in words if word))
