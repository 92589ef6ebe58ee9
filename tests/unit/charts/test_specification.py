"""What is drawn, read in the specifications and in the pictures."""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import chain
from typing import Any

import altair as alt
import pytest
from PIL import Image

from ckanext.territoires.charts import palette
from ckanext.territoires.charts.layout import NARROW, SIZES, WIDE, Size, dimensions
from ckanext.territoires.charts.over_time import axis
from ckanext.territoires.charts.reading import NothingToDraw, find, subject
from ckanext.territoires.charts.render import render_png, render_svg
from ckanext.territoires.charts.specification import specification
from ckanext.territoires.charts.table import header, lines_of, summary, table_of
from ckanext.territoires.charts.words import ENGLISH, Words
from ckanext.territoires.portrait.document import Chart, Portrait
from tests.unit.charts.maps import areas
from tests.unit.charts.portraits import CHARTS, PORTRAIT, ROWS, chart, figure

SVG = "{http://www.w3.org/2000/svg}"
FRENCH = Words(language="fr", secret="secret", not_available="non disponible")
DRAWN = [one for one in CHARTS if one.kind != "map"]
MAPS = [one for one in CHARTS if one.kind == "map"]


def spec_of(one: Chart, size: Size = WIDE, **more: Any) -> dict[str, Any]:
    if one.kind == "map":
        more.setdefault("areas", areas(additive=one.id == "births_map"))
    return specification(one, PORTRAIT, FRENCH, size, **more)


def rows_of(spec: dict[str, Any], mark: str) -> Iterator[dict[str, Any]]:
    """Rows of the layers of a mark."""
    for layer in spec["layer"]:
        if layer["mark"]["type"] == mark:
            yield from layer["data"]["values"]


def written(spec: dict[str, Any]) -> list[str]:
    return [row["text"] for row in rows_of(spec, "text")]


@pytest.mark.parametrize("size", SIZES.values(), ids=list(SIZES))
@pytest.mark.parametrize("one", CHARTS, ids=lambda one: one.id)
class TestEveryChart:
    def test_it_is_vega_lite(self, one: Chart, size: Size) -> None:
        alt.Chart.from_dict(spec_of(one, size), validate=True)

    def test_its_picture_has_the_width_asked_and_marks(self, one: Chart, size: Size) -> None:
        spec = spec_of(one, size)
        picture = Image.open(BytesIO(render_png(spec, scale=1)))
        assert picture.size == dimensions(spec)
        assert picture.width == size.width
        colours = picture.convert("RGB").getcolors(100_000) or []
        background = max(colours)
        assert background[1] == (255, 255, 255)
        inked = picture.width * picture.height - background[0]
        assert inked > 0.01 * picture.width * picture.height

    def test_nothing_is_cut_at_the_edges(self, one: Chart, size: Size) -> None:
        picture = Image.open(BytesIO(render_png(spec_of(one, size), scale=1))).convert("L")
        across, down = picture.size
        edges = chain(
            (picture.getpixel((x, y)) for x in range(across) for y in (0, down - 1)),
            (picture.getpixel((x, y)) for y in range(down) for x in (0, across - 1)),
        )
        assert set(edges) == {255}

    def test_its_image_names_itself_and_asks_for_nothing(self, one: Chart, size: Size) -> None:
        drawn = render_svg(spec_of(one, size))
        root = ET.fromstring(drawn)
        assert root.get("role") == "img"
        assert root.get("viewBox")
        titles = {node.get("id"): node.text for node in root if node.tag != f"{SVG}g"}
        assert [titles[id] for id in str(root.get("aria-labelledby")).split()] == [
            one.title,
            spec_of(one, size)["description"],
        ]
        assert not re.search(r"url\(|href=|<image|<script|@import", drawn)

    def test_its_text_is_text(self, one: Chart, size: Size) -> None:
        root = ET.fromstring(render_svg(spec_of(one, size)))
        said = " ".join("".join(node.itertext()) for node in root.iter(f"{SVG}text"))
        assert one.title.split()[0] in said
        assert "Comparateur de territoires" in said


class TestLack:
    def test_a_lack_has_words_and_no_bar(self) -> None:
        spec = spec_of(chart("hard"))
        drawn = {(row["indicator"], row["place"]) for row in rows_of(spec, "rect")}
        expected = {
            (line.row.indicator, line.place.name)
            for line in lines_of(chart("hard"), PORTRAIT)
            if line.figure.status == "value"
        }
        assert drawn == expected
        assert len(expected) == 9
        assert written(spec).count("secret") == 2
        assert written(spec).count("non disponible") == 1

    def test_a_zero_is_written_as_a_zero(self) -> None:
        assert "0,0" in written(spec_of(chart("vacant")))

    def test_the_bars_are_as_long_as_the_values(self) -> None:
        bars = list(rows_of(spec_of(chart("change")), "rect"))
        ratios = {
            round((bar["x2"] - bar["x"]) / abs(bar["value"]))
            for bar in bars
            if abs(bar["value"]) > 0.3
        }
        assert max(ratios) - min(ratios) <= 1
        less = [bar for bar in bars if bar["value"] < 0]
        more = [bar for bar in bars if bar["value"] > 0]
        assert less
        assert {bar["x2"] for bar in less} == {bar["x"] for bar in more}

    def test_a_line_stops_at_a_secret(self) -> None:
        spec = spec_of(chart("income"))
        own = [row for row in rows_of(spec, "line") if row["series"] == "Nantes"]
        assert [(row["period"], row["run"]) for row in own] == [
            ("2012", 0),
            ("2013", 0),
            ("2016", 1),
            ("2019", 1),
        ]
        assert "secret" in written(spec)

    def test_parts_of_an_unknown_whole_are_not_drawn(self) -> None:
        spec = spec_of(chart("sectors"))
        places = {row["place"] for row in rows_of(spec, "rect") if "place" in row}
        assert "Pays de la Loire" not in places
        assert "secret" in written(spec)

    def test_parts_make_a_hundred(self) -> None:
        spec = spec_of(chart("sectors"))
        own = [row["share"] for row in rows_of(spec, "rect") if row.get("place") == "Nantes"]
        assert sum(own) == pytest.approx(100)
        assert own[0] == pytest.approx(100 * 120 / 30520)

    def test_rates_of_several_wholes_are_not_stacked(self) -> None:
        rates = Chart("rates", "structure", "Taux", ("vacant_homes_share", "poverty_rate"))
        bars = list(rows_of(specification(rates, PORTRAIT), "rect"))
        assert "share" not in bars[0]
        assert len({bar["x"] for bar in bars}) == 1

    def test_a_floor_says_so(self) -> None:
        floor = replace(ROWS[9], figure=figure(1000, floor=True))
        theme = replace(PORTRAIT.themes[0], rows=(floor,))
        one = Chart("floor", "comparison", "Population", ("population",))
        spec = specification(one, replace(PORTRAIT, themes=(theme,)))
        assert any(text.startswith("at least 1,000") for text in written(spec))
        assert ENGLISH.floor_note in written(spec)


class TestMap:
    def test_a_secret_is_hatched_and_named(self) -> None:
        spec = spec_of(chart("vacant_map"))
        kinds = [row["geometry"]["type"] for row in rows_of(spec, "geoshape")]
        assert "MultiLineString" in kinds
        assert {"secret", "non disponible"} <= set(written(spec))

    def test_hatches_stay_within_what_they_cover(self) -> None:
        spec = spec_of(chart("vacant_map"))
        drawn = list(rows_of(spec, "geoshape"))
        lines = next(r["geometry"] for r in drawn if r["geometry"]["type"] == "MultiLineString")
        secret = next(r["geometry"] for r in drawn if r["properties"].get("status") == "secret")
        left, top, right, bottom = box(secret)
        x0, y0, x1, y1 = box(lines)
        assert left - 1 <= x0 < x1 <= right + 1
        assert top - 1 <= y0 < y1 <= bottom + 1

    def test_without_secret_there_are_no_hatches(self) -> None:
        drawn = areas(value=lambda rank, _member: figure(1.0 + rank))
        spec = spec_of(chart("vacant_map"), areas=drawn)
        assert {row["geometry"]["type"] for row in rows_of(spec, "geoshape")} <= {
            "Polygon",
            "MultiPolygon",
        }
        assert "secret" not in written(spec)

    def test_each_area_has_the_colour_of_its_class(self) -> None:
        spec = spec_of(chart("vacant_map"))
        legend = {row["fill"] for row in rows_of(spec, "rect")}
        for row in rows_of(spec, "geoshape"):
            properties = row["properties"]
            if "status" not in properties:
                continue
            assert properties["fill"] in legend
            lacking = properties["fill"] in (palette.PAPER, palette.LACKING, palette.BARE)
            assert lacking == (properties["value"] is None)

    def test_a_count_has_circles_by_area_and_a_zero_a_ring(self) -> None:
        spec = spec_of(chart("births_map"))
        circles = [row for row in rows_of(spec, "circle") if "value" in row]
        assert len(circles) == 24 - 4
        assert len({round(row["area"] / row["value"]) for row in circles}) == 1
        assert sum(row["area"] == 16 for row in rows_of(spec, "circle")) == 2
        assert ENGLISH.zero in written(spec)

    def test_north_is_up_and_west_is_left(self) -> None:
        spec = spec_of(chart("vacant_map"))
        middle = {
            row["properties"]["name"]: box(row["geometry"])
            for row in rows_of(spec, "geoshape")
            if "name" in row["properties"]
        }
        north, south = middle["La Chapelle-sur-Erdre"], middle["Bouguenais"]
        west, east = middle["Couëron"], middle["Thouaré-sur-Loire"]
        assert north[3] < south[3]
        assert west[0] < east[0]

    def test_the_overseas_are_in_frames_of_their_own(self) -> None:
        spec = spec_of(chart("vacant_map"), areas=areas("country:fr", "region"))
        boxes = {
            row["properties"]["name"]: box(row["geometry"])
            for row in rows_of(spec, "geoshape")
            if "name" in row["properties"]
        }
        far = ("Guadeloupe", "Martinique", "Guyane", "La Réunion", "Mayotte")
        assert all(boxes[name][1] > boxes["Corse"][3] for name in far)
        bretagne = boxes["Bretagne"]
        assert bretagne[2] - bretagne[0] > 50

    @pytest.mark.parametrize(
        ("within", "count", "limit"),
        [("fr:departement:44", 207, 300_000), ("fr:region:52", 1228, 900_000)],
    )
    def test_a_map_is_light(self, within: str, count: int, limit: int) -> None:
        drawn = areas(within, value=lambda rank, _member: figure(rank % 97 / 7))
        assert len(drawn.areas) == count
        assert len(render_svg(spec_of(chart("vacant_map"), areas=drawn)).encode()) < limit

    def test_a_map_without_territories_is_refused(self) -> None:
        with pytest.raises(NothingToDraw):
            specification(chart("vacant_map"), PORTRAIT)


class TestTable:
    @pytest.mark.parametrize("one", DRAWN, ids=lambda one: one.id)
    def test_it_has_every_figure_that_is_drawn(self, one: Chart) -> None:
        names, rows = table_of(one, PORTRAIT, FRENCH)
        assert names == header(FRENCH)
        values = [row[names.index(FRENCH.value)] for row in rows]
        statuses = [row[names.index(FRENCH.status)] for row in rows]
        for value, status in zip(values, statuses, strict=True):
            assert (value is None) == (status in ("secret", "non disponible", "not applicable"))
        said = written(spec_of(one))
        for line in lines_of(one, PORTRAIT):
            if one.kind == "comparison":
                figure = FRENCH.figure(line.figure, line.row.precision)
                # Under the chart when nothing is available for it.
                absent = [text for text in said if text.startswith("Not available: ")]
                assert figure in said or any(line.place.name in text for text in absent)

    def test_a_map_has_a_line_for_each_territory(self) -> None:
        drawn = areas()
        _names, rows = table_of(chart("vacant_map"), PORTRAIT, areas=drawn)
        assert [row[0] for row in rows] == [area.place.name for area in drawn.areas]
        assert [row[4] for row in rows] == [area.figure.value for area in drawn.areas]

    def test_a_comparator_of_another_size_has_no_line(self) -> None:
        small = tuple(figure(80 + rank, str(2010 + rank)) for rank in range(3))
        large = tuple(figure(80_000 + rank, str(2010 + rank)) for rank in range(3))
        near = tuple(figure(90 + rank, str(2010 + rank)) for rank in range(3))
        row = replace(ROWS[3], history=small, comparison_histories=(large, near))
        portrait = replace(PORTRAIT, themes=(replace(PORTRAIT.themes[0], rows=(row,)),))
        places = {line.place.name for line in lines_of(chart("income"), portrait)}
        assert places == {"Nantes", "Loire-Atlantique"}


class TestSummary:
    def test_it_says_the_lack(self) -> None:
        assert summary(chart("hard"), PORTRAIT, FRENCH).startswith("Logement et pauvreté. ")
        assert "secret" in summary(chart("hard"), PORTRAIT, FRENCH) or "…" in summary(
            chart("hard"), PORTRAIT, FRENCH
        )

    def test_a_map_says_the_lowest_and_the_highest(self) -> None:
        said = summary(chart("vacant_map"), PORTRAIT, ENGLISH, areas())
        assert "lowest, " in said
        assert "highest, " in said
        assert "21 of 24" in said


class TestNothing:
    def test_an_unknown_chart(self) -> None:
        assert find(PORTRAIT, "nothing") is None
        assert find(PORTRAIT, "hard") == chart("hard")

    def test_a_chart_without_its_rows(self) -> None:
        empty: Portrait = replace(PORTRAIT, themes=())
        with pytest.raises(NothingToDraw):
            subject(chart("hard"), empty)


def test_a_chart_is_quick() -> None:
    render_svg(spec_of(chart("hard")))
    start = time.perf_counter()
    for _ in range(5):
        render_svg(spec_of(chart("hard"), NARROW))
    assert (time.perf_counter() - start) / 5 < 0.15


def box(geometry: dict[str, Any]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    points = list(flat(geometry["coordinates"]))
    across, down = [x for x, _y in points], [y for _x, y in points]
    return min(across), min(down), max(across), max(down)


def flat(coordinates: Any) -> Iterator[tuple[float, float]]:
    if isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
    else:
        for part in coordinates:
            yield from flat(part)


@pytest.mark.parametrize(
    ("values", "whole", "ticks"),
    [
        ([88, 97], True, [85, 90, 95, 100]),
        ([0, 1], True, [0, 1]),
        ([0, 0], True, [0, 1]),
        ([21060, 21323], True, [21000, 21100, 21200, 21300, 21400]),
        ([10, 40], True, [0, 10, 20, 30, 40]),
        ([-3, 8], True, [-5, 0, 5, 10]),
        ([1.1, 1.4], False, [1.1, 1.2, 1.3, 1.4]),
        ([], False, [0, 0.25, 0.5, 0.75, 1]),
    ],
)
def test_an_axis_has_round_numbers(values: list[float], whole: bool, ticks: list[float]) -> None:
    assert axis(values, whole=whole) == ticks
