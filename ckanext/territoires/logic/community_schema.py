"""What the actions about the community of a project accept."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.territoires.bridge.labels import LEVELS
from ckanext.territoires.bridge.roles import ROLES

_ROLES = [role.value for role in ROLES]
MAX_TEXT = 2_000


@validator_args
def of_project(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe]}


@validator_args
def of_person(
    not_empty: Validator, unicode_safe: Validator, territoires_nothing_else: Validator
) -> Schema:
    return {
        "__extras": [territoires_nothing_else],
        "id": [not_empty, unicode_safe],
        "user": [not_empty, unicode_safe],
    }


@validator_args
def member(
    not_empty: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    territoires_nothing_else: Validator,
) -> Schema:
    return {
        "__extras": [territoires_nothing_else],
        "id": [not_empty, unicode_safe],
        "user": [not_empty, unicode_safe],
        "role": [not_empty, one_of(_ROLES)],
    }


@validator_args
def service(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
    territoires_nothing_else: Validator,
) -> Schema:
    return {
        "__extras": [territoires_nothing_else],
        "id": [not_empty, unicode_safe],
        "service": [not_empty, unicode_safe],
        "role": [default("member"), one_of(_ROLES)],
    }


@validator_args
def invite(
    not_empty: Validator,
    unicode_safe: Validator,
    email_validator: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
    territoires_nothing_else: Validator,
) -> Schema:
    return {
        "__extras": [territoires_nothing_else],
        "id": [not_empty, unicode_safe],
        "email": [not_empty, unicode_safe, email_validator],
        "role": [default("member"), one_of(_ROLES)],
    }


@validator_args
def accept(
    not_empty: Validator,
    unicode_safe: Validator,
    ignore_empty: Validator,
    ignore_missing: Validator,
) -> Schema:
    return {
        "token": [not_empty, unicode_safe],
        "fullname": [ignore_empty, unicode_safe],
        "password": [ignore_missing, unicode_safe],
    }


@validator_args
def join(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    territoires_short: ValidatorFactory,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "text": [default(""), unicode_safe, territoires_short(MAX_TEXT)],
    }


@validator_args
def answer(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "role": [default("member"), one_of([*_ROLES, "refused"])],
    }


@validator_args
def access(
    not_empty: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    territoires_nothing_else: Validator,
) -> Schema:
    return {
        "__extras": [territoires_nothing_else],
        "id": [not_empty, unicode_safe],
        "access_level": [not_empty, one_of(list(LEVELS))],
    }
