"""A portrait made from figures: which rows, which comparisons, which sentences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, cast

from ckanext.territoires.figures.status import Origin, Status
from ckanext.territoires.portrait.contents import ChartSpec, contents
from ckanext.territoires.portrait.document import (
    Change,
    Chart,
    Comment,
    Coverage,
    Figure,
    Label,
    Place,
    Portrait,
    Rank,
    Row,
    Source,
    Theme,
)
from ckanext.territoires.portrait.facts import RowFacts
from ckanext.territoires.portrait.narrative import Facts, write
from ckanext.territoires.portrait.reasons import Reasons
from ckanext.territoires.portrait.subject import subject
from ckanext.territoires.territory.reference import Territory

#: What does not change in ten years but by the way it is measured.
_UNCHANGING = frozenset(("area",))
#: A change is counted over this many years at most.
CHANGE_YEARS = 10
#: A line over time has that of the territory and those of its first comparators.
LINES = 3

_STATUS = tuple(status.key for status in Status)
_ORIGIN = tuple(origin.key for origin in Origin)
_VALUE = Status.VALUE


#: A figure before it is worded: value, status and origin (numbers of `figures.status`), coverage,
#: periods of the parts that have another one, releases. A tuple: there are hundreds of them.
Known = tuple[float | None, int, int, Coverage | None, tuple[str, ...], tuple[int, ...]]
#: What is kept of a comparator from one portrait to the next.
Kept = Figure | Change | None


class Values(Protocol):
    """The figures that a portrait is made from."""

    def periods(self, territory: str, indicator: str) -> Sequence[str]:
        """Periods at which an indicator is known of a territory, whatever its status, in order."""
        ...

    def history(self, indicator: str) -> Sequence[tuple[str, Known | None]]:
        """The figures of the territory of the portrait, from the oldest period to the latest."""
        ...

    def way(self, indicator: str, period: str) -> Hashable:
        """How a figure is made: the same way and the same rows give the same figure."""
        ...

    def across(
        self, territories: Sequence[str], indicator: str, period: str
    ) -> Sequence[Known | None]:
        """The figures of several territories, in their order; None where nothing is known."""
        ...


@dataclass(frozen=True, slots=True)
class Described:
    """An indicator in the language of a portrait; `sum_of_parts`: a count that may be added.

    `of_grants`: its coverage counts grants, and not communes.
    """

    name: str
    label: str
    unit: str
    precision: int
    direction: str
    universe: str
    definition: str
    source_label: str
    key: bool
    sum_of_parts: bool
    derived: bool
    of_grants: bool = False


class Ranked(NamedTuple):
    """What a rank is asked for."""

    indicator: str
    period: str
    value: float
    sources: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """All that a portrait is made from.

    `at_hand` names the indicators of the loaded files, and what is computed from these;
    `kept` holds figures of some of the comparators that were worded before, and their changes, and
    takes new ones;
    `perimeter` says in which year a territory was what its releases publish, None for today;
    `themes` are those to write, all by default; `ranks` answers in the order it is asked, from
    the peers that the reader may see. `described` has, for each theme, its
    indicators in their order.
    """

    territory: Territory
    comparators: Sequence[tuple[str, Territory]]
    values: Values
    described: Mapping[str, Sequence[Described]]
    titles: Mapping[str, str]
    at_hand: Collection[str]
    sources: Mapping[int, Source]
    ranks: Callable[[Sequence[Ranked]], Sequence[Rank | None]]
    language: str
    cog_year: int
    as_published: bool = False
    themes: Collection[str] = ()
    comments: Mapping[str, Comment] | None = None
    labels: Sequence[Label] = ()
    kept: Mapping[str, dict[Hashable, Kept]] | None = None
    perimeter: Callable[[str, tuple[int, ...]], int | None] = lambda _territory, _sources: None


def compose(material: Material) -> Portrait:
    """Return the portrait; a theme without a figure, a label or a comment is left out."""
    writer = _Writer(material)
    wanted = [
        (spec, writer.rows(material.described.get(spec.name, ())))
        for spec in contents()
        if not material.themes or spec.name in material.themes
    ]
    ranks = iter(material.ranks([r for _, rows in wanted for row in rows if (r := row.ranked)]))
    themes: list[Theme] = []
    everything = _Told(writer.places, material.language)
    used: dict[tuple[int, ...], None] = {}
    for spec, drafts in wanted:
        rows = tuple(writer.row(draft, next(ranks) if draft.ranked else None) for draft in drafts)
        everything.add(rows)
        labels = tuple(material.labels) if spec.name == "state_action" else ()
        comment = (material.comments or {}).get(spec.name)
        if not (rows or labels or comment):
            continue
        for row in rows:
            for figure in (row.figure, *row.comparisons, *row.history):
                used[figure.sources] = None
        for label in labels:
            used[(label.source,)] = None
        themes.append(
            Theme(
                spec.name,
                material.titles.get(spec.name, spec.name),
                writer.text(spec.name, everything),
                rows,
                _charts(spec.charts, rows, material),
                comment,
                labels,
            )
        )
    return Portrait(
        territory=writer.place(material.territory, "self"),
        language=material.language,
        cog_year=material.cog_year,
        as_published=material.as_published,
        comparators=tuple(writer.places.values()),
        summary=writer.text("summary", everything),
        themes=tuple(themes),
        sources=tuple(
            material.sources[id]
            for id in dict.fromkeys(id for ids in used for id in ids)
            if id in material.sources
        ),
    )


class _Told:
    """Facts of the rows, made for those that a sentence names."""

    def __init__(self, places: Mapping[str, Place], language: str) -> None:
        self._places = places
        self._language = language
        self._rows: dict[str, Row] = {}
        self._facts: dict[str, RowFacts] = {}

    def add(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._rows[row.indicator] = row

    def get(self, indicator: str) -> RowFacts | None:
        found = self._facts.get(indicator)
        if found is None and indicator in self._rows:
            row = self._rows[indicator]
            found = self._facts[indicator] = RowFacts(row, self._places, self._language)
        return found


class _Draft(NamedTuple):
    indicator: Described
    figure: Figure
    history: tuple[Figure, ...]
    comparisons: tuple[Figure, ...]
    change: Change | None
    changes: tuple[Change | None, ...]
    histories: tuple[tuple[Figure, ...], ...]
    ranked: Ranked | None


class _Writer:
    """Writes the parts of one portrait."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._id = material.territory.id
        self._reasons = Reasons(material.language)
        self._as_published = material.as_published
        self._subject = subject(material.territory, material.language)
        self._kept = material.kept or {}
        self._others = tuple(territory.id for _, territory in material.comparators)
        self._lined = {
            name
            for spec in contents()
            for chart in spec.charts
            if chart.kind == "history"
            for name in chart.indicators
        }
        self.places = {
            territory.id: self.place(territory, role) for role, territory in material.comparators
        }

    @staticmethod
    def place(territory: Territory, role: str) -> Place:
        return Place(
            territory.id,
            territory.level,
            territory.code,
            territory.name,
            territory.population,
            role,
        )

    def rows(self, indicators: Sequence[Described]) -> list[_Draft]:
        """Drafts of the rows of the indicators at hand."""
        at_hand = self._material.at_hand
        return [self._draft(one) for one in indicators if one.name in at_hand]

    def row(self, draft: _Draft, rank: Rank | None) -> Row:
        one = draft.indicator
        return Row(
            one.name,
            one.label,
            one.unit,
            one.precision,
            one.direction,
            one.universe,
            one.definition,
            one.source_label,
            draft.figure,
            draft.comparisons,
            rank,
            draft.change,
            draft.history,
            one.key,
            draft.changes,
            draft.histories,
        )

    def text(self, theme: str, rows: _Told) -> str:
        """Sentences of a theme."""
        told = self._subject
        known = {"subject": told.name, "of": told.of}
        return write(theme, Facts(known, rows, told.plural), self._material.language)

    def _draft(self, one: Described) -> _Draft:
        known = self._material.values.history(one.name)
        if not known:
            return self._lacking(one)
        history = tuple([self._figure(one, self._id, period, cell) for period, cell in known])
        figure = history[-1]
        since = None if one.name in _UNCHANGING else _earlier(history)
        change = _change(since, figure, one) if since else None
        comparisons = self._figures(one, self._others, figure.period)
        changes: tuple[Change | None, ...] = ()
        if since:
            earlier = self._figures(one, self._others, since.period)
            changes = tuple(
                [self._changed(*pair, one) for pair in zip(earlier, comparisons, strict=True)]
            )
        histories: tuple[tuple[Figure, ...], ...] = ()
        if one.name in self._lined and len(known) > 1:
            lined = [self._figures(one, self._others[:LINES], each) for each, _ in known]
            histories = tuple(zip(*lined, strict=True))
        ranked = None
        if figure.value is not None and (figure.coverage is None or figure.coverage.complete):
            ranked = Ranked(one.name, figure.period, figure.value, figure.sources)
        return _Draft(one, figure, history, comparisons, change, changes, histories, ranked)

    def _lacking(self, one: Described) -> _Draft:
        """A row whose territory has no figure at any period: those of the comparators say more."""
        values = self._material.values
        period = max(
            (p[-1] for id in self._others if (p := values.periods(id, one.name))), default=""
        )
        figure, *comparisons = self._figures(one, (self._id, *self._others), period)
        return _Draft(one, figure, (), tuple(comparisons), None, (), (), None)

    def _figures(
        self, one: Described, territories: Sequence[str], period: str
    ) -> tuple[Figure, ...]:
        shelves = [self._kept.get(id) for id in territories]
        across = self._material.values.across
        if not any(shelf is not None for shelf in shelves):
            known = across(territories, one.name, period)
            return tuple(
                [
                    self._figure(one, id, period, found)
                    for id, found in zip(territories, known, strict=True)
                ]
            )
        way = (one.name, period, self._material.values.way(one.name, period))
        figures: list[Figure] = []
        for id, shelf in zip(territories, shelves, strict=True):
            figure = cast("Figure | None", shelf.get(way)) if shelf is not None else None
            if figure is None:
                figure = self._figure(one, id, period, across((id,), one.name, period)[0])
                if shelf is not None:
                    # Of two threads that made it, one wins: see `_changed`.
                    figure = cast("Figure", shelf.setdefault(way, figure))
            figures.append(figure)
        return tuple(figures)

    def _changed(self, earlier: Figure, latest: Figure, one: Described) -> Change | None:
        """The change of a comparator, kept where its figures are."""
        kept = self._kept.get(latest.territory)
        if kept is None:
            return _change(earlier, latest, one)
        # Both are on the shelf and stay there, so that no other figure takes their place in memory.
        key = (id(earlier), id(latest))
        if key in kept:
            return cast("Change | None", kept[key])
        found = kept[key] = _change(earlier, latest, one)
        return found

    def _figure(self, one: Described, territory: str, period: str, found: Known | None) -> Figure:
        if found is None:
            reason = self._reasons.lacking(territory, one.sum_of_parts or one.derived)
            return Figure(territory, period, None, "not_available", "published", None, reason)
        value, status, origin, coverage, others, sources = found
        reason, partial = "", coverage is not None and coverage.known < coverage.members
        if status != _VALUE:
            reason = self._reasons.absent(status, one.derived, one.sum_of_parts, territory)
        elif partial or origin > 1 or others:
            reason = self._reasons.present(
                coverage, origin, others, one.derived, of_grants=one.of_grants
            )
        elif origin == 0 and (self._as_published or not one.sum_of_parts):
            # Counts of another perimeter are not read, unless they are asked for as published.
            year = self._material.perimeter(territory, sources)
            reason = self._reasons.perimeter(year) if year else ""
        return Figure(
            territory,
            period,
            value,
            _STATUS[status],
            _ORIGIN[origin],
            coverage,
            reason,
            sources,
            partial and status == _VALUE and not one.derived,
        )


def _earlier(history: Sequence[Figure]) -> Figure | None:
    """The oldest figure that the latest may be compared with, within ten years."""
    latest = history[-1]
    if latest.value is None:
        return None
    end = int(latest.period[-4:])
    for figure in history[:-1]:
        if (
            figure.value is not None
            and _alike(figure, latest)
            and len(figure.period) == len(latest.period)
            and end - int(figure.period[-4:]) <= CHANGE_YEARS
        ):
            return figure
    return None


def _alike(earlier: Figure, latest: Figure) -> bool:
    """Whether two figures are of the whole territory, so that one may be taken from the other."""
    return all(figure.coverage is None or figure.coverage.complete for figure in (earlier, latest))


def _change(earlier: Figure, latest: Figure, one: Described) -> Change | None:
    if earlier.value is None or latest.value is None or not _alike(earlier, latest):
        return None
    absolute = latest.value - earlier.value
    if one.unit.startswith("%"):
        return Change(earlier.period, absolute, None, points=True)
    relative = absolute / abs(earlier.value) if earlier.value else None
    return Change(earlier.period, absolute, relative)


def _charts(
    specs: Sequence[ChartSpec], rows: Sequence[Row], material: Material
) -> tuple[Chart, ...]:
    by_name = {row.indicator: row for row in rows}
    language = "fr" if material.language.startswith("fr") else "en"
    charts: list[Chart] = []
    for spec in specs:
        known = tuple(
            name
            for name in spec.indicators
            if (row := by_name.get(name)) and _is_drawn(spec.kind, row, material.territory.level)
        )
        if len(known) >= (2 if spec.kind == "structure" else 1):
            charts.append(Chart(spec.id, spec.kind, spec.title[language], known))
    return tuple(charts)


def _is_drawn(kind: str, row: Row, level: str) -> bool:
    if kind == "history":
        return sum(figure.value is not None for figure in row.history) > 1
    if kind == "map":
        # The communes around a commune, the members of the rest: a secret one is hatched.
        return level != "custom" or row.figure.value is not None
    if kind == "comparison":
        # Beside one other at least: a bar alone compares nothing.
        told = any(figure.status != "not_available" for figure in row.comparisons)
        return row.figure.value is not None and told
    return row.figure.value is not None
