"""The periods and levels at hand of each indicator, from the releases that a person may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

import ckan.model as model
import sqlalchemy as sa

from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.model import Distribution

__all__ = ["Extent", "extents"]

# Levels whose territories are ranked among peers, hence met in the distributions.
_RANKED = frozenset(("commune", "epci", "arrondissement", "departement", "region"))
_KEPT = 500


@dataclass(frozen=True, slots=True)
class Extent:
    """An indicator of a release: its periods, by level."""

    release: int
    indicator: str
    periods: Mapping[str, frozenset[str]]


# What a release holds changes only with the time of its loading.
_kept: dict[tuple[int, datetime], tuple[Extent, ...]] = {}
_lock = Lock()


def extents(releases: Sequence[ReleaseInfo]) -> tuple[Extent, ...]:
    """What each release holds, in their order; one query at most, none for releases met before."""
    keys = [(info.id, info.loaded) for info in releases]
    with _lock:
        known = {key: _kept[key] for key in keys if key in _kept}
    missing = [info for info, key in zip(releases, keys, strict=True) if key not in known]
    if missing:
        read = _read(missing)
        known |= read
        with _lock:
            if len(_kept) > _KEPT:
                _kept.clear()
            _kept.update(read)
    return tuple(extent for key in keys for extent in known[key])


def _read(releases: Sequence[ReleaseInfo]) -> dict[tuple[int, datetime], tuple[Extent, ...]]:
    # Answered by the index of the key alone: no value is read.
    query = (
        sa.select(
            Distribution.release_id, Distribution.indicator, Distribution.level, Distribution.period
        )
        .where(Distribution.release_id.in_([info.id for info in releases]))
        .distinct()
    )
    met: dict[tuple[int, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for release, indicator, level, period in model.Session.execute(query):
        met[release, indicator][level].add(period)
    return {
        (info.id, info.loaded): tuple(
            Extent(info.id, indicator, _periods(info, met.get((info.id, indicator), {})))
            for indicator in info.indicators
        )
        for info in releases
    }


def _periods(info: ReleaseInfo, met: Mapping[str, Iterable[str]]) -> Mapping[str, frozenset[str]]:
    """Periods by level; all that the release says where no peers were ranked."""
    if not met:
        return {level: frozenset(info.periods) for level in info.levels}
    everywhere = frozenset(period for periods in met.values() for period in periods)
    unranked = {level: everywhere for level in info.levels if level not in _RANKED}
    return unranked | {level: frozenset(periods) for level, periods in met.items()}
