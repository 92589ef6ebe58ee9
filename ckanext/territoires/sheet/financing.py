"""The financing plan of a project: who was asked, who granted, who paid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

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
    """Sum of one kind of amount in EUR; `lacking` lines do not say theirs, so it is a floor."""

    amount: Decimal
    lacking: int


def totals(lines: Iterable[Line]) -> dict[str, Total]:
    """Sum what was asked, granted and paid, apart: they are three states of the same money.

    A line that says none of the three is a plan without amounts and lacks each. One that says a
    later state (granted) lacks nothing of it; what it does not say of another is not known.
    """
    kept = list(lines)
    found: dict[str, Total] = {}
    for kind in AMOUNTS:
        known = [amount for line in kept if (amount := getattr(line, kind)) is not None]
        found[kind] = Total(sum(known, Decimal(0)), len(kept) - len(known))
    return found
