"""Values of peers for figures that no file gives alone: computed once for a group, and kept.

A loading writes the sorted values of what its file gives; a ratio of two files, and what is made of
grants, have them here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from threading import Lock

import numpy as np
import numpy.typing as npt

from ckanext.territoires.bridge import statistics
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.bridge.releases import ReleaseInfo
from ckanext.territoires.bridge.statistics_table import Place
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.figures.status import Status
from ckanext.territoires.territory.reference import Territory

#: An indicator at a period.
Figure = tuple[str, str]
Values = npt.NDArray[np.float64]

#: Groups of some readers: those of a région have less than twenty.
_MOST = 200
_kept: OrderedDict[Hashable, dict[Figure, Values]] = OrderedDict()
_lock = Lock()


def peer_values(
    group: Territory, level: str, asked: Iterable[Figure], releases: Sequence[ReleaseInfo]
) -> Mapping[Figure, Values]:
    """The known values of the territories of a level inside a group, ascending.

    A floor is not known and has no rank. Nothing is asked of the database for what is kept, else
    a few queries, whatever the number of figures. `releases` are those that the reader may see: a
    file that is loaded again has another time of loading, and what is kept of it is found no more.
    """
    seen = (reference().version, tuple((info.id, info.loaded) for info in releases))
    key = (seen, group.id, level)
    with _lock:
        found = _kept.setdefault(key, {})
        _kept.move_to_end(key)
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    lacking = [figure for figure in dict.fromkeys(asked) if figure not in found]
    if lacking:
        found |= _read(group, level, lacking, releases)
    return found


def _read(
    group: Territory, level: str, figures: Sequence[Figure], releases: Sequence[ReleaseInfo]
) -> dict[Figure, Values]:
    places = [
        Place(peer.id, peer.level, peer.code, peer.name)
        for peer in reference().members(group.id, level)
    ]
    catalogue = load_indicators()
    columns = [statistics.Column(catalogue[name], period) for name, period in figures]
    table = statistics.read(statistics.selection(columns, releases), places)
    found: dict[Figure, Values] = {}
    for figure, column in zip(figures, table.figures, strict=True):
        cells = column.cells
        known = (cells.statuses == Status.VALUE) & cells.complete
        found[figure] = np.sort(cells.values[known])
    return found
