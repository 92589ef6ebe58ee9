"""The sheet that a chart is drawn on: its title above, its notes and its source below.

Positions are in pixels, worked out here, so that a chart has the width that was asked for.
"""

# pyright: basic
# Altair types the arguments of its methods too loosely for the strict mode.
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt

from ckanext.territoires.charts import palette
from ckanext.territoires.portrait.numbers import MINUS, NARROW_SPACE

Spec = dict[str, Any]
Layers = list[alt.Chart]

MARGIN = 12
TITLE, SUBTITLE, NOTE = 16, 13, 11
LEADING = 1.3
# Widths of Arial in thousandths of its size; a letter that is not here is about as wide as an n.
_WIDTHS = (
    dict.fromkeys("ijl'|’", 222)
    | dict.fromkeys("ft.,:;!/\\()[] \u00a0-I", 290)
    | dict.fromkeys('r"“”°', 340)
    | dict.fromkeys("kcsvxyzJ", 500)
    | dict.fromkeys("ABEKPSVXYÀÂÉÈÊ", 670)
    | dict.fromkeys("CDHNRUwGOQ&", 740)
    | dict.fromkeys("mMW%@—", 860)
    | {MINUS: 584, NARROW_SPACE: 200}
)


@dataclass(frozen=True, slots=True)
class Size:
    """Width of a picture in pixels, and the size of its text."""

    width: int
    text: int = 13

    @property
    def small(self) -> int:
        """Size of the text of little weight."""
        return self.text - 2


#: A page, a sheet of paper.
WIDE = Size(640)
#: A telephone.
NARROW = Size(340, 12)
SIZES = {"wide": WIDE, "narrow": NARROW}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What surrounds a drawing; `left` is kept for the labels of its rows."""

    title: str
    subtitle: str
    notes: tuple[str, ...]
    description: str
    size: Size
    language: str
    left: int = 0
    right: int = 0

    @property
    def inner(self) -> int:
        """Width of the drawing."""
        return self.size.width - 2 * MARGIN - self.left - self.right


def text_width(text: str, size: float) -> float:
    """Width of a text in Arial, in pixels, within a few hundredths."""
    return sum(_WIDTHS.get(letter, 556) for letter in text) * size / 1000


def wrap(text: str, width: float, size: float) -> list[str]:
    """Cut a text in lines of a width; a word that is wider has its own line."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def clip(text: str, width: float, size: float, lines: int) -> list[str]:
    """Cut a text in some lines at most, the last ended by an ellipsis when more was left."""
    wrapped = wrap(text, width, size)
    if len(wrapped) <= lines:
        return wrapped
    last = wrapped[lines - 1]
    while last and text_width(last + "…", size) > width:
        last = last[:-1]
    return [*wrapped[: lines - 1], last.rstrip(" ,'’-") + "…"]


def layer(rows: list[dict[str, Any]]) -> alt.Chart:
    """A layer over rows of data."""
    return alt.Chart(alt.Data(values=rows))


def px(field: str, kind: Any) -> Any:
    """A channel whose field is in pixels already."""
    return kind(f"{field}:Q", scale=None, axis=None)


def texts(
    rows: list[dict[str, Any]],
    size: float,
    *,
    align: Any = "left",
    colour: str = palette.TEXT,
    **mark: Any,
) -> alt.Chart:
    """Lines of text at pixels: rows of `x`, `y` (the middle) and `text`, cut by line breaks."""
    placed = [
        row | {"y": row["y"] - row["text"].count("\n") * size * LEADING / 2 + size * 0.04}
        for row in rows
    ]
    return (
        layer(placed)
        .mark_text(
            align=align, baseline="middle", fontSize=size, color=colour, lineBreak="\n",
            lineHeight=round(size * LEADING), **mark,
        )
        .encode(x=px("x", alt.X), y=px("y", alt.Y), text=alt.Text("text:N"))
    )  # fmt: skip


def boxes(rows: list[dict[str, Any]], **mark: Any) -> alt.Chart:
    """Rectangles at pixels: rows of `x`, `x2`, `y`, `y2` and `fill`."""
    return (
        layer(rows)
        .mark_rect(**mark)
        .encode(
            x=px("x", alt.X), x2="x2:Q", y=px("y", alt.Y), y2="y2:Q",
            fill=alt.Fill("fill:N", scale=None),
        )
    )  # fmt: skip


def lines(rows: list[dict[str, Any]], **mark: Any) -> alt.Chart:
    """Straight lines at pixels: rows of `x`, `x2`, `y`, `y2`."""
    return (
        layer(rows)
        .mark_rule(**mark)
        .encode(x=px("x", alt.X), x2="x2:Q", y=px("y", alt.Y), y2="y2:Q")
    )


def finish(layers: Layers, sheet: Sheet, height: float) -> Spec:
    """Make the specification of a chart of some layers, on its sheet."""
    room = sheet.size.width - 2 * MARGIN
    title = wrap(sheet.title, room * 0.94, TITLE)
    subtitle = wrap(sheet.subtitle, room, SUBTITLE) if sheet.subtitle else []
    notes = [line for note in sheet.notes for line in wrap(note, room, NOTE)]
    top = round(len(title) * TITLE * LEADING + len(subtitle) * SUBTITLE * LEADING + 14)
    bottom = round(len(notes) * NOTE * LEADING + 10) if notes else 0
    if notes:
        first = height + 12 + NOTE / 2
        rows = [
            {"x": -sheet.left, "y": first + rank * NOTE * LEADING, "text": note}
            for rank, note in enumerate(notes)
        ]
        layers = [*layers, texts(rows, NOTE, colour=palette.MUTED)]
    chart = alt.layer(*layers).properties(
        width=sheet.inner,
        height=round(height),
        padding={
            "left": MARGIN + sheet.left,
            "right": MARGIN + sheet.right,
            "top": MARGIN + top,
            "bottom": MARGIN + bottom,
        },
        autosize=alt.AutoSizeParams(type="none"),
        description=sheet.description,
        title=alt.TitleParams(
            text=title, subtitle=subtitle or alt.Undefined, anchor="start", frame="group",
            dx=-sheet.left, offset=14, fontSize=TITLE, subtitleFontSize=SUBTITLE,
            lineHeight=round(TITLE * LEADING), subtitleLineHeight=round(SUBTITLE * LEADING),
            color=palette.TEXT, subtitleColor=palette.MUTED, subtitlePadding=4,
        ),
    ).configure(
        aria=False, background=palette.PAPER, font=palette.FONT,
        view=alt.ViewConfig(stroke=None), locale=_locale(sheet.language),
    )  # fmt: skip
    return chart.to_dict(validate=False)


def _locale(language: str) -> Any:
    if not language.startswith("fr"):
        return alt.Undefined
    number = alt.NumberLocale(
        decimal=",", thousands=NARROW_SPACE, grouping=[3], currency=["", "\u00a0€"], minus=MINUS
    )
    return alt.Locale(number=number)
