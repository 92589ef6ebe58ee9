"""What the page of the statistics shows: form, table, notes, links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ckan.plugins import toolkit as tk

from ckanext.territoires import config
from ckanext.territoires.bridge import statistics, statistics_wording, wording
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.bridge.statistics import ALL, LATEST, AtHand, Query, Selection
from ckanext.territoires.bridge.statistics_table import Column, Place, Table, worded
from ckanext.territoires.figures import formula
from ckanext.territoires.figures.indicator import load_indicators, themes
from ckanext.territoires.figures.status import Status
from ckanext.territoires.logic.schema import STATISTICS_LEVELS
from ckanext.territoires.portrait.subject import complement
from ckanext.territoires.territory.slug import slugify
from ckanext.territoires.views.statistics_query import Asked

__all__ = ["Form", "Page", "Picture", "Pictures", "examples", "form", "page", "places_title"]

LINES = 50
COLUMNS = 40
NAMES = 4
# What an example asks of the home territory.
EXAMPLES = (
    ("commune", ("population", "population_change_rate", "density")),
    ("epci", ("unemployment_rate", "jobs_per_active", "median_income")),
    ("departement", ("dwellings", "vacant_homes_share", "second_homes_share")),
)


@dataclass(frozen=True, slots=True)
class Sort:
    """A link that sorts; `direction` is that of the page, as `aria-sort` has it, or empty."""

    url: str
    direction: str = ""
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A column of the table."""

    label: str
    period: str
    unit: str
    sort: Sort


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in words; `note` is the number of its note, 0 for none."""

    text: str
    status: str
    note: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A territory and its figures; `path` is its page, empty for what is no more."""

    name: str
    code: str
    path: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A link among others of a kind; without an address it is a gap."""

    label: str
    url: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart or a map, drawn apart."""

    id: str
    title: str
    alt: str
    svg: str
    narrow: str
    png: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures of a query, and why others are not drawn."""

    offered: tuple[Picture, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """What an indicator means; `more` has its universe, formula and producer."""

    label: str
    definition: str
    more: str


@dataclass(frozen=True, slots=True)
class Page:
    """An answered query."""

    title: str
    count: str
    remarks: tuple[str, ...]
    name_sort: Sort
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    pages: tuple[Choice, ...]
    drawn: tuple[Choice, ...]
    pictures: tuple[Picture, ...]
    undrawn: tuple[str, ...]
    downloads: tuple[Choice, ...]
    api: str
    max_rows: int
    sources: tuple[ReleaseInfo, ...]
    definitions: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """An indicator to choose; `periods` in words, empty when none is at hand."""

    name: str
    label: str
    periods: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class OfferedTheme:
    """A theme of the form; `chosen` counts those that are."""

    label: str
    chosen: int
    indicators: tuple[Offered, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """The form, as the address fills it. `periods`: value, label, whether chosen."""

    levels: tuple[str, ...]
    level: str
    within: str
    territories: str
    themes: tuple[OfferedTheme, ...]
    chosen: int
    periods: tuple[tuple[str, str, bool], ...]
    as_published: bool


@dataclass(slots=True)
class _Notes:
    """Notes by their text, numbered as they are met."""

    texts: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        return self.texts.setdefault(text, len(self.texts) + 1) if text else 0


def form(asked: Asked, held: AtHand) -> Form:
    """What can be chosen, with what is."""
    language = tk.h.lang()
    offered: dict[str, list[Offered]] = {}
    for one in load_indicators().values():
        if one.hidden and one.name not in asked.indicators:
            continue
        known = held.of(one)
        shown = _span([statistics_wording.period(period) for period in known])
        chosen = one.name in asked.indicators
        offered.setdefault(one.theme, []).append(
            Offered(one.name, worded(one.label, language), shown, chosen)
        )
    every = {period for periods in held.periods.values() for period in periods}
    every |= set(asked.periods) - {LATEST, ALL}
    chosen = asked.periods or (LATEST,)
    periods = [(LATEST, tk._("The latest of each indicator")), (ALL, tk._("All periods"))]
    periods += [(one, statistics_wording.period(one)) for one in sorted(every, key=formula.order)]
    return Form(
        levels=STATISTICS_LEVELS,
        level=asked.level or STATISTICS_LEVELS[0],
        within=tk.h.territoires_lines(asked.within or None),
        territories=tk.h.territoires_lines(list(asked.territories)),
        themes=tuple(
            OfferedTheme(
                worded(label, language),
                sum(one.chosen for one in offered[name]),
                tuple(offered[name]),
            )
            for name, label in themes()
            if name in offered
        ),
        chosen=len(asked.indicators),
        periods=tuple((value, label, value in chosen) for value, label in periods),
        as_published=asked.as_published,
    )


def page(asked: Asked, query: Query, selection: Selection, pictures: Pictures) -> Page:
    """The answer of a query, a page of its lines."""
    language = tk.h.lang()
    # A page past the last is the last.
    asked = asked.but(page=min(asked.page, max(1, -(-len(query.places) // LINES))))
    shown = selection.columns[:COLUMNS]
    trimmed = Selection(shown, selection.absent, selection.at_hand, selection.base)
    table = _read(asked, query, trimmed)
    notes = _Notes()
    lines = tuple(_line(table, rank, notes) for rank in range(len(table.places)))
    count = len(query.places) * len(selection.columns)
    by_key = {column.key: column for column in shown}
    return Page(
        title=_title(asked, query),
        count=_count(len(query.places), len(selection.columns), count),
        remarks=tuple(_remarks(selection, language)),
        name_sort=_sort(asked, "name", ""),
        heads=tuple(
            Head(
                worded(column.indicator.short or column.indicator.label, language),
                statistics_wording.period(column.period),
                worded(column.indicator.unit, language),
                _sort(asked, column.key, "-"),
            )
            for column in shown
        ),
        lines=lines,
        notes=tuple(notes.texts),
        pages=tuple(_pages(asked, len(query.places))),
        drawn=tuple(_drawn(asked, by_key, language)),
        pictures=pictures.offered,
        undrawn=pictures.refused,
        downloads=tuple(_downloads(asked)),
        api=asked.api_url(),
        max_rows=config.statistics_max_rows(),
        sources=tuple(table.sources),
        definitions=tuple(_definitions(shown, language)),
    )


def examples() -> list[Choice]:
    """Three queries to begin with, in the territory that the site serves."""
    home = reference().get(config.home_territory())
    if home is None:
        return []
    language = tk.h.lang()
    known = load_indicators()
    found: list[Choice] = []
    for level, names in EXAMPLES:
        within = home
        # Some tens of thousands of communes are no example.
        if level == "commune" and home.level.startswith("country"):
            within = reference().members(home.id, "departement")[0]
        elif level == "commune" and home.level == "region":
            within = max(
                reference().members(home.id, "departement"), key=lambda t: t.population or 0
            )
        asked = Asked(within=within.id, level=level, indicators=names)
        labels = ", ".join(worded(known[name].label, language) for name in names)
        place = inside_title(level, within.id)
        found.append(
            Choice(tk._("{place}: {labels}").format(place=place, labels=labels), asked.url())
        )
    return found


def inside_title(level: str, within: str) -> str:
    """“The communes of Loire-Atlantique”."""
    whole = reference().get(within)
    name = complement(whole, tk.h.lang()) if whole else ""
    if not whole:
        name = tk._("of {name}").format(name=tk.h.territoires_territory_name(within))
    return tk._("The {levels} {of_territory}").format(
        levels=wording.level_plural(level), of_territory=name
    )


def places_title(asked: Asked, places: Sequence[Place]) -> str:
    """Which territories, in words."""
    listed = [place.name for place in places][: len(asked.territories)]
    names = ", ".join(listed[:NAMES])
    more = len(listed) - NAMES
    if more > 0:
        names = tk.ungettext("{names} and {count} more", "{names} and {count} more", more).format(
            names=names, count=more
        )
    if not asked.within:
        return names
    whole = inside_title(asked.level, asked.within)
    return tk._("{names}; {whole}").format(names=names, whole=whole) if names else whole


def _title(asked: Asked, query: Query) -> str:
    language = tk.h.lang()
    labels = [worded(one.label, language) for one in query.indicators]
    what = labels[0] if len(labels) == 1 else tk._("Statistics")
    return f"{what} - {places_title(asked, query.places)}"


def _count(places: int, columns: int, figures: int) -> str:
    number = tk.h.localised_number
    territories = tk.ungettext("{count} territory", "{count} territories", places).format(
        count=number(places)
    )
    told = tk.ungettext("{count} figure", "{count} figures", figures).format(count=number(figures))
    width = tk.ungettext("{count} column", "{count} columns", columns).format(count=number(columns))
    return f"{territories}, {width}, {told}"


def _read(asked: Asked, query: Query, selection: Selection) -> Table:
    """The lines of the page, sorted."""
    key = asked.sort.removeprefix("-")
    falling = asked.sort.startswith("-")
    start = (asked.page - 1) * LINES
    column = next((c for c in selection.columns if c.key == key), None)
    if column is None:
        places = list(query.places)
        if key == "name":
            places.sort(key=lambda place: place.name.lower(), reverse=falling)
        return statistics.read(
            selection, places[start : start + LINES], as_published=query.as_published
        )
    whole = statistics.read(selection, query.places, as_published=query.as_published)
    cells = whole.figures[selection.columns.index(column)].cells
    known = cells.statuses == Status.VALUE
    values = np.where(known, -cells.values if falling else cells.values, np.inf)
    ordered = np.lexsort((values, ~known))[start : start + LINES]
    return whole.taken(ordered.tolist())


def _line(table: Table, rank: int, notes: _Notes) -> Line:
    place = table.places[rank]
    cells = tuple(
        Cell(
            statistics_wording.figure(table, rank, column),
            Status(int(table.figures[column].cells.statuses[rank])).key,
            notes.number(statistics_wording.remark(table, rank, column)),
        )
        for column in range(len(table.columns))
    )
    path = ""
    if place.level == "custom" or reference().get(place.id):
        slug = place.code if place.level == "custom" else slugify(place.name)
        path = f"/territoire/{place.level}/{place.code}/{slug}"
    return Line(place.name, "" if place.level == "custom" else place.code, path, cells)


def _remarks(selection: Selection, language: str) -> Iterable[str]:
    for indicator, period in selection.absent:
        label = worded(indicator.label, language)
        if period:
            yield tk._("No file that you may see holds “{indicator}” in {period}.").format(
                indicator=label, period=statistics_wording.period(period)
            )
        else:
            yield tk._("No file that you may see holds “{indicator}”.").format(indicator=label)
    if len(selection.columns) > COLUMNS:
        yield tk._(
            "The page shows {shown} columns of {count}: the files below hold them all."
        ).format(shown=COLUMNS, count=len(selection.columns))


def _sort(asked: Asked, key: str, first: str) -> Sort:
    """A link to sort by a column: `first` is the way of the first press."""
    now = asked.sort.removeprefix("-") == key
    falling = asked.sort.startswith("-")
    if not now:
        return Sort(asked.but(sort=first + key, page=1).url())
    other = key if falling else f"-{key}"
    direction = "descending" if falling else "ascending"
    return Sort(asked.but(sort=other, page=1).url(), direction, "▼" if falling else "▲")


def _pages(asked: Asked, places: int) -> Iterable[Choice]:
    last = -(-places // LINES)
    if last <= 1:
        return
    shown = sorted({1, last, *range(max(asked.page - 2, 1), min(asked.page + 2, last) + 1)})
    former = 0
    for number in shown:
        if number - former > 1:
            yield Choice("…")
        yield Choice(str(number), asked.but(page=number).url(), number == asked.page)
        former = number


def _drawn(asked: Asked, columns: Mapping[str, Column], language: str) -> Iterable[Choice]:
    current = asked.shown if asked.shown in columns else next(iter(columns), "")
    if len(columns) < 2:
        return
    for key, column in columns.items():
        label = worded(column.indicator.short or column.indicator.label, language)
        period = statistics_wording.period(column.period)
        yield Choice(f"{label}, {period}", asked.but(shown=key).url(), key == current)


def _downloads(asked: Asked) -> Iterable[Choice]:
    export = "territoires_statistics.export"
    yield Choice("CSV", asked.url(export, extension="csv"))
    table = {"layout": "table", "locale": "fr"}
    yield Choice(tk._("CSV for a spreadsheet"), asked.url(export, extension="csv", more=table))
    yield Choice("XLSX", asked.url(export, extension="xlsx"))
    yield Choice("GeoJSON", asked.url(export, extension="geojson"))


def _definitions(columns: Sequence[Column], language: str) -> Iterable[Definition]:
    for one in {column.indicator.name: column.indicator for column in columns}.values():
        more = [worded(one.universe, language), worded(one.source, language)]
        if one.formula:
            more.append(tk._("formula: {formula}").format(formula=one.formula))
        yield Definition(
            worded(one.label, language), worded(one.definition, language), " · ".join(more)
        )


def _span(periods: Sequence[str]) -> str:
    """Periods in a few signs: all when they are few, else the first and the last."""
    if len(periods) <= 3:
        return ", ".join(periods)
    return tk._("{count} periods, from {first} to {last}").format(
        count=len(periods), first=periods[0], last=periods[-1]
    )


def errors_of(error: tk.ValidationError) -> dict[str, list[str]]:
    """Messages of a refused query by field."""
    found: dict[str, Any] = error.error_dict
    return {name: list(messages) for name, messages in found.items()}
