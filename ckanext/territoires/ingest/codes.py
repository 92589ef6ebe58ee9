"""Each code of a report, and its sentence: worded in the reader's language at display.

`params` of a problem or an assumption fill the blanks, as do its `column` and `value`.
"""

from __future__ import annotations

from collections.abc import Mapping


def N_(text: str) -> str:  # noqa: N802
    """Mark a text for the translators; it is translated where it is shown."""
    return text


#: What is wrong in a file, or in one of its lines.
PROBLEMS: Mapping[str, str] = {
    "not_a_table": N_("This is not a table that can be read"),
    "empty_file": N_("The file is empty"),
    "one_column": N_("The file has one column only, or its separator is not recognised"),
    "too_large": N_("The file is too large to be read"),
    "broken_json": N_("The JSON of this file is broken"),
    "no_objects": N_("The file holds no list of objects"),
    "broken_workbook": N_("The workbook is broken"),
    "password": N_("The file is protected by a password"),
    "broken_zip": N_("The archive is broken"),
    "nested_zip": N_("The archive holds another archive, which is not opened"),
    "zip_too_large": N_("What the archive holds is too large to be read"),
    "no_table_in_zip": N_("The archive holds no table"),
    "members_left_out": N_("The archive holds {value} files, the {read} largest were read"),
    "null_characters": N_("Null characters were left out"),
    "broken_character": N_("A character of this line was lost before the file came here"),
    "stray_quote": N_("A quotation mark opens here and is never closed"),
    "too_many_columns": N_("The file has more than {limit} columns"),
    "no_header": N_("This line holds values: the names of the columns are expected above them"),
    "duplicated_column": N_("Two columns have this name"),
    "column_already_read": N_("Another column already holds this figure"),
    "unknown_layout": N_("The columns of this file are not those of any known layout"),
    "missing_column": N_("This column is missing"),
    "wrong_mapping": N_("What was said of the columns cannot be used ({key}: {reason})"),
    "ragged_row": N_("This line does not have as many cells as there are columns"),
    "nothing_kept": N_("No line of this file could be kept"),
    "not_a_number": N_("This is not a number"),
    "not_a_date": N_("This is not a date"),
    "not_a_year": N_("This is not a year"),
    "wrong_siret": N_("This is not a SIRET or SIREN number"),
    "too_small": N_("This value is below {limit}, the least that it can be"),
    "too_great": N_("This value is above {limit}, the most that it can be"),
    "not_in_list": N_("This value is not one of these: {limit}"),
    "wrong_form": N_("This value does not have the form expected"),
    "sum_broken": N_("The parts do not add up to the whole"),
    "unknown_level": N_("The level of this territory is not recognised"),
    "not_a_code": N_("This is not the code of a territory"),
    "no_territory": N_("This line names no territory"),
    "unknown_territory": N_("No territory answers to this code"),
    "territory_twice": N_("This territory was already on line {first}"),
    "only_departement": N_("The territory is not known: the line counts for its département only"),
    "without_place": N_("This line has no place: it counts for no territory"),
}

#: What the file does not say and that was decided.
ASSUMPTIONS: Mapping[str, str] = {
    "encoding": N_("Encoding taken: {encoding}"),
    "separator": N_("Separator of columns taken: {separator}"),
    "header_row": N_("Names of columns taken from line {line}"),
    "sheet": N_("Sheet or file read: {name}"),
    "profile": N_("Recognised as: {label}"),
    "columns_left_out": N_("Columns that are not read: {columns}"),
    "objects_counted": N_("The lines of this file are numbered by object, the first is 1"),
    "thousands_mark": N_("In “{column}”, “{value}” was read with a mark of thousands"),
    "decimal_mark": N_("In “{column}”, “{value}” was read with a mark of decimals"),
    "day_numbers": N_("In “{column}”, {count} dates were written as numbers of days"),
    "rows_left_out": N_("{count} lines were left out: {reason}"),
    "values_left_out": N_("{count} lines hold figures that are not kept here"),
    "absent_is_zero": N_("{count} figures that the file does not list count as zero"),
    "codes_mended": N_("In “{column}”, {count} codes were mended, as “{value}” read as {code}"),
    "codes_passed": N_("{count} codes of former communes were passed to those of {year}"),
    "districts_left_out": N_(
        "{count} lines of municipal districts were left out: their commune is there"
    ),
    "cog_year_of_resource": N_("Geography of {year}, as its record says"),
    "cog_year_of_mapping": N_("Geography of {year}, as was said with its columns"),
    "cog_year_of_profile": N_("Geography of {year}, as for all files of this layout"),
    "cog_year_of_codes": N_(
        "Geography of {year}, from the codes: {known} of {total} are of that year"
    ),
}
