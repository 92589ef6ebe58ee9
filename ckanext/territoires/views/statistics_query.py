"""A query of figures as an address holds it, and as a person types it in the form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from ckan.lib.navl.dictization_functions import validate
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import MultiDict

from ckanext.territoires import config
from ckanext.territoires.bridge import places
from ckanext.territoires.bridge.reference import UnknownTerritory, current_ids
from ckanext.territoires.bridge.statistics import LATEST, Query
from ckanext.territoires.logic import schema
from ckanext.territoires.logic.statistics import query_of
from ckanext.territoires.logic.validators import territories
from ckanext.territoires.logic.validators.words import territoires_words

__all__ = ["Asked", "asked_by"]

_IDENTIFIER = re.compile(
    r"^((?:custom|country):[a-z0-9-]+|[a-z-]+:[a-z]+:[0-9a-z-]+)(?:@\S+)?(?:\s|$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks. `shown` is the column drawn, `sort` a column (`-` before: falling)."""

    territories: tuple[str, ...] = ()
    within: str = ""
    level: str = ""
    indicators: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    as_published: bool = False
    sort: str = ""
    shown: str = ""
    page: int = 1

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked yet."""
        return not (self.territories or self.within or self.indicators)

    def data(self) -> dict[str, Any]:
        """Parameters of `territoires_observation_search`, those that say something."""
        return {
            name: value
            for name, value in {
                "territories": ",".join(self.territories),
                "within": self.within,
                "level": self.level if self.within else "",
                "indicators": ",".join(self.indicators),
                "periods": ",".join(self.periods),
                "as_published": "true" if self.as_published else "",
            }.items()
            if value
        }

    def url(self, endpoint: str = "territoires_statistics.read", **options: Any) -> str:
        """Address of a page or a file of this query; `more` adds parameters of the file."""
        more: Mapping[str, str] = options.pop("more", {})
        own = {"sort": self.sort, "shown": self.shown} | (
            {"page": str(self.page)} if self.page > 1 else {}
        )
        own = own if endpoint == "territoires_statistics.read" else {}
        kept = self.data() | {name: value for name, value in own.items() if value} | dict(more)
        path = tk.h.url_for(endpoint, **options)
        return f"{path}?{urlencode(kept, safe=':,/')}" if kept else path

    def api_url(self) -> str:
        """Address of the same by the API."""
        query = urlencode(self.data(), safe=":,/")
        root = tk.h.url_for("api.action", logic_function="territoires_observation_search", ver=3)
        return f"{root}?{query}"

    def but(self, **fields: Any) -> Asked:
        """The same, less what is changed."""
        return replace(self, **fields)

    def query(self) -> Query:
        """What is understood of it.

        Raises:
            ValidationError: names each field that is not.

        """
        context: Any = {"user": tk.g.user if tk.g else ""}
        data, errors = validate(self.data(), schema.observation_search(), context)
        if errors:
            raise tk.ValidationError(errors)
        return query_of(data)


def asked_by(arguments: MultiDict[str, str]) -> Asked:
    """Read an address, or what a form sent: names and codes become identifiers."""
    text = "\n".join(arguments.getlist("territories"))
    periods = _words(arguments, "periods")
    page = arguments.get("page", "")
    within = _within(arguments.get("within", "").strip())
    return Asked(
        territories=tuple(_territories(text)),
        within=within,
        level=arguments.get("level", "").strip() if within else "",
        indicators=_words(arguments, "indicators"),
        periods=() if periods == (LATEST,) else periods,
        as_published=arguments.get("as_published", "") in ("true", "1", "on"),
        sort=arguments.get("sort", ""),
        shown=arguments.get("shown", ""),
        page=int(page) if page.isascii() and page.isdigit() and int(page) > 0 else 1,
    )


def _words(arguments: MultiDict[str, str], name: str) -> tuple[str, ...]:
    return tuple(territoires_words(list(arguments.getlist(name))))


def _territories(text: str) -> list[str]:
    """Identifiers of a list; a line of the form holds one and the name of the territory."""
    if not re.search(r"[^\w:@\-,;\s]", text) and all(
        ":" in word for word in territoires_words(text)
    ):
        return territoires_words(text)
    found: dict[str, None] = {}
    rest: list[str] = []
    for line in text.splitlines():
        match = _IDENTIFIER.match(line.strip())
        if match:
            found[match[1]] = None
        elif line.strip():
            rest.append(line.strip())
    if rest:
        try:
            read = territories.read("\n".join(rest))
        except tk.Invalid:
            return [*found, *rest]
        found |= dict.fromkeys(read.territories)
        # Left as they are, to be named in the error.
        found |= dict.fromkeys([*read.unknown, *(one.text for one in read.ambiguous)])
    return list(found)


def _within(text: str) -> str:
    if not text:
        return ""
    match = _IDENTIFIER.match(text)
    if match:
        try:
            return current_ids(match[1])[0]
        except UnknownTerritory:
            return text
    home = config.home_territory()
    found = places.identified(text, home=home) or places.read(text, home=home).chosen
    return found.id if found else text
