"""Validators of a dataset's fields, but for its territories."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime
from typing import Any, cast

import ckan.model as model
from ckan.lib.munge import munge_title_to_name
from ckan.plugins import toolkit as tk
from ckan.types import (
    Context,
    ContextValidator,
    FlattenDataDict,
    FlattenErrorDict,
    FlattenKey,
    Validator,
)

from ckanext.territoires import config
from ckanext.territoires.bridge.labels import is_project
from ckanext.territoires.bridge.services import extras_of
from ckanext.territoires.logic.validators.form import in_dataset_form, is_empty, remark

LEVELS = ("public", "agents", "service")
PROJECT_LEVELS = (*LEVELS, "community")
DEFAULT_REASON = "internal"
DEFAULT_LICENSE = "lov2"
FIRST_COG_YEAR = 1943
# What CKAN accepts as the name of a dataset, less the room of a suffix.
NAME_LENGTH = 90
PERSONAL_ADDRESS = re.compile(r"[a-z]{2,}(-[a-z]+)*\.[a-z]{2,}(-[a-z]+)*@", re.IGNORECASE)
PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:[T ].*)?")


def territoires_required_in_form(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """Ask for a value in the form; the API stays as open as CKAN's own."""
    if is_empty(data.get(key)):
        data.pop(key, None)
        if in_dataset_form():
            errors[key].append(tk._("Missing value"))
        raise tk.StopOnError


def territoires_name_from_title(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """Make the name from the title when none is given, as the page does with script."""
    if not is_empty(data.get(key)):
        return
    title = data.get(("title",))
    if is_empty(title):
        raise tk.Invalid(tk._("Missing value"))
    base = munge_title_to_name(str(title))[:NAME_LENGTH]
    taken = model.Session.query(model.Package.name).filter(
        model.Package.name.startswith(base, autoescape=True)
    )
    names = {name for (name,) in taken}
    candidates = (base if n == 1 else f"{base}-{n}" for n in range(1, len(names) + 2))
    data[key] = next(name for name in candidates if name not in names)


def territoires_access_level(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """Settle the access level, and `private` from it.

    What changed decides, and a level before `private`: so a program that knows only `private`
    still works, through `package_patch` too, which repeats all that is stored.
    """
    given, private = data.get(key), _given_private(data)
    levels = PROJECT_LEVELS if is_project({"type": data.get(("type",))}) else LEVELS
    if not is_empty(given) and given not in levels:
        message = tk._("“{value}” is not one of {choices}")
        errors[key].append(message.format(value=given, choices=", ".join(levels)))
        raise tk.StopOnError
    dataset = context.get("package")
    level = _settled(None if is_empty(given) else given, private, dataset)
    data[key] = level
    data[("private",)] = level != "public"


def _settled(given: str | None, private: bool | None, dataset: model.Package | None) -> str:
    if dataset is None or dataset.state == "draft" and given is None and private is None:
        return given or _from_private(private) or config.default_access_level()
    stored = (dataset.extras or {}).get("access_level")
    if given and given != stored:
        return given
    if private is not None and private != dataset.private:
        return "service" if private else "public"
    return given or ("service" if dataset.private else "public")


def _from_private(private: bool | None) -> str | None:
    return None if private is None else "service" if private else "public"


def _given_private(data: FlattenDataDict) -> bool | None:
    value = data.get(("private",))
    return None if is_empty(value) else tk.asbool(value)


def territoires_access_reason(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """Keep a reason for what is not public, the commonest unless told; none for what is."""
    if errors.get(("access_level",)) or data.get(("access_level",)) == "public":
        data[key] = ""
    elif is_empty(data.get(key)):
        data[key] = DEFAULT_REASON


def territoires_contact_email(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """Check the address, the service's own unless told; a person's is accepted with a word."""
    if is_empty(data.get(key)):
        service = model.Group.get(data.get(("owner_org",)) or "")
        data[key] = extras_of(service).get("contact_email", "") if service else ""
    address = str(data[key]).strip()
    if not address:
        data.pop(key)
        if in_dataset_form():
            errors[key].append(tk._("Missing value"))
        raise tk.StopOnError
    check = cast(ContextValidator, tk.get_validator("email_validator"))
    data[key] = check(address, context)
    if is_personal(address):
        remark(
            tk._(
                "{address} looks like the address of a person: a shared mailbox of the service "
                "lasts longer."
            ).format(address=address)
        )


def is_personal(address: str) -> bool:
    """Whether an address reads `first.last@`, rather than the mailbox of a service."""
    return bool(PERSONAL_ADDRESS.match(address))


def territoires_default_license(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """Licence Ouverte unless told, where the site has it."""
    if not is_empty(data.get(key)):
        return
    if DEFAULT_LICENSE not in model.Package.get_license_register():
        data.pop(key, None)
        raise tk.StopOnError
    data[key] = DEFAULT_LICENSE


def territoires_date(bound: str) -> Validator:
    """An ISO date; a year or a month stands for its first day (`start`) or its last (`end`)."""

    def validator(value: Any) -> str:
        try:
            return _whole_date(str(value).strip(), bound).isoformat()
        except ValueError as error:
            raise tk.Invalid(
                tk._("“{value}” is not a date: 2026, 2026-05 or 2026-05-31 is expected").format(
                    value=value
                )
            ) from error

    return validator


def territoires_after(other: str) -> Validator:
    """A date that is not before another field's."""

    def validator(
        key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
    ) -> None:
        start = data.get((*key[:-1], other))
        if errors.get(key) or is_empty(data.get(key)) or is_empty(start):
            return
        try:
            first = _whole_date(str(start).strip(), "start").isoformat()
        except ValueError:
            return
        if data[key] < first:
            errors[key].append(tk._("The period ends before it starts"))

    return validator


def _whole_date(text: str, bound: str) -> date:
    match = PARTIAL_DATE.fullmatch(text)
    if not match:
        raise ValueError(text)
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    last = bound == "end"
    month = month or (12 if last else 1)
    return date(year, month, day or (calendar.monthrange(year, month)[1] if last else 1))


def territoires_cog_year(value: Any) -> str:
    """Year of the official geographic code, from the first whose codes are still understood."""
    text = str(value).strip()
    last = datetime.now(tz=UTC).year + 1
    if not re.fullmatch(r"\d{4}", text) or not FIRST_COG_YEAR <= int(text) <= last:
        raise tk.Invalid(
            tk._("“{value}” is not a year between {first} and {last}").format(
                value=value, first=FIRST_COG_YEAR, last=last
            )
        )
    return text
