"""From bytes to cells: encodings, separators, titles, archives, workbooks, rubbish."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import odfdo
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from ckanext.territoires.ingest import reading
from ckanext.territoires.ingest.findings import Findings
from ckanext.territoires.ingest.reading import read
from ckanext.territoires.ingest.table import Table, lacks_header, likely_header

ROWS = [["Code commune", "Nom", "Montant"], ["01001", "L'Abergement", "12,5"],
        ["44109", "Nantes, ville", "1 000,00"], ["2A004", "Ajaccio", ""]]  # fmt: skip


def table(data: bytes, name: str = "file") -> tuple[Table, Findings]:
    found = read(data, name)
    assert found.grids, found.findings.problems
    grid = found.grids[0]
    found.findings.include(grid.findings)
    return grid.table(likely_header(grid.preview)), found.findings


def text(rows: list[list[str]] = ROWS, separator: str = ";", end: str = "\n") -> str:
    return end.join(separator.join(row) for row in rows) + end


def cells(found: Table) -> list[list[str]]:
    columns = [found.text(position) for position in range(len(found.header))]
    return [list(found.header), *map(list, zip(*columns, strict=True))]


def refusal(data: bytes) -> str:
    found = read(data, "file")
    assert not found.grids
    return next(p.code for p in found.findings.problems if p.blocking)


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_text_file_gives_the_same_cells(encoding: str, separator: str, end: str) -> None:
    rows = [["Libellé", "Été", "N°"], ["Cœur", "à", "1"], ["Orée d’Anjou", "é", "2"]]
    found, _ = table(text(rows, separator, end).encode(encoding))
    assert cells(found) == rows


def test_commas_and_quotes() -> None:
    data = b'a,b\r\n"one, and\ntwo",1\r\n"say ""yes""",2\r\nlast,3\r\n'
    found, findings = table(data)
    assert cells(found)[1:] == [["one, and\ntwo", "1"], ['say "yes"', "2"], ["last", "3"]]
    assert found.lines.tolist() == [2, 4, 5]
    assert [a.params for a in findings.assumptions if a.code == "separator"] == [{"separator": ","}]


def test_a_quote_that_never_closes_does_not_swallow_the_file() -> None:
    lines = ["a;b", 'x "quoted;1', '"opened;2', *(f"row;{number}" for number in range(400))]
    found, findings = table("\n".join(lines).encode())
    assert len(found.lines) == 402
    assert findings.counts["stray_quote"] == 1


def test_title_rows_and_trailing_spaces() -> None:
    data = "Subventions 2021;;\n;;\n" + text([["Code commune ", " Nom", "Montant "], *ROWS[1:]])
    found, _ = table(data.encode())
    assert found.header == ("Code commune", "Nom", "Montant")
    assert found.header_line == 3
    assert found.lines.tolist() == [4, 5, 6]


def test_a_ragged_row_is_refused_with_its_line() -> None:
    found, _ = table(b"a;b\n1;2\n3\n4;5;6\n7;8;\n")
    assert cells(found)[1:] == [["1", "2"], ["7", "8"]]
    assert [(p.code, p.line) for p in found.findings.problems] == [
        ("ragged_row", 3),
        ("ragged_row", 4),
    ]
    assert found.refused == 2


def test_a_repeated_name_is_said() -> None:
    found, _ = table(b"a;b;a\n1;2;3\n")
    assert found.header == ("a", "b", "a (2)")
    assert found.findings.counts["duplicated_column"] == 1


def test_a_few_broken_characters_do_not_change_the_encoding() -> None:
    data = b"nom;valeur\n" + "Éléonore é à ç ù è;1\n".encode() * 5 + b"cass\xe9;2\n"
    found, findings = table(data)
    assert found.text(0)[0] == "Éléonore é à ç ù è"
    assert [p.line for p in findings.problems if p.code == "broken_character"] == [7]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b" \n\n ", "empty_file"),
        (b"one\ntwo\nthree\n", "one_column"),
        (bytes(range(256)) * 40, "not_a_table"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b"<!DOCTYPE html><html>", "not_a_table"),
        (b"\n<!-- 503 -->\n<HTML><p>a;b</p>\n", "not_a_table"),
        (b"<head><title>403</title></head>\na;b\n1;2\n", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b'[{"a": 1}', "broken_json"),
        (b"[" * 100_000, "broken_json"),
        (b"[1, 2]", "no_objects"),
        (b"PK\x03\x04rubbish", "broken_zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rubbish", "broken_workbook"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code


@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_grid_or_a_problem(data: bytes) -> None:
    found = read(data, "file")
    assert bool(found.grids) != found.findings.blocked


def workbook(rows: list[list[object]], title: bool = False) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet("Lisez-moi").write(0, 0, "Un titre")
        sheet = book.add_worksheet("Données")
        for number, row in enumerate(rows):
            sheet.write_row(number + 2 * title, 0, row)
        if title:
            sheet.write(0, 0, "Titre au-dessus")
    return out.getvalue()


def test_xlsx_with_numbers_and_titles() -> None:
    found = read(workbook([["Code", "Nom", "Part"], [1001, "A", 0.5], [44109, "B", 12]], True), "f")
    grid = found.grids[1]
    read_table = grid.table(likely_header(grid.preview))
    assert cells(read_table) == [
        ["Code", "Nom", "Part"],
        ["1001", "A", "0.5"],
        ["44109", "B", "12"],
    ]
    assert read_table.lines.tolist() == [4, 5]


def test_dates_of_a_workbook_are_days() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Nom", "Date", "Heure"])
        sheet.write(1, 0, "A")
        sheet.write_datetime(1, 1, datetime(2021, 5, 28))  # noqa: DTZ001
        sheet.write_datetime(1, 2, datetime(2021, 5, 28, 14, 30))  # noqa: DTZ001
    found, _ = table(out.getvalue())
    assert cells(found)[1] == ["A", "2021-05-28", "2021-05-28T14:30:00"]


def test_ods() -> None:
    document = odfdo.Document("spreadsheet")
    document.body.clear()
    sheet = odfdo.Table("Données")
    for row in ROWS:
        line = odfdo.Row()
        line.set_values(row)
        sheet.append_row(line)
    document.body.append(sheet)
    out = io.BytesIO()
    document.save(out)
    found, _ = table(out.getvalue())
    assert cells(found) == ROWS


def test_a_workbook_that_claims_too_many_cells_is_refused() -> None:
    source = io.BytesIO(workbook([["a", "b"], [1, 2]]))
    out = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename.endswith("sheet2.xml"):
                data = data.replace(b'r="B2"', b'r="XFD1048576"')
            new.writestr(info, data)
    assert refusal(out.getvalue()) == "too_large"


def ods(rows: str) -> bytes:
    """A workbook of one sheet with these rows, as XML."""
    names = "office:1.0", "table:1.0", "text:1.0"
    spaces = " ".join(
        f'xmlns:{name.split(":")[0]}="urn:oasis:names:tc:opendocument:xmlns:{name}"'
        for name in names
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="A">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    return zipped(
        {
            "mimetype": kind,
            "META-INF/manifest.xml": manifest,
            "content.xml": content.encode(),
        }
    )


def ods_row(*cells: str, repeated: int = 1, empty: int = 0) -> str:
    row = f'<table:table-row table:number-rows-repeated="{repeated}">'
    for cell in cells:
        row += '<table:table-cell office:value-type="string">'
        row += f"<text:p>{cell}</text:p></table:table-cell>"
    row += f'<table:table-cell table:number-columns-repeated="{empty}"/>' if empty else ""
    return row + "</table:table-row>"


def test_the_empty_rest_of_a_sheet_costs_nothing_and_a_repeated_value_does() -> None:
    rest = ods_row(repeated=1_048_000, empty=16_384)
    rows = "".join(ods_row(*row, empty=1_000) for row in ROWS)
    found, _ = table(ods(rows + rest))
    assert cells(found) == ROWS
    assert refusal(ods(rows + ods_row("1", "2", repeated=100_000_000))) == "too_large"


def test_a_zip_with_its_metadata() -> None:
    members = {
        "meta_base.CSV": b"COD_VAR;LIB_VAR\nA;B\n",
        "__MACOSX/._base.CSV": b"junk",
        "readme.txt": b"read;me\n",
        "base.CSV": text().encode("cp1252"),
    }
    found, findings = table(zipped(members))
    assert cells(found) == ROWS
    assert findings.assumptions[0].params == {"encoding": "utf-8"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped({"picture.png": b"x"}), "no_table_in_zip"),
        (zipped({"a.csv": zipped({"b.csv": b"a;b\n1;2\n"})}), "nested_zip"),
        (zipped({"a.zip": zipped({"b.csv": b"a;b\n1;2\n"})}), "nested_zip"),
        (zipped({"../../etc/a.csv": b"a;b\n1;2\n"}), "no_table_in_zip"),
        (zipped({f"{number}.csv": b"a;b\n" for number in range(600)}), "zip_too_large"),
        (zipped({"a.csv": b"a;b\n1;2\n" * 50})[:-30], "broken_zip"),
    ],
    ids=["none", "nested", "nested-plainly", "outside", "many", "cut"],
)
def test_an_archive_that_cannot_be_read_is_refused(data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 10_000)
    bomb = zipped({"big.csv": b"a;b\n" * 10_000})
    assert len(bomb) < 1_000
    assert refusal(bomb) == "zip_too_large"


def test_an_archive_that_repeats_itself_without_end_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "_ANY_TIMES_BYTES", 10_000)
    bomb = zipped({"big.csv": b"44109;1\n" * 100_000})
    assert len(bomb) * 100 < 800_000 < reading.MOST_BYTES
    assert refusal(bomb) == "zip_too_large"
    figures = "".join(f"{number:05d};{number * 7919}\n" for number in range(5_000))
    found, _ = table(zipped({"a.csv": b"code;n\n" + figures.encode()}))
    assert len(found.lines) == 5_000


def test_an_ods_protected_by_a_password_is_said_so() -> None:
    manifest = b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    data = {"mimetype": b"x", "content.xml": b"\x07", "META-INF/manifest.xml": manifest}
    assert refusal(zipped(data)) == "password"


def test_a_table_of_too_many_columns_is_refused() -> None:
    names, values = ((";".join(f"{c}{n}" for n in range(100_001))) for c in ("c", ""))
    assert refusal(f"{names}\n{values}\n".encode()) == "too_many_columns"
    # As wide, but empty: a spreadsheet writes what was once formatted.
    found, _ = table(f"a;b{';' * 99_999}\n1;2{';' * 99_999}\n".encode())
    assert found.text(1) == ["2"]


def test_lines_of_the_first_macintosh() -> None:
    found, _ = table(b"a;b\r1;2\r3;4\r")
    assert cells(found) == [["a", "b"], ["1", "2"], ["3", "4"]]
    assert found.lines.tolist() == [2, 3]


def test_a_quote_that_is_never_closed_swallows_no_line() -> None:
    data = b'code;n;name\n1;2;"a;b"\n3;4;"c\n5;6;d\n7;8;f\n'
    found, findings = table(data)
    assert cells(found)[1:] == [
        ["1", "2", "a;b"],
        ["3", "4", '"c'],
        ["5", "6", "d"],
        ["7", "8", "f"],
    ]
    assert found.lines.tolist() == [2, 3, 4, 5]
    assert [(p.code, p.line) for p in findings.problems] == [("stray_quote", 3)]


def test_values_are_no_header_but_years_are() -> None:
    assert lacks_header(["44109", "318808", "12,5", "Nantes"])
    assert not lacks_header(["code", "2018", "2019", "2020"])
    assert not lacks_header(["", ""])


def test_json_and_geojson() -> None:
    found, findings = table(b'[{"a": 1.0, "b": null}, {"a": "x", "c": true}]')
    assert cells(found) == [["a", "b", "c"], ["1", "", ""], ["x", "", "true"]]
    assert found.lines.tolist() == [1, 2]
    assert "objects_counted" in {a.code for a in findings.assumptions}
    feature = (
        '{"type": "Feature", "properties": {"n": "A"},'
        ' "geometry": {"type": "Point", "coordinates": [-1.5, 47.2]}}'
    )
    found, _ = table(f'{{"type": "FeatureCollection", "features": [{feature}]}}'.encode())
    assert cells(found) == [["n", "@longitude", "@latitude"], ["A", "-1.5", "47.2"]]


def test_a_regular_file_is_read_as_an_irregular_one() -> None:
    """The fast way and the careful way give the same cells and lines."""
    plain = "code;a;b\n" + "".join(f"{n:05d};{n / 16};{n % 3 or ''}\n" for n in range(200))
    fast, _ = table(plain.encode())
    careful, _ = table(('"code"' + plain[4:]).encode())
    assert type(fast) is not type(careful)
    fast.prepare([1, 2])
    numbers = fast.numbers(1)
    assert numbers is not None
    assert numbers.tolist() == [n / 16 for n in range(200)]
    assert cells(fast) == cells(careful)
    assert fast.lines.tolist() == careful.lines.tolist()
