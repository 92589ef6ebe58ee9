"""Bytes of a file -> the grids of cells in it: one for a text file, one a sheet, or a member."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ckanext.territoires.ingest.decoding import decode
from ckanext.territoires.ingest.delimited import read_text
from ckanext.territoires.ingest.findings import Findings
from ckanext.territoires.ingest.objects import read_objects
from ckanext.territoires.ingest.sheets import read_sheets
from ckanext.territoires.ingest.table import Grid, trimmed

MOST_BYTES = 600_000_000
MOST_MEMBERS = 500
# Statistics by commune have at most some two thousand.
MOST_COLUMNS = 5_000
# What is worth reading is never so repetitive: an archive that claims it is made to exhaust.
_MOST_TIMES = 100
_ANY_TIMES_BYTES = 64_000_000
_MOST_READ = 12
_TABLES = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".ods", ".xls", ".json", ".geojson")
_COMPOUND = b"\xd0\xcf\x11\xe0"
# The part of a workbook protected by a password, as its container names it.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = re.compile(rb"<[a-z!?/]")
_NEVER_TABLES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"Rar!", b"7z\xbc")
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: at least one grid, unless a problem of `findings` is blocking.

    Each grid has findings of its own, to add to these when it is the one that is chosen.
    """

    grids: Sequence[Grid]
    findings: Findings


def read(data: bytes, name: str) -> Reading:
    """Read the bytes of a file; `name` is only used when the bytes do not say what they are."""
    findings = Findings()
    grids = _grids(data, name, findings, nested=False)
    usable = [grid for grid in grids if _width(grid) <= MOST_COLUMNS]
    if grids and not usable:
        findings.problem("too_many_columns", blocking=True, limit=MOST_COLUMNS)
    return Reading(usable, findings)


def _width(grid: Grid) -> int:
    """The last column in which one of the first rows says something."""
    return max(len(trimmed(row)) for _, row in grid.preview)


def _grids(data: bytes, name: str, findings: Findings, *, nested: bool) -> Sequence[Grid]:
    if not data.strip():
        findings.problem("empty_file", blocking=True)
        return ()
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return _packed(data, name, findings, nested=nested)
    if data.startswith(_COMPOUND):
        if _ENCRYPTED in data:
            findings.problem("password", blocking=True)
            return ()
        return read_sheets(name, data, findings)
    if data.startswith(_NEVER_TABLES) or _markup(data):
        findings.problem("not_a_table", blocking=True)
        return ()
    text = decode(data, findings)
    if text is None:
        return ()
    if text.lstrip()[:1] in ("[", "{"):
        grid: Grid | None = read_objects(name, text, findings)
    else:
        grid = read_text(name, text, findings)
    if grid is not None and not grid.preview:
        findings.problem("empty_file", blocking=True)
        return ()
    return (grid,) if grid is not None else ()


def _markup(data: bytes) -> bool:
    head = data[:1000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    return _MARKUP.match(head) is not None


def _packed(data: bytes, name: str, findings: Findings, *, nested: bool) -> Sequence[Grid]:
    """A workbook or an archive: both are zip files."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            bomb = size > max(_ANY_TIMES_BYTES, len(data) * _MOST_TIMES)
            if len(members) > MOST_MEMBERS or size > MOST_BYTES or bomb:
                findings.problem("zip_too_large", blocking=True)
                return ()
            names = {member.filename for member in members}
            if "xl/workbook.xml" in names or {"mimetype", "content.xml"} <= names:
                if _encrypted(archive, names):
                    findings.problem("password", blocking=True)
                    return ()
                return read_sheets(name, data, findings)
            if nested:
                findings.problem("nested_zip", blocking=True)
                return ()
            return _members(archive, members, findings)
    except _BROKEN:
        findings.problem("broken_zip", blocking=True)
        return ()


def _encrypted(archive: zipfile.ZipFile, names: set[str]) -> bool:
    """Whether an ODS is protected by a password: its members are, and its manifest says so."""
    manifest = "META-INF/manifest.xml"
    return manifest in names and b"encryption-data" in archive.read(manifest)


def _members(
    archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo], findings: Findings
) -> Sequence[Grid]:
    usable = [member for member in members if _usable(member.filename)]
    if any(member.flag_bits & 1 for member in usable):
        findings.problem("password", blocking=True)
        return ()
    if len(usable) > _MOST_READ:
        findings.problem("members_left_out", None, None, len(usable), read=_MOST_READ)
        usable = sorted(usable, key=lambda member: -member.file_size)[:_MOST_READ]
    grids: list[Grid] = []
    failed: list[Findings] = []
    for member in usable:
        with archive.open(member) as file:
            # The size that the archive declares may lie.
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            findings.problem("zip_too_large", blocking=True)
            return ()
        own = Findings()
        found = _grids(data, member.filename, own, nested=True)
        for grid in found:
            grid.findings.include(own)
        grids += found
        if not found:
            failed.append(own)
    if not grids and failed:
        findings.include(failed[0])
    elif not grids:
        packed = any(member.filename.lower().endswith(".zip") for member in members)
        findings.problem("nested_zip" if packed else "no_table_in_zip", blocking=True)
    return grids


def _usable(filename: str) -> bool:
    path = PurePosixPath(filename)
    name = path.name.lower()
    hidden = any(part.startswith((".", "__macosx")) for part in map(str.lower, path.parts))
    described = name.startswith(("meta_", "metadata", "varmod", "lisezmoi", "readme"))
    return not hidden and not described and path.suffix.lower() in _TABLES
