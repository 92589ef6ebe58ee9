"""A file's own portrait, on its page and in other sites: delegation only."""

from __future__ import annotations

from typing import Any

from ckan import plugins as p
from ckan.plugins import toolkit as tk
from ckan.types import Context, DataDict

from ckanext.territoires.bridge import portrait_views
from ckanext.territoires.views import portrait_of_file


class TerritoiresPortraitPlugin(p.SingletonPlugin):
    """The portrait of a territory, restricted to the figures of a file. Needs `territoires`."""

    p.implements(p.IResourceView, inherit=True)

    def info(self) -> dict[str, Any]:
        return {
            "name": portrait_views.TYPE,
            "title": tk._("Portrait"),
            "icon": "chart-column",
            "default_title": tk._("Portrait"),
            "iframed": True,
            "always_available": False,
            "schema": {"territory": [tk.get_validator("ignore_empty")]},
        }

    def can_view(self, data_dict: DataDict) -> bool:
        return portrait_views.has_figures(data_dict["resource"].get("id", ""))

    def setup_template_variables(self, _context: Context, data_dict: DataDict) -> dict[str, Any]:
        return portrait_of_file.variables(
            data_dict["resource"], data_dict["package"], data_dict.get("resource_view") or {}
        )

    def view_template(self, _context: Context, _data_dict: DataDict) -> str:
        return "loading/portrait_view.html"

    def form_template(self, _context: Context, _data_dict: DataDict) -> str:
        return "loading/portrait_view_form.html"
