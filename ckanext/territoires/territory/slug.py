"""Names of territories as they stand in an address."""

from __future__ import annotations

import re

from ckanext.territoires.territory.names import plain_ascii

_NOT_WORD = re.compile(r"[^a-z0-9]+")


def slugify(name: str) -> str:
    """Return the name in an address: ``Orée d'Anjou`` gives ``oree-d-anjou``."""
    return _NOT_WORD.sub("-", plain_ascii(name)).strip("-")
