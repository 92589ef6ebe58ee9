"""The sheet that a chart is drawn on: its title above, its notes and its source below.

Positions are in pixels, worked out here, so that a chart has the width that was asked for.
"""

# pyright: basic
# Altair types the arguments of its methods too loosely for the strict mode.
from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import altair as alt

from ckanext.territoires.charts import palette
from ckanext.territoires.portrait.numbers import MINUS, NARROW_SPACE

Spec = dict[str, Any]
Layers = list[Spec]
Rows = list[dict[str, Any]]

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


def pixels(field: str, channel: Any) -> Any:
    """A channel whose field is in pixels already."""
    return channel(f"{field}:Q", scale=None, axis=None)


def layer(template: Spec, rows: Rows) -> Spec:
    """A layer over rows of data."""
    return {"data": {"values": rows}, **template}


def texts(
    rows: Rows, size: float, *, align: str = "left", colour: str = palette.TEXT, **mark: Any
) -> Spec:
    """Lines of text at pixels: rows of `x`, `y` (the middle) and `text`, cut by line breaks."""
    placed = [
        row | {"y": round(row["y"] - row["text"].count("\n") * size * LEADING / 2 + size * 0.04, 1)}
        for row in rows
    ]
    return layer(_text(align=align, fontSize=size, color=colour, **mark), placed)


def boxes(rows: Rows, **mark: Any) -> Spec:
    """Rectangles at pixels: rows of `x`, `x2`, `y`, `y2` and `fill`."""
    return layer(_rectangle(**mark), rows)


def rules(rows: Rows, **mark: Any) -> Spec:
    """Straight lines at pixels: rows of `x`, `x2`, `y`, `y2`; `dash` is a pair of lengths."""
    return layer(_rule(**mark), rows)


def points(rows: Rows, **mark: Any) -> Spec:
    """Marks at pixels: rows of `x` and `y`; `size` is their area in square pixels."""
    return layer(_point(**mark), rows)


def line(rows: Rows, **mark: Any) -> Spec:
    """A line through pixels: rows of `x`, `y` and `run`; from a run to the next it is broken."""
    return layer(_line(**mark), rows)


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
        rows: Rows = [
            {"x": -sheet.left, "y": first + rank * NOTE * LEADING, "text": note}
            for rank, note in enumerate(notes)
        ]
        layers = [*layers, texts(rows, NOTE, colour=palette.MUTED)]
    named: Spec = {**_title(), "text": title, "dx": -sheet.left}
    if subtitle:
        named["subtitle"] = subtitle
    return {
        "$schema": alt.SCHEMA_URL,
        "description": sheet.description,
        "title": named,
        "width": sheet.inner,
        "height": round(height),
        "padding": {
            "left": MARGIN + sheet.left,
            "right": MARGIN + sheet.right,
            "top": MARGIN + top,
            "bottom": MARGIN + bottom,
        },
        "autosize": {"type": "none"},
        "layer": layers,
        "config": _config(sheet.language.startswith("fr")),
    }


def dimensions(spec: Spec) -> tuple[int, int]:
    """Width and height of the picture of a specification, in pixels."""
    around = spec["padding"]
    return (
        spec["width"] + around["left"] + around["right"],
        spec["height"] + around["top"] + around["bottom"],
    )


# Altair takes some ten milliseconds to write and check a layer: each is written once, without its
# data, and kept.


def _plain(chart: alt.Chart) -> Spec:
    written = chart.to_dict()
    return {key: written[key] for key in ("mark", "encoding", "projection") if key in written}


@lru_cache(maxsize=256)
def _text(**mark: Any) -> Spec:
    made = alt.Chart(_NO_DATA).mark_text(
        baseline="middle",
        lineBreak="\n",
        lineHeight=round(mark["fontSize"] * LEADING),
        **mark,
    )
    return _plain(made.encode(**_AT, text=alt.Text("text:N")))


@lru_cache(maxsize=64)
def _rectangle(**mark: Any) -> Spec:
    fill = alt.Fill("fill:N", scale=None)
    made = alt.Chart(_NO_DATA).mark_rect(**mark)
    return _plain(made.encode(**_AT, x2="x2:Q", y2="y2:Q", fill=fill))


@lru_cache(maxsize=64)
def _rule(**mark: Any) -> Spec:
    made = alt.Chart(_NO_DATA).mark_rule(**_dashed(mark))
    return _plain(made.encode(**_AT, x2="x2:Q", y2="y2:Q"))


@lru_cache(maxsize=64)
def _point(**mark: Any) -> Spec:
    return _plain(alt.Chart(_NO_DATA).mark_point(opacity=1, **mark).encode(**_AT))


@lru_cache(maxsize=64)
def _line(**mark: Any) -> Spec:
    made = alt.Chart(_NO_DATA).mark_line(**_dashed(mark))
    return _plain(made.encode(**_AT, detail="run:N"))


@lru_cache(maxsize=64)
def shapes(**mark: Any) -> Spec:
    """The template of outlines that are in pixels already, features with a `fill`."""
    made = alt.Chart(_NO_DATA).mark_geoshape(clip=False, **mark)
    if "fill" not in mark:
        made = made.encode(fill=alt.Fill("properties.fill:N", scale=None))
    return _plain(made.project(type="identity", scale=1, translate=[0, 0]))


@lru_cache(maxsize=64)
def circles(**mark: Any) -> Spec:
    """The template of circles at pixels, rows with their `area` in square pixels."""
    made = alt.Chart(_NO_DATA).mark_circle(**mark)
    return _plain(made.encode(**_AT, size=alt.Size("area:Q", scale=None, legend=None)))


def _dashed(mark: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in mark.items() if key != "dash"}
    return rest | {"strokeDash": list(mark["dash"])} if "dash" in mark else rest


@lru_cache(maxsize=1)
def _title() -> Spec:
    return alt.TitleParams(
        text="",
        anchor="start",
        frame="group",
        offset=14,
        fontSize=TITLE,
        lineHeight=round(TITLE * LEADING),
        color=palette.TEXT,
        subtitleFontSize=SUBTITLE,
        subtitleLineHeight=round(SUBTITLE * LEADING),
        subtitleColor=palette.MUTED,
        subtitlePadding=4,
    ).to_dict()


@lru_cache(maxsize=2)
def _config(french: bool) -> Spec:
    number = alt.NumberLocale(
        decimal=",", thousands=NARROW_SPACE, grouping=[3], currency=["", "\u00a0€"], minus=MINUS
    )
    return alt.Config(
        aria=False,
        background=palette.PAPER,
        font=palette.FONT,
        view=alt.ViewConfig(stroke=None),
        locale=alt.Locale(number=number) if french else alt.Undefined,
    ).to_dict()


_NO_DATA = alt.Data(values=[])
_AT: dict[str, Any] = {"x": pixels("x", alt.X), "y": pixels("y", alt.Y)}
