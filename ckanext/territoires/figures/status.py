"""What a value is when it is known, and what stands in its place when it is not."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """Kept apart everywhere: a secret is not a zero, and a zero is not a lack."""

    VALUE = 0
    SECRET = 1
    NOT_AVAILABLE = 2
    NOT_APPLICABLE = 3

    @property
    def key(self) -> str:
        """Name in the API and in files: `value`, `secret`, `not_available`, `not_applicable`."""
        return self.name.lower()


class Origin(IntEnum):
    """Where a value comes from.

    PUBLISHED: as the source gives it. COMPUTED: made here from the members of the territory, or
    from other indicators. MERGED: the sum of former communes. ESTIMATED: the share, by population,
    of a commune that was split.
    """

    PUBLISHED = 0
    COMPUTED = 1
    MERGED = 2
    ESTIMATED = 3

    @property
    def key(self) -> str:
        """Name in the API and in files."""
        return self.name.lower()
