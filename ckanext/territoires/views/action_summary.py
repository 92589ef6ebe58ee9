"""What the State does in a territory, in the few lines of its main page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import records, releases, schemes
from ckanext.territoires.bridge.record_words import state_label
from ckanext.territoires.bridge.releases import ReleaseInfo

YEARS = 3
# All the records of a nation are too many for its main page.
_TOO_WIDE = ("country", "country-subset")


@dataclass(frozen=True, slots=True)
class Year:
    """The grants of a year, whatever their scheme; `shared` as in `records.Totals`."""

    year: int | None
    count: int
    granted: records.Amount
    shared: int
    schemes: tuple[str, ...]
    sources: tuple[ReleaseInfo, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A programme or a zoning here."""

    scheme: schemes.Scheme
    count: int
    states: tuple[str, ...]
    sources: tuple[ReleaseInfo, ...]


@dataclass(frozen=True, slots=True)
class ActionSummary:
    """The latest years of grants, the programmes and the zonings, the address of the rest."""

    grants: tuple[Year, ...]
    labels: tuple[Label, ...]
    url: str


def action_summary(shown: Mapping[str, Any]) -> ActionSummary:
    """Sum up the State's action in a territory, from what the person may see: one query."""
    url = tk.url_for(
        "territoires_action.read", level=shown["level"], code=shown["code"], slug=shown["slug"]
    )
    if shown["level"] in (*_TOO_WIDE, "custom"):
        return ActionSummary((), (), url)
    user = tk.current_user if isinstance(tk.current_user, model.User) else None
    files = releases.visible(user, shape="records")
    found = records.summary([shown["id"]], files)[shown["id"]]
    by_id = {release.id: release for release in files}
    labels = tuple(
        Label(
            schemes.scheme(each.scheme),
            each.count,
            tuple(state_label(by_id[each.releases[0]].profile, state) for state in each.states),
            tuple(by_id[id] for id in each.releases),
        )
        for each in (*found.programmes, *found.zonings)
    )
    return ActionSummary(_years(found.grants, by_id), labels, url)


def _years(
    grants: tuple[records.GrantYear, ...], by_id: Mapping[int, ReleaseInfo]
) -> tuple[Year, ...]:
    by_year: dict[int | None, list[records.GrantYear]] = {}
    for grant in grants:
        by_year.setdefault(grant.year, []).append(grant)
    latest = sorted(by_year, key=lambda year: year or 0, reverse=True)[:YEARS]
    return tuple(_year(year, by_year[year], by_id) for year in latest)


def _year(
    year: int | None, grants: list[records.GrantYear], by_id: Mapping[int, ReleaseInfo]
) -> Year:
    count = sum(grant.count for grant in grants)
    missing = sum(grant.missing for grant in grants)
    known = [grant.granted for grant in grants if grant.granted is not None]
    sources = dict.fromkeys(id for grant in grants for id in grant.releases)
    return Year(
        year,
        count,
        records.Amount(sum(known) if known else None, count - missing, missing),
        sum(grant.shared for grant in grants),
        tuple(schemes.scheme(grant.scheme).label for grant in grants if grant.scheme),
        tuple(by_id[id] for id in sources),
    )
