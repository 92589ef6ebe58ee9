"""Names of columns: compared without case, accents or punctuation, with years in patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ckanext.territoires.territory.names import plain_ascii

_NOT_WORD = re.compile(r"[^a-z0-9@]+")
_PLACE = re.compile(r"\{(yyyy|yy)([12]?)\}")
#: A year of two digits from this one on is of the last century.
_CENTURY = 70


def fold_name(text: str) -> str:
    """Return the name as it is compared: `Code INSEE ` and `code_insee` are one."""
    return _NOT_WORD.sub("_", plain_ascii(text)).strip("_")


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A name of column that may hold a year, `P{yy}_POP`, or two, `NAIS{yy1}{yy2}`."""

    text: str
    regex: re.Pattern[str]

    @property
    def dated(self) -> bool:
        """Whether the name holds a year."""
        return bool(self.regex.groups)

    def match(self, folded: str) -> str | None:
        """The period in a folded name, empty when the pattern has none; None when they differ."""
        found = self.regex.fullmatch(folded)
        if found is None:
            return None
        return "/".join(_year(text) for text in found.groups())


def name_pattern(text: str) -> NamePattern:
    """Compile a pattern. Raises ValueError for an unknown place or a pattern of nothing."""
    parts: list[str] = []
    end = 0
    for match in _PLACE.finditer(text):
        parts += [
            _literal(text[end : match.start()]),
            r"(\d{4})" if match[1] == "yyyy" else r"(\d\d)",
        ]
        end = match.end()
    parts.append(_literal(text[end:]))
    regex = "".join(parts)
    if not fold_name(text) or "{" in _PLACE.sub("", text):
        raise ValueError(text)
    # Punctuation at the ends does not count, as in fold_name.
    return NamePattern(text, re.compile(regex.removeprefix("_").removesuffix("_")))


def _literal(text: str) -> str:
    return re.escape(_NOT_WORD.sub("_", plain_ascii(text)))


def _year(digits: str) -> str:
    if len(digits) == 4:
        return digits
    return f"{19 if int(digits) >= _CENTURY else 20}{digits}"
