"""Validators of the sheet of a project."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, cast
from uuid import UUID

import ckan.model as model
from ckan.plugins import toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey, Validator

from ckanext.territoires import config
from ckanext.territoires.bridge import custom, labels, project_links, project_programmes
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.logic import coverage
from ckanext.territoires.logic.reader import reader_of
from ckanext.territoires.logic.validators.dataset import is_personal, territoires_date
from ckanext.territoires.logic.validators.form import is_empty, remark
from ckanext.territoires.sheet.stage import Stage

#: Parts of the addresses of the site that come where the name of a project does.
RESERVED = frozenset(
    {
        "activity",
        "brouillon",
        "carte",
        "changes",
        "collaborators",
        "delete",
        "edit",
        "export",
        "feed",
        "fil",
        "follow",
        "followers",
        "groups",
        "history",
        "invitation",
        "moderation",
        "new",
        "nouveau",
        "resources",
        "unfollow",
    }
)
MAX_LINKS = 100
_MAX_EUROS = Decimal(10) ** 12
_SPACES = str.maketrans("", "", " \u00a0\u202f€")
_day = cast(Callable[[Any], Any], territoires_date("start"))
_SEPARATORS = re.compile(r"[\s,;]+")


def territoires_short(limit: int) -> Validator:
    """A text of one line, of so many characters at most."""

    def validator(value: Any) -> str:
        text = " ".join(str(value).split())
        if len(text) > int(limit):
            message = tk._("{count} characters: at most {limit}")
            raise tk.Invalid(message.format(count=len(text), limit=limit))
        return text

    return validator


def territoires_project_name(value: str) -> str:
    """Refuse a name that is an address of the site."""
    if value in RESERVED:
        raise tk.Invalid(
            tk._("“{value}” is an address of the portal: choose another").format(value=value)
        )
    return value


def territoires_stage(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """A stage, the first unless told."""
    value = data.get(key)
    if is_empty(value):
        data[key] = Stage.IDEA.value
    elif value not in list(Stage):
        message = tk._("“{value}” is not one of {choices}")
        errors[key].append(message.format(value=value, choices=", ".join(Stage)))
        raise tk.StopOnError


def territoires_partial_date(value: Any) -> str:
    """A day, a month or a year, kept as precise as it is."""
    text = str(value).strip()
    _day(text)
    return text[:10]


def territoires_euros(value: Any) -> int | float:
    """An amount of euros, not negative, with two decimals at most; whole ones are integers."""
    text = str(value).translate(_SPACES).replace(",", ".")
    try:
        amount = Decimal(text)
        kept = amount.quantize(Decimal("0.01"))
    except InvalidOperation:
        raise tk.Invalid(tk._("“{value}” is not an amount").format(value=value)) from None
    if not 0 <= kept < _MAX_EUROS or kept != amount:
        raise tk.Invalid(tk._("“{value}” is not an amount").format(value=value))
    return int(kept) if kept == kept.to_integral_value() else float(kept)


def territoires_programme_names(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """Programmes of the State that this site knows, as a JSON list; one stored before is kept."""
    given = _list(data.get(key))
    package = context.get("package")
    stored = (package.extras or {}).get(key[0], "") if package else ""
    unknown = [
        name for name in given if name not in project_programmes.names() and name not in stored
    ]
    if unknown:
        message = tk._("“{value}” is not one of {choices}")
        choices = ", ".join(project_programmes.names())
        errors[key].append(message.format(value=unknown[0], choices=choices))
        raise tk.StopOnError
    data[key] = json.dumps(given, ensure_ascii=False)


def territoires_holder(value: Any) -> str:
    """Who carries a project: the identifier of a territory, or the name of a body as it is typed.

    A name or a code that means one territory is that territory.
    """
    text = " ".join(str(value).split())
    found = coverage.read_coverage(
        [text], reference(), home=config.home_territory(), has_custom=custom.readable
    )
    if found.complete and len(found.territories) == 1:
        return found.territories[0]
    if len(text) > 200:
        raise tk.Invalid(
            tk._("{count} characters: at most {limit}").format(count=len(text), limit=200)
        )
    return text


def territoires_shared_mailbox(value: str) -> str:
    """Accept the address of a person, with a word."""
    if is_personal(value):
        remark(
            tk._(
                "{address} looks like the address of a person: a shared mailbox of the service "
                "lasts longer."
            ).format(address=value)
        )
    return value


def territoires_record_identity(value: Any) -> str:
    """The identity of a record of the State's action: 32 hexadecimal digits."""
    try:
        return UUID(str(value).strip()).hex
    except ValueError:
        message = tk._("“{value}” is not the identity of a record")
        raise tk.Invalid(message.format(value=value)) from None


def territoires_linked_records(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """Identities of records of the State's action, stored as a JSON list."""
    identities = dict.fromkeys(territoires_record_identity(one) for one in _list(data.get(key)))
    data[key] = json.dumps(list(identities)[:MAX_LINKS])


def territoires_linked_datasets(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """Datasets by id, name or address, stored as a JSON list of ids.

    One links what one may see; what a colleague linked stays, seen or not.
    """
    given = list(dict.fromkeys(map(project_links.reference, _list(data.get(key)))))[:MAX_LINKS]
    rows = model.Session.query(model.Package.id, model.Package.name).filter(
        model.Package.id.in_(given) | model.Package.name.in_(given),
        model.Package.state == model.State.ACTIVE,
    )
    known = {reference: id for id, name in rows for reference in (id, name)}
    package = context.get("package")
    stored = (package.extras or {}).get(key[0], "") if package else ""
    new = [known[one] for one in given if one in known and known[one] not in stored]
    readable = set(new)
    if not context.get("ignore_auth"):
        readable = labels.readable_ids(new, reader_of(context))
    refused = [
        one
        for one in given
        if (one not in known and one not in stored)
        or (one in known and known[one] in new and known[one] not in readable)
    ]
    if refused:
        shown = ", ".join(refused[:10])
        raise tk.Invalid(tk._("These data are not on this portal: {shown}").format(shown=shown))
    data[key] = json.dumps(list(dict.fromkeys(known.get(one, one) for one in given)))


def _list(value: Any) -> list[str]:
    """A list, a JSON list, or words on lines."""
    if is_empty(value):
        return []
    if isinstance(value, str):
        if value.lstrip().startswith("["):
            try:
                value = json.loads(value)
            except ValueError as error:
                raise tk.Invalid(tk._("This is not a list")) from error
        else:
            value = _lines(value)
    return list(dict.fromkeys(text for item in value if (text := str(item).strip())))


def _lines(text: str) -> list[str]:
    """Names and addresses hold no space; those of programmes come alone."""
    if text in project_programmes.names():
        return [text]
    return [part for part in _SEPARATORS.split(text) if part]
