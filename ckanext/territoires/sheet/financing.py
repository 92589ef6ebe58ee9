"""The financing plan of a project: who was asked, who granted, who paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

AMOUNTS = ("asked", "granted", "paid")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the plan; amounts in EUR, None when not known.

    `record` is the identity of the grant, in the State's action, that the line comes from.
    """

    funder: str
    scheme: str = ""
    year: int | None = None
    asked: Decimal | None = None
    granted: Decimal | None = None
    paid: Decimal | None = None
    record: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """Sum in EUR of one kind of amount, over the `lines` that say it.

    `missing` lines do not: the sum is then a floor.
    """

    amount: Decimal
    lines: int
    missing: int = 0

    @property
    def floor(self) -> bool:
        """Whether the true sum may be greater."""
        return self.lines > 0 and self.missing > 0


def read(rows: Iterable[Mapping[str, Any]]) -> list[Line]:
    """Lines of a plan as it is stored; what is not a number there is not known."""
    return [
        Line(
            funder=str(row.get("funder") or ""),
            scheme=str(row.get("scheme") or ""),
            year=_whole(row.get("year")),
            asked=_euros(row.get("asked")),
            granted=_euros(row.get("granted")),
            paid=_euros(row.get("paid")),
            record=str(row.get("record") or ""),
        )
        for row in rows
    ]


def totals(lines: Iterable[Line]) -> dict[str, Total]:
    """Sum what was asked, granted and paid, apart: they are three states of the same money.

    What a line does not say (not yet granted, not yet paid) is not zero: it is left out of the sum,
    and `lines` tells over how many it was made.
    """
    kept = list(lines)
    found: dict[str, Total] = {}
    for kind in AMOUNTS:
        known = [amount for line in kept if (amount := getattr(line, kind)) is not None]
        found[kind] = Total(sum(known, Decimal(0)), len(known), len(kept) - len(known))
    return found


def _euros(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _whole(value: Any) -> int | None:
    amount = _euros(value)
    return int(amount) if amount is not None else None
