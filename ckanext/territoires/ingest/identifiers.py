"""Codes of territories and of legal persons, mended when a spreadsheet spoilt them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ckanext.territoires.territory.identifier import InvalidTerritoryId, canonical_code, parse

#: Levels that the codes of files have; `any` is told by the shape of the code.
CODED_LEVELS = ("commune", "epci", "arrondissement", "departement", "region")

_FLOAT = re.compile(r"(\d+)[.,]0+")
_SCIENTIFIC = re.compile(r"(\d)[.,](\d+)[eE]\+?(\d{1,2})")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
# The two halves of the Rhône; the collectivity that has taken the place of two départements.
_RHONE = {"69D": "69", "69M": "69"}
_CORSICA = ("20A", "20R", "2R")
_RNA = re.compile(r"W\d[\dA-Z]\d{7}")
_LISTED = re.compile(r"\(\s*(2[AB]\d{3}|\d{4,5}|\d{9})\s*\)", re.IGNORECASE)
_BARE = re.compile(r"\s*(?:2[AB]\d{3}|\d{5}|\d{9})\s*(?:[,;|/ ]+\s*(?:2[AB]\d{3}|\d{5}|\d{9})\s*)*")
_CODE = re.compile(r"2[AB]\d{3}|\d{9}|\d{5}")
#: La Poste, whose establishments do not follow Luhn's rule.
_POST = "356000000"


@dataclass(frozen=True, slots=True)
class Code:
    """A code as the official tables write it; `mended` when the file had lost a part of it."""

    code: str
    level: str
    mended: bool = False


def parse_code(text: str, level: str) -> Code | None:
    """Read the code of a territory of a level (`any`: told by its shape); None when it is none.

    Leading zeros come back, the `.0` of a number goes, an identifier is accepted, a SIRET stands
    for the SIREN of an EPCI, the two halves of the Rhône for its département, the collectivity of
    Corsica for its région.
    """
    if level == "commune" and len(text) == 5 and text.isascii() and text.isdigit():
        return Code(text, level)
    given = text.strip().upper()
    if ":" in given:
        try:
            found = parse(given.lower())
        except InvalidTerritoryId:
            return None
        return Code(found.code, found.level) if level in ("any", found.level) else None
    float_like = _FLOAT.fullmatch(given)
    plain = _SPACES.sub("", float_like.group(1) if float_like else given)
    if level == "any":
        level = _level(plain)
    if level == "epci" and len(plain) == 14 and plain.isdigit():
        plain = plain[:9]
    elif level == "departement":
        if plain in _CORSICA:
            return Code("94", "region")
        plain = _RHONE.get(plain, plain)
        if len(plain) == 3 and plain.startswith("0"):
            plain = plain[1:]
    code = canonical_code(level, plain)
    if code is None:
        return None
    return Code(code, level, bool(float_like) or len(code) > len(plain))


def _level(plain: str) -> str:
    lengths = {1: "departement", 2: "departement", 3: "departement", 4: "commune", 5: "commune"}
    return lengths.get(len(plain), "epci")


def parse_list(text: str) -> list[str]:
    """Codes in a text such as "Aurillac (15014); Arpajon-sur-Cère (15012)", each once.

    A text made of codes alone is read too. Words in parentheses are part of names.
    """
    found = _LISTED.findall(text)
    if not found and _BARE.fullmatch(text):
        found = _CODE.findall(text)
    return list(dict.fromkeys(code.upper() for code in found))


def parse_siret(text: str) -> tuple[str | None, bool]:
    """A SIRET (14 digits), SIREN (9) or RNA number, and whether it is as it should be.

    Spaces and the `.0` of a number go, lost zeros come back when the key of the number agrees.
    What cannot be mended comes back as written, and False; an empty text gives None and True.
    """
    given = _SPACES.sub("", text).upper()
    if not given:
        return None, True
    if _RNA.fullmatch(given):
        return given, True
    if match := _FLOAT.fullmatch(given):
        given = match.group(1)
    elif match := _SCIENTIFIC.fullmatch(given):
        digits, power = match.group(1) + match.group(2), int(match.group(3))
        # Fewer digits than the power: the last ones are lost for good.
        if len(digits) != power + 1:
            return given, False
        given = digits
    if not given.isdigit() or not given.isascii():
        return text.strip(), False
    for length in (9, 14):
        if length - 3 <= len(given) <= length:
            padded = given.zfill(length)
            if valid_key(padded):
                return padded, True
    return given, False


def valid_key(number: str) -> bool:
    """Luhn's rule, and the rule of La Poste (the sum of the digits is a multiple of five)."""
    if number.startswith(_POST) and len(number) == 14:
        return sum(map(int, number)) % 5 == 0 or _luhn(number)
    return _luhn(number)


def _luhn(number: str) -> bool:
    total = 0
    for rank, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + rank % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0
