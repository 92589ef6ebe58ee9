"""What the actions about the thread of a project accept."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.territoires.discussion.message import KINDS, WRITTEN

MAX_LIMIT = 200
MAX_FILES = 10


@validator_args
def message_create(
    not_empty: Validator,
    unicode_safe: Validator,
    ignore_empty: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
    territoires_message_text: Validator,
    territoires_day: Validator,
    territoires_texts: Validator,
    territoires_nothing_else: Validator,
) -> Schema:
    return {
        "__extras": [territoires_nothing_else],
        "project_id": [not_empty, unicode_safe],
        "text": [not_empty, unicode_safe, territoires_message_text],
        "kind": [default("message"), one_of(sorted(WRITTEN))],
        "reply_to_id": [ignore_empty, unicode_safe],
        "assignee": [ignore_empty, unicode_safe],
        "due": [ignore_empty, territoires_day],
        "files": [ignore_empty, territoires_texts],
    }


@validator_args
def message_update(
    not_empty: Validator,
    unicode_safe: Validator,
    ignore_empty: Validator,
    ignore_missing: Validator,
    boolean_validator: Validator,
    territoires_message_text: Validator,
    territoires_day: Validator,
    territoires_nothing_else: Validator,
) -> Schema:
    return {
        "__extras": [territoires_nothing_else],
        "id": [not_empty, unicode_safe],
        "text": [ignore_missing, not_empty, unicode_safe, territoires_message_text],
        "pinned": [ignore_missing, boolean_validator],
        "closed": [ignore_missing, boolean_validator],
        "answer_id": [ignore_empty, unicode_safe],
        "assignee": [ignore_empty, unicode_safe],
        "due": [ignore_empty, territoires_day],
    }


@validator_args
def message_id(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe]}


@validator_args
def message_list(
    not_empty: Validator,
    unicode_safe: Validator,
    ignore_empty: Validator,
    default: ValidatorFactory,
    boolean_validator: Validator,
    natural_number_validator: Validator,
    territoires_at_most: ValidatorFactory,
    territoires_codes: ValidatorFactory,
    territoires_nothing_else: Validator,
) -> Schema:
    return {
        "__extras": [territoires_nothing_else],
        "project_id": [not_empty, unicode_safe],
        "after": [ignore_empty, natural_number_validator],
        "before": [ignore_empty, natural_number_validator],
        "kinds": [ignore_empty, territoires_codes([str(kind) for kind in KINDS])],
        "q": [ignore_empty, unicode_safe],
        "pinned": [default(False), boolean_validator],
        "newest_first": [default(False), boolean_validator],
        "limit": [default(50), natural_number_validator, territoires_at_most(MAX_LIMIT)],
    }


@validator_args
def message_reason(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe], "reason": [not_empty, unicode_safe]}


@validator_args
def thread_lock(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    boolean_validator: Validator,
) -> Schema:
    return {
        "project_id": [not_empty, unicode_safe],
        "locked": [default(True), boolean_validator],
    }


@validator_args
def report_list(
    ignore_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    boolean_validator: Validator,
) -> Schema:
    return {
        "project_id": [ignore_empty, unicode_safe],
        "handled": [default(False), boolean_validator],
    }


@validator_args
def report_handle(
    not_empty: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    ignore_empty: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "outcome": [not_empty, one_of(["kept", "hidden"])],
        "reason": [ignore_empty, unicode_safe],
    }
