"""Ten thousand spoilt files: each ends in a report, none in an exception."""

from __future__ import annotations

import io
import random
import zipfile
from collections import Counter
from pathlib import Path

import pytest
import xlsxwriter

from ckanext.territoires.ingest.codes import ASSUMPTIONS, PROBLEMS
from ckanext.territoires.ingest.ingest import ingest
from ckanext.territoires.ingest.profile import Profiles
from ckanext.territoires.territory.reference import Reference

from .conftest import DATA, FILES

MUTATIONS = 10_000
_LINES = 12
_JUNK = (
    b"\x00",
    b"\xff\xfe",
    b'"',
    b";;;;",
    b"\r",
    b"{",
    b"]",
    b"NR",
    b"1.234",
    b"\xe9",
    b"=" * 50,
)
_STATES = {"read", "refused", "unknown"}


def samples() -> list[tuple[str, bytes]]:
    """The first lines of each small file, and one of each form that is packed."""
    found: list[tuple[str, bytes]] = []
    for name in FILES:
        data = (DATA / name).read_bytes()
        if not name.endswith("json"):
            data = b"\n".join(data.split(b"\n")[:_LINES]) + b"\n"
        found.append((name, data))
    text = found[4][1]
    rows = [line.split(b";") for line in text.decode().encode().splitlines()]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("base.csv", text)
        packed.writestr("meta_base.csv", b"COD_VAR;LIB_VAR\nA;B\n")
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, [cell.decode() for cell in row])
    return [*found, ("base.zip", archive.getvalue()), ("base.xlsx", book.getvalue())]


def mutated(data: bytes, random: random.Random) -> bytes:
    """Spoil a file in one to three ways."""
    for _ in range(random.randint(1, 3)):
        data = random.choice(WAYS)(data, random)
    return data


def flip(data: bytes, random: random.Random) -> bytes:
    spoilt = bytearray(data)
    for _ in range(random.randint(1, 8)):
        if spoilt:
            spoilt[random.randrange(len(spoilt))] = random.randrange(256)
    return bytes(spoilt)


def cut(data: bytes, random: random.Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def beheaded(data: bytes, random: random.Random) -> bytes:
    return data[random.randrange(len(data) + 1) :]


def junk(data: bytes, random: random.Random) -> bytes:
    where = random.randrange(len(data) + 1)
    return data[:where] + random.choice(_JUNK) + data[where:]


def rows(data: bytes, random: random.Random) -> bytes:
    lines = data.split(b"\n")
    at = random.randrange(len(lines))
    return b"\n".join(
        random.choice((lines[:at] + lines[at + 1 :], [*lines[:at], lines[at], *lines[at:]]))
    )


def columns(data: bytes, random: random.Random) -> bytes:
    separator = max((b";", b",", b"\t"), key=data.count)
    at, twice = random.randrange(20), random.random() < 0.5
    lines = [line.split(separator) for line in data.split(b"\n")]
    for line in lines:
        if twice:
            line.insert(at, line[min(at, len(line) - 1)])
        elif at < len(line):
            del line[at]
    return b"\n".join(separator.join(line) for line in lines)


def separators(data: bytes, random: random.Random) -> bytes:
    one, other = random.sample((b";", b",", b"\t", b"|", b".", b" "), 2)
    return data.replace(one, other)


def encodings(data: bytes, random: random.Random) -> bytes:
    text = data.decode(random.choice(("utf-8", "cp1252", "latin-1")), "replace")
    return text.encode(random.choice(("utf-8", "utf-8-sig", "cp1252", "utf-16")), "replace")


def cells(data: bytes, random: random.Random) -> bytes:
    old = random.choice((b"44", b"0", b"1", b"commune", b"2019", b"-", b"\n"))
    new = random.choice((b"", b"s", b"nd", b"9" * 400, b"1e999", b"nan", b"inf", b"\xc2\xa0"))
    return data.replace(old, new, random.randint(1, 20))


WAYS = (flip, cut, beheaded, junk, rows, columns, separators, encodings, cells)


@pytest.mark.filterwarnings("ignore")
def test_a_spoilt_file_ends_in_a_report(
    profiles: Profiles, reference: Reference, tmp_path: Path
) -> None:
    generator = random.Random(20_261_125)
    files = samples()
    path = tmp_path / "file"
    states: Counter[str] = Counter()
    for _ in range(MUTATIONS):
        name, data = generator.choice(files)
        path.write_bytes(mutated(data, generator))
        found = ingest(path, name, profiles=profiles, reference=reference)
        states[found.state] += 1
        report = found.report
        assert report.refused == (found.state == "refused")
        assert report.rows_read >= report.rows_kept + report.rows_refused
        assert min(report.rows_kept, report.rows_refused) >= 0
        assert {problem.code for problem in report.problems} <= PROBLEMS.keys()
        assert {assumption.code for assumption in report.assumptions} <= ASSUMPTIONS.keys()
    # A test whose files were all refused at the door would prove little.
    assert states.keys() == _STATES
    assert states["read"] > MUTATIONS / 5
