"""Our tables."""

from ckanext.territoires.model.community import (
    Invitation,
    JoinRequest,
    ProjectService,
    SheetDraft,
)
from ckanext.territoires.model.custom_territory import CustomTerritory
from ckanext.territoires.model.edition import Edition, PortraitComment
from ckanext.territoires.model.follow import Delivery, FeedToken, Follow, MailChoice, Notice
from ckanext.territoires.model.observation import Distribution, Observation
from ckanext.territoires.model.record import Record
from ckanext.territoires.model.reference_state import ReferenceState
from ckanext.territoires.model.release import HeaderMapping, Load, Release
from ckanext.territoires.model.thread import (
    Message,
    MessageFile,
    MessageMention,
    MessageReport,
    MessageRevision,
    Thread,
    Visit,
)

__all__ = [
    "CustomTerritory",
    "Delivery",
    "Distribution",
    "Edition",
    "FeedToken",
    "Follow",
    "HeaderMapping",
    "Invitation",
    "JoinRequest",
    "Load",
    "MailChoice",
    "Message",
    "MessageFile",
    "MessageMention",
    "MessageReport",
    "MessageRevision",
    "Notice",
    "Observation",
    "PortraitComment",
    "ProjectService",
    "Record",
    "ReferenceState",
    "Release",
    "SheetDraft",
    "Thread",
    "Visit",
]
