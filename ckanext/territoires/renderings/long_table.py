"""Every figure of a portrait, one a line: what the CSV and the last sheet of the XLSX hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ckanext.territoires.portrait.document import Figure, Place, Portrait, Row, Theme
from ckanext.territoires.renderings import words

#: Names of the columns. They are an interface: in English, whatever the language of the portrait.
COLUMNS = (
    "territory",
    "territory_name",
    "role",
    "theme",
    "indicator",
    "label",
    "unit",
    "period",
    "value",
    "status",
    "status_label",
    "floor",
    "origin",
    "members",
    "members_known",
    "population_share",
    "remark",
    "source",
    "producer",
    "vintage",
    "cog_year",
)


def lines(portrait: Portrait) -> Iterator[tuple[Any, ...]]:
    """One line for each figure, in the order of `COLUMNS`; None where there is nothing to say.

    A figure that is both the latest and in a history makes one line.
    """
    sources = {source.release: source for source in portrait.sources}
    for theme, row, place, figure in figures(portrait):
        used = [sources[release] for release in figure.sources if release in sources]
        coverage = figure.coverage
        yield (
            figure.territory,
            place.name,
            place.role,
            theme.name,
            row.indicator,
            row.label,
            row.unit,
            figure.period,
            figure.value if figure.status == "value" else None,
            figure.status,
            words.status_word(figure.status),
            int(figure.floor),
            figure.origin,
            coverage.members if coverage else None,
            coverage.known if coverage else None,
            coverage.population_share if coverage else None,
            words.remark(figure, portrait.language) or None,
            " ; ".join(source.title for source in used) or None,
            " ; ".join(dict.fromkeys(s.producer for s in used if s.producer)) or None,
            " ; ".join(dict.fromkeys(s.vintage for s in used if s.vintage)) or None,
            " ; ".join(dict.fromkeys(str(s.cog_year) for s in used if s.cog_year)) or None,
        )


def figures(portrait: Portrait) -> Iterator[tuple[Theme, Row, Place, Figure]]:
    """Each figure of a portrait once, with the territory it is about.

    A row that two themes show is given under each.
    """
    for theme in portrait.themes:
        for row in theme.rows:
            seen: set[tuple[str, str]] = set()
            for place, figure in _of_row(portrait, row):
                if (figure.territory, figure.period) not in seen:
                    seen.add((figure.territory, figure.period))
                    yield theme, row, place, figure


def _of_row(portrait: Portrait, row: Row) -> Iterator[tuple[Place, Figure]]:
    yield portrait.territory, row.figure
    yield from zip(portrait.comparators, row.comparisons, strict=False)
    for figure in row.history:
        yield portrait.territory, figure
    for place, history in zip(portrait.comparators, row.comparison_histories, strict=False):
        for figure in history:
            yield place, figure
