"""What changed between two versions of a sheet, as facts that are said in words later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: Fields that hold one text.
TEXTS = ("title", "notes", "holder", "owner_org", "stage", "access_level")
#: Fields that hold a list of codes: the order does not count.
LISTS = ("territory", "theme", "programmes", "tags", "related_datasets", "related_records")
#: Fields that hold rows, and what tells one row from another, from the surest to the loosest.
ROWS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "stage_dates": (("stage",),),
    "partners": (("name",),),
    "contacts": (("name", "email"), ("name",), ("email",)),
    "calendar": (("milestone", "date"), ("milestone",), ("date",)),
    "financing": (
        ("record",),
        ("funder", "scheme", "year"),
        ("funder", "scheme"),
        ("scheme", "year"),
        ("scheme",),
    ),
}
FIELDS = (*TEXTS, *LISTS, *ROWS)
_SUBJECT: Mapping[str, tuple[str, ...]] = {
    "stage_dates": ("stage",),
    "partners": ("name",),
    "contacts": ("name", "email"),
    "calendar": ("milestone", "date"),
    "financing": ("scheme", "funder"),
}
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed in a field.

    `subject` is what the row is about (a scheme, a partner...), empty for a field that has no rows.
    `before` and `after`: texts; for a list, what left it and what entered it; for a row, the row,
    None when it was not there.
    """

    field: str
    subject: str
    before: Any
    after: Any

    def as_dict(self) -> dict[str, Any]:
        """The fact as it is stored."""
        return {
            "field": self.field,
            "subject": self.subject,
            "before": self.before,
            "after": self.after,
        }


def changes(before: Row, after: Row) -> list[Change]:
    """Differences of two sheets, field by field in the order of FIELDS."""
    found: list[Change] = []
    for name in TEXTS:
        old, new = _text(before.get(name)), _text(after.get(name))
        if old != new:
            found.append(Change(name, "", old, new))
    for name in LISTS:
        old_codes, new_codes = codes(before.get(name)), codes(after.get(name))
        left = [code for code in old_codes if code not in new_codes]
        entered = [code for code in new_codes if code not in old_codes]
        if left or entered:
            found.append(Change(name, "", left, entered))
    for name, keys in ROWS.items():
        found += _rows(name, keys, rows(before.get(name)), rows(after.get(name)))
    return found


def differing(before: Row, after: Row) -> list[str]:
    """Names of the fields that differ, in the order of FIELDS."""
    return list(dict.fromkeys(change.field for change in changes(before, after)))


def codes(value: Any) -> list[str]:
    """The codes of a list, each once; those of tags are their names."""
    items: Iterable[Any] = [value] if isinstance(value, str) else value or ()
    named = (item.get("name") if isinstance(item, Mapping) else item for item in items)
    return list(dict.fromkeys(str(item) for item in named if item))


def rows(value: Any) -> list[dict[str, Any]]:
    """The rows of a field without what is empty in them; an empty row is none."""
    kept = (
        {key: item for key, item in row.items() if item not in (None, "")}
        for row in value or ()
        if isinstance(row, Mapping)
    )
    return [row for row in kept if row]


def _text(value: Any) -> str:
    return str(value or "").replace("\r\n", "\n").strip()


def _rows(
    name: str,
    keys: Sequence[tuple[str, ...]],
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
) -> list[Change]:
    """Pair the rows by the surest key first, so that a changed amount is not a new line."""
    old, new = list(before), list(after)
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for row in before:
        if row in new:
            new.remove(row)
            old.remove(row)
    for key in keys:
        for row in list(old):
            same = [one for one in new if _key(one, key) == _key(row, key)]
            if _key(row, key) and same:
                pairs.append((row, same[0]))
                old.remove(row)
                new.remove(same[0])
    found = [Change(name, _subject(name, b), b, a) for b, a in pairs]
    found += [Change(name, _subject(name, row), row, None) for row in old]
    return found + [Change(name, _subject(name, row), None, row) for row in new]


def _key(row: Row, key: tuple[str, ...]) -> tuple[str, ...] | None:
    if not all(row.get(part) for part in key):
        return None
    return tuple(" ".join(str(row[part]).casefold().split()) for part in key)


def _subject(name: str, row: Row) -> str:
    return next((str(row[part]) for part in _SUBJECT[name] if row.get(part)), "")
