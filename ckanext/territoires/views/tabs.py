"""The tabs of a territory: each is shown once a page of this site stands behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ckan.plugins import toolkit as tk
from flask import current_app

Address = Callable[[dict[str, Any]], str]


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab to come: the endpoint that serves it, its name, its address for a territory.

    `label` is called at each page, in the reader's language.
    """

    endpoint: str
    label: Callable[[], str]
    address: Address


@dataclass(frozen=True, slots=True)
class Link:
    """A tab as it shows."""

    label: str
    url: str
    current: bool


def _of_territory(endpoint: str) -> Address:
    return lambda shown: tk.url_for(
        endpoint, level=shown["level"], code=shown["code"], slug=shown["slug"]
    )


TABS = (
    Tab(
        "territoires_territory.read",
        lambda: tk._("The essentials"),
        lambda shown: tk.h.url_for(shown["path"]),
    ),
    Tab(
        "dataset.search",
        lambda: tk._("Data"),
        lambda shown: tk.url_for("dataset.search", ext_territory=shown["id"]),
    ),
    Tab(
        "territoires_portrait.read",
        lambda: tk._("Portrait"),
        _of_territory("territoires_portrait.read"),
    ),
    Tab(
        "territoires_action.read",
        lambda: tk._("Action of the State"),
        _of_territory("territoires_action.read"),
    ),
    Tab(
        "territoires_project.of_territory",
        lambda: tk._("Projects"),
        _of_territory("territoires_project.of_territory"),
    ),
)


def tabs(shown: dict[str, Any]) -> list[Link]:
    """Tabs of a territory, in order: those whose pages this site serves."""
    here = tk.request.endpoint
    return [
        Link(tab.label(), tab.address(shown), tab.endpoint == here)
        for tab in TABS
        if tab.endpoint in current_app.view_functions
    ]
