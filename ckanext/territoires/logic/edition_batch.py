"""The portraits of many territories in one run: resumed where it stopped, its accounts kept."""

from __future__ import annotations

import csv
import gc
import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import ckan.model as model

from ckanext.territoires.bridge import portrait_maps, portraits
from ckanext.territoires.bridge.language import spoken
from ckanext.territoires.logic.edition_files import write_whole
from ckanext.territoires.portrait.document import Portrait
from ckanext.territoires.renderings import render, words
from ckanext.territoires.renderings.pdf_file import MissingLibrary
from ckanext.territoires.territory.reference import Territory

log = logging.getLogger(__name__)

REPORT = "editions.csv"


@dataclass(frozen=True, slots=True)
class Line:
    """What became of a file: `made`, `unchanged` or `failed`, and then why."""

    territory: str
    name: str
    format: str
    file: str
    digest: str
    state: str
    reason: str = ""


class Ledger:
    """The report of a folder, written line by line: a run that is cut short leaves its own."""

    def __init__(self, folder: Path) -> None:
        """Read what former runs left in `folder`, which is made if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.path = folder / REPORT
        self.lines: dict[str, Line] = {}
        if self.path.exists():
            self._read()
        # What a run killed in the middle of a line left of it goes.
        self.settle()

    def has(self, file: str, digest: str) -> bool:
        """Whether a file is there and holds what has this digest."""
        known = self.lines.get(file)
        if known is None or known.state == "failed" or known.digest != digest:
            return False
        return (self.folder / file).exists()

    def note(self, line: Line) -> None:
        """Write a line."""
        self.lines[line.file] = line
        with self.path.open("a", encoding="utf-8", newline="") as target:
            self._writer(target).writerow(asdict(line))

    def settle(self) -> None:
        """Leave the latest line of each file."""
        text = StringIO(newline="")
        writer = self._writer(text)
        writer.writeheader()
        writer.writerows(asdict(line) for line in self.lines.values())
        write_whole(self.path, text.getvalue().encode("utf-8-sig"))

    def _read(self) -> None:
        names = {field.name for field in fields(Line)}
        with self.path.open(encoding="utf-8-sig", newline="") as source:
            for row in csv.DictReader(source, delimiter=";"):
                if set(row) == names and None not in row.values():
                    self.lines[row["file"]] = Line(**row)

    @staticmethod
    def _writer(target: object) -> csv.DictWriter[str]:
        names = [field.name for field in fields(Line)]
        return csv.DictWriter(target, names, delimiter=";")  # pyright: ignore[reportArgumentType]


def run(
    territories: Sequence[Territory],
    formats: Sequence[str],
    ledger: Ledger,
    user: model.User | None,
    language: str,
    *,
    force: bool = False,
) -> Iterator[list[Line]]:
    """Write the files of each territory; yield what became of them, a territory at a time.

    Files that are there and hold the portrait of today are left. One that cannot be made is noted
    as failed, and the run goes on.

    Args:
        territories: of today.
        formats: of `renderings.FORMATS`.
        ledger: of the folder to write to.
        user: whose eyes the portraits are made with; None: an anonymous visitor's.
        language: of the files.
        force: make again what is unchanged.

    Raises:
        MissingLibrary: this machine lacks what the PDF needs.

    """
    with spoken(language):
        for territory in territories:
            portrait = portrait_maps.with_maps(
                portraits.portrait_of(territory, user, language), user
            )
            yield [_file(portrait, form, ledger, force=force) for form in formats]
            # The transaction ends, and what the layout of pages linked in circles goes.
            model.Session.rollback()
            gc.collect()
    ledger.settle()


def _file(portrait: Portrait, form: str, ledger: Ledger, *, force: bool) -> Line:
    place, digest = portrait.territory, portrait.digest
    name = words.file_name(place, form)
    if not force and ledger.has(name, digest):
        return _noted(ledger, Line(place.id, place.name, form, name, digest, "unchanged"))
    try:
        write_whole(ledger.folder / name, render(portrait, form, datetime.now(UTC).date()))
    except MissingLibrary:
        raise
    except Exception as error:
        log.exception("The portrait of %s was not made as %s", place.id, form)
        reason = f"{type(error).__name__}: {error}"
        return _noted(ledger, Line(place.id, place.name, form, name, digest, "failed", reason))
    return _noted(ledger, Line(place.id, place.name, form, name, digest, "made"))


def _noted(ledger: Ledger, line: Line) -> Line:
    ledger.note(line)
    return line
