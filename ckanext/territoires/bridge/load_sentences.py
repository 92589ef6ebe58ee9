"""What is told of a file, in the reader's words: a sentence for each code of a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask
from ckan.lib.helpers import lang
from ckan.plugins import toolkit as tk

from ckanext.territoires.ingest.codes import ASSUMPTIONS, PROBLEMS


class Sentences:
    """The sentences of a report in the language of the reader, translated once for all lines."""

    def __init__(self) -> None:
        """Translate them."""
        self._texts = {
            **{code: tk._(text) for code, text in {**PROBLEMS, **ASSUMPTIONS}.items()},
            **_of_files(),
            **_of_cells(),
            **_of_territories(),
            **_of_the_site(),
        }
        self._language = (lang() if flask.has_request_context() else None) or "en"

    def __contains__(self, code: object) -> bool:
        """Tell whether a code has a sentence."""
        return code in self._texts

    def say(self, code: str, params: Mapping[str, Any] | None = None) -> str:
        """Return the sentence of a code, its blanks filled; the code itself when it has none."""
        text = self._texts.get(code)
        if text is None:
            return code
        worded = {name: self._worded(value) for name, value in (params or {}).items()}
        return text.format_map(_Blanks(worded))

    def _worded(self, value: Any) -> str:
        if isinstance(value, Mapping):
            return str(value.get(self._language) or value.get("en") or "")
        if isinstance(value, list | tuple):
            return ", ".join(map(self._worded, value))
        return "" if value is None else str(value)


class _Blanks(dict[str, str]):
    def __missing__(self, name: str) -> str:
        """Leave an ellipsis where a parameter lacks."""
        return "…"


def _of_files() -> dict[str, str]:
    return {
        "encoding": tk._("Encoding taken: {encoding}"),
        "separator": tk._("Separator of columns taken: {separator}"),
        "header_row": tk._("Names of columns taken from line {line}"),
        "sheet": tk._("Sheet or file read: {name}"),
        "profile": tk._("Recognised as: {label}"),
        "objects_counted": tk._("The lines of this file are numbered by object, the first is 1"),
        "not_a_table": tk._("This is not a table that can be read"),
        "empty_file": tk._("The file is empty"),
        "one_column": tk._("The file has one column only, or its separator is not recognised"),
        "too_large": tk._("The file is too large to be read"),
        "broken_json": tk._("The JSON of this file is broken"),
        "no_objects": tk._("The file holds no list of objects"),
        "broken_workbook": tk._("The workbook is broken"),
        "password": tk._("The file is protected by a password"),
        "broken_zip": tk._("The archive is broken"),
        "nested_zip": tk._("The archive holds another archive, which is not opened"),
        "zip_too_large": tk._("What the archive holds is too large to be read"),
        "no_table_in_zip": tk._("The archive holds no table"),
        "members_left_out": tk._("The archive holds {value} files, the {read} largest were read"),
        "null_characters": tk._("Null characters were left out"),
        "broken_character": tk._("A character of this line was lost before the file came here"),
        "stray_quote": tk._("A quotation mark opens here and is never closed"),
        "too_many_columns": tk._("The file has more than {limit} columns"),
        "no_header": tk._(
            "This line holds values: the names of the columns are expected above them"
        ),
        "duplicated_column": tk._("Two columns have this name"),
        "column_already_read": tk._("Another column already holds this figure"),
        "unknown_layout": tk._("The columns of this file are not those of any known layout"),
        "missing_column": tk._("This column is missing"),
        "columns_left_out": tk._("Columns that are not read: {columns}"),
        "ragged_row": tk._("This line does not have as many cells as there are columns"),
        "nothing_kept": tk._("No line of this file could be kept"),
    }


def _of_cells() -> dict[str, str]:
    return {
        "not_a_number": tk._("This is not a number"),
        "thousands_mark": tk._("In “{column}”, “{value}” was read with a mark of thousands"),
        "decimal_mark": tk._("In “{column}”, “{value}” was read with a mark of decimals"),
        "not_a_date": tk._("This is not a date"),
        "not_a_year": tk._("This is not a year"),
        "day_numbers": tk._("In “{column}”, {count} dates were written as numbers of days"),
        "wrong_siret": tk._("This is not a SIRET or SIREN number"),
        "sum_broken": tk._("The parts do not add up to the whole"),
        "values_left_out": tk._("{count} lines hold figures that are not kept here"),
        "rows_left_out": tk._("{count} lines were left out: {reason}"),
        "absent_is_zero": tk._("{count} figures that the file does not list count as zero"),
    }


def _of_territories() -> dict[str, str]:
    return {
        "unknown_level": tk._("The level of this territory is not recognised"),
        "no_territory": tk._("This line names no territory"),
        "unknown_territory": tk._("No territory answers to this code"),
        "territory_twice": tk._("This territory was already on line {first}"),
        "codes_mended": tk._(
            "In “{column}”, {count} codes were mended, as “{value}” read as {code}"
        ),
        "codes_passed": tk._("{count} codes of former communes were passed to those of {year}"),
        "districts_left_out": tk._(
            "{count} lines of municipal districts were left out: their commune is there"
        ),
        "cog_year_of_file": tk._("Geography of {year}, as the file says"),
        "cog_year_of_resource": tk._("Geography of {year}, as its record says"),
        "cog_year_of_mapping": tk._("Geography of {year}, as was said with its columns"),
        "cog_year_of_profile": tk._("Geography of {year}, as for all files of this layout"),
        "cog_year_of_codes": tk._(
            "Geography of {year}, from the codes: {known} of {total} are of that year"
        ),
        "merged": tk._("{count} communes of today are the sum of former ones"),
        "estimated": tk._("{count} communes of today are estimated by population from former ones"),
        "districts": tk._("{count} municipal districts were left out: their commune is there"),
        "perimeter": tk._(
            "{count} territories are published for other communes than today's: these counts are "
            "kept apart"
        ),
        "not_current": tk._("{count} territories are no more, and are kept as published"),
    }


def _of_the_site() -> dict[str, str]:
    return {
        "not_readable": tk._("Only an uploaded table can be read"),
        "over_limit": tk._("The file is larger than the {limit} MB that this site reads"),
        "no_file": tk._("The file cannot be found"),
        "superseded": tk._("The file changed meanwhile, the new one is read instead"),
        "interrupted": tk._("The reading was cut short {tries} times and was given up"),
        "internal_error": tk._("The site failed on this file ({error}); its managers can see why"),
    }
