"""One typed reader for each option of the theme; nobody else reads them."""

from __future__ import annotations

from pathlib import Path

from ckan.plugins import toolkit as tk

PREFIX = "ckanext.territoires.dsfr"


def folder() -> Path | None:
    """Folder of the design system's files; None when neither option says where it is."""
    if chosen := _text("folder"):
        return Path(chosen).absolute()
    storage: str | None = tk.config.get("ckan.storage_path")
    return Path(storage).absolute() / "dsfr" if storage else None


def brand() -> list[str]:
    """Lines under the Marianne, at least one."""
    return [line.strip() for line in _text("brand").split("|")]


def service_title() -> str:
    """Name of the service."""
    return _text("service_title") or tk.config["ckan.site_title"]


def tagline() -> str:
    """Line under the name of the service; may be empty."""
    return _text("tagline") or tk.config["ckan.site_description"]


def search_path() -> str:
    """Path that the header's search box asks; may be empty."""
    return _text("search_path")


def accessibility() -> str:
    """Conformity that the footer states: none, partial or full."""
    return _text("accessibility")


def publisher() -> str:
    """Who publishes the site."""
    return _text("publisher") or " ".join(brand())


def host() -> str:
    """Who hosts the site; may be empty."""
    return _text("host")


def contact() -> str:
    """E-mail address to write to about the site; may be empty."""
    return _text("contact") or tk.config.get("email_to") or ""


def _text(name: str) -> str:
    return tk.config.get(f"{PREFIX}.{name}") or ""
