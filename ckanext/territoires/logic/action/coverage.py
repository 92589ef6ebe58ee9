"""What is understood of a list of territories, before it is saved."""

from __future__ import annotations

from typing import Any

from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import custom
from ckanext.territoires.bridge.reference import reference, territory
from ckanext.territoires.logic import coverage, schema, territory_dict
from ckanext.territoires.logic.validators import territories


@tk.side_effect_free
@validate(schema.coverage_read)
def territoires_coverage_read(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """What a list of territories means, as a dataset's `territory` would be understood.

        ckanapi action territoires_coverage_read text='44109; 49069; Loire-Atlantique'

    Args:
        context: CKAN's.
        data_dict: `text`, identifiers, INSEE and SIREN codes or names, with any separators, or a
            list of them.

    Returns:
        `territories` in brief; `left`, what was not understood, as it was written, and `problems`
        which says why; `remarks`, what is accepted yet worth knowing (communes that have merged,
        territories inside others); `simpler`, each a `territory` whose communes (`members`) are
        all in the list.

    """
    tk.check_access("territoires_coverage_read", context, data_dict)
    found = territories.read(data_dict["text"])
    return {
        "territories": [shown for id in found.territories if (shown := _brief(id))],
        "left": [*found.unknown, *(item.text for item in found.ambiguous)],
        "problems": territories.problems(found),
        "remarks": territories.remarks(found),
        "simpler": [
            {"territory": _brief(proposal.territory), "members": list(proposal.members)}
            for proposal in coverage.simpler(found.territories, reference())
        ],
    }


def _brief(identifier: str) -> dict[str, Any] | None:
    found = territory(identifier)
    if found:
        return territory_dict.brief(found)
    record = custom.find(identifier)
    return territory_dict.from_custom(record) if record else None
