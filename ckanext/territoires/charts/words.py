"""The words of a chart, in the language of its reader: whoever asks for a chart brings them."""

from __future__ import annotations

from dataclasses import dataclass

from ckanext.territoires.portrait.document import Figure
from ckanext.territoires.portrait.numbers import format_number


@dataclass(frozen=True, slots=True)
class Words:
    """Messages of the charts; what is between braces is filled in here."""

    language: str = "en"
    secret: str = "secret"
    not_available: str = "not available"
    not_applicable: str = "not applicable"
    floor: str = "at least {number}"
    floor_note: str = "At least: some parts are not known, the true value is higher."
    absent: str = "Not available: {places}."
    estimate: str = "{number} (estimate)"
    between: str = "from {low} to {high}"
    source: str = "Source: {sources}"
    sources: str = "Sources: {sources}"
    item: str = "{name}: {value}"
    decrease: str = "decrease"
    zero: str = "none (zero)"
    lowest: str = "lowest, {name}"
    highest: str = "highest, {name}"
    known: str = "{known} of {count} territories have a value"
    territory: str = "Territory"
    code: str = "Code"
    indicator: str = "Indicator"
    period: str = "Period"
    value: str = "Value"
    unit: str = "Unit"
    status: str = "Status"
    remark: str = "Remark"

    def lacking(self, status: str) -> str:
        """What stands in the place of a value."""
        return {
            "secret": self.secret,
            "not_available": self.not_available,
            "not_applicable": self.not_applicable,
        }.get(status, self.not_available)

    def number(self, value: float, precision: int, unit: str = "") -> str:
        """A number by the typography of the language."""
        return format_number(value, precision, unit, self.language)

    def figure(self, figure: Figure, precision: int, unit: str = "") -> str:
        """A figure whatever its status."""
        if figure.status != "value" or figure.value is None:
            return self.lacking(figure.status)
        number = self.number(figure.value, precision, unit)
        if is_floor(figure):
            return self.floor.format(number=number)
        if figure.origin == "estimated":
            return self.estimate.format(number=number)
        return number


def is_floor(figure: Figure) -> bool:
    """Whether a value is a sum that lacks a part."""
    return figure.status == "value" and figure.floor


def known(figure: Figure) -> float | None:
    """The value of a figure that has one; never a zero in the place of a lack."""
    return figure.value if figure.status == "value" else None


ENGLISH = Words()
