"""Reading records: what is accepted, and the line of what is not."""

from __future__ import annotations

import json

import pytest

from ckanext.territoires.udata import UnreadableRecords, read_records

GOOD = '{"id": "1", "slug": "a", "title": "A", "resources": []}'


def test_lines_a_list_and_a_page_give_the_same_records() -> None:
    expected = [json.loads(GOOD)] * 2
    assert read_records(f"{GOOD}\n\n{GOOD}\n", "dataset") == expected
    assert read_records(f"[{GOOD},\n{GOOD}]", "dataset") == expected
    assert read_records(f'{{"data": [{GOOD}, {GOOD}], "page": 1}}', "dataset") == expected


@pytest.mark.parametrize(
    ("text", "line", "fault", "detail"),
    [
        ("", 1, "empty", ""),
        ("\n \n", 1, "empty", ""),
        ("[]", 1, "empty", ""),
        (f"{GOOD}\n{{oops", 2, "not-json", "Expecting property name enclosed in double quotes"),
        ("[1,\n2,\n}", 3, "not-json", "Expecting value"),
        ("id;slug;title\n1;a;A\n", 1, "not-json", "Expecting value"),
        (f"{GOOD}\n42", 2, "not-a-record", ""),
        (f'{GOOD}\n{{"type": "FeatureCollection"}}', 2, "missing-field", "id"),
        (f"{GOOD}\n" + GOOD.replace('"A"', '""'), 2, "missing-field", "title"),
        (GOOD.replace("[]", "null"), 1, "missing-field", "resources"),
        (GOOD.replace("}", ', "tags": [1]}'), 1, "wrong-type", "tags"),
        (GOOD.replace("}", ', "spatial": "fr"}'), 1, "wrong-type", "spatial"),
        (GOOD.replace("}", ', "organization": {"id": "1"}}'), 1, "missing-field", "slug"),
        ("[" * 100_000, 1, "not-json", "too deep"),
    ],
)
def test_the_line_of_the_fault_is_told(text: str, line: int, fault: str, detail: str) -> None:
    with pytest.raises(UnreadableRecords) as caught:
        read_records(text, "dataset")
    assert (caught.value.line, caught.value.fault, caught.value.detail) == (line, fault, detail)


def test_an_organization_is_not_a_dataset() -> None:
    organization = '{"id": "1", "slug": "a", "name": "A"}'
    assert read_records(organization, "organization")
    with pytest.raises(UnreadableRecords):
        read_records(organization, "dataset")
