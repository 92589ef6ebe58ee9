"""Validators, all named territoires_*."""

from ckanext.territoires.logic.validators.comment import (
    territoires_comment,
    territoires_message_text,
)
from ckanext.territoires.logic.validators.dataset import (
    territoires_access_level,
    territoires_access_reason,
    territoires_after,
    territoires_cog_year,
    territoires_contact_email,
    territoires_date,
    territoires_default_license,
    territoires_name_from_title,
    territoires_required_in_form,
)
from ckanext.territoires.logic.validators.project import (
    territoires_euros,
    territoires_holder,
    territoires_linked_datasets,
    territoires_linked_records,
    territoires_partial_date,
    territoires_programme_names,
    territoires_project_name,
    territoires_record_identity,
    territoires_shared_mailbox,
    territoires_short,
    territoires_stage,
)
from ckanext.territoires.logic.validators.query import (
    territoires_amount,
    territoires_codes,
    territoires_day,
    territoires_nothing_else,
    territoires_texts,
    territoires_year,
    territoires_years,
)
from ckanext.territoires.logic.validators.service import territoires_no_cycle
from ckanext.territoires.logic.validators.territories import (
    territoires_at_most,
    territoires_communes,
    territoires_competence,
    territoires_coverage,
    territoires_territory_id,
    territoires_today,
)
from ckanext.territoires.logic.validators.words import territoires_words

__all__ = [
    "territoires_access_level",
    "territoires_access_reason",
    "territoires_after",
    "territoires_amount",
    "territoires_at_most",
    "territoires_codes",
    "territoires_cog_year",
    "territoires_comment",
    "territoires_communes",
    "territoires_competence",
    "territoires_contact_email",
    "territoires_coverage",
    "territoires_date",
    "territoires_day",
    "territoires_default_license",
    "territoires_euros",
    "territoires_holder",
    "territoires_linked_datasets",
    "territoires_linked_records",
    "territoires_message_text",
    "territoires_name_from_title",
    "territoires_no_cycle",
    "territoires_nothing_else",
    "territoires_partial_date",
    "territoires_programme_names",
    "territoires_project_name",
    "territoires_record_identity",
    "territoires_required_in_form",
    "territoires_shared_mailbox",
    "territoires_short",
    "territoires_stage",
    "territoires_territory_id",
    "territoires_texts",
    "territoires_today",
    "territoires_words",
    "territoires_year",
    "territoires_years",
]
