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
    """Sum in EUR of one kind of amount, over the `lines` that say it."""

    amount: Decimal
    lines: int


def totals(lines: Iterable[Line]) -> dict[str, Total]:
    """Sum what was asked, granted and paid, apart: they are three states of the same money.

    What a line does not say (not yet granted, not yet paid) is not zero: it is left out of the sum,
    and `lines` tells over how many it was made.
    """
    kept = list(lines)
    found: dict[str, Total] = {}
    for kind in AMOUNTS:
        known = [amount for line in kept if (amount := getattr(line, kind)) is not None]
        found[kind] = Total(sum(known, Decimal(0)), len(known))
    return found
