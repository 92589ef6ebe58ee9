"""Search by territory: the parameters of a person turned into Solr's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ckan.lib.search import SearchQueryError
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import custom
from ckanext.territoires.bridge.reference import UnknownTerritory, current_ids

# Each one asked for adds some ten conditions, and Solr takes 1,024 of them unless told otherwise.
MAX_TERRITORIES = 50
SCOPES = ("relevant", "exact", "within")
# What CKAN itself or its pages send when the person chose no order of their own.
DEFAULT_SORTS = (None, "", "rank", "score desc, metadata_modified desc")


@dataclass(frozen=True, slots=True)
class TerritoryQuery:
    """What a search asks of territories.

    `territories` are identifiers of today, custom ones included; `scope` is one of SCOPES.
    """

    territories: tuple[str, ...]
    scope: str


def parse_query(extras: dict[str, Any]) -> TerritoryQuery | None:
    """Read `ext_territory` and `ext_scope`; None when no territory is asked for.

    Raises:
        SearchQueryError: unknown territory or scope, named in the message; too many territories.

    """
    asked = list(_split(extras.get("ext_territory")))
    if not asked:
        return None
    if len(asked) > MAX_TERRITORIES:
        raise SearchQueryError(
            tk._("ext_territory: {count} territories, {limit} at most").format(
                count=len(asked), limit=MAX_TERRITORIES
            )
        )
    scope = extras.get("ext_scope") or "relevant"
    if scope not in SCOPES:
        raise SearchQueryError(
            tk._("ext_scope: “{scope}” is not one of {scopes}").format(
                scope=scope, scopes=", ".join(SCOPES)
            )
        )
    return TerritoryQuery(_today("ext_territory", asked), scope)


def apply_territory(search_params: dict[str, Any]) -> dict[str, Any]:
    """Add to `package_search` parameters the filter and the order of a search by territory."""
    extras = search_params.get("extras") or {}
    query = parse_query(extras)
    if query:
        filters = [*search_params.get("fq_list", []), territory_filter(query)]
        search_params = {**search_params, "fq_list": filters}
        if search_params.get("sort") in DEFAULT_SORTS:
            order = f"score desc, {closeness(query.territories)} desc, metadata_modified desc"
            search_params["sort"] = order
    services = list(_split(extras.get("ext_service_territory")))
    if services:
        condition = f"+vocab_service_territory:({_any(_today('ext_service_territory', services))})"
        search_params["fq_list"] = [*search_params.get("fq_list", []), condition]
    return search_params


def territory_filter(query: TerritoryQuery) -> str:
    """Solr filter for a query: one short condition for each territory, joined by OR."""
    return f"+({' OR '.join(_conditions(query))})"


def closeness(territories: Iterable[str]) -> str:
    """Solr function: how close a dataset's coverage is to the territories asked for.

    Highest for the territory itself, then what lies inside it, then what contains it, from the
    nearest to the farthest.
    """
    terms: list[str] = []
    for identifier in territories:
        terms.append(_weight(100, "vocab_territory", identifier))
        terms.append(_weight(50, "vocab_territory_lineage", identifier))
        terms += [
            _weight(40 - rank, "vocab_territory", ancestor)
            for rank, ancestor in enumerate(custom.above(identifier))
        ]
    return f"max({','.join(terms)})"


def _conditions(query: TerritoryQuery) -> Iterable[str]:
    for identifier in query.territories:
        if query.scope == "exact":
            yield f'vocab_territory:"{identifier}"'
            continue
        inside = custom.communes(identifier) or [identifier]
        yield f"vocab_territory_lineage:({_any([identifier, *inside])})"
        if query.scope == "relevant":
            above = [*custom.above(identifier), *custom.containing(identifier)]
            if above:
                yield f"vocab_territory:({_any(above)})"


def _today(parameter: str, identifiers: Iterable[str]) -> tuple[str, ...]:
    """Today's identifiers, each once, for those that a parameter holds."""
    territories: dict[str, None] = {}
    for identifier in identifiers:
        territories |= dict.fromkeys(_known(parameter, identifier))
    return tuple(territories)


def _known(parameter: str, identifier: str) -> tuple[str, ...]:
    try:
        found = current_ids(identifier)
    except UnknownTerritory:
        found = ()
    if not found or (found[0].startswith(custom.PREFIX) and not custom.readable(found[0])):
        # The same words for what does not exist and for what this person may not see.
        message = tk._("{parameter}: no territory answers to “{id}”")
        raise SearchQueryError(message.format(parameter=parameter, id=identifier))
    return found


def _weight(weight: int, field: str, identifier: str) -> str:
    return f"product({weight},termfreq({field},'{identifier}'))"


def _any(ids: Iterable[str]) -> str:
    return " OR ".join(f'"{id}"' for id in dict.fromkeys(ids))


def _split(value: Any) -> Iterable[str]:
    for item in [value] if isinstance(value, str) else value or []:
        yield from (part.strip() for part in str(item).split(",") if part.strip())
