"""An agent's own territory, kept with their account."""

from __future__ import annotations

from typing import Any

import ckan.model as model

KEY = "territoires"


def territory_of(user: Any) -> str | None:
    """Identifier of the territory that a person declared theirs; None for a visitor."""
    if not user or user.is_anonymous:
        return None
    return ((user.plugin_extras or {}).get(KEY) or {}).get("territory")


def set_territory(user: model.User, identifier: str | None) -> None:
    """Note a person's territory, or forget it."""
    extras = dict(user.plugin_extras or {})
    ours = dict(extras.get(KEY) or {})
    if identifier:
        ours["territory"] = identifier
    else:
        ours.pop("territory", None)
    # A new dict: the column does not see a change made inside the one it holds.
    user.plugin_extras = {**extras, KEY: ours}
    model.Session.commit()
