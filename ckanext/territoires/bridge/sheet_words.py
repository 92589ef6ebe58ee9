"""What happened to the sheet of a project, said to the reader: the facts of `sheet.changes`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge.project_fields import (
    choice_label,
    date_words,
    euros,
    field_label,
    holder_name,
    territory_name,
)
from ckanext.territoires.sheet.changes import codes

Facts = Mapping[str, Any]
Row = Mapping[str, Any]
#: From the state of money that is surest to the first.
_STATES = ("paid", "granted", "asked")


def sentences(facts: Facts) -> list[str]:
    """What an entry of kind `sheet`, `stage`, `access` or `file` says, a sentence a change."""
    found = [
        sentence for change in facts.get("changes", ()) for sentence in _said(change) if sentence
    ]
    for key, words in (("added", _file_added), ("removed", _file_removed)):
        found += [
            words(each.get("name") or tk._("a file without a name")) for each in facts.get(key, ())
        ]
    return found


def _file_added(name: str) -> str:
    return tk._("File added: {name}").format(name=name)


def _file_removed(name: str) -> str:
    return tk._("File removed: {name}").format(name=name)


def _said(change: Facts) -> list[str]:
    name, before, after = change["field"], change.get("before"), change.get("after")
    if name in _TEXTS:
        return [_TEXTS[name](before or "", after or "")]
    if name in _ROWS:
        return _ROWS[name](before, after)
    return _list(name, codes(before), codes(after))


def _title(_before: str, after: str) -> str:
    return tk._("The title becomes “{title}”").format(title=after)


def _notes(_before: str, _after: str) -> str:
    return tk._("The summary is written anew")


def _holder(before: str, after: str) -> str:
    if not after:
        return tk._("{name} no longer carries the project").format(name=holder_name(before))
    return tk._("The project is carried by {name}").format(name=holder_name(after))


def _service(_before: str, after: str) -> str:
    service = model.Group.get(after) if after else None
    name = (service.title or service.name) if service else tk._("none")
    return tk._("The lead service is now: {name}").format(name=name)


def _stage(before: str, after: str) -> str:
    new = choice_label("stage", after)
    if not before:
        return tk._("The project is at the stage “{after}”").format(after=new)
    return tk._("The project passes from the stage “{before}” to the stage “{after}”").format(
        before=choice_label("stage", before), after=new
    )


def _access(before: str, after: str) -> str:
    return tk._("Who may see the project: “{before}” becomes “{after}”").format(
        before=choice_label("access_level", before), after=choice_label("access_level", after)
    )


def _list(name: str, left: list[str], entered: list[str]) -> list[str]:
    if name == "related_datasets":
        return [
            text.format(count=len(changed))
            for changed, text in (
                (
                    entered,
                    tk.ungettext("{count} dataset linked", "{count} datasets linked", len(entered)),
                ),
                (
                    left,
                    tk.ungettext(
                        "{count} dataset unlinked", "{count} datasets unlinked", len(left)
                    ),
                ),
            )
            if changed
        ]
    if name == "related_records":
        return [tk._("The links to the State's action have changed")]
    label = field_label("tag_string" if name == "tags" else name)
    word = territory_name if name == "territory" else lambda code: choice_label(name, code)
    found: list[str] = []
    for changed, text in (
        (entered, tk._("{field}: added {names}")),
        (left, tk._("{field}: removed {names}")),
    ):
        if changed:
            found.append(text.format(field=label, names=", ".join(map(word, changed))))
    return found


def _stage_date(before: Row | None, after: Row | None) -> list[str]:
    row = after or before or {}
    stage = choice_label("stage", str(row.get("stage")))
    if after is None:
        return [tk._("The stage “{stage}” has no date any more").format(stage=stage)]
    return [
        tk._("The stage “{stage}” is dated {date}").format(
            stage=stage, date=date_words(str(after.get("date", "")))
        )
    ]


def _partner(before: Row | None, after: Row | None) -> list[str]:
    row = after or before or {}
    name, role = str(row.get("name", "")), str(row.get("role", ""))
    if after is None:
        return [tk._("{name} is no longer a partner").format(name=name)]
    if not role:
        return [tk._("{name} is a partner").format(name=name)]
    return [tk._("{name} is a partner: {role}").format(name=name, role=role)]


def _contact(before: Row | None, after: Row | None) -> list[str]:
    row = after or before or {}
    name = str(row.get("name") or row.get("email") or "")
    if after is None:
        return [tk._("{name} is no longer a contact").format(name=name)]
    how = ", ".join(str(after[part]) for part in ("email", "phone") if after.get(part))
    if not how:
        return [tk._("{name} is a contact").format(name=name)]
    return [tk._("{name} is a contact: {address}").format(name=name, address=how)]


def _calendar(before: Row | None, after: Row | None) -> list[str]:
    row = after or before or {}
    what = str(row.get("milestone", ""))
    if after is None:
        return [tk._("No longer in the calendar: {milestone}").format(milestone=what)]
    day = date_words(str(after.get("date", "")))
    if before is None:
        return [tk._("In the calendar, {date}: {milestone}").format(date=day, milestone=what)]
    if before.get("date") != after.get("date"):
        return [
            tk._("“{milestone}” passes from {before} to {after}").format(
                milestone=what, before=date_words(str(before.get("date", ""))), after=day
            )
        ]
    return [
        tk._("“{before}” becomes “{after}” in the calendar").format(
            before=before.get("milestone", ""), after=what
        )
    ]


def _financing(before: Row | None, after: Row | None) -> list[str]:
    row = after or before or {}
    line = _line(row)
    if after is None or before is None:
        text = (
            tk._("The financing plan loses a line: {line}")
            if after is None
            else tk._("The financing plan gains a line: {line}")
        )
        amount = _furthest(row)
        named = str(row.get("scheme") or row.get("funder") or "")
        return [text.format(line=", ".join(filter(None, [named, amount])))]
    found: list[str] = []
    old, new = _furthest(before), _furthest(after)
    if old and new and old != new:
        found.append(
            tk._("{line} passes from {before} to {after}").format(line=line, before=old, after=new)
        )
    elif new and not old:
        found.append(tk._("{line}: {amount}").format(line=line, amount=new))
    elif old and not new:
        found.append(tk._("{line}: {amount}, no longer said").format(line=line, amount=old))
    said = {_furthest_state(before), _furthest_state(after)}
    # What the passage above has not said already: the same state with another amount.
    found += [
        tk._("{line}: {amount}").format(line=line, amount=_amount(state, after))
        for state in _STATES
        if state not in said and before.get(state) != after.get(state) and after.get(state)
    ]
    return found or [tk._("{line} of the financing plan is corrected").format(line=line)]


def _line(row: Row) -> str:
    if row.get("scheme"):
        return tk._("The {scheme} grant").format(scheme=row["scheme"])
    return tk._("The share of {funder}").format(funder=row.get("funder", ""))


def _furthest_state(row: Row) -> str:
    return next((state for state in _STATES if row.get(state) is not None), "")


def _furthest(row: Row) -> str:
    state = _furthest_state(row)
    return _amount(state, row) if state else ""


def _amount(state: str, row: Row) -> str:
    text = {
        "asked": tk._("{amount} asked"),
        "granted": tk._("{amount} granted"),
        "paid": tk._("{amount} paid"),
    }[state]
    return text.format(amount=euros(row[state]))


_TEXTS: Mapping[str, Callable[[str, str], str]] = {
    "title": _title,
    "notes": _notes,
    "holder": _holder,
    "owner_org": _service,
    "stage": _stage,
    "access_level": _access,
}
_ROWS: Mapping[str, Callable[[Row | None, Row | None], list[str]]] = {
    "stage_dates": _stage_date,
    "partners": _partner,
    "contacts": _contact,
    "calendar": _calendar,
    "financing": _financing,
}
