"""What is taken out of the package of the design system, and what is refused."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from ckanext.territoires.dsfr.release import PINNED, Release, ReleaseError, install

CSS = """
@font-face{font-family:F;src:url(fonts/F.woff2) format("woff2"),url(fonts/F.woff) format("woff")}
.a{mask-image:url("icons/a.svg")}.b{background:url(data:image/svg+xml;base64,AAAA)}
"""
ICONS = ".c{mask-image:url(../../icons/c.svg)}"
FILES = {
    "main.css": CSS,
    "utility/icons/icons.css": ICONS,
    "fonts/F.woff2": "woff2",
    "fonts/F.woff": "woff",
    "icons/a.svg": "<svg/>",
    "icons/c.svg": "<svg/>",
    "icons/unused.svg": "<svg/>",
    "main.js": "",
}


def _wheel(folder: Path, files: dict[str, str]) -> Path:
    wheel = folder / "package-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("package/models.py", "raise SystemExit")
        for name, text in files.items():
            archive.writestr(f"package/dist/{name}", text)
    return wheel


def _release(wheel: Path) -> Release:
    return Release(
        package="package",
        package_version="1.0",
        sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
        version="9.9.9",
        root="package/dist",
        stylesheets=("main.css", "utility/icons/icons.css"),
        files=("main.js",),
    )


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    return _wheel(tmp_path, FILES)


class TestInstall:
    """`install` puts what a site needs, all at once, from the pinned file only."""

    def test_takes_the_stylesheets_and_what_they_refer_to(self, wheel: Path, tmp_path: Path):
        folder = tmp_path / "site" / "dsfr"

        count = install(_release(wheel), wheel, folder)

        found = {str(p.relative_to(folder / "9.9.9")) for p in folder.rglob("*") if p.is_file()}
        assert found == set(FILES) - {"fonts/F.woff", "icons/unused.svg"}
        assert count == len(found)
        assert _release(wheel).is_in(folder)

    def test_keeps_the_text_of_each_file(self, wheel: Path, tmp_path: Path):
        install(_release(wheel), wheel, tmp_path)

        assert (tmp_path / "9.9.9" / "main.css").read_text() == CSS

    def test_replaces_an_earlier_one_and_leaves_nothing_beside(self, wheel: Path, tmp_path: Path):
        folder = tmp_path / "dsfr"
        (folder / "9.9.9").mkdir(parents=True)
        (folder / "9.9.9" / "half.css").write_text("left by a killed command")

        install(_release(wheel), wheel, folder)

        assert not (folder / "9.9.9" / "half.css").exists()
        assert [path.name for path in folder.iterdir()] == ["9.9.9"]

    def test_refuses_another_file(self, wheel: Path, tmp_path: Path):
        other = replace(_release(wheel), sha256="0" * 64)

        with pytest.raises(ReleaseError, match="is not the pinned package 1.0"):
            install(other, wheel, tmp_path / "dsfr")

        assert not (tmp_path / "dsfr").exists()

    def test_refuses_a_package_that_lacks_a_file(self, tmp_path: Path):
        wheel = _wheel(tmp_path, {k: v for k, v in FILES.items() if k != "icons/c.svg"})

        with pytest.raises(ReleaseError, match="lacks icons/c.svg"):
            install(_release(wheel), wheel, tmp_path / "dsfr")

        assert not _release(wheel).is_in(tmp_path / "dsfr")


def test_a_folder_without_the_release_is_known(tmp_path: Path):
    assert not PINNED.is_in(tmp_path)
