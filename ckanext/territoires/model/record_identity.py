"""What makes a record itself whatever the file that holds it, and what makes a project one.

The same grants are often published by several services: the regional file, and the part of it that
a préfecture follows. Lines of different files that say the same are one record; lines of one file
never are, since the file has them twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from hashlib import md5
from typing import Any

# Of these a day tells two lines apart; that of a grant is often the day the file was made.
_DATED = ("plan", "risk")
_SEPARATOR = "\x1f"
_CENT = Decimal("0.01")
_PLAIN = str.maketrans("àâäáãåçéèêëíìîïñóòôöõúùûüýÿ’'-", "aaaaaaceeeeiiiinooooouuuuyy   ", "\0") | {
    ord("œ"): "oe"
}


class Identities:
    """Gives the lines of one file, in their order, their identity and that of their project."""

    def __init__(self) -> None:
        self._met: Counter[str] = Counter()

    def of(self, record: Mapping[str, Any]) -> tuple[str, str | None]:
        """Two numbers of 32 hexadecimal digits.

        The second line of a file that says the same is another record, and so is the same as the
        second of another file. Two schemes that pay for one project each give its whole cost:
        None where no title or no cost tells the project.
        """
        where = ",".join(sorted(record.get("places") or ()))
        title, whom = _folded(record.get("title")), _folded(record.get("beneficiary"))
        year, kind = record.get("year"), record.get("kind") or ""
        dated = kind in _DATED
        said = _SEPARATOR.join(
            (
                kind,
                _folded(record.get("scheme")),
                "" if year is None else str(int(year)),
                where,
                title,
                whom,
                _euros(record.get("granted")),
                str(record.get("date") or "") if dated else "",
                str(record.get("state") or "") if dated else "",
            )
        )
        self._met[said] += 1
        cost = _euros(record.get("cost"))
        project = _digest(_SEPARATOR.join((where, title, whom, cost))) if title and cost else None
        return _digest(f"{said}{_SEPARATOR}{self._met[said]}"), project


def _folded(value: Any) -> str:
    """A text without case, accents, hyphens, apostrophes or spaces in number."""
    return " ".join(str(value).lower().translate(_PLAIN).split()) if value else ""


def _euros(value: Any) -> str:
    if value is None or value != value:
        return ""
    return str(Decimal(str(value)).quantize(_CENT))


def _digest(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
