"""A portrait as its page writes it: cells of tables, tiles, sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import number_wording
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.portrait.document import Change, Figure, Place, Portrait, Row, Theme
from ckanext.territoires.portrait.numbers import format_number
from ckanext.territoires.portrait.words import period_words

#: Tiles that open a portrait.
MAX_TILES = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in a table: `note` is the number of its note, `state` a status, `floor`..."""

    text: str
    state: str
    note: int = 0
    change: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table."""

    id: str
    label: str
    unit: str
    period: str
    cells: tuple[Cell, ...]
    rank: str
    median: str


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a theme; `peers` are those of the ranks; `notes` are numbered from 1."""

    lines: tuple[Line, ...]
    peers: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A territory of a table."""

    place: Place
    head: str
    role: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A key figure, and that of the comparator that says most."""

    label: str
    text: str
    state: str
    unit: str
    period: str
    against: str
    note: str


class Writer:
    """Writes figures in a language; its words are looked up once for a whole page."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._status = {
            status: number_wording.status_text(status)
            for status in ("secret", "not_available", "not_applicable")
        }
        self._least = tk._("at least {number}")
        self._estimate = tk._("{number} (estimate)")
        self._since = tk._("{change} since {year}")
        self._points = tk._("{change} pts since {year}")
        self._rank = tk._("{position} of {of}")
        self._median = tk._("median {number}")

    def figure(self, figure: Figure, precision: int, unit: str = "") -> tuple[str, str]:
        """Text of a figure and its state; same words as `number_wording.figure_text`."""
        if figure.value is None:
            return self._status[figure.status], figure.status
        text = format_number(figure.value, precision, unit, self._language)
        if figure.floor:
            return self._least.format(number=text), "floor"
        if figure.origin == "estimated":
            return self._estimate.format(number=text), "estimated"
        return text, "value"

    def change(self, change: Change | None) -> str:
        """A change and since when; nothing where it makes no sense."""
        if change is None:
            return ""
        if change.points:
            text = format_number(change.absolute, 1, "", self._language, sign=True)
            return self._points.format(change=text, year=change.since.replace("/", "-"))
        if change.relative is None:
            return ""
        text = format_number(100 * change.relative, 1, "%", self._language, sign=True)
        return self._since.format(change=text, year=change.since.replace("/", "-"))

    def table(self, theme: Theme) -> Table:
        """The table of a theme, each note written once below it."""
        notes: dict[str, int] = {}
        lines = tuple([self.line(row, notes) for row in theme.rows])
        peers = next((row.rank.group for row in theme.rows if row.rank), "")
        return Table(lines, peers, tuple(notes))

    def line(self, row: Row, notes: dict[str, int]) -> Line:
        """A row of a table; `notes` takes those of its figures."""
        changes: Sequence[Change | None] = row.comparison_changes or (None,) * len(row.comparisons)
        cells = (
            self.cell(row.figure, row, row.change, notes),
            *(
                self.cell(figure, row, change, notes)
                for figure, change in zip(row.comparisons, changes, strict=True)
            ),
        )
        rank = median = ""
        if row.rank is not None:
            rank = self._rank.format(
                position=format_number(row.rank.position, 0, "", self._language),
                of=format_number(row.rank.of, 0, "", self._language),
            )
            if row.rank.median is not None:
                number = format_number(row.rank.median, row.precision, "", self._language)
                median = self._median.format(number=number)
        period = row.figure.period.replace("/", "-")
        return Line(row.indicator, row.label, row.unit, period, cells, rank, median)

    def cell(self, figure: Figure, row: Row, change: Change | None, notes: dict[str, int]) -> Cell:
        text, state = self.figure(figure, row.precision)
        reason = figure.reason
        number = notes.setdefault(reason, len(notes) + 1) if reason else 0
        return Cell(text, state, number, self.change(change))

    def tile(self, row: Row, places: Sequence[Place]) -> Tile:
        text, state = self.figure(row.figure, row.precision)
        against = ""
        for place, figure in zip(places, row.comparisons, strict=True):
            if place.role in ("departement", "region", "metropole") and figure.value is not None:
                against = f"{place.name} : " if self._language == "fr" else f"{place.name}: "
                against += self.figure(figure, row.precision)[0]
                break
        if load_indicators()[row.indicator].additive:
            # A count beside that of what contains it says nothing: how it changed does.
            against = self.change(row.change)
        period = period_words(row.figure.period, self._language) if row.figure.period else ""
        return Tile(row.label, text, state, row.unit, period, against, row.figure.reason)


def tiles(portrait: Portrait, writer: Writer) -> list[Tile]:
    """Key figures that have a value, or whose lack is worth telling."""
    found = [
        writer.tile(row, portrait.comparators)
        for theme in portrait.themes
        for row in theme.rows
        if row.key and row.figure.status != "not_available"
    ]
    return found[:MAX_TILES]


def in_brief(portrait: Portrait) -> list[Tile]:
    """Tiles of a territory's own page: what is known alone."""
    writer = Writer(portrait.language)
    return [
        writer.tile(row, portrait.comparators)
        for theme in portrait.themes
        for row in theme.rows
        if row.figure.status == "value"
    ]


def columns(portrait: Portrait, label_of: Callable[[str], str]) -> list[Column]:
    """The territories of the tables, the portrait's first."""
    roles = {
        "self": "",
        "chosen": tk._("chosen"),
        "peer": tk._("similar"),
        "metropole": "",
        "country": "",
    }
    return [
        Column(place, place.name, roles.get(place.role, label_of(place.role)))
        for place in (portrait.territory, *portrait.comparators)
    ]
