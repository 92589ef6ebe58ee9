"""The members of a territory in a table that sorts by links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import MultiDict

from ckanext.territoires.bridge import members, number_wording, wording
from ckanext.territoires.figures.cell import Cell
from ckanext.territoires.figures.indicator import Indicator, load_indicators, themes
from ckanext.territoires.figures.status import Origin, Status
from ckanext.territoires.logic import territory_dict
from ckanext.territoires.portrait.numbers import format_number

MAX_SHOWN = 400
MAX_INDICATORS = 12
DEFAULT = (
    "population",
    "population_change_rate",
    "density",
    "median_income",
    "unemployment_rate",
    "vacant_homes_share",
)


@dataclass(frozen=True, slots=True)
class Head:
    """A column: `sort` is the address that sorts by it, `direction` that of the page."""

    name: str
    label: str
    unit: str
    period: str
    sort: str
    direction: str
    precision: int = 0


@dataclass(frozen=True, slots=True)
class Value:
    """A cell: `bar` is its length in percent of the longest, None where there is none."""

    text: str
    state: str
    bar: float | None
    number: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """A member."""

    name: str
    path: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What the page shows; `lines` are all the members, in order."""

    level: str
    level_label: str
    levels: tuple[tuple[str, str, str], ...]
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    choices: tuple[tuple[str, tuple[tuple[str, str, bool], ...]], ...]
    name_sort: str
    name_direction: str
    download: str
    refused: str


def table(shown: Mapping[str, Any], args: MultiDict[str, str]) -> Table | None:
    """The table that the address asks for; None for a territory without members."""
    levels = members.LEVELS.get(shown["level"], ())
    if not levels:
        return None
    level = args.get("members", "")
    level = level if level in levels else levels[0]
    user = tk.current_user if isinstance(tk.current_user, model.User) else None
    known = members.available(user)
    asked = [name for name in dict.fromkeys(args.getlist("indicator")) if name in known]
    chosen = (asked or [name for name in DEFAULT if name in known])[:MAX_INDICATORS]
    found = members.members(shown["id"], level, chosen, user)
    columns = [name for name in chosen if name in found.periods]
    kept: dict[str, Any] = {"members": level, "indicator": columns}
    sort = args.get("sort", "")
    writer = _Writer(shown, kept, sort, tk.h.lang())
    lines = [
        writer.line(one, [found.cells[name][one.id] for name in columns], columns, found)
        for one in found.places
    ]
    refused = ""
    if len(asked) > MAX_INDICATORS:
        message = tk._("{count} indicators were chosen: the first {limit} are shown")
        refused = message.format(count=len(asked), limit=MAX_INDICATORS)
    return Table(
        level,
        wording.level_plural(level),
        tuple((one, wording.level_plural(one), writer.url(members=one)) for one in levels),
        tuple(writer.head(name, found.periods[name]) for name in columns),
        tuple(_sorted(lines, columns, sort)),
        _choices(known, columns),
        writer.url(sort="-name" if sort in ("", "name") else "name"),
        {"": "ascending", "name": "ascending", "-name": "descending"}.get(sort, ""),
        writer.url(sort=sort or None, format="csv"),
        refused,
    )


class _Writer:
    def __init__(
        self, shown: Mapping[str, Any], kept: dict[str, Any], sort: str, language: str
    ) -> None:
        self._shown = shown
        self._kept = kept
        self._sort = sort
        self._language = language
        self._status = {status: number_wording.status_text(status.key) for status in Status}
        self._least = tk._("at least {number}")
        self._estimate = tk._("{number} (estimate)")
        self._longest: dict[str, float] = {}

    def url(self, **more: Any) -> str:
        """Address of the page with something else."""
        place = {key: self._shown[key] for key in ("level", "code", "slug")}
        asked = {key: value for key, value in (self._kept | more).items() if value}
        return tk.h.url_for("territoires_portrait.members", **place, **asked)

    def head(self, name: str, period: str) -> Head:
        one = load_indicators()[name]
        key = "fr" if self._language.startswith("fr") else "en"
        direction = {name: "ascending", f"-{name}": "descending"}.get(self._sort, "")
        target = name if self._sort == f"-{name}" else f"-{name}"
        label = (one.short or one.label)[key]
        return Head(
            name,
            label,
            one.unit[key],
            period.replace("/", "-"),
            self.url(sort=target),
            direction,
            one.precision,
        )

    def line(
        self, one: Any, cells: Sequence[Cell | None], columns: Sequence[str], found: members.Members
    ) -> Line:
        values = tuple(
            self.value(load_indicators()[name], cell, self.longest(name, found))
            for name, cell in zip(columns, cells, strict=True)
        )
        return Line(one.name, territory_dict.brief(one)["path"], values)

    def longest(self, name: str, found: members.Members) -> float:
        if name not in self._longest:
            numbers = [c.value for c in found.cells[name].values() if c and c.value is not None]
            # Bars of a rate that may be negative would need an axis in their middle.
            self._longest[name] = max(numbers, default=0) if min(numbers, default=0) >= 0 else 0
        return self._longest[name]

    def value(self, one: Indicator, cell: Cell | None, longest: float) -> Value:
        if cell is None or cell.value is None:
            status = cell.status if cell else Status.NOT_AVAILABLE
            return Value(self._status[status], status.key, None, None)
        text = format_number(cell.value, one.precision, "", self._language)
        state = "value"
        if not cell.complete and one.formula is None:
            text, state = self._least.format(number=text), "floor"
        elif cell.origin is Origin.ESTIMATED:
            text, state = self._estimate.format(number=text), "estimated"
        bar = round(100 * cell.value / longest, 1) if longest > 0 else None
        return Value(text, state, bar, cell.value)


def _sorted(lines: Sequence[Line], columns: Sequence[str], sort: str) -> list[Line]:
    """By a column, what has no value last; the members come by name."""
    name = sort.removeprefix("-")
    backwards = sort.startswith("-")
    if name == "name":
        return list(reversed(lines)) if backwards else list(lines)
    if name not in columns:
        return list(lines)
    index = columns.index(name)
    known = [line for line in lines if line.values[index].number is not None]
    others = [line for line in lines if line.values[index].number is None]
    known.sort(key=lambda line: line.values[index].number or 0.0, reverse=backwards)
    return [*known, *others]


def _choices(
    known: Sequence[str], chosen: Sequence[str]
) -> tuple[tuple[str, tuple[tuple[str, str, bool], ...]], ...]:
    """Indicators that may be chosen, by theme: name, label, whether it is."""
    key = "fr" if tk.h.lang().startswith("fr") else "en"
    catalogue = load_indicators()
    grouped = [
        (
            title[key],
            tuple(
                (name, catalogue[name].label[key], name in chosen)
                for name in known
                if catalogue[name].theme == theme
            ),
        )
        for theme, title in themes()
    ]
    return tuple((title, names) for title, names in grouped if names)
