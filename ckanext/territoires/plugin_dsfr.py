"""The theme of the State's design system: delegation only."""

from __future__ import annotations

import logging

from ckan import plugins as p
from ckan.common import CKANConfig
from ckan.plugins import toolkit as tk

from ckanext.territoires.dsfr import helpers, options, views
from ckanext.territoires.dsfr.release import PINNED

log = logging.getLogger(__name__)


@tk.blanket.config_declarations("dsfr/config_declaration.yaml")
@tk.blanket.helpers(helpers)
@tk.blanket.blueprints(views)
class TerritoiresDsfrPlugin(p.SingletonPlugin):
    """Dress the site, once the design system's files have been fetched."""

    p.implements(p.IConfigurer)

    def update_config(self, config: CKANConfig) -> None:
        tk.add_template_directory(config, "dsfr/pages")
        folder = options.folder()
        if folder is None or not PINNED.is_in(folder):
            log.warning(
                "The design system %s is not in %s, so CKAN's own theme is shown. "
                "Run `ckan territoires dsfr fetch`, then restart.",
                PINNED.version,
                folder or "any folder (set ckanext.territoires.dsfr.folder or ckan.storage_path)",
            )
            return
        tk.add_template_directory(config, "dsfr/templates")
        tk.add_resource("dsfr/assets", "territoires_dsfr")
