"""The uploaded file of a resource, wherever CKAN keeps it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import ckan.model as model
from ckan.lib import uploader

from ckanext.territoires import config

READABLE = frozenset({"csv", "tsv", "txt", "xlsx", "ods", "zip", "json", "geojson"})
_MEGABYTE = 1 << 20


class FileGone(LookupError):
    """The resource has no file, or it cannot be found where CKAN keeps it."""


def file_name(resource: model.Resource) -> str:
    """Name of the file of a resource, with the extension that tells what it is."""
    name = unquote(PurePosixPath(urlsplit(resource.url or "").path).name)
    declared = (resource.format or "").strip().lower().lstrip(".")
    known = PurePosixPath(name).suffix.lower().lstrip(".") in READABLE
    return name if known or declared not in READABLE else f"{name}.{declared}"


def is_readable(resource: model.Resource) -> bool:
    """Whether a resource is an uploaded file, in use, of a kind that is read."""
    suffix = PurePosixPath(file_name(resource)).suffix.lower().lstrip(".")
    return (
        resource.state == model.State.ACTIVE
        and resource.url_type == "upload"
        and suffix in READABLE
    )


def too_large(size: int | None) -> bool:
    """Whether a file of this size, in bytes, is over the site's limit."""
    return bool(size) and size > config.load_max_size() * _MEGABYTE


@contextmanager
def local_file(resource: model.Resource) -> Iterator[Path]:
    """Yield where the file of a resource may be read; a copy, when it is kept elsewhere.

    Raises:
        FileGone: there is no such file.

    """
    keeper: Any = uploader.get_resource_uploader({"id": resource.id, "url": resource.url})
    kept = keeper.get_path(resource.id)
    storage = getattr(keeper, "storage", None)
    if storage is None:
        if not kept or not Path(kept).is_file():
            raise FileGone(resource.id)
        yield Path(kept)
        return
    with tempfile.NamedTemporaryFile(prefix="territoires-") as copy:
        _fetch(storage, kept, copy)
        yield Path(copy.name)


def sha256_of(path: Path) -> str:
    """Digest of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch(storage: Any, location: Any, target: Any) -> None:
    from ckan.lib import files

    try:
        data = files.FileData(location, size=storage.size(location))
        for part in storage.stream(data):
            target.write(part)
    except files.exc.LocationError as error:
        raise FileGone(str(location)) from error
    target.flush()
