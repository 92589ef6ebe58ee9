"""What the templates of the theme ask."""

from __future__ import annotations

from dataclasses import dataclass

from ckan.plugins import toolkit as tk
from flask import current_app

from ckanext.territoires.dsfr import options
from ckanext.territoires.dsfr.release import PINNED

__all__ = [
    "territoires_dsfr_file",
    "territoires_dsfr_languages",
    "territoires_dsfr_navigation",
    "territoires_dsfr_site",
]

# The search of the main plugin, which answers by territory; the theme stands without it.
TERRITORY_SEARCH = "territoires_lookup.search"


@dataclass(frozen=True)
class Link:
    """A link of the frame; `current` is "page" on its own page, "true" in its section, or ""."""

    label: str
    url: str
    current: str = ""


@dataclass(frozen=True)
class Language:
    """The present page in another language."""

    code: str
    name: str
    url: str


@dataclass(frozen=True)
class Site:
    """How the site presents itself: brand lines, title, tagline and what the footer states.

    `proposes_territories`: the search box shows the territories that fit what is being typed.
    """

    brand: list[str]
    title: str
    tagline: str
    search_url: str
    proposes_territories: bool
    accessibility: str
    publisher: str
    host: str
    contact: str


def territoires_dsfr_file(path: str) -> str:
    """URL of a file of the design system, relative to its root."""
    return tk.url_for("territoires_dsfr.file", version=PINNED.version, path=path, locale="default")


def territoires_dsfr_site() -> Site:
    """How the site presents itself."""
    lookup = TERRITORY_SEARCH if TERRITORY_SEARCH in current_app.view_functions else ""
    return Site(
        brand=options.brand(),
        title=options.service_title(),
        tagline=options.tagline(),
        search_url=options.search_path() or tk.url_for(lookup or "dataset.search"),
        proposes_territories=bool(lookup),
        accessibility=_accessibility(options.accessibility()),
        publisher=options.publisher(),
        host=options.host(),
        contact=options.contact(),
    )


def territoires_dsfr_navigation(*entries: tuple[str, str, list[str]]) -> list[Link]:
    """Links of the main navigation, from (endpoint, label, blueprints of that section).

    An entry whose endpoint the site does not serve is left out, so that the theme stands with
    any set of plugins.
    """
    return [
        Link(label, tk.url_for(endpoint), _current(endpoint, sections))
        for endpoint, label, sections in entries
        if endpoint in current_app.view_functions
    ]


def territoires_dsfr_languages() -> list[Language]:
    """The present page in each of the other languages offered."""
    present = tk.h.lang()
    return [
        Language(
            code=locale.short_name.replace("_", "-"),
            name=(locale.display_name or locale.english_name).capitalize(),
            url=tk.url_for(tk.h.current_url(), locale=locale.short_name),
        )
        for locale in tk.h.get_available_locales()
        if locale.short_name != present
    ]


def _current(endpoint: str, sections: list[str]) -> str:
    here = tk.request.endpoint or ""
    # A plugin may answer at the address of another's endpoint, as ours does for the home page.
    if here == endpoint or tk.request.path == tk.url_for(endpoint, locale="default"):
        return "page"
    return "true" if here.split(".")[0] in sections else ""


def _accessibility(level: str) -> str:
    return {
        "none": tk._("Accessibility: not compliant"),
        "partial": tk._("Accessibility: partially compliant"),
        "full": tk._("Accessibility: fully compliant"),
    }[level]
