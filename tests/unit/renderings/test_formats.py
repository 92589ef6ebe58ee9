"""Every figure of every format is the portrait's, and the four statuses stay apart."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import docx
import odfdo
import openpyxl
import pypdf
import pytest

from ckanext.territoires.portrait.document import Figure, Mapped, Place, Portrait
from ckanext.territoires.portrait.reading import portrait_from_dict
from ckanext.territoires.renderings import long_table, render, words
from tests.helpers.sample_portrait import sample

MADE = date(2026, 11, 25)
STATUSES = ("value", "secret", "not_available", "not_applicable")
LANGUAGES = ("fr", "en")


@pytest.fixture(scope="module", params=LANGUAGES)
def portrait(request: pytest.FixtureRequest) -> Portrait:
    return sample(request.param)


def expected(portrait: Portrait) -> dict[tuple[str, str, str, str], tuple[str, float | None]]:
    """Status and value of each figure, by theme, indicator, territory and period.

    Written from the document alone, apart from what the renderings use.
    """
    found = {}
    for theme in portrait.themes:
        for row in theme.rows:
            everything = [row.figure, *row.comparisons, *row.history]
            for figure in [*everything, *(f for h in row.comparison_histories for f in h)]:
                key = (theme.name, row.indicator, figure.territory, figure.period)
                found[key] = (figure.status, figure.value)
    return found


def written(portrait: Portrait) -> list[list[list[str]]]:
    """The cells that the printed formats must hold, table by table, as text."""
    chosen = [words.key_table(portrait)]
    for theme in portrait.themes:
        chosen += words.tables(portrait, theme) if theme.rows else []
    return [[[cell.marked for cell in line.cells] for line in table.lines] for table in chosen]


def long_lines(lines: list[dict[str, Any]]) -> dict[Any, Any]:
    return {
        (line["theme"], line["indicator"], line["territory"], line["period"]): (
            line["status"],
            None if line["value"] in ("", None) else float(line["value"]),
        )
        for line in lines
    }


def csv_lines(content: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def workbook(portrait: Portrait) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(render(portrait, "xlsx", MADE)))


def sheet_lines(sheet: Any) -> list[dict[str, Any]]:
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def docx_tables(portrait: Portrait) -> Iterator[list[list[str]]]:
    document = docx.Document(io.BytesIO(render(portrait, "docx", MADE)))
    for table in document.tables:
        yield [[cell.text for cell in row.cells[1:]] for row in table.rows[1:]]


def odt_tables(portrait: Portrait) -> Iterator[list[list[str]]]:
    document = odfdo.Document(io.BytesIO(render(portrait, "odt", MADE)))
    for table in document.body.get_elements("descendant::table:table"):
        yield [
            [
                "\n".join(p.inner_text for p in cell.get_elements("text:p"))
                for cell in row.get_elements("table:table-cell")[1:]
            ]
            for row in table.get_elements("table:table-row")
        ]


def pdf_text(portrait: Portrait) -> str:
    reader = pypdf.PdfReader(io.BytesIO(render(portrait, "pdf", MADE)))
    return squeezed("".join(page.extract_text() for page in reader.pages))


def squeezed(text: str) -> str:
    """A text without its spaces and the hyphens that a page added."""
    return re.sub(r"[\s\u2010\u00ad]+", "", text)


def test_the_sample_has_every_case(portrait: Portrait) -> None:
    statuses = {status for status, _value in expected(portrait).values()}
    assert statuses == set(STATUSES)
    assert 0.0 in {value for _status, value in expected(portrait).values()}


@pytest.mark.parametrize("form", ["pdf", "csv", "json"])
def test_the_same_portrait_makes_the_same_file(portrait: Portrait, form: str) -> None:
    assert render(portrait, form, MADE) == render(portrait, form, MADE)


def test_csv_holds_every_figure(portrait: Portrait) -> None:
    lines = csv_lines(render(portrait, "csv", MADE))
    assert tuple(lines[0]) == long_table.COLUMNS
    assert long_lines(lines) == expected(portrait)
    assert len(lines) == len(expected(portrait))


def test_json_is_the_document(portrait: Portrait) -> None:
    content = json.loads(render(portrait, "json", MADE))
    assert portrait_from_dict(content) == portrait
    assert portrait_from_dict(content).digest == portrait.digest


def test_workbook_holds_every_figure(portrait: Portrait) -> None:
    book = workbook(portrait)
    assert len(book.sheetnames) == len(portrait.themes) + 3
    assert long_lines(sheet_lines(book["All figures"])) == expected(portrait)


def test_sheet_of_a_theme_holds_its_numbers_as_numbers(portrait: Portrait) -> None:
    book = workbook(portrait)
    for theme, name in zip(portrait.themes, book.sheetnames[1:], strict=False):
        values = [cell for row in book[name].iter_rows() for cell in row if cell.value is not None]
        numbers = Counter(cell.value for cell in values if isinstance(cell.value, int | float))
        wanted = [cell for table in words.tables(portrait, theme) for line in table.lines
                  for cell in line.cells]  # fmt: skip
        assert numbers == Counter(cell.value for cell in wanted if cell.value is not None)
        texts = Counter(cell.value for cell in values if isinstance(cell.value, str))
        said = Counter(cell.marked for cell in wanted if cell.value is None)
        assert not said - texts


def test_workbook_says_floors_and_estimates_around_the_number(portrait: Portrait) -> None:
    cells = [cell for sheet in workbook(portrait) for row in sheet.iter_rows() for cell in row]
    floors = [cell for cell in cells if cell.value == 656_275 and "at least" in cell.number_format]
    estimates = [cell for cell in cells if "estimate" in cell.number_format]
    assert floors
    assert estimates
    assert all(cell.value == 0 for cell in estimates)


@pytest.mark.parametrize("read", [docx_tables, odt_tables])
def test_text_documents_hold_every_table(
    portrait: Portrait, read: Callable[[Portrait], Iterator[list[list[str]]]]
) -> None:
    assert list(read(portrait)) == written(portrait)


def test_pdf_holds_every_table_in_order(portrait: Portrait) -> None:
    text = pdf_text(portrait)
    start = text.index(squeezed(words.key_table(portrait).title))
    for table in written(portrait):
        for line in table:
            found = text.find("".join(map(squeezed, line)), start)
            assert found >= 0, line


def test_maps_are_part_of_what_is_kept(portrait: Portrait) -> None:
    assert "maps" not in portrait.to_dict()
    place = Place("fr:commune:44109", "commune", "44109", "Nantes", 318_808)
    figure = Figure(place.id, "2018", 12.5, "value", sources=(7,))
    held = replace(portrait, maps=(Mapped("map", "Nantes Métropole", False, (place,), (figure,)),))
    kept = portrait_from_dict(json.loads(json.dumps(held.to_dict())))
    assert kept == held
    assert kept.digest != portrait.digest


def test_statuses_are_four_words(portrait: Portrait) -> None:
    said = {words.status_word(status) for status in STATUSES}
    assert len(said) == len(STATUSES)
    by_status: dict[str, set[str]] = {status: set() for status in STATUSES}
    for _theme, row, _place, figure in long_table.figures(portrait):
        by_status[figure.status].add(words.cell(figure, row, portrait.language).text)
    assert all(by_status.values())
    shown = [text for texts in by_status.values() for text in texts]
    assert len(shown) == len(set(shown))
    assert "0,0" in by_status["value"] or "0.0" in by_status["value"]


def test_no_cell_is_empty(portrait: Portrait) -> None:
    medians = [row.rank.median for theme in portrait.themes for row in theme.rows if row.rank]
    empty = [cell for table in written(portrait) for line in table for cell in line if not cell]
    # A rank whose group has no median is the one thing that leaves a blank.
    assert len(empty) == medians.count(None)


def test_what_was_typed_is_text_in_every_format(portrait: Portrait) -> None:
    typed = "<b>de près</b>"
    word = docx.Document(io.BytesIO(render(portrait, "docx", MADE)))
    assert any(typed in paragraph.text for paragraph in word.paragraphs)
    odt = odfdo.Document(io.BytesIO(render(portrait, "odt", MADE)))
    assert any(typed in paragraph.inner_text for paragraph in odt.body.get_paragraphs())
    assert squeezed(typed) in pdf_text(portrait)


def test_csv_does_not_run_what_it_holds(portrait: Portrait) -> None:
    source = replace(portrait.sources[0], title="=HYPERLINK(1)")
    changed = replace(portrait, sources=(source, *portrait.sources[1:]))
    lines = csv_lines(render(changed, "csv", MADE))
    assert "'=HYPERLINK(1)" in {line["source"] for line in lines}


def test_sources_are_said_in_every_format(portrait: Portrait) -> None:
    line = words.source_lines(portrait)[0]
    assert "RP2018" in line
    word = docx.Document(io.BytesIO(render(portrait, "docx", MADE)))
    assert line in {paragraph.text for paragraph in word.paragraphs}
    odt = odfdo.Document(io.BytesIO(render(portrait, "odt", MADE)))
    assert line in {paragraph.inner_text for paragraph in odt.body.get_paragraphs()}
    assert squeezed(line) in pdf_text(portrait)
    assert line in [row[0].value for row in workbook(portrait).worksheets[-1].iter_rows()]


class TestPdf:
    """What a reader of screens and a person who looks for a page need."""

    @pytest.fixture(scope="class")
    def reader(self) -> pypdf.PdfReader:
        return pypdf.PdfReader(io.BytesIO(render(sample(), "pdf", MADE)))

    def test_is_tagged(self, reader: pypdf.PdfReader) -> None:
        root: Any = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in root
        assert root["/Lang"] == "fr"
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]

    def test_tables_have_headers(self, reader: pypdf.PdfReader) -> None:
        kinds = Counter(tags(reader.trailer["/Root"]["/StructTreeRoot"]))  # type: ignore[index]
        assert kinds["/Table"] == len(written(sample()))
        assert kinds["/TH"] > kinds["/Table"]
        assert kinds["/H1"] == 1

    def test_charts_are_told_in_words(self, reader: pypdf.PdfReader) -> None:
        root: Any = reader.trailer["/Root"]
        told = [
            str(node.get("/Alt", ""))
            for node in nodes(root["/StructTreeRoot"])
            if node.get("/S") == "/Figure"
        ]
        charts = sum(len(theme.charts) for theme in sample().themes)
        assert len(told) == charts
        assert all("Nantes" in text for text in told)

    def test_is_a4_and_named(self, reader: pypdf.PdfReader) -> None:
        box = reader.pages[0].mediabox
        assert (round(box.width), round(box.height)) == (595, 842)
        assert reader.metadata
        assert reader.metadata.title == "Portrait of Nantes"

    def test_contents_lead_to_the_pages(self, reader: pypdf.PdfReader) -> None:
        contents = reader.pages[1].extract_text()
        for theme in sample().themes:
            told = re.search(rf"{re.escape(theme.title)}[ .]*(\d+)", contents)
            assert told
            assert theme.title in reader.pages[int(told[1]) - 1].extract_text()

    def test_pages_are_numbered_and_dated(self, reader: pypdf.PdfReader) -> None:
        for number, page in enumerate(reader.pages[1:], 2):
            text = page.extract_text()
            assert f"{number} / {len(reader.pages)}" in text
            assert "25 novembre 2026" in text
            assert "Nantes" in text


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """The elements of a tagged PDF."""
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from nodes(child)
    elif isinstance(node, dict):
        yield node
        if "/K" in node:
            yield from nodes(node["/K"])


def tags(root: Any) -> Iterator[str]:
    """Kinds of the elements of a tagged PDF."""
    return (str(node["/S"]) for node in nodes(root) if "/S" in node)


@pytest.mark.parametrize(
    ("name", "code", "wanted"),
    [
        ("Nantes", "44109", "portrait-nantes-44109-2026-11-25.pdf"),
        ("L'Haÿ-les-Roses", "94038", "portrait-l-hay-les-roses-94038-2026-11-25.pdf"),
        ("fr", "fr", "portrait-fr-2026-11-25.pdf"),
    ],
)
def test_files_are_named_after_the_territory(name: str, code: str, wanted: str) -> None:
    place = replace(sample().territory, name=name, code=code)
    assert words.file_name(place, "pdf", MADE) == wanted
