"""A small portrait made from rows of observations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ckanext.territoires.figures.indicator import load_indicators, themes
from ckanext.territoires.portrait.compose import Described, Material, compose
from ckanext.territoires.portrait.contents import contents
from ckanext.territoires.portrait.document import Portrait, Rank, Row, Source
from ckanext.territoires.portrait.observed import Observed, at_hand
from ckanext.territoires.territory.reference import load_reference

NANTES = "fr:commune:44109"
METROPOLE = "fr:epci:244400404"
DEPARTEMENT = "fr:departement:44"
MAINLAND = "country-subset:fr:metro"


@dataclass(frozen=True)
class File:
    """A loaded file."""

    id: int
    indicators: tuple[str, ...]
    cog_year: int | None = 2021
    loaded: datetime = datetime(2026, 1, 1)  # noqa: DTZ001 (as the database gives it)


def value(
    territory: str,
    indicator: str,
    period: str,
    number: float | None,
    *,
    status: int = 0,
    origin: int = 0,
    coverage: tuple[int, int, float] | None = None,
    release: int = 1,
) -> tuple[Any, ...]:
    """A row of observations."""
    members, known, share = coverage or (None, None, None)
    return (territory, indicator, period, number, status, origin, members, known, share, release)


def portrait(
    rows: Sequence[tuple[Any, ...]],
    *,
    territory: str = NANTES,
    others: Sequence[tuple[str, str]] = (("departement", DEPARTEMENT), ("metropole", MAINLAND)),
    language: str = "fr",
    ranks: Sequence[Rank | None] | None = None,
    **options: Any,
) -> Portrait:
    """The portrait of a territory from rows."""
    known = load_reference()
    main = known.territories[territory]
    releases = sorted({row[9] for row in rows})
    files = [File(id, tuple({row[1] for row in rows if row[9] == id})) for id in releases]
    return compose(
        Material(
            territory=main,
            comparators=[(role, known.territories[id]) for role, id in others],
            values=Observed(rows, files, territory),
            described={spec.name: described(spec.name, language) for spec in contents()},
            titles={name: words[language] for name, words in themes()},
            at_hand=at_hand(files),
            sources={
                file.id: Source(file.id, "r", "d", "d", "Données", "Insee", "2021", 2021, "2026")
                for file in files
            },
            ranks=lambda asked: ranks or [None] * len(asked),
            language=language,
            cog_year=known.year,
            **options,
        )
    )


def described(theme: str, language: str) -> list[Described]:
    """Indicators of a theme in words."""
    return [
        Described(
            one.name,
            one.label[language],
            one.unit[language],
            one.precision,
            one.direction,
            one.universe[language],
            one.definition[language],
            one.source[language],
            one.key,
            one.additive,
            one.formula is not None,
        )
        for one in load_indicators().values()
        if one.theme == theme and not one.hidden
    ]


def row(made: Portrait, indicator: str) -> Row:
    """The row of an indicator."""
    return next(r for theme in made.themes for r in theme.rows if r.indicator == indicator)
