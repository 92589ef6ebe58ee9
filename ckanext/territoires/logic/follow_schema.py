"""What the actions about following accept."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.territoires.bridge.follows import KINDS, LEVELS, SCOPES, THINGS


@validator_args
def follow(
    not_empty: Validator,
    unicode_safe: Validator,
    ignore_empty: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
    territoires_codes: ValidatorFactory,
    territoires_nothing_else: Validator,
) -> Schema:
    return {
        "__extras": [territoires_nothing_else],
        "kind": [not_empty, one_of(list(KINDS))],
        "id": [not_empty, unicode_safe],
        "level": [default("all"), one_of(list(LEVELS))],
        "scope": [default("within"), one_of(list(SCOPES))],
        "things": [ignore_empty, territoires_codes(list(THINGS))],
    }


@validator_args
def unfollow(
    not_empty: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    territoires_nothing_else: Validator,
) -> Schema:
    return {
        "__extras": [territoires_nothing_else],
        "kind": [not_empty, one_of(list(KINDS))],
        "id": [not_empty, unicode_safe],
    }
