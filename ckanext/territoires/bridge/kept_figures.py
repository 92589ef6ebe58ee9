"""Figures of the large territories that portraits are compared with, kept from one to the next.

A département, a région and the nation are beside each of their communes: what was read of them, and
worded, serves again while the same files are loaded and seen.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.portrait import compose
from ckanext.territoires.portrait.observed import Rows
from ckanext.territoires.territory.reference import Territory

_LEVELS = ("departement", "region", "country-subset", "country")
#: The départements, régions and nation of one reader, and some of another's.
_MOST = 200


@dataclass(slots=True)
class Kept:
    """Rows of a territory, None before they are read, and its figures and changes once worded."""

    rows: Rows | None = None
    figures: dict[Hashable, compose.Kept] = field(default_factory=dict)


_kept: OrderedDict[Hashable, Kept] = OrderedDict()
_lock = Lock()


def kept(
    territories: Iterable[Territory], releases: Sequence[ReleaseInfo], language: str
) -> Mapping[str, Kept]:
    """What is kept of the large territories among these, for who sees these files.

    A file that is loaded again has another time of loading: nothing kept of it is found any more.
    """
    seen = (language, reference().version, tuple((info.id, info.loaded) for info in releases))
    found: dict[str, Kept] = {}
    with _lock:
        for territory in territories:
            if territory.level in _LEVELS:
                key = (seen, territory.id)
                found[territory.id] = _kept.setdefault(key, Kept())
                _kept.move_to_end(key)
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return found
