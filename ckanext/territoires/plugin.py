"""The main plugin: delegation only."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from ckan import plugins as p
from ckan.common import CKANConfig
from ckan.lib.plugins import DefaultTranslation
from ckan.plugins import toolkit as tk

from ckanext.territoires.bridge import (
    activity,
    community,
    facets,
    index,
    labels,
    load_jobs,
    project_search,
    publication,
    search,
    sheet_events,
    thread_activity,
)
from ckanext.territoires.logic import action
from ckanext.territoires.logic.action import stream

LICENSES = Path(__file__).parent / "schemas" / "licenses.json"


def actions() -> dict[str, Any]:
    """Our actions; those about the activity stream where the site has one."""
    ours = {name: getattr(action, name) for name in action.__all__}
    return ours | (stream.stream_actions() if p.plugin_loaded("activity") else {})


@tk.blanket.config_declarations
@tk.blanket.actions(actions)
@tk.blanket.auth_functions
@tk.blanket.validators
@tk.blanket.helpers
@tk.blanket.blueprints
@tk.blanket.cli
class TerritoiresPlugin(labels.AccessLevelLabels, DefaultTranslation, p.SingletonPlugin):
    """Territories in the catalogue: schemas, search, pages, rights."""

    p.implements(p.IConfigurer)
    p.implements(p.IConfigurable)
    p.implements(p.ITranslation)
    p.implements(p.IPermissionLabels)
    p.implements(p.IPackageController, inherit=True)
    p.implements(p.IDomainObjectModification, inherit=True)
    p.implements(p.IFacets, inherit=True)

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "templates")
        tk.add_resource("assets", "territoires")
        # Leaflet as ckanext-spatial carries it, whether or not its plugins are on.
        tk.add_resource(str(files("ckanext.spatial") / "assets"), "territoires_spatial")
        if not config.get("licenses_group_url"):
            config["licenses_group_url"] = LICENSES.as_uri()

    def configure(self, _config: CKANConfig) -> None:
        thread_activity.register()

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        return {**pkg_dict, **index.territory_fields(pkg_dict)}

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        return search.apply_territory(project_search.apart(search_params))

    def after_dataset_search(
        self, results: dict[str, Any], _params: dict[str, Any]
    ) -> dict[str, Any]:
        return facets.label_facets(results)

    def after_dataset_create(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        community.opened(pkg_dict["id"], context.get("user") or "")
        publication.note(context, pkg_dict["id"], new=True)

    def after_dataset_update(self, context: Any, pkg_dict: dict[str, Any]) -> None:
        sheet_events.updated(context, pkg_dict["id"])
        community.keep_led(pkg_dict["id"], context.get("user") or "")
        publication.note(context, pkg_dict["id"], new=False)
        activity.narrow_labels(pkg_dict["id"])

    def notify(self, entity: Any, operation: str) -> None:
        load_jobs.note(entity, operation)

    def dataset_facets(self, facets_dict: dict[str, str], package_type: str) -> dict[str, str]:
        return facets.dataset_facets(facets_dict, package_type)

    def organization_facets(
        self, facets_dict: dict[str, str], _organization_type: str, _package_type: str | None
    ) -> dict[str, str]:
        return facets.organization_facets(facets_dict)
