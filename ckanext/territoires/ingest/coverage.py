"""What is proposed of a dataset from what is found in its file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ckanext.territoires.territory.identifier import LEVELS
from ckanext.territoires.territory.reference import Reference

# Beyond, a list of départements or régions says less than what holds them all.
_MOST_LISTED = 4


@dataclass(frozen=True, slots=True)
class Coverage:
    """`territories`: the fewest identifiers that hold what the file speaks of; `granularity`: the
    level of most of it, empty when there is none.
    """

    territories: tuple[str, ...]
    granularity: str


def coverage(ids: Iterable[str], reference: Reference, granularity: str | None = None) -> Coverage:
    """The smallest set that holds these territories of today: one, or a few of one level."""
    wanted = list(dict.fromkeys(id for id in ids if id in reference.territories))
    levels = Counter(id.split(":")[1] for id in wanted if id.count(":") == 2)
    finest = granularity or (levels.most_common(1)[0][0] if levels else "")
    if len(wanted) < 2:
        return Coverage(tuple(wanted), finest)
    # Thousands of communes have few lineages; what is a member of nothing here stands for itself.
    lineages = {reference.lineage(id) for id in wanted if ":commune:" in id}
    lineages |= {(id, *reference.lineage(id)) for id in wanted if ":commune:" not in id}
    common = set[str].intersection(*map(set, lineages))
    nearest = min(common, key=lambda id: LEVELS.index(_level(id)), default="")
    if nearest and _level(nearest) not in ("country-subset", "country"):
        return Coverage((nearest,), finest)
    for level in ("departement", "region"):
        listed = {next((i for i in lineage if _level(i) == level), "") for lineage in lineages}
        if "" not in listed and len(listed) <= _MOST_LISTED:
            return Coverage(tuple(sorted(listed)), finest)
    return Coverage((nearest,) if nearest else (f"country:{reference.country}",), finest)


def _level(id: str) -> str:
    head, *rest = id.split(":")
    return rest[0] if len(rest) == 2 and head != "country-subset" else head


def vintage(template: str, latest: Mapping[str, str], years: Sequence[int]) -> str:
    """The vintage, in the parts of a template that hold a year: "RP {population} · ...".

    `latest` is the latest period of each indicator. Without a template, the years of the records,
    or the periods.
    """
    parts: list[str] = []
    for part in template.split("·"):
        names = re.findall(r"\{(\w+)\}", part)
        if all(name in latest for name in names):
            parts.append(re.sub(r"\{(\w+)\}", lambda m: latest[m.group(1)][-4:], part).strip())
    if any(parts):
        return " · ".join(parts)
    found = sorted({str(year) for year in years} or {period[-4:] for period in latest.values()})
    if len(found) > 1:
        return f"{found[0]}-{found[-1]}"
    return found[0] if found else ""
