"""What a mapping has to say about a record: what it left out, what it took instead."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a value was left out, or replaced by another."""

    NO_ORGANIZATION = "no-organization"
    DELETED = "deleted"
    PRIVATE = "private"
    ARCHIVED = "archived"
    ELSEWHERE = "elsewhere"
    UNKNOWN_TERRITORY = "unknown-territory"
    TERRITORY_GONE = "territory-gone"
    LEVEL_NOT_KEPT = "level-not-kept"
    OUTLINE_NOT_KEPT = "outline-not-kept"
    NO_TERRITORY = "no-territory"
    UNKNOWN_GRANULARITY = "unknown-granularity"
    UNKNOWN_LICENSE = "unknown-license"
    UNKNOWN_FREQUENCY = "unknown-frequency"
    UNREADABLE_DATE = "unreadable-date"
    REVERSED_PERIOD = "reversed-period"
    NO_THEME = "no-theme"
    UNUSABLE_TAG = "unusable-tag"
    UNUSABLE_FORMAT = "unusable-format"
    NO_ADDRESS = "no-address"
    NO_DESCRIPTION = "no-description"
    FORMER_TERRITORY = "former-territory"
    CLOSEST_TERRITORY = "closest-territory"
    TERRITORY_OF_ORGANIZATION = "territory-of-organization"
    THEME_FROM_WORDS = "theme-from-words"

    @property
    def assumed(self) -> bool:
        """Whether something was taken in place of the value, rather than nothing."""
        return self in _ASSUMED


_ASSUMED = frozenset(
    {
        Reason.ARCHIVED,
        Reason.FORMER_TERRITORY,
        Reason.CLOSEST_TERRITORY,
        Reason.TERRITORY_OF_ORGANIZATION,
        Reason.THEME_FROM_WORDS,
        Reason.NO_DESCRIPTION,
    }
)


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark: the field of the record, the value found there, and what became of it.

    `taken` holds what was taken instead; it is empty when the value was left out.
    """

    field: str
    value: str
    reason: Reason
    taken: str = ""
