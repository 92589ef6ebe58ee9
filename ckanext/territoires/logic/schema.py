"""What each action accepts."""

from __future__ import annotations

from ckan.logic.schema import validator_args
from ckan.types import Schema, Validator, ValidatorFactory

from ckanext.territoires.bridge import records
from ckanext.territoires.bridge.custom import MAX_COMMUNES
from ckanext.territoires.bridge.record_selection import BY, KINDS, SCOPES
from ckanext.territoires.territory.identifier import LEVELS

MAX_RECORDS = 1_000
VISIBILITIES = ["private", "agents", "public"]
# What "the ... of a territory" may be.
STATISTICS_LEVELS = ("commune", "epci", "arrondissement", "departement", "region")
STATISTICS_FORMATS = ("json", "csv", "xlsx", "geojson")


@validator_args
def territory_show(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe]}


@validator_args
def territory_autocomplete(
    default: ValidatorFactory,
    ignore_empty: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    natural_number_validator: Validator,
    territoires_at_most: ValidatorFactory,
    territoires_territory_id: Validator,
) -> Schema:
    return {
        "q": [default(""), unicode_safe],
        "level": [ignore_empty, one_of(list(LEVELS))],
        "within": [ignore_empty, territoires_territory_id],
        "limit": [default(10), natural_number_validator, territoires_at_most(100)],
    }


@validator_args
def territory_members(
    not_empty: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
    territoires_territory_id: Validator,
) -> Schema:
    return {
        "id": [not_empty, territoires_territory_id],
        "level": [default("commune"), one_of(list(LEVELS))],
    }


@validator_args
def territory_resolve(
    not_empty: Validator,
    ignore_empty: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    int_validator: Validator,
) -> Schema:
    return {
        "code": [not_empty, unicode_safe],
        "year": [ignore_empty, int_validator],
        "level": [ignore_empty, one_of(list(LEVELS))],
    }


@validator_args
def coverage_read(not_empty: Validator) -> Schema:
    return {"text": [not_empty]}


@validator_args
def service_list(
    not_empty: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
    territoires_territory_id: Validator,
) -> Schema:
    return {
        "territory": [not_empty, territoires_territory_id],
        "scope": [default("relevant"), one_of(["relevant", "exact", "within"])],
    }


@validator_args
def custom_territory_create(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    one_of: ValidatorFactory,
    territoires_communes: ValidatorFactory,
) -> Schema:
    return {
        "name": [not_empty, unicode_safe],
        "communes": [not_empty, territoires_communes(MAX_COMMUNES)],
        "visibility": [default("private"), one_of(VISIBILITIES)],
    }


@validator_args
def custom_territory_update(
    not_empty: Validator,
    ignore_missing: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    territoires_communes: ValidatorFactory,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "name": [ignore_missing, not_empty, unicode_safe],
        "communes": [ignore_missing, not_empty, territoires_communes(MAX_COMMUNES)],
        "visibility": [ignore_missing, one_of(VISIBILITIES)],
    }


@validator_args
def indicator_list(
    default: ValidatorFactory,
    ignore_empty: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
) -> Schema:
    return {
        "q": [default(""), unicode_safe],
        "theme": [ignore_empty, unicode_safe],
        "level": [ignore_empty, one_of(list(LEVELS))],
    }


@validator_args
def observation_search(
    not_empty: Validator,
    ignore_empty: Validator,
    default: ValidatorFactory,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    boolean_validator: Validator,
    natural_number_validator: Validator,
    territoires_words: Validator,
) -> Schema:
    return {
        "territories": [default([]), territoires_words],
        "within": [ignore_empty, unicode_safe],
        "level": [ignore_empty, one_of(list(STATISTICS_LEVELS))],
        "indicators": [not_empty, territoires_words],
        "periods": [default("latest"), territoires_words],
        "as_published": [default(False), boolean_validator],
        "format": [default("json"), one_of(list(STATISTICS_FORMATS))],
        "limit": [default(1_000), natural_number_validator],
        "offset": [default(0), natural_number_validator],
    }


@validator_args
def record_search(
    not_empty: Validator,
    default: ValidatorFactory,
    ignore_empty: Validator,
    unicode_safe: Validator,
    one_of: ValidatorFactory,
    boolean_validator: Validator,
    natural_number_validator: Validator,
    territoires_at_most: ValidatorFactory,
    territoires_territory_id: Validator,
    territoires_amount: Validator,
    territoires_codes: ValidatorFactory,
    territoires_day: Validator,
    territoires_nothing_else: Validator,
    territoires_texts: Validator,
    territoires_year: Validator,
    territoires_years: Validator,
) -> Schema:
    return {
        "territory": [not_empty, territoires_territory_id],
        "scope": [default("within"), one_of(list(SCOPES))],
        "by": [default("place"), one_of(list(BY))],
        "kind": [ignore_empty, territoires_codes(KINDS)],
        "profile": [ignore_empty, territoires_texts],
        "dataset": [ignore_empty, territoires_texts],
        "year": [ignore_empty, territoires_years],
        "year_from": [ignore_empty, territoires_year],
        "year_to": [ignore_empty, territoires_year],
        "scheme": [ignore_empty, territoires_texts],
        "theme": [ignore_empty, territoires_texts],
        "state": [ignore_empty, territoires_texts],
        "beneficiary": [ignore_empty, unicode_safe],
        "q": [ignore_empty, unicode_safe],
        "granted_min": [ignore_empty, territoires_amount],
        "granted_max": [ignore_empty, territoires_amount],
        "as_of": [ignore_empty, territoires_day],
        "group_by": [ignore_empty, territoires_codes(records.GROUPS)],
        "totals": [default(True), boolean_validator],
        "order_by": [ignore_empty, territoires_codes(records.ORDERS, signed=True)],
        "offset": [default(0), natural_number_validator, territoires_at_most(10_000_000)],
        "limit": [default(50), natural_number_validator, territoires_at_most(MAX_RECORDS)],
        "__extras": [territoires_nothing_else],
    }


@validator_args
def resource_load(
    not_empty: Validator,
    unicode_safe: Validator,
    default: ValidatorFactory,
    boolean_validator: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "force": [default(False), boolean_validator],
    }


@validator_args
def load_report(not_empty: Validator, unicode_safe: Validator) -> Schema:
    return {"id": [not_empty, unicode_safe]}


@validator_args
def header_mapping_save(
    not_empty: Validator, not_missing: Validator, unicode_safe: Validator, dict_only: Validator
) -> Schema:
    return {"id": [not_empty, unicode_safe], "mapping": [not_missing, dict_only]}


@validator_args
def portrait_show(
    not_empty: Validator,
    default: ValidatorFactory,
    ignore_empty: Validator,
    unicode_safe: Validator,
    boolean_validator: Validator,
    territoires_words: Validator,
) -> Schema:
    return {
        "id": [not_empty, unicode_safe],
        "compare": [default([]), territoires_words],
        "peers": [default(False), boolean_validator],
        "as_published": [default(False), boolean_validator],
        "themes": [default([]), territoires_words],
        "resource_id": [ignore_empty, unicode_safe],
    }
