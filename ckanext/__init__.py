"""Namespace shared by CKAN extensions, whatever way each of them is installed."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
