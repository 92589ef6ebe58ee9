"""The tabs of a project: each is shown once a page of this site stands behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ckan.plugins import toolkit as tk
from flask import current_app

from ckanext.territoires.views.tabs import Link

#: Endpoint and name, called in the reader's language; each takes the `name` of the project.
TABS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("territoires_project.read", lambda: tk._("Sheet")),
    ("territoires_thread.read", lambda: tk._("Thread")),
    ("territoires_community.read", lambda: tk._("Community")),
    ("territoires_thread.history", lambda: tk._("History")),
)


def project_tabs(project: Mapping[str, Any]) -> list[Link]:
    """Tabs of a project, in order: those whose pages this site serves."""
    here = tk.request.endpoint
    return [
        Link(label(), tk.url_for(endpoint, name=project["name"]), endpoint == here)
        for endpoint, label in TABS
        if endpoint in current_app.view_functions
    ]
