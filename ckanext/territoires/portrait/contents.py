"""The order of a portrait and its charts, as `themes.yaml` declares them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("themes.yaml")


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """A chart that a theme may have; `title` by language."""

    id: str
    kind: str
    indicators: tuple[str, ...]
    title: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ThemeSpec:
    """Indicators of a theme in their order, and its charts."""

    name: str
    rows: tuple[str, ...]
    charts: tuple[ChartSpec, ...]

    def ordered(self, indicators: Sequence[str]) -> tuple[str, ...]:
        """Indicators of the theme, those that `rows` names first."""
        place = {name: number for number, name in enumerate(self.rows)}
        return tuple(sorted(indicators, key=lambda name: place.get(name, len(place))))


@cache
def contents() -> tuple[ThemeSpec, ...]:
    """The themes of a portrait, in order."""
    declared: dict[str, dict[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(
        ThemeSpec(
            name,
            tuple(one["rows"]),
            tuple(
                ChartSpec(chart["id"], chart["kind"], tuple(chart["indicators"]), chart["title"])
                for chart in one["charts"]
            ),
        )
        for name, one in declared.items()
    )
