"""The columns that observations have on their way from a file to the database and back."""

from __future__ import annotations

#: `territory` (identifier), `indicator`, `period` (`2018`, or `2013/2018` from the 1st of January
#: of one to that of the other), `value` (float, NaN when there is none), `status` and `origin`
#: (small integers), then the coverage of what was computed from members: how many there are, how
#: many are known, and the share (0 to 1) of the population that these hold; none for the rest.
OBSERVATION = (
    "territory",
    "indicator",
    "period",
    "value",
    "status",
    "origin",
    "members",
    "members_known",
    "population_share",
)

#: The known values of a group of peers: the territories of `level` inside `group_id`, `values`
#: ascending. A rank is a search in it.
DISTRIBUTION = ("group_id", "level", "indicator", "period", "values")

#: What a grant, a plan, a decree, a post or a label is once read. `line` is its line in the file,
#: from 1; `places` and `lineage` are lists of identifiers: where it lies, and these with all that
#: contains them. `shares`, none for most: the part below 1 of the amounts that a territory of the
#: lineage has, by identifier. Amounts are euros and are never added to each other.
RECORD = (
    "line",
    "kind",
    "places",
    "lineage",
    "shares",
    "beneficiary",
    "beneficiary_id",
    "beneficiary_territory",
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
    "attributes",
)
