"""From official files and registry packages to the packaged tables of the reference."""

from ckanext.territoires.reference_build.build import BuildError, build
from ckanext.territoires.reference_build.sources import fetch

__all__ = ["BuildError", "build", "fetch"]
