"""What the actions about following accept."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.territoires import config
from ckanext.territoires.bridge.follows import KINDS, LEVELS, SCOPES, THINGS
from ckanext.territoires.discussion.rhythm import Rhythm


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
        "scope": [ignore_empty, one_of(list(SCOPES))],
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


@validator_args
def mail_choice(
    ignore_missing: Validator,
    boolean_validator: Validator,
    int_validator: Validator,
    one_of: ValidatorFactory,
    territoires_nothing_else: Validator,
) -> Schema:
    return {
        "__extras": [territoires_nothing_else],
        "rhythm": [ignore_missing, one_of([rhythm.value for rhythm in Rhythm])],
        "hour": [ignore_missing, int_validator, one_of(list(range(24)))],
        "mentions": [ignore_missing, boolean_validator],
        "language": [ignore_missing, one_of(config.languages())],
    }
