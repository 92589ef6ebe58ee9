"""Identifiers of territories, as data.gouv.fr writes its geozones."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Most specific first.
LEVELS = (
    "commune",
    "epci",
    "arrondissement",
    "departement",
    "region",
    "country-subset",
    "country",
    "custom",
)

_VALIDITY = re.compile(r"@\d{4}(-\d{2}(-\d{2})?)?$")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_COUNTRY = re.compile(r"[a-z]{2}")
_CODES = {
    "commune": re.compile(r"(\d{5}|2[AB]\d{3})"),
    "epci": re.compile(r"\d{9}"),
    "arrondissement": re.compile(r"(\d{2}|2[AB]|9[78]\d)\d"),
    "departement": re.compile(r"(\d{2}|2[AB]|9[78]\d)"),
    "region": re.compile(r"(\d{2}|9[78]\d)"),
}
#: In files, an arrondissement is its département and a number padded to five characters in all.
_LONG_ARRONDISSEMENT = re.compile(r"(97\d|98\d|\d{2}|2[AB])0+(\d)")


class InvalidTerritoryId(ValueError):
    """The text is not the identifier of a territory; ``text`` keeps what was given."""

    def __init__(self, text: str) -> None:
        super().__init__(f"not a territory identifier: {text!r}")
        self.text = text


@dataclass(frozen=True, slots=True)
class TerritoryId:
    """An identifier in parts; ``str()`` gives ``fr:commune:44109``."""

    country: str
    level: str
    code: str

    def __str__(self) -> str:
        """Write the identifier as a geozone."""
        if self.level == "country":
            return f"country:{self.code}"
        if self.level == "country-subset":
            return f"country-subset:{self.country}:{self.code}"
        if self.level == "custom":
            return f"custom:{self.code}"
        return f"{self.country}:{self.level}:{self.code}"


def parse(text: str) -> TerritoryId:
    """Read an identifier, with or without a date of validity (``@1943-01-01``), which is dropped.

    Codes that lost a leading zero get it back; an arrondissement is accepted with five characters
    (``44002``) and written with three (``442``); ``fr:collectivite:987`` is the département 987.

    Raises InvalidTerritoryId.
    """
    given = text.strip()
    parts = _VALIDITY.sub("", given).split(":")
    match parts:
        case ["custom", slug] if _SLUG.fullmatch(slug):
            return TerritoryId("", "custom", slug)
        case [head, code] if head.lower() == "country" and _COUNTRY.fullmatch(code.lower()):
            return TerritoryId(code.lower(), "country", code.lower())
        case [head, country, code] if head.lower() == "country-subset":
            if _COUNTRY.fullmatch(country.lower()) and _SLUG.fullmatch(code.lower()):
                return TerritoryId(country.lower(), "country-subset", code.lower())
        case [country, level, code] if _COUNTRY.fullmatch(country.lower()):
            level = level.lower()
            if level == "collectivite":
                level = "departement"
            canonical = canonical_code(level, code)
            if canonical:
                return TerritoryId(country.lower(), level, canonical)
        case _:
            pass
    raise InvalidTerritoryId(text)


def canonical_code(level: str, code: str) -> str | None:
    """Return the code of a level as the official tables write it, None when it cannot be one."""
    pattern = _CODES.get(level)
    if pattern is None:
        return None
    code = code.strip().upper()
    if (level == "commune" and len(code) == 4) or (level in ("departement", "region") and code):
        code = code.zfill(5 if level == "commune" else 2)
    elif level == "arrondissement":
        long = _LONG_ARRONDISSEMENT.fullmatch(code)
        if long and len(code) == 5:
            code = long.group(1) + long.group(2)
    return code if pattern.fullmatch(code) and code.isascii() else None
