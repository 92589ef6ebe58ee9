"""Write the configuration of a container of config/compose: CKAN_INI says where."""

from __future__ import annotations

import os
from pathlib import Path

from . import credentials
from .site_ini import Addresses, render
from .text_files import write_atomically


def main() -> None:
    """Write the ini from the environment; the secrets are made once, in the same folder."""
    ini = Path(os.environ["CKAN_INI"])
    folder = ini.parent
    kept = credentials.load(folder)
    secrets = {name: os.environ.get(name, value) for name, value in kept.items()}
    addresses = Addresses(
        site_url=os.environ["TERRITOIRES_SITE_URL"],
        database_url=os.environ["CKAN_SQLALCHEMY_URL"],
        solr_url=os.environ["CKAN_SOLR_URL"],
        redis_url=os.environ["CKAN_REDIS_URL"],
        storage=str(folder / "storage"),
        webassets=str(folder / "webassets"),
        dsfr=str(folder / "dsfr"),
    )
    write_atomically(ini, render(addresses, secrets), mode=0o600)


if __name__ == "__main__":
    main()
