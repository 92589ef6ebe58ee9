"""French names of places: folded for search, joined in a sentence."""

from __future__ import annotations

import re
import unicodedata

_PLAIN = str.maketrans(
    {"œ": "oe", "æ": "ae", "Œ": "oe", "Æ": "ae", "ß": "ss", "’": " ", "‘": " ", "ʼ": " "}
)
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_SAINTS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_ARTICLES = ("le ", "la ", "les ", "l ", "aux ", "las ", "los ", "lo ")

#: The article that a name of each INSEE "TNCC" takes, as written before a name.
ARTICLES = {0: "", 1: "", 2: "le ", 3: "la ", 4: "les ", 5: "l'", 6: "aux ", 7: "las ", 8: "los "}
_OF = {
    0: "de ",
    1: "d'",
    2: "du ",
    3: "de la ",
    4: "des ",
    5: "de l'",
    6: "des ",
    7: "de las ",
    8: "de los ",
}


def plain_ascii(text: str) -> str:
    """Return lower-case ASCII: accents dropped, ligatures undone, curly apostrophes made spaces."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return decomposed.encode("ascii", "ignore").decode().lower()


def fold(text: str) -> str:
    """Return lower-case ASCII words separated by one space; ``St`` reads ``saint``.

    Accents, ligatures, hyphens, apostrophes and punctuation do not count. Idempotent.
    """
    words = _NOT_WORD.sub(" ", plain_ascii(text)).split()
    return " ".join([_SAINTS.get(word, word) for word in words])


def without_article(folded: str) -> str:
    """Drop the leading article of a folded name: ``le mans`` gives ``mans``."""
    for article in _ARTICLES:
        if folded.startswith(article):
            return folded[len(article) :]
    return folded


def of(name: str, liaison: int) -> str:
    """Return the French complement: "du Mans", "d'Orée d'Anjou", "de la Loire-Atlantique".

    ``liaison`` is INSEE's TNCC. A name may carry its own article ("Le Mans") or not ("Sarthe").
    """
    article = ARTICLES[liaison]
    if article and name.lower().startswith(article):
        name = name[len(article) :]
    return _OF[liaison] + name
