"""The search page's territories and scopes, from its address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ckan.lib.search import SearchError, SearchQueryError
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.concerning import WIDE
from ckanext.territoires.bridge.reference import parse
from ckanext.territoires.bridge.search import SCOPES, parse_query

Pairs = list[tuple[str, str]]
# How far up a search that found nothing looks for something to offer.
PARENTS_TRIED = 3
DECLARED = "vocab_territory"


@dataclass(frozen=True, slots=True)
class Chip:
    """A criterion in force, and the address of the search without it."""

    label: str
    where: str
    remove_url: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """Another search, one click away, and how many datasets it finds."""

    label: str
    hint: str
    url: str
    count: int
    current: bool = False


@dataclass(frozen=True, slots=True)
class SearchForm:
    """What the search page shows above its results.

    `hidden` are the criteria that the form sends again; `wider` are searches that find something
    when this one finds nothing.
    """

    page: str
    chips: tuple[Chip, ...]
    scopes: tuple[Offer, ...]
    wider: tuple[Offer, ...]
    hidden: tuple[tuple[str, str], ...]
    bbox: str
    without_bbox: str


def search_form(count: int, dataset_type: str | None) -> SearchForm:
    """Describe the search of the current request, which found `count` datasets."""
    request = tk.request
    arguments: Pairs = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if value and name != "page" and not name.startswith("_")
    ]
    page = tk.h.url_for(request.endpoint, **(request.view_args or {}))
    try:
        search = _Search(page, arguments, dataset_type)
    except SearchQueryError as error:
        # CKAN's page of a service or a group goes on after a wrong search.
        tk.abort(400, str(error))
    return search.describe(count)


class _Search:
    """One search: its address, and the counts of those close to it."""

    def __init__(self, page: str, arguments: Pairs, dataset_type: str | None) -> None:
        self.page = page
        self.arguments = arguments
        self.dataset_type = dataset_type
        self.query = parse_query(_grouped(arguments))
        self.inside: dict[str, Any] | None = None

    def describe(self, count: int) -> SearchForm:
        bbox = dict(self.arguments).get("ext_bbox", "")
        scopes = tuple(self._scopes(count))
        stuck = count == 0 and not any(scope.count for scope in scopes)
        return SearchForm(
            page=self.page,
            chips=tuple(self._chips()),
            scopes=scopes,
            wider=tuple(self._wider()) if stuck else (),
            hidden=tuple(pair for pair in self.arguments if pair[0] not in ("q", "sort")),
            bbox=bbox,
            without_bbox=self._url(_without(self.arguments, "ext_bbox")),
        )

    def _chips(self) -> Iterable[Chip]:
        if not self.query:
            return
        rest = _without(self.arguments, "ext_territory")
        for identifier in self.query.territories:
            shown = tk.get_action("territoires_territory_show")({}, {"id": identifier})
            others = [id for id in self.query.territories if id != identifier]
            left = [*rest, *(("ext_territory", id) for id in others)]
            if not others:
                left = _without(left, "ext_scope")
            yield Chip(shown["name"], shown["where"], self._url(left), shown["path"])

    def _scopes(self, count: int) -> Iterable[Offer]:
        if not self.query:
            return
        wording = {
            "relevant": (tk._("All that concerns it"), tk._("itself, its parts, what contains it")),
            "within": (tk._("Inside"), tk._("itself and its parts")),
            "exact": (tk._("Exactly"), tk._("itself, declared as such")),
        }
        rest = _without(self.arguments, "ext_scope")
        for scope in sorted(SCOPES, key=list(wording).index):
            current = scope == self.query.scope
            # The default scope goes without saying, so that a search has one address.
            arguments = rest if scope == "relevant" else [*rest, ("ext_scope", scope)]
            label, hint = wording[scope]
            found = count if current else self._count_scope(scope, arguments)
            yield Offer(label, hint, self._url(arguments), found, current)

    def _count_scope(self, scope: str, arguments: Pairs) -> int:
        """How many datasets another scope would find.

        Those that cover one territory are counted by a facet of those inside it, in one query.
        """
        assert self.query is not None
        first, *others = self.query.territories
        if others or parse(first).level in (*WIDE, "custom") or scope == "relevant":
            return self._count(arguments)
        if self.inside is None:
            within = [*_without(arguments, "ext_scope"), ("ext_scope", "within")]
            self.inside = self._find(within, **{"facet.field": [DECLARED], "facet.limit": -1})
        if scope == "within":
            return self.inside["count"]
        return self.inside["facets"].get(DECLARED, {}).get(first, 0)

    def _wider(self) -> Iterable[Offer]:
        bare = [pair for pair in self.arguments if pair[0].startswith("ext_") or pair[0] == "sort"]
        if self.query:
            rest = _without(bare, "ext_scope", "ext_bbox")
            if rest != _without(self.arguments, "ext_scope"):
                yield from self._offer(tk._("Without the words nor the filters"), rest)
            yield from self._parents()
        elif bare != self.arguments or dict(bare).get("ext_bbox"):
            yield from self._offer(tk._("All the data"), [])

    def _parents(self) -> Iterable[Offer]:
        assert self.query is not None
        rest = _without(self.arguments, "ext_territory", "ext_scope")
        shown = tk.get_action("territoires_territory_show")({}, {"id": self.query.territories[0]})
        for parent in shown["parents"][:PARENTS_TRIED]:
            arguments = [*rest, ("ext_territory", parent["id"])]
            offers = list(self._offer(f"{parent['name']} ({parent['level_label']})", arguments))
            if offers:
                yield from offers
                return

    def _offer(self, label: str, arguments: Pairs) -> Iterable[Offer]:
        count = self._count(arguments)
        if count:
            yield Offer(label, "", self._url(arguments), count)

    def _count(self, arguments: Pairs) -> int:
        """How many datasets the person would find; none when the search is wrong."""
        return self._find(arguments, facet="false")["count"]

    def _find(self, arguments: Pairs, **options: Any) -> dict[str, Any]:
        parameters = {
            "q": dict(arguments).get("q", ""),
            "fq": " ".join(self._filters(arguments)),
            "rows": 0,
            "include_private": True,
            **{k: v for k, v in _grouped(arguments).items() if k.startswith("ext_")},
            **options,
        }
        try:
            return tk.get_action("package_search")({}, parameters)
        except SearchError:
            return {"count": 0, "facets": {}}

    def _filters(self, arguments: Pairs) -> Iterable[str]:
        for name, value in arguments:
            if name not in ("q", "sort") and not name.startswith("ext_"):
                yield f'{name}:"{value}"'
        owner = getattr(tk.g, "group_dict", None)
        if owner and tk.request.endpoint != "dataset.search":
            field = "owner_org" if owner.get("is_organization") else "groups"
            yield f'{field}:"{owner["id"] if field == "owner_org" else owner["name"]}"'
        if self.dataset_type and tk.config["ckan.search.show_all_types"] != self.dataset_type:
            yield f"+dataset_type:{self.dataset_type}"

    def _url(self, arguments: Pairs) -> str:
        return f"{self.page}?{urlencode(arguments)}" if arguments else self.page


def _without(arguments: Pairs, *names: str) -> Pairs:
    return [pair for pair in arguments if pair[0] not in names]


def _grouped(arguments: Pairs) -> dict[str, Any]:
    grouped: dict[str, list[str]] = {}
    for name, value in arguments:
        grouped.setdefault(name, []).append(value)
    return {k: v[0] if len(v) == 1 else v for k, v in grouped.items()}


def api_query(arguments: Iterable[tuple[str, str]]) -> str:
    """A search of the pages as the query string of `package_search`."""
    parameters: Pairs = []
    filters: list[str] = []
    for name, value in arguments:
        if name in ("q", "sort") or name.startswith("ext_"):
            parameters.append((name, value))
        elif name != "page" and not name.startswith("_"):
            filters.append(f'{name}:"{value}"')
    if filters:
        parameters.append(("fq", " ".join(filters)))
    return urlencode([(name, value) for name, value in parameters if value])
