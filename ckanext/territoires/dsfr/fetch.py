"""Fetch the pinned release of the design system from the Python registry."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from ckanext.territoires.dsfr.release import Release, ReleaseError, install


def fetch(release: Release, folder: Path) -> int:
    """Download `release` with pip and put it in `folder`; the number of files installed.

    pip is asked rather than a URL, so that the mirror or the proxy of the machine is used.

    Raises:
        ReleaseError: the download failed, or what came is not the pinned release.

    """
    with tempfile.TemporaryDirectory() as temporary:
        _download(release, Path(temporary))
        wheels = list(Path(temporary).glob("*.whl"))
        if len(wheels) != 1:
            raise ReleaseError(f"pip brought {len(wheels)} wheels of {release.package}")
        return install(release, wheels[0], folder)


def _download(release: Release, folder: Path) -> None:
    requirements = folder / "requirements.txt"
    requirements.write_text(
        f"{release.package}=={release.package_version} --hash=sha256:{release.sha256}\n"
    )
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes"]
    command += ["--dest", str(folder), "--requirement", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReleaseError(
            f"{release.package} {release.package_version} could not be downloaded:\n{done.stderr}"
        )
