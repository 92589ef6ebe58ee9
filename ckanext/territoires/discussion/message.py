"""The kinds of entries of a thread, and who may do what with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an entry is: the first four are written by people, the others happened."""

    MESSAGE = "message"
    QUESTION = "question"
    DECISION = "decision"
    TASK = "task"
    SHEET = "sheet"
    STAGE = "stage"
    ACCESS = "access"
    FILE = "file"
    ARRIVAL = "arrival"
    DEPARTURE = "departure"
    MODERATION = "moderation"


WRITTEN = frozenset({Kind.MESSAGE, Kind.QUESTION, Kind.DECISION, Kind.TASK})
KINDS = tuple(Kind)
MAX_LENGTH = 20_000


class State(StrEnum):
    """Whether an entry shows: to all, as a tombstone, or to moderators alone."""

    VISIBLE = "visible"
    REMOVED = "removed"
    HIDDEN = "hidden"


class Role(StrEnum):
    """What a person is to a project; `VISITOR` reads it without being of its community."""

    LEAD = "lead"
    MEMBER = "member"
    READER = "reader"
    VISITOR = "visitor"


class Deed(StrEnum):
    """What can be done with an entry."""

    EDIT = "edit"
    REMOVE = "remove"
    HIDE = "hide"
    PIN = "pin"
    CLOSE = "close"
    REPLY = "reply"
    REPORT = "report"
    SEE_HIDDEN = "see_hidden"


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: `id` (empty: anonymous), role on the project, whether a sysadmin."""

    id: str
    role: Role
    sysadmin: bool = False

    @property
    def moderates(self) -> bool:
        """Whether the person leads the project or runs the site."""
        return self.sysadmin or self.role is Role.LEAD


@dataclass(frozen=True, slots=True)
class Entry:
    """What the rules need to know of an entry."""

    kind: Kind
    state: State
    author_id: str
    assignee_id: str | None = None
    pinned: bool = False
    closed: bool = False


def may_write(person: Person, *, locked: bool) -> bool:
    """Whether a person may add to the thread: its members, and in a locked one who moderates.

    A reader reads; an agent who is not of the community asks to join.
    """
    if not person.id:
        return False
    return person.moderates or (person.role is Role.MEMBER and not locked)


def deeds(person: Person, entry: Entry, *, locked: bool) -> frozenset[Deed]:
    """What a person may do with an entry that they may read."""
    if not person.id:
        return frozenset()
    allowed = {Deed.SEE_HIDDEN} if person.moderates else set[Deed]()
    if entry.kind not in WRITTEN or entry.state is State.REMOVED:
        return frozenset(allowed)
    if person.moderates:
        allowed.add(Deed.HIDE)
    if entry.state is State.HIDDEN:
        return frozenset(allowed)
    author = person.id == entry.author_id
    # Who wrote a thing may take it back, even when the thread is locked or they have left.
    allowed |= {Deed.REMOVE} if author or person.sysadmin else set()
    allowed |= set() if author else {Deed.REPORT}
    if may_write(person, locked=locked):
        allowed |= _writing(person, entry)
    return frozenset(allowed)


def _writing(person: Person, entry: Entry) -> set[Deed]:
    """What those who may write do with what others, or they, wrote."""
    author = person.id == entry.author_id
    allowed = {Deed.REPLY, Deed.PIN} | ({Deed.EDIT} if author else set())
    ends_question = entry.kind is Kind.QUESTION and (author or person.moderates)
    if ends_question or entry.kind is Kind.TASK:
        allowed.add(Deed.CLOSE)
    return allowed
