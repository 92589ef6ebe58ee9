"""Our tables."""

from ckanext.territoires.model.custom_territory import CustomTerritory
from ckanext.territoires.model.edition import Edition, PortraitComment
from ckanext.territoires.model.observation import Distribution, Observation
from ckanext.territoires.model.record import Record
from ckanext.territoires.model.reference_state import ReferenceState
from ckanext.territoires.model.release import HeaderMapping, Load, Release

__all__ = [
    "CustomTerritory",
    "Distribution",
    "Edition",
    "HeaderMapping",
    "Load",
    "Observation",
    "PortraitComment",
    "Record",
    "ReferenceState",
    "Release",
]
