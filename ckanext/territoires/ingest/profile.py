"""What a file means: the dataclasses that a YAML profile becomes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from typing import Any

from ckanext.territoires.figures.status import Status
from ckanext.territoires.ingest.names import NamePattern

SHAPES = ("observations", "records")
KINDS = ("grant", "plan", "risk", "programme", "zoning", "post")
TYPES = ("text", "number", "integer", "amount", "date", "year", "siret", "coordinate")
#: What a column of records may fill; see `figures.frame.RECORD`.
FIELDS = (
    "beneficiary",
    "beneficiary_id",
    "date",
    "year",
    "scheme",
    "theme",
    "title",
    "state",
    "cost",
    "asked",
    "granted",
    "paid",
    "latitude",
    "longitude",
)
AMOUNTS = ("cost", "asked", "granted", "paid")
FIELD_TYPES: Mapping[str, str] = {
    **dict.fromkeys(AMOUNTS, "amount"),
    "date": "date",
    "year": "year",
    "latitude": "coordinate",
    "longitude": "coordinate",
    "beneficiary_id": "siret",
}

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Names:
    """Ways in which files write the name of a column, the preferred first."""

    patterns: tuple[NamePattern, ...]
    regex: re.Pattern[str]

    def among(self, folded: str) -> bool:
        """Whether one of these names, folded and each on a line, is that of the column."""
        return self.regex.search(folded) is not None

    def match(self, folded: str) -> str | None:
        """The period in a folded name; empty when it has none, None when it is another column."""
        for pattern in self.patterns:
            period = pattern.match(folded)
            if period is not None:
                return period
        return None

    @property
    def first(self) -> str:
        """The preferred name, as the profile writes it."""
        return self.patterns[0].text


@dataclass(frozen=True, slots=True)
class Column:
    """What one column, or one family of columns by year, means.

    Exactly one of `indicator`, `field` and `attribute` says where its values go. `marks` are the
    texts, folded, that stand for the lack of a value; `values` replaces what the file writes, and
    `labels` words what is stored.
    """

    names: Names
    indicator: str | None = None
    field: str | None = None
    attribute: str | None = None
    type: str = "text"
    period: str | None = None
    required: bool = False
    marks: Mapping[str, Status] = made(default_factory=dict[str, Status])
    outside: frozenset[str] = frozenset()
    values: Mapping[str, str] | None = None
    labels: Mapping[str, Words] = made(default_factory=dict[str, Words])
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] = ()
    pattern: str | None = None

    @property
    def numeric(self) -> bool:
        """Whether its cells are numbers."""
        return self.type in ("number", "integer", "amount", "coordinate")


@dataclass(frozen=True, slots=True)
class TerritoryRule:
    """Where the code of the territory is.

    `level` is fixed, `any` (told by the shape of the code), or read in the column `level_names`
    through `level_values`. `departement` narrows what contains a territory that lies over several.
    `listed`: the cell holds several codes in a text. `of_beneficiary`: the territory is that of the
    beneficiary, when its SIREN is a commune's or an EPCI's. `is_beneficiary`: the beneficiary is
    the territory itself. `required`: a row without is refused.
    """

    names: Names | None
    level: str = "commune"
    level_names: Names | None = None
    level_values: Mapping[str, str] = made(default_factory=dict[str, str])
    departement: Names | None = None
    listed: bool = False
    of_beneficiary: bool = False
    is_beneficiary: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class LongRule:
    """A line a value: which column names the indicator, which holds the value.

    `indicators` maps what the file writes to an indicator; other lines are not concerned. Values of
    one place, indicator and period are added. `absent_is_zero`: the communes of the départements
    that the file covers and that have no line have none of the thing.
    """

    indicator: Names
    value: Names
    indicators: Mapping[str, str]
    absent_is_zero: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """Lines that the profile does not concern: read, counted, and left out."""

    names: Names
    values: frozenset[str]
    reason: Words


@dataclass(frozen=True, slots=True)
class Mark:
    """Tells apart two files of one header: most cells of the column match."""

    names: Names
    pattern: str


@dataclass(frozen=True, slots=True)
class Identity:
    """`total` = the sum of `parts`, within `tolerance`, wherever all are known."""

    total: str
    parts: tuple[str, ...]
    tolerance: float


@dataclass(frozen=True, slots=True)
class Derived:
    """An indicator made of records: the sum of `amount`, or their number when it is None."""

    indicator: str
    amount: str | None


@dataclass(frozen=True, slots=True)
class YearRule:
    """The COG year of a file: `year`, the latest year of a column, or the latest period of an
    indicator `plus` some years.
    """

    year: int | None = None
    names: Names | None = None
    of: str | None = None
    plus: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """What a file means. `label`, `description` and other words are by language."""

    name: str
    label: Words
    description: Words
    source: str
    source_url: str
    shape: str
    kind: str | None
    territory: TerritoryRule
    columns: tuple[Column, ...]
    long: LongRule | None = None
    period: str | None = None
    period_names: Names | None = None
    constants: Mapping[str, Any] = made(default_factory=dict[str, Any])
    leave_out: tuple[Filter, ...] = ()
    marks: tuple[Mark, ...] = ()
    identities: tuple[Identity, ...] = ()
    derived: tuple[Derived, ...] = ()
    cog_year: YearRule | None = None
    vintage: str = ""
    granularity: str | None = None

    def __str__(self) -> str:
        """Its name."""
        return self.name

    @property
    def indicators(self) -> frozenset[str]:
        """Names of all the indicators that it gives."""
        names = {column.indicator for column in self.columns if column.indicator}
        names |= {derived.indicator for derived in self.derived}
        return frozenset(names | set(self.long.indicators.values() if self.long else ()))

    def label_of(self, target: str, value: str, language: str) -> str:
        """Words for a stored value of a field or an attribute; the value itself by default."""
        for column in self.columns:
            if target in (column.field, column.attribute) and value in column.labels:
                words = column.labels[value]
                return words.get(language) or words["en"]
        return value


class Profiles(Mapping[str, Profile]):
    """Profiles by name. Immutable."""

    def __init__(self, profiles: Mapping[str, Profile]) -> None:
        """Keep the profiles."""
        self._profiles = dict(profiles)

    def __getitem__(self, name: str) -> Profile:
        """Return a profile; KeyError."""
        return self._profiles[name]

    def __iter__(self) -> Iterator[str]:
        """Names, in order."""
        return iter(self._profiles)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._profiles)
