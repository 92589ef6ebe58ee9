"""A table of figures as it is asked: each field understood, or refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from ckan.plugins import toolkit as tk
from flask import has_request_context

from ckanext.territoires.bridge.statistics import ALL, LATEST, Query
from ckanext.territoires.bridge.statistics_places import WrongPlace, inside, named
from ckanext.territoires.bridge.statistics_table import Place
from ckanext.territoires.figures.indicator import Indicator, load_indicators

__all__ = ["language", "query_of"]

_PERIOD = re.compile(r"\d{4}(-\d{2}){0,2}(/\d{4}(-\d{2}){0,2})?")


def query_of(data: Mapping[str, Any]) -> Query:
    """What validated fields ask (`schema.observation_search`).

    Raises:
        ValidationError: a field is not understood; all those that are not are named at once.

    """
    errors: dict[str, Any] = {}
    query = Query(
        places=_places(data, errors),
        indicators=_indicators(data["indicators"], errors),
        periods=_periods(data["periods"], errors),
        as_published=data["as_published"],
    )
    if errors:
        raise tk.ValidationError(errors)
    return query


def language() -> str:
    """That of the reader; the site's where nobody reads a page."""
    return tk.h.lang() if has_request_context() else tk.config["ckan.locale_default"]


def _places(data: Mapping[str, Any], errors: dict[str, Any]) -> tuple[Place, ...]:
    within, level, as_published = data.get("within"), data.get("level"), data["as_published"]
    places: dict[str, Place] = {}
    for identifier in data["territories"]:
        try:
            (place,) = named([identifier], as_published=as_published)
            places.setdefault(place.id, place)
        except WrongPlace as error:
            errors.setdefault("territories", []).append(str(error))
    if within and level:
        try:
            places |= {p.id: p for p in inside(within, level, as_published=as_published)}
        except WrongPlace as error:
            errors["within"] = [str(error)]
    elif within:
        errors["level"] = [tk._("Say which level: the communes, the EPCI... of “within”")]
    elif level:
        errors["within"] = [tk._("Say the territory in which that level is taken")]
    elif not places and not errors:
        errors["territories"] = [tk._("Choose territories, or a territory and a level within it")]
    return tuple(places.values())


def _indicators(names: Sequence[str], errors: dict[str, Any]) -> tuple[Indicator, ...]:
    known = load_indicators()
    unknown = [name for name in names if name not in known]
    for name in unknown:
        close = ", ".join(get_close_matches(name, known))
        message = (
            tk._("No indicator is called “{name}”: {close}?").format(name=name, close=close)
            if close
            else tk._("No indicator is called “{name}”").format(name=name)
        )
        errors.setdefault("indicators", []).append(message)
    if not names:
        errors["indicators"] = [tk._("Choose at least one indicator")]
    return tuple(known[name] for name in names if name in known)


def _periods(periods: Sequence[str], errors: dict[str, Any]) -> tuple[str, ...]:
    wrong = [one for one in periods if one not in (LATEST, ALL) and not _PERIOD.fullmatch(one)]
    if wrong:
        message = tk._("“{period}” is no period: 2018, 2013/2018, latest or all are expected")
        errors["periods"] = [message.format(period=one) for one in wrong]
    return tuple(periods) or (LATEST,)
