"""Who may see a dataset: access levels as CKAN permission labels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ckan.authz as authz
import ckan.model as model
from ckan.lib.plugins import DefaultPermissionLabels, get_permission_labels

from ckanext.territoires.model import ProjectService

PROJECT = "project"
PUBLIC = "public"
AGENTS = "territoires-agents"
#: Access levels of a project, the widest first.
LEVELS = ("public", "agents", "service", "community")


def is_project(package: Any) -> bool:
    """Whether a package (object, dict or None) is a project."""
    kind = package.get("type") if isinstance(package, dict) else getattr(package, "type", None)
    return kind == PROJECT


def access_level(dataset: model.Package) -> str:
    """Access level in force: the narrower of what the dataset declares and CKAN's `private`.

    A dataset without a declared level follows CKAN alone: public, or its service's.
    """
    declared = (dataset.extras or {}).get("access_level")
    if declared in ("agents", "service") or (declared == "community" and is_project(dataset)):
        return declared
    return "service" if dataset.private else "public"


class AccessLevelLabels(DefaultPermissionLabels):
    """CKAN's labels, and one more for what any signed-in agent may see."""

    def get_dataset_labels(
        self, dataset_obj: model.Package, invited: Iterable[str] | None = None
    ) -> list[str]:
        """Labels of a dataset, one of which a person must have to see it.

        `invited`: ids of the services invited to a project; read when not given.
        """
        level = access_level(dataset_obj)
        if dataset_obj.state != model.State.ACTIVE:
            labels = super().get_dataset_labels(dataset_obj)
        elif level == "public":
            return [PUBLIC]
        else:
            labels = restricted_labels(dataset_obj)
        if is_project(dataset_obj):
            if invited is None:
                invited = invited_services([dataset_obj.id]).get(dataset_obj.id, ())
            if level == "community":
                labels = [label for label in labels if not label.startswith("member-")]
            labels = list(dict.fromkeys([*labels, *(f"member-{org}" for org in invited)]))
        opened = dataset_obj.state == model.State.ACTIVE and level == "agents"
        return [AGENTS, *labels] if opened else labels

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
    """Ids, among these, of the datasets that a person (None: anonymous) may see.

    All of them for those who run the site, whom CKAN's labels do not bind.
    """
    if user is not None and user.sysadmin:
        return set(dataset_ids)
    query = model.Session.query(model.Package).filter(model.Package.id.in_(list(dataset_ids)))
    labels = labels_of(query)
    ours = isinstance(get_permission_labels(), AccessLevelLabels)
    # What all hold, or all who sign in: those of a person take CKAN ten queries.
    held = {PUBLIC, AGENTS} if user is not None else {PUBLIC}
    if not ours or not all(map(held.intersection, labels.values())):
        held = set(get_permission_labels().get_user_dataset_labels(user))
    return {id for id, needed in labels.items() if held.intersection(needed)}


def labels_of(datasets: Iterable[model.Package]) -> dict[str, list[str]]:
    """Labels of datasets by id, with one query for all the services invited to the projects."""
    labels = get_permission_labels()
    if not isinstance(labels, AccessLevelLabels):
        return {dataset.id: labels.get_dataset_labels(dataset) for dataset in datasets}
    known = list(datasets)
    invited = invited_services([one.id for one in known if is_project(one)])
    return {one.id: labels.get_dataset_labels(one, invited.get(one.id, ())) for one in known}


def invited_services(project_ids: Iterable[str]) -> dict[str, list[str]]:
    """Ids of the services invited as a whole, by project."""
    ids = list(project_ids)
    found: dict[str, list[str]] = {}
    if not ids:
        return found
    query = model.Session.query(ProjectService.project_id, ProjectService.organization_id)
    for project, organization in query.filter(ProjectService.project_id.in_(ids)):
        found.setdefault(project, []).append(organization)
    return found
