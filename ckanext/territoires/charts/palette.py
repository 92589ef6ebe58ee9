"""Colours of the charts: told apart by the colour-blind, and in grey."""

from __future__ import annotations

#: Arial and Liberation Sans have the same widths: what is laid out with one fits the other.
FONT = "Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

TEXT = "#161616"
#: 5.9 to 1 on white.
MUTED = "#666666"
RULE = "#929292"
GRID = "#e5e5e5"
PAPER = "#ffffff"

TERRITORY = "#000091"
#: 3.6 to 1 on white, far lighter than the territory's.
COMPARATOR = "#86869c"
#: Second and third lines, each with its own dashes and marks.
LINES = (TERRITORY, "#c9561c", "#4f8a7b")
DASHES = ((1, 0), (6, 3), (2, 3))
SHAPES = ("circle", "square", "triangle-up")

#: Parts of a whole, in an order in which neighbours differ in luminance.
PARTS = ("#000091", "#8ea7f0", "#c9561c", "#f3c98b", "#3c6e63", "#a9d6c8", "#5c5c5c", "#cfcfcf")

#: From light to dark, the darkest for the highest.
SEQUENTIAL = {
    1: ("#7d95e0",),
    2: ("#b9c8f4", "#3448b4"),
    3: ("#d3dcf8", "#7d95e0", "#1f2fa5"),
    4: ("#dfe6fb", "#a3b5ee", "#5d76d2", "#15219c"),
    5: ("#e6ecfc", "#b9c8f4", "#849be3", "#4a60c4", "#000091"),
}
#: Where values decrease, from the steepest: vivid on a screen, and never darker in grey than what
#: follows.
DECREASE = {
    1: ("#ffb833",),
    2: ("#ffc04d", "#d3bd9f"),
    3: ("#ffd27a", "#e6c48f", "#c8b294"),
}
INCREASE = {
    1: ("#5d76d2",),
    2: ("#7d95e0", "#1f2fa5"),
    3: ("#8ea3e6", "#4a60c4", "#000091"),
    4: ("#99aae6", "#6f88dc", "#3448b4", "#000091"),
}
#: Not a colour of any class.
LACKING = "#c4c4c4"
#: Where a map has circles.
GROUND = "#f3f3f6"
BARE = "#eeeeee"
HATCH = "#3a3a3a"
BORDER = "#ffffff"


def ink(background: str) -> str:
    """Black or white, whichever is read on a colour."""
    red, green, blue = (int(background[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return TEXT if 0.299 * red + 0.587 * green + 0.114 * blue > 0.55 else PAPER
