"""The design system's files, and the two pages that the footer of a State site must link to."""

from __future__ import annotations

from ckan.plugins import toolkit as tk
from flask import Blueprint, Response, send_from_directory

from ckanext.territoires.dsfr import options
from ckanext.territoires.dsfr.release import PINNED

__all__ = ["territoires_dsfr"]

A_YEAR = 365 * 24 * 3600

territoires_dsfr = Blueprint("territoires_dsfr", __name__)


@territoires_dsfr.route("/dsfr/<version>/<path:path>")
def file(version: str, path: str) -> Response:
    """Serve one file of the pinned release; its address changes with the version."""
    folder = options.folder()
    if folder is None or version != PINNED.version:
        return tk.abort(404)
    # Without this mark CKAN replaces the life time with that of its pages; it adds "private".
    tk.request.environ["__no_cache__"] = True
    response = send_from_directory(folder / version, path, max_age=A_YEAR)
    response.cache_control.public = False
    response.cache_control.immutable = True
    return response


@territoires_dsfr.route("/accessibilite")
def accessibility() -> str:
    """Say how far the site is accessible, and whom to write to when it is not."""
    return tk.render("territoires_dsfr/accessibility.html")


@territoires_dsfr.route("/mentions-legales")
def legal() -> str:
    """Say who publishes and hosts the site."""
    return tk.render("territoires_dsfr/legal.html")
