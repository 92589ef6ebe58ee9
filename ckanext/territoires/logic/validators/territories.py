"""Validators of territories."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import ckan.model as model
from ckan.plugins import toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey, Validator

from ckanext.territoires import config
from ckanext.territoires.bridge import custom, wording
from ckanext.territoires.bridge.reference import UnknownTerritory, current_ids, reference
from ckanext.territoires.bridge.services import extras_of
from ckanext.territoires.logic import coverage
from ckanext.territoires.logic.validators.form import in_dataset_form, is_empty, remark

# A message that lists thousands of codes helps nobody.
SHOWN = 10


def territoires_territory_id(value: str) -> str:
    """Identifier of one territory; a former commune's passes to today's."""
    try:
        today, *others = current_ids(value)
    except UnknownTerritory as error:
        raise tk.Invalid(tk._("No territory answers to “{id}”").format(id=value)) from error
    if others:
        ids = ", ".join([today, *others])
        raise tk.Invalid(tk._("“{id}” was split: choose one of {ids}").format(id=value, ids=ids))
    return today


def territoires_at_most(limit: int) -> Validator:
    """Refuse a number above a limit: an answer is never cut in silence."""

    def validator(value: Any) -> Any:
        # What is no number was refused by the validator before; CKAN runs this one all the same.
        if isinstance(value, int) and value > limit:
            raise tk.Invalid(tk._("At most {limit}").format(limit=limit))
        return value

    return validator


def territoires_communes(limit: int) -> Validator:
    """Communes as identifiers, codes or names, in a list or in text of any separator.

    Gives identifiers of today, each once; codes of former communes pass to today's.
    """

    def validator(value: Any) -> list[str]:
        found = understood(value)
        others = [id for id in found.territories if ":commune:" not in id]
        if others:
            raise tk.Invalid(
                tk._("These are not communes: {shown}").format(shown=shown(map(named, others)))
            )
        if len(found.territories) > limit:
            raise tk.Invalid(
                tk._("{count} communes, {limit} at most").format(
                    count=len(found.territories), limit=limit
                )
            )
        return list(found.territories)

    return validator


def territoires_coverage(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """Territories that a dataset covers, stored as a JSON list of identifiers of today.

    Left empty, they are the territory of its service.
    """
    given = data.get(key)
    if is_empty(given) and (in_dataset_form() or "package" not in context):
        service = model.Group.get(data.get(("owner_org",)) or "")
        given = extras_of(service).get("territory") if service else None
    if is_empty(given):
        if in_dataset_form():
            raise tk.Invalid(tk._("Choose at least one territory"))
        data.pop(key, None)
        raise tk.StopOnError
    found = understood(given)
    data[key] = json.dumps(list(found.territories))
    for line in remarks(found):
        remark(line)


def territoires_today(ids: list[str]) -> list[str]:
    """Territories of a stored field as those of today; what nothing answers to stays as it is.

    What an agent then saves, by a form or a patch of another field, is valid again.
    """
    found: dict[str, None] = {}
    for identifier in ids:
        try:
            found |= dict.fromkeys(current_ids(identifier))
        except UnknownTerritory:
            found[identifier] = None
    return list(found)


def territoires_competence(value: Any) -> str:
    """The one territory where a service acts, as an identifier of today."""
    found = understood(value)
    if len(found.territories) > 1:
        raise tk.Invalid(
            tk._("One territory is expected: {shown}").format(
                shown=shown(map(named, found.territories))
            )
        )
    if not found.territories:
        raise tk.Invalid(tk._("Choose at least one territory"))
    for line in remarks(found):
        remark(line)
    return found.territories[0]


def read(value: Any) -> coverage.Coverage:
    """What is understood of a list, of JSON text, or of text pasted from a spreadsheet.

    Raises:
        Invalid: the value is neither, or JSON that does not hold a list of texts.

    """
    return coverage.read_coverage(
        _as_texts(value), reference(), home=config.home_territory(), has_custom=custom.readable
    )


def understood(value: Any) -> coverage.Coverage:
    """The same, when all of it was understood.

    Raises:
        Invalid: one message that names what was not, however many.

    """
    found = read(value)
    if not found.complete:
        raise tk.Invalid(" ".join(problems(found)))
    return found


def _as_texts(value: Any) -> list[str]:
    if isinstance(value, str):
        if not value.lstrip().startswith(("[", "{")):
            return [value]
        try:
            value = json.loads(value)
        except ValueError as error:
            raise tk.Invalid(tk._("This is not valid JSON: {error}").format(error=error)) from error
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise tk.Invalid(tk._("A list of identifiers of territories is expected"))
    return value


def problems(found: coverage.Coverage) -> list[str]:
    """What could not be used, in sentences."""
    lines: list[str] = []
    if found.unknown:
        quoted = shown(f"“{text}”" for text in found.unknown)
        lines.append(tk._("No territory answers to {shown}.").format(shown=quoted))
    for item in found.ambiguous[:SHOWN]:
        choices = shown(map(named, item.choices))
        message = (
            tk._("“{text}” was split: choose among {choices}.")
            if item.split
            else tk._("“{text}” may be {choices}: write the code of the right one.")
        )
        lines.append(message.format(text=item.text, choices=choices))
    return lines


def remarks(found: coverage.Coverage) -> list[str]:
    """What a person should know of what was understood: accepted, yet not as it was written."""
    lines: list[str] = []
    if found.replaced:
        pairs = shown(
            tk._("“{text}” is now {name}").format(text=text, name=named(id))
            for text, id in found.replaced
        )
        lines.append(tk._("Communes that have merged: {pairs}.").format(pairs=pairs))
    held = coverage.redundant(found.territories, reference())
    if held:
        pairs = shown(
            tk._("{name} lies in {other}").format(name=named(id), other=named(above))
            for id, above in held.items()
        )
        lines.append(
            tk._("Some territories are inside others of the list and add nothing: {pairs}.").format(
                pairs=pairs
            )
        )
    lines.extend(
        tk._("These {count} communes are exactly {name}: one territory would say it.").format(
            count=len(proposal.members), name=named(proposal.territory)
        )
        for proposal in coverage.simpler(found.territories, reference())
    )
    return lines


def named(identifier: str) -> str:
    """A territory as a person and a program both know it: its name, place and identifier."""
    territory = reference().get(identifier)
    if territory is None:
        return identifier
    return f"{territory.name} ({wording.where(territory)}, {identifier})"


def shown(items: Iterable[str]) -> str:
    """The first items of a list, and how many are left."""
    listed = list(items)
    text = ", ".join(listed[:SHOWN])
    more = len(listed) - SHOWN
    return tk._("{list} and {more} more").format(list=text, more=more) if more > 0 else text
