"""The CKAN configuration of a site, from the template config/ckan.ini."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from .places import CONFIG

# The first one wins templates: ours come before CKAN's.
PLUGINS = (
    "territoires",
    "territoires_dsfr",
    "territoires_portrait",
    "activity",
    "scheming_datasets",
    "scheming_organizations",
    "spatial_metadata",
    "spatial_query",
    "text_view",
    "image_view",
)
# The first `db upgrade` of a new database leaves the plugins' migrations pending.
MIGRATED_PLUGINS = ("territoires", "activity")


@dataclass(frozen=True)
class Addresses:
    """Where a site finds its services and its folders."""

    site_url: str
    database_url: str
    solr_url: str
    redis_url: str
    storage: str
    webassets: str
    dsfr: str


def render(addresses: Addresses, secrets: Mapping[str, str]) -> str:
    """Return the text of the configuration; it holds secrets."""
    values = asdict(addresses) | {
        "secret_key": secrets["SECRET_KEY"],
        "csrf_key": secrets["WTF_CSRF_SECRET_KEY"],
        "token_key": secrets["API_TOKEN_SECRET"],
        "plugins": " ".join(PLUGINS),
    }
    template = string.Template((CONFIG / "ckan.ini").read_text(encoding="utf-8"))
    # The ini format gives "%" a meaning.
    return template.substitute({name: value.replace("%", "%%") for name, value in values.items()})
