"""Words to search by: accents and case folded, so that “depot” finds “Dépôt”.

Unlike the names of territories, messages may be in any script: no letter is dropped.
"""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "’": "'", "ß": "ss"})


def folded(text: str) -> str:
    """Return the text in lower case without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
