"""A portrait in words, said once for all formats, so that no two of them can disagree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from babel.dates import format_date
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import number_wording, wording
from ckanext.territoires.portrait.document import (
    Change,
    Figure,
    Label,
    Place,
    Portrait,
    Row,
    Source,
    Theme,
)
from ckanext.territoires.portrait.numbers import format_number
from ckanext.territoires.territory.slug import slugify

K = TypeVar("K")
T = TypeVar("T")

# What a printed page is wide enough for, beside the name of the indicator.
COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as it is written.

    `text` is whole: “at least 1 234”, “statistical secrecy”. `value` is the number when there is
    one, and `frame` what is around it (“at least {number}”). `note` numbers a note of the table.
    """

    text: str
    value: float | None = None
    precision: int = 0
    frame: str = "{number}"
    note: int | None = None
    status: str = "value"

    @property
    def marked(self) -> str:
        """The text with the call of its note."""
        return f"{self.text} [{self.note}]" if self.note else self.text


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator of a table; `about` says its unit, its period and its sources."""

    indicator: str
    label: str
    unit: str
    period: str
    sources: str
    cells: tuple[Cell, ...]

    @property
    def about(self) -> str:
        """What is said under the label."""
        return ", ".join(part for part in (self.unit, self.period, self.sources) if part)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a theme: the column of the indicators, then one for each of `columns`."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """What the formats share beside the tables."""

    title: str
    name: str
    kind: str
    date: str
    facts: tuple[str, ...]


class _Notes:
    """Notes of a table in the making, each said once."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}

    def number(self, text: str) -> int | None:
        return self.texts.setdefault(text, len(self.texts) + 1) if text else None


def words(portrait: Portrait, made: date) -> Words:
    """The title of a portrait and what is said of it as a whole."""
    place = portrait.territory
    facts = [
        tk._("Geography of the communes on 1 January {year} (COG)").format(year=portrait.cog_year)
    ]
    if portrait.as_published:
        facts.append(tk._("Figures as published: not carried to today's communes"))
    return Words(
        tk._("Portrait of {name}").format(name=place.name),
        place.name,
        kind(place),
        long_date(made, portrait.language),
        tuple(facts),
    )


def kind(place: Place) -> str:
    """Level and code of a territory: “Commune (44109)”."""
    label = wording.level_label(place.level)
    label = label[:1].upper() + label[1:]
    if place.level in ("country", "country-subset", "custom"):
        return label
    return f"{label} ({place.code})"


def file_name(place: Place, form: str, made: date | None = None) -> str:
    """A name that says what the file is: `portrait-nantes-44109-2026-11-25.pdf`."""
    parts = ["portrait", slugify(place.name), slugify(place.code)]
    if parts[1] == parts[2]:
        parts.pop()
    if made:
        parts.append(made.isoformat())
    return f"{'-'.join(parts)}.{form}"


def long_date(day: date, language: str) -> str:
    """A date in full: “25 novembre 2026”."""
    return format_date(day, "long", locale=language)


def day_text(iso: str, language: str) -> str:
    """A date of the document, written `2026-11-25...`, in full; as it is when it is none."""
    try:
        return long_date(date.fromisoformat(iso[:10]), language)
    except ValueError:
        return iso


def period_text(period: str) -> str:
    """`2013/2018` as “2013–2018”."""
    return period.replace("/", "\u2013")


def key_rows(portrait: Portrait) -> list[Row]:
    """The key figures, in the order of the themes."""
    return [row for theme in portrait.themes for row in theme.rows if row.key]


def key_table(portrait: Portrait) -> Table:
    """The key figures of the territory, against its nearest comparators."""
    return _figures(portrait, key_rows(portrait), portrait.comparators[: COLUMNS - 1], 0, None)


def tables(portrait: Portrait, theme: Theme, *, gathered: bool = False) -> list[Table]:
    """The tables of a theme: against the comparators, over time, among peers.

    Comparators that do not fit the width of a page make a further table. `gathered`, on paper:
    indicators of which nothing is available anywhere share one line, that names them.
    """
    found: list[Table] = []
    groups = _chunks(portrait.comparators) or [()]
    for number, group in enumerate(groups):
        title = _titled(theme.title, number, len(groups))
        found.append(
            _figures(portrait, theme.rows, group, number * (COLUMNS - 1), title, gathered=gathered)
        )
    for number, group in enumerate(groups):
        title = _titled(tk._("{theme}: change").format(theme=theme.title), number, len(groups))
        found += _changes(portrait, theme, group, number * (COLUMNS - 1), title)
    found += _over_time(portrait, theme)
    found += _among_peers(portrait, theme)
    return found


def notes_on_method(portrait: Portrait) -> list[tuple[str, str]]:
    """Name and definition of each indicator that has one, once."""
    found: dict[str, str] = {}
    for theme in portrait.themes:
        for row in theme.rows:
            said = [row.definition, _labelled(tk._("Population observed"), row.universe)]
            text = " ".join(_sentence(part) for part in said if part)
            if text:
                found.setdefault(row.label, text)
    return list(found.items())


def source_lines(portrait: Portrait) -> list[str]:
    """Each source, numbered as the tables call them."""
    return [
        f"{number}. {source_text(source, portrait.language)}"
        for number, source in enumerate(portrait.sources, 1)
    ]


def source_text(source: Source, language: str) -> str:
    """Title, producer, vintage, geography and date of loading of a file."""
    parts = [source.title]
    if source.producer:
        parts.append(source.producer)
    if source.vintage:
        parts.append(tk._("vintage {vintage}").format(vintage=source.vintage))
    if source.cog_year:
        parts.append(tk._("COG {year}").format(year=source.cog_year))
    loaded = day_text(source.loaded, language)
    if loaded:
        parts.append(tk._("loaded on {date}").format(date=loaded))
    return ", ".join(parts)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a plain text, their lines joined."""
    blocks = text.replace("\r\n", "\n").split("\n\n")
    return [" ".join(block.split()) for block in blocks if block.strip()]


def signature(author: str, iso: str, language: str) -> str:
    """Who wrote a comment, and when."""
    day = day_text(iso, language)
    return tk._("{author}, on {date}").format(author=author, date=day) if author else day


def status_word(status: str) -> str:
    """A status in words, that of a known value included."""
    return number_wording.status_text(status) or tk._("value")


def origin_word(origin: str) -> str:
    """Where a value comes from, in words."""
    match origin:
        case "published":
            return tk._("published")
        case "computed":
            return tk._("computed")
        case "merged":
            return tk._("sum of former communes")
        case "estimated":
            return tk._("estimate")
    return origin


def coverage_text(figure: Figure, language: str) -> str:
    """How much of the territory a value covers, when it is not all of it."""
    coverage = figure.coverage
    if coverage is None or coverage.complete:
        return ""
    if coverage.population_share is None:
        return tk._("{known} members of {members} are known").format(
            known=coverage.known, members=coverage.members
        )
    return tk._("{known} members of {members} are known, {share} of the population").format(
        known=coverage.known,
        members=coverage.members,
        share=number_wording.number(100 * coverage.population_share, 0, "%", language),
    )


def remark(figure: Figure, language: str) -> str:
    """What must be known to read a figure; nothing for most."""
    return figure.reason or coverage_text(figure, language)


def cell(figure: Figure, row: Row, language: str, note: int | None = None) -> Cell:
    """A figure as it is written, whatever the format."""
    text = number_wording.figure_text(figure, row, language=language)
    if figure.status != "value" or figure.value is None:
        return Cell(text, note=note, status=figure.status)
    number = number_wording.number(figure.value, row.precision, language=language)
    frame = text.replace(number, "{number}", 1)
    return Cell(text, figure.value, row.precision, frame, note)


def change_text(change: Change, row: Row, language: str) -> str:
    """What changed, with its sign: “+1 234 (+5,6 %)”, “−0,4 point”."""
    number = format_number(change.absolute, row.precision, language=language, sign=True)
    if change.points:
        few = abs(change.absolute) < 2
        return tk.ungettext("{number} point", "{number} points", 1 if few else 2).format(
            number=number
        )
    if change.relative is None:
        return number
    relative = format_number(100 * change.relative, 1, "%", language, sign=True)
    return f"{number} ({relative})"


def label_text(portrait: Portrait, label: Label) -> str:
    """A programme or a zoning: its name, what it is, who has it when another does, its source."""
    parts = [label.title, label.detail]
    if label.place:
        parts.append(tk._("through {place}").format(place=label.place))
    for number, source in enumerate(portrait.sources, 1):
        if source.release == label.source:
            parts.append(tk._("source {numbers}").format(numbers=number))
    return ", ".join(part for part in parts if part)


def _figures(
    portrait: Portrait,
    rows: Sequence[Row],
    group: Sequence[Place],
    start: int,
    title: str | None,
    *,
    gathered: bool = False,
) -> Table:
    notes = _Notes()
    lines: list[Line] = []
    lacking = [row for row in rows if _lacks_all(row)] if gathered else []
    lacking = lacking if len(lacking) > 1 else []
    for row in rows:
        if row in lacking[1:]:
            continue
        figures = [row.figure, *row.comparisons[start : start + len(group)]]
        cells = (_noted(figure, row, portrait.language, notes) for figure in figures)
        line = _line(portrait, row, figures, tuple(cells), row.figure.period)
        if row in lacking:
            names = ", ".join(each.label for each in lacking)
            line = Line(row.indicator, names, "", "", "", line.cells)
        lines.append(line)
    return Table(
        title or tk._("Key figures"),
        (portrait.territory.name, *(place.name for place in group)),
        tuple(lines),
        tuple(notes.texts),
    )


def _lacks_all(row: Row) -> bool:
    """Whether nothing is available of an indicator, for the territory and beside it."""
    return all(figure.status == "not_available" for figure in (row.figure, *row.comparisons))


def _over_time(portrait: Portrait, theme: Theme) -> Iterator[Table]:
    rows = [row for row in theme.rows if len(row.history) > 1]
    # Rows of the same periods share a table: a year and a span of years make no common column.
    by_periods = _grouped(rows, lambda row: tuple(figure.period for figure in row.history))
    for periods, alike in by_periods.items():
        kept = _chunks(periods)
        for number, chosen in enumerate(kept):
            start = number * (COLUMNS - 1)
            notes = _Notes()
            lines: list[Line] = []
            for row in alike:
                figures = row.history[start : start + len(chosen)]
                cells = [_noted(figure, row, portrait.language, notes) for figure in figures]
                lines.append(_line(portrait, row, figures, tuple(cells), ""))
            title = tk._("{theme}: over time").format(theme=theme.title)
            yield Table(
                _titled(title, number, len(kept)),
                tuple(period_text(period) for period in chosen),
                tuple(lines),
                tuple(notes.texts),
            )


def _changes(
    portrait: Portrait, theme: Theme, group: Sequence[Place], start: int, title: str
) -> Iterator[Table]:
    """What changed, here and in the comparators; nothing where nothing is known to have."""
    lines: list[Line] = []
    for row in theme.rows:
        changes = (row.change, *row.comparison_changes[start : start + len(group)])
        known = next((change for change in changes if change), None)
        if known is None:
            continue
        padded = (*changes, *[None] * (1 + len(group) - len(changes)))
        cells = (_change(change, row, known.since, portrait.language) for change in padded)
        span = tk._("from {since} to {period}").format(
            since=period_text(known.since), period=period_text(row.figure.period)
        )
        lines.append(_line(portrait, row, [row.figure], tuple(cells), span))
    if lines:
        yield Table(
            title,
            (portrait.territory.name, *(place.name for place in group)),
            tuple(lines),
        )


def _among_peers(portrait: Portrait, theme: Theme) -> Iterator[Table]:
    ranked = [row for row in theme.rows if row.rank]
    for group, rows in _grouped(ranked, lambda row: row.rank.group if row.rank else "").items():
        lines: list[Line] = []
        for row in rows:
            if row.rank is None:
                continue
            place = tk._("{position} of {total}").format(
                position=row.rank.position, total=row.rank.of
            )
            median = row.rank.median
            cells = (
                cell(row.figure, row, portrait.language),
                Cell(place),
                Cell(
                    number_wording.number(median, row.precision, language=portrait.language),
                    median,
                    row.precision,
                ),
            )
            lines.append(_line(portrait, row, [row.figure], cells, row.figure.period))
        yield Table(
            tk._("{theme}: rank, {group}").format(theme=theme.title, group=group),
            (portrait.territory.name, tk._("Rank, from the highest"), tk._("Median")),
            tuple(lines),
        )


def _change(change: Change | None, row: Row, since: str, language: str) -> Cell:
    if change is None:
        return Cell(number_wording.status_text("not_available"), status="not_available")
    text = change_text(change, row, language)
    if change.since != since:
        span = tk._("since {period}").format(period=period_text(change.since))
        text = f"{text} ({span})"
    return Cell(text)


def _noted(figure: Figure, row: Row, language: str, notes: _Notes) -> Cell:
    said = remark(figure, language)
    if figure.period != row.figure.period and figure not in row.history:
        other = tk._("figure of {period}").format(period=period_text(figure.period))
        said = f"{other}; {said}" if said else other
    return cell(figure, row, language, notes.number(said))


def _line(
    portrait: Portrait,
    row: Row,
    figures: Sequence[Figure],
    cells: tuple[Cell, ...],
    period: str,
) -> Line:
    used = {release for figure in figures for release in figure.sources}
    numbers = [
        str(number) for number, source in enumerate(portrait.sources, 1) if source.release in used
    ]
    label = tk.ungettext("source {numbers}", "sources {numbers}", len(numbers))
    return Line(
        row.indicator,
        row.label,
        row.unit,
        period_text(period),
        label.format(numbers=", ".join(numbers)) if numbers else row.source_label,
        cells,
    )


def _titled(title: str, number: int, count: int) -> str:
    if count == 1:
        return title
    return tk._("{title} ({number} of {count})").format(title=title, number=number + 1, count=count)


def _labelled(label: str, text: str) -> str:
    return tk._("{label}: {text}").format(label=label, text=text) if text else ""


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _chunks(items: Sequence[T]) -> list[Sequence[T]]:
    size = COLUMNS - 1
    return [items[start : start + size] for start in range(0, len(items), size)]


def _grouped(rows: Iterable[Row], key: Callable[[Row], K]) -> dict[K, list[Row]]:
    found: dict[K, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found
