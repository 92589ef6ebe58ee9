"""The stages of a project."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where a project stands, in the order in which most go through them."""

    IDEA = "idea"
    STUDY = "study"
    WORKS = "works"
    DONE = "done"
    SUSPENDED = "suspended"
    ABANDONED = "abandoned"


ENDED = frozenset({Stage.DONE, Stage.ABANDONED})
