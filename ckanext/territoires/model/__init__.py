"""Our tables."""

from ckanext.territoires.model.custom_territory import CustomTerritory
from ckanext.territoires.model.reference_state import ReferenceState

__all__ = ["CustomTerritory", "ReferenceState"]
