"""Numbers written by the typography of a language."""

from __future__ import annotations

#: Between thousands, and before a percent sign, as French printers set them.
NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"


def format_number(
    value: float, precision: int = 0, unit: str = "", language: str = "fr", *, sign: bool = False
) -> str:
    """Write a number: `1 234,5 %` in French, `1,234.5%` in another language.

    `precision` is the number of decimals; `sign` writes the plus of what grew.
    """
    text = f"{abs(value):,.{precision}f}"
    is_zero = not text.strip("0.,")
    head = "" if is_zero else MINUS if value < 0 else "+" if sign else ""
    if language.startswith("fr"):
        text = text.replace(",", NARROW_SPACE).replace(".", ",")
        return f"{head}{text}{NO_BREAK_SPACE}{unit}" if unit else head + text
    if unit == "%":
        return f"{head}{text}%"
    if unit == "€":
        return f"{head}€{text}"
    return f"{head}{text}{NO_BREAK_SPACE}{unit}" if unit else head + text
