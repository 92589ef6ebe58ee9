"""Services by territory of competence."""

from __future__ import annotations

from typing import Any

from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import custom, services
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.logic import schema
from ckanext.territoires.territory.identifier import LEVELS, parse


@tk.side_effect_free
@validate(schema.service_list)
def territoires_service_list(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Services competent for a territory, the nearest competence first.

        ckanapi action territoires_service_list territory=fr:commune:44109

    Args:
        context: CKAN's.
        data_dict: `territory`; `scope`: `relevant` (competent for it or for what contains it),
            `exact`, or `within` (for it or for a part of it).

    Returns:
        Organisations: `id`, `name`, `title`, `territory`, `contact_email`.

    """
    tk.check_access("territoires_service_list", context, data_dict)
    identifier, scope = data_dict["territory"], data_dict["scope"]
    wanted = [identifier]
    if scope == "relevant":
        wanted += custom.above(identifier)
    elif scope == "within":
        wanted += [m.id for level in LEVELS for m in reference().members(identifier, level)]
    found = [(each, services.extras_of(each)) for each in services.competent_for(wanted)]
    return sorted(
        (
            {
                "id": service.id,
                "name": service.name,
                "title": service.title,
                "territory": fields["territory"],
                "contact_email": fields.get("contact_email", ""),
            }
            for service, fields in found
        ),
        key=lambda service: LEVELS.index(parse(service["territory"]).level),
    )
