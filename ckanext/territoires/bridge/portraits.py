"""The portrait of a territory, as one person may see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import ckan.model as model

from ckanext.territoires.bridge import comments, custom, kept_figures, peers, releases
from ckanext.territoires.bridge.figures_of import at_hand, figures_of, from_release
from ckanext.territoires.bridge.programmes import labels_of
from ckanext.territoires.bridge.ranks import ranks
from ckanext.territoires.bridge.reference import (
    UnknownTerritory,
    current_ids,
    parse,
    reference,
)
from ckanext.territoires.bridge.releases import source_of
from ckanext.territoires.bridge.standing import by_population, comparators
from ckanext.territoires.figures.formula import expand
from ckanext.territoires.figures.indicator import Indicator, load_indicators, themes
from ckanext.territoires.figures.perimeter import former
from ckanext.territoires.portrait.compose import Described, Material, compose
from ckanext.territoires.portrait.contents import contents
from ckanext.territoires.portrait.document import Comment, Portrait, Source
from ckanext.territoires.territory.reference import Territory

#: How many territories a person may choose to compare with.
MAX_COMPARED = 5
#: What a territory's page says of it before its portrait.
IN_BRIEF = (
    "population",
    "population_change_rate",
    "dwellings",
    "median_income",
    "unemployment_rate",
    "establishments",
)

_COMMENTED = """
    SELECT EXISTS (SELECT 1 FROM territoires_portrait_comment WHERE territory = %(territory)s)
"""


@dataclass(frozen=True, slots=True)
class Options:
    """How a portrait is asked for.

    `compare`: territories beside those above. `peers`: add those of the same level that resemble
    it. `as_published`: leave out what was carried from former territories. `themes`: all by
    default. `resource_id`: only the figures of that file, and what is computed from them.
    """

    compare: tuple[Territory, ...] = ()
    peers: bool = False
    as_published: bool = False
    themes: frozenset[str] = frozenset()
    resource_id: str | None = None


def portrait_of(
    territory: Territory, user: model.User | None, language: str, options: Options | None = None
) -> Portrait:
    """Compose the portrait: a fixed number of queries whatever the territory.

    Args:
        territory: of today, as `places` gives it.
        user: who reads; figures of files that they may not see are neither shown nor counted.
        language: of the texts.
        options: what to show.

    """
    options = options or Options()
    seen = releases.visible(user)
    # A file of grants has figures too: their sums.
    observed = [info for info in seen if info.indicators]
    shown, only = at_hand(observed), None
    if options.resource_id is not None:
        restricted = next((i for i in observed if i.resource_id == options.resource_id), None)
        shown = from_release(restricted, observed) if restricted else frozenset[str]()
        only = (restricted.id, restricted.indicators) if restricted else None
    compared = _compared(territory, options, observed)
    ids = list(dict.fromkeys((territory.id, *(other.id for _, other in compared))))
    # What is seen otherwise than most see it is not kept.
    plain = not options.as_published and options.resource_id is None
    others = [other for _, other in compared]
    shelf = kept_figures.kept(others if plain else (), observed, language)
    values = figures_of(
        ids,
        observed,
        as_published=options.as_published,
        only=only,
        communes=custom.communes(territory.id),
        kept=shelf,
    )
    return compose(
        Material(
            territory=territory,
            comparators=compared,
            values=values,
            described=_described(_language(language)),
            titles=_titles(_language(language)),
            at_hand=shown,
            sources=_Sources(seen),
            perimeter=_Perimeters(seen).year,
            ranks=lambda asked: ranks(territory, asked, language, observed if plain else ()),
            language=language,
            cog_year=reference().year,
            as_published=options.as_published,
            themes=options.themes,
            comments=_comments(territory.id),
            labels=() if options.resource_id else labels_of(territory, seen),
            kept={id: one.figures for id, one in shelf.items()},
        )
    )


def in_brief(territory: Territory, user: model.User | None, language: str) -> Portrait:
    """The key figures of a territory beside those of one comparator: a portrait of these alone."""
    key = "fr" if language.startswith("fr") else "en"
    wanted = expand(IN_BRIEF, load_indicators())
    seen = releases.visible(user, indicators=wanted)
    compared = [pair for pair in comparators(territory) if pair[0] in ("departement", "region")][:1]
    ids = [territory.id, *(other.id for _, other in compared)]
    described = _described(key)
    return compose(
        Material(
            territory=territory,
            comparators=compared,
            values=figures_of(ids, seen, indicators=wanted, communes=custom.communes(territory.id)),
            described={
                theme: [one for one in found if one.name in IN_BRIEF]
                for theme, found in described.items()
            },
            titles=_titles(key),
            at_hand=at_hand(seen),
            sources=_Sources(seen),
            perimeter=_Perimeters(seen).year,
            ranks=lambda asked: [None] * len(asked),
            language=language,
            cog_year=reference().year,
        )
    )


def theme_names() -> tuple[str, ...]:
    """Names of the themes of a portrait, in order."""
    return tuple(spec.name for spec in contents())


def theme_titles(language: str) -> Mapping[str, str]:
    """Title of each theme."""
    return _titles(_language(language))


def places(identifier: str, *, as_published: bool = False) -> tuple[Territory, ...]:
    """The territories that an identifier names: one, several for a commune that was split, none.

    `as_published`: a former commune is itself, where its successors are. A custom territory has its
    members' parents above it; whether a person may see it is not looked at here.
    """
    known = reference()
    try:
        today = current_ids(identifier)
    except UnknownTerritory:
        return ()
    if today[0].startswith(custom.PREFIX):
        found = _custom_place(today[0])
        return (found,) if found else ()
    successors = tuple(found for id in today if (found := known.get(id)))
    former = str(parse(identifier))
    if as_published and ":commune:" in former and not known.get(former):
        name = known.resolve(former).former_name or parse(former).code
        return (
            replace(
                successors[0],
                id=former,
                code=parse(former).code,
                name=name,
                article="",
                liaison=0,
                population=None,
                siren=None,
            ),
        )
    return successors


def _custom_place(identifier: str) -> Territory | None:
    record = custom.find(identifier)
    if record is None:
        return None
    known = reference()
    members = [found for id in record.communes if (found := known.get(id))]
    above = [id for level in ("departement", "region") for id in by_population(members, level)]
    return Territory(
        id=record.identifier,
        level="custom",
        code=record.slug,
        name=record.name,
        article="",
        siren=None,
        population=sum(member.population or 0 for member in members),
        postal_codes=(),
        seat=None,
        kind="custom",
        parents=tuple(above),
    )


def _comments(territory: str) -> Mapping[str, Comment]:
    # Few territories have any, and the rest should not pay for signatures.
    asked = model.Session.connection().exec_driver_sql(_COMMENTED, {"territory": territory})
    return comments.in_force(territory) if asked.scalar() else {}


def _compared(
    territory: Territory, options: Options, observed: Sequence[releases.ReleaseInfo]
) -> tuple[tuple[str, Territory], ...]:
    found = dict[str, tuple[str, Territory]]()
    for role, other in comparators(territory):
        found.setdefault(other.id, (role, other))
    for other in options.compare:
        found.setdefault(other.id, ("chosen", other))
    if options.peers:
        for other in peers.of(territory, observed):
            found.setdefault(other.id, ("peer", other))
    found.pop(territory.id, None)
    return tuple(found.values())


class _Sources(dict[int, Source]):
    """Sources by release, made when they are asked for: few files serve in one portrait."""

    def __init__(self, seen: Collection[releases.ReleaseInfo]) -> None:
        super().__init__()
        self._infos = {info.id: info for info in seen}

    def __contains__(self, id: object) -> bool:
        return id in self._infos

    def __missing__(self, id: int) -> Source:
        info = self._infos[id]
        source = self[id] = source_of(info)
        return source


class _Perimeters:
    """Whether what a file publishes of a territory is of the communes of then."""

    def __init__(self, seen: Collection[releases.ReleaseInfo]) -> None:
        self._years = {info.id: info.cog_year for info in seen}

    def year(self, territory: str, sources: tuple[int, ...]) -> int | None:
        """Year of the perimeter when it is not today's; the oldest of several files."""
        then = [
            year
            for source in sources
            if (year := self._years.get(source)) and territory in former(reference(), year)
        ]
        return min(then, default=None)


def _language(language: str) -> str:
    return "fr" if language.startswith("fr") else "en"


@cache
def _titles(language: str) -> Mapping[str, str]:
    return {name: words[language] for name, words in themes()}


@cache
def _described(language: str) -> Mapping[str, Sequence[Described]]:
    by_theme: dict[str, list[Indicator]] = {}
    for indicator in load_indicators().values():
        if not indicator.hidden:
            by_theme.setdefault(indicator.theme, []).append(indicator)
    return {
        spec.name: [
            _in_words(load_indicators()[name], language)
            for name in spec.ordered([one.name for one in by_theme.get(spec.name, ())])
        ]
        for spec in contents()
    }


def _in_words(indicator: Indicator, language: str) -> Described:
    return Described(
        name=indicator.name,
        label=indicator.label[language],
        unit=indicator.unit[language],
        precision=indicator.precision,
        direction=indicator.direction,
        universe=indicator.universe[language],
        definition=indicator.definition[language],
        source_label=indicator.source[language],
        key=indicator.key,
        sum_of_parts=indicator.additive,
        derived=indicator.formula is not None,
        of_grants=indicator.of_grants,
    )
