"""`docs/indicators.md` says of each indicator what `indicators.yaml` does.

Run as a program, this writes it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ckanext.territoires.figures.indicator import Indicator, load_indicators, themes

DOCUMENT = Path(__file__).parents[3] / "docs" / "indicators.md"

HEAD = """\
# Indicators

What a portrait, a query and a file can show, by theme. This page follows
`ckanext/territoires/figures/indicators.yaml`, where definitions and sources are too: `python -m
tests.unit.figures.test_document`, from the root of the checkout, writes it again. A site never
shows an indicator of which no file is loaded.

*Added*: values of communes are summed to the levels above. *Published*: the value that the source
gives for a level, or none; never made from that of communes. Otherwise the formula is recomputed
from sums: `name` is the value of the same period, `@start` and `@end` those at both ends of a
period, `years` their distance, `@latest` the latest value at hand.
"""


def line(indicator: Indicator) -> str:
    made = f"`{indicator.formula}`" if indicator.formula else "published"
    if indicator.additive:
        made = "added"
    name = f"`{indicator.name}`" + (" (serves in formulas)" if indicator.hidden else "")
    cells = (name, indicator.label["en"], indicator.label["fr"], indicator.unit["fr"], made)
    return "| " + " | ".join(cells) + " |"


def lines() -> Iterator[str]:
    yield HEAD
    for theme, words in themes():
        yield f"## {words['en']} ({words['fr']})\n"
        yield "| name | label | libellé | unité | how it is made |"
        yield "|---|---|---|---|---|"
        yield from (line(found) for found in load_indicators().values() if found.theme == theme)
        yield ""


def document() -> str:
    return "\n".join(lines())


@pytest.mark.parametrize("name", list(load_indicators()))
def test_an_indicator_is_documented(name: str) -> None:
    assert line(load_indicators()[name]) in DOCUMENT.read_text(encoding="utf-8").splitlines()


def test_nothing_else_is() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document()


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
