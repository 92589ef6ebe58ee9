"""Who may see a dataset: access levels as CKAN permission labels."""

from __future__ import annotations

from collections.abc import Iterable

import ckan.authz as authz
import ckan.model as model
from ckan.lib.plugins import DefaultPermissionLabels, get_permission_labels

PUBLIC = "public"
AGENTS = "territoires-agents"


def access_level(dataset: model.Package) -> str:
    """Access level in force: the narrower of what the dataset declares and CKAN's `private`.

    A dataset without a declared level follows CKAN alone: public, or its service's.
    """
    declared = (dataset.extras or {}).get("access_level")
    if declared in ("agents", "service"):
        return declared
    return "service" if dataset.private else "public"


class AccessLevelLabels(DefaultPermissionLabels):
    """CKAN's labels, and one more for what any signed-in agent may see."""

    def get_dataset_labels(self, dataset_obj: model.Package) -> list[str]:
        """Labels of a dataset, one of which a person must have to see it."""
        if dataset_obj.state != model.State.ACTIVE:
            return super().get_dataset_labels(dataset_obj)
        level = access_level(dataset_obj)
        if level == "public":
            return [PUBLIC]
        labels = restricted_labels(dataset_obj)
        return [AGENTS, *labels] if level == "agents" else labels

    def get_user_dataset_labels(self, user_obj: model.User) -> list[str]:
        """Labels that a person holds; an anonymous visitor holds `public` alone."""
        labels = super().get_user_dataset_labels(user_obj)
        return labels if labels == [PUBLIC] else [*labels, AGENTS]


def restricted_labels(dataset: model.Package) -> list[str]:
    """CKAN's labels of a private dataset, whatever its `private` flag says.

    A bulk action may clear the flag of a dataset whose level is not public.
    """
    owner = (
        f"member-{dataset.owner_org}" if dataset.owner_org else f"creator-{dataset.creator_user_id}"
    )
    if authz.check_config_permission("allow_dataset_collaborators"):
        return [f"collaborator-{dataset.id}", owner]
    return [owner]


def readable_ids(dataset_ids: Iterable[str], user: model.User | None) -> set[str]:
    """Ids, among these, of the datasets that a person (None: anonymous) may see."""
    labels = get_permission_labels()
    held = set(labels.get_user_dataset_labels(user))
    query = model.Session.query(model.Package).filter(model.Package.id.in_(list(dataset_ids)))
    return {d.id for d in query if held.intersection(labels.get_dataset_labels(d))}
