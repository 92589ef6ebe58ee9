"""Frozen portraits, and the comments that a portrait carries."""

from __future__ import annotations

from ckanext.territoires.bridge.comments import in_force as comments_of

__all__ = ["comments_of"]
