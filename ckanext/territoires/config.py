"""One typed reader for each option; nobody else reads the configuration."""

from __future__ import annotations

from pathlib import Path

from ckan.plugins import toolkit as tk


def reference_folder() -> Path | None:
    """Folder of the territory reference, or None for the packaged one."""
    folder: str = tk.config["ckanext.territoires.reference.folder"]
    return Path(folder) if folder else None


def home_territory() -> str:
    """Identifier of the territory that the site serves."""
    return tk.config["ckanext.territoires.home_territory"]


def default_access_level() -> str:
    """Access level proposed for a new dataset: public, agents or service."""
    return tk.config["ckanext.territoires.access_level.default"]


def search_includes_private() -> bool:
    """Whether a signed-in person's search includes the private datasets they may read."""
    return tk.config["ckanext.territoires.search.include_private"]


def spatial_search_backend() -> str:
    """What ckanext-spatial searches with: `solr-bbox` (its default), `solr-spatial-field`..."""
    # Not declared by ckanext-spatial: read without a default, it fills the log with warnings.
    return tk.config.get("ckanext.spatial.search_backend", "solr-bbox")


def statistics_max_rows() -> int:
    """How many figures one answer of the API holds at most."""
    return tk.config["ckanext.territoires.statistics.max_rows"]


def site_title() -> str:
    """What the site is called."""
    return tk.config.get("ckan.site_title", "")


def load_automatically() -> bool:
    """Whether an uploaded file is read as soon as it is there."""
    return tk.config["ckanext.territoires.load.automatic"]


def load_max_size() -> int:
    """Size, in megabytes, of the largest file that is read."""
    return tk.config["ckanext.territoires.load.max_size"]


def profile_folders() -> tuple[Path, ...]:
    """Folders of profiles of this site, besides the packaged ones."""
    return tuple(Path(folder) for folder in tk.config["ckanext.territoires.profiles.folders"])


def storage_folder() -> Path | None:
    """Where CKAN keeps its files, None on a site that keeps none."""
    folder: str | None = tk.config.get("ckan.storage_path")
    return Path(folder) if folder else None


def search_language() -> str:
    """Text search configuration of PostgreSQL with which threads are searched."""
    return tk.config["ckanext.territoires.thread.search_language"]


def attachment_max_size() -> int:
    """Size, in megabytes, of the largest file that is joined to a message."""
    return tk.config["ckanext.territoires.thread.max_file_size"]


def attachment_storage() -> str:
    """CKAN's storage that keeps the files joined to messages."""
    return tk.config["ckanext.territoires.thread.storage"]


def invitation_days() -> int:
    """How many days an invitation by mail can be accepted."""
    return tk.config["ckanext.territoires.invitation.days"]


def invitation_domains() -> tuple[str, ...]:
    """Mail domains at which an invitation opens an account, whoever sends it."""
    named: list[str] = tk.config["ckanext.territoires.invitation.domains"]
    return tuple(one.lower().lstrip("@.") for one in named)


def site_language() -> str:
    """Language that the site speaks where nobody has chosen one."""
    return tk.config["ckan.locale_default"]


def sends_mail() -> bool:
    """Whether a mail server is named."""
    return bool(tk.config.get("smtp.server"))


def mail_holidays() -> str:
    """Country (ISO 3166) on whose public holidays no digest leaves; empty for none."""
    return tk.config["ckanext.territoires.mail.holidays"]


def languages() -> list[str]:
    """Languages in which the site is offered, its own first."""
    offered: list[str] = tk.config.get("ckan.locales_offered") or []
    own = site_language()
    return [own, *(one for one in offered if one != own)]
