"""What the actions about editions and comments accept."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.territoires.portrait.contents import contents

THEMES = [theme.name for theme in contents()]


@validator_args
def edition_show(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe]}


@validator_args
def edition_list(
    not_empty: Validator,
    territoires_territory_id: Validator,
    default: ValidatorFactory,
    natural_number_validator: Validator,
    territoires_at_most: ValidatorFactory,
) -> Schema:
    return {
        "territory": [not_empty, territoires_territory_id],
        "limit": [default(20), natural_number_validator, territoires_at_most(100)],
    }


@validator_args
def comment_list(
    not_empty: Validator,
    ignore_empty: Validator,
    one_of: ValidatorFactory,
    territoires_territory_id: Validator,
) -> Schema:
    return {
        "territory": [not_empty, territoires_territory_id],
        "theme": [ignore_empty, one_of(THEMES)],
    }


@validator_args
def comment_save(
    not_empty: Validator,
    not_missing: Validator,
    one_of: ValidatorFactory,
    unicode_safe: Validator,
    territoires_territory_id: Validator,
    territoires_comment: Validator,
) -> Schema:
    return {
        "territory": [not_empty, territoires_territory_id],
        "theme": [not_empty, one_of(THEMES)],
        "text": [not_missing, unicode_safe, territoires_comment],
    }
