"""The rules of a sum and of a change of commune, on few values."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.territoires.figures.frame import DISTRIBUTION, OBSERVATION
from ckanext.territoires.figures.indicator import Indicator, load_indicators
from ckanext.territoires.figures.levels import Levelled, aggregate_members, with_levels
from ckanext.territoires.figures.status import Origin, Status
from ckanext.territoires.territory.reference import Reference, load_reference
from tests.helpers.figures import Row, frame, pick

# The CC du Sud Estuaire.
EPCI = "fr:epci:244400586"
REFERENCE = load_reference()
INDICATORS = load_indicators()
COMMUNES = [territory.id for territory in REFERENCE.members(EPCI)]


def load(rows: list[Row], year: int | None = 2026) -> Levelled:
    return with_levels(frame(rows), INDICATORS, REFERENCE, cog_year=year)


def births(*cells: float | Status) -> list[Row]:
    """One cell for each commune of the EPCI; what is lacking at the end is not in the file."""
    return [
        (id, "births", "2020", None, cell)
        if isinstance(cell, Status)
        else (id, "births", "2020", cell, Status.VALUE)
        for id, cell in zip(COMMUNES, cells, strict=False)
    ]


def epci(rows: list[Row]) -> dict[str, Any]:
    return pick(load(rows), EPCI, "births", "2020")


def known(count: int) -> list[float | Status]:
    return [float(number) for number in range(1, count + 1)]


SIZE = len(COMMUNES)
SECRET, LACKING, NONE = Status.SECRET, Status.NOT_AVAILABLE, Status.NOT_APPLICABLE


class TestStatuses:
    """What a sum is worth."""

    def test_the_epci_is_large_enough(self) -> None:
        assert SIZE >= 6

    @pytest.mark.parametrize(
        ("cells", "value", "status", "lacking"),
        [
            (known(SIZE), SIZE * (SIZE + 1) / 2, Status.VALUE, 0),
            ([0.0] * SIZE, 0, Status.VALUE, 0),
            ([SECRET] * SIZE, None, SECRET, SIZE),
            ([LACKING] * SIZE, None, LACKING, SIZE),
            ([*[LACKING] * (SIZE - 2), SECRET, SECRET], None, SECRET, SIZE),
            ([NONE] * SIZE, None, NONE, 0),
            ([*known(SIZE - 1), NONE], SIZE * (SIZE - 1) / 2, Status.VALUE, 0),
            # One secret could be deduced from the total, and is not.
            ([*known(SIZE - 1), SECRET], None, SECRET, 1),
            ([*known(SIZE - 2), LACKING, SECRET], None, SECRET, 2),
            # Two cannot: the sum of the others is a floor.
            ([*known(SIZE - 2), SECRET, SECRET], (SIZE - 1) * (SIZE - 2) / 2, Status.VALUE, 2),
            ([*known(SIZE - 1), LACKING], SIZE * (SIZE - 1) / 2, Status.VALUE, 1),
            # A commune that the file lacks is not a zero.
            (known(SIZE - 1), SIZE * (SIZE - 1) / 2, Status.VALUE, 1),
        ],
    )
    def test_of_a_sum(
        self, cells: list[float | Status], value: float | None, status: Status, lacking: int
    ) -> None:
        found = epci(births(*cells))
        assert (found["status"], found["origin"]) == (status, Origin.COMPUTED)
        assert (None if pd.isna(found["value"]) else found["value"]) == value
        assert (found["members"], found["members_known"]) == (SIZE, SIZE - lacking)
        assert (found["population_share"] == 1) == (lacking == 0)

    def test_the_share_is_of_the_population(self) -> None:
        found = epci(births(*known(SIZE - 1)))
        people = {id: REFERENCE.territories[id].population or 0 for id in COMMUNES}
        expected = 1 - people[COMMUNES[-1]] / sum(people.values())
        assert found["population_share"] == pytest.approx(expected, rel=1e-6)

    def test_what_is_published_wins_even_secret(self) -> None:
        rows = births(*known(SIZE))
        for row in (
            (EPCI, "births", "2020", 1000.0, Status.VALUE),
            (EPCI, "births", "2020", None, SECRET),
        ):
            found = epci([*rows, row])
            assert (found["status"], found["origin"]) == (row[4], Origin.PUBLISHED)
            assert pd.isna(found["members"])
        # The source shows what our own rule would hide.
        hidden = births(*known(SIZE - 1), SECRET)
        shown = epci([*hidden, (EPCI, "births", "2020", 1000.0, Status.VALUE)])
        assert (shown["value"], shown["status"]) == (1000, Status.VALUE)

    def test_a_departement_is_made_of_its_communes_not_of_its_epci(self) -> None:
        rows = [*births(*known(SIZE)), (EPCI, "births", "2020", 1000.0, Status.VALUE)]
        found = pick(load(rows), "fr:departement:44", "births", "2020")
        assert found["value"] == SIZE * (SIZE + 1) / 2

    def test_a_value_that_is_not_a_number_is_not_available(self) -> None:
        rows: list[Row] = [(COMMUNES[0], "births", "2020", float("nan"), Status.VALUE)]
        found = pick(load(rows), COMMUNES[0], "births", "2020")
        assert found["status"] == Status.NOT_AVAILABLE

    def test_nothing_gives_nothing(self) -> None:
        found = load([])
        assert list(found.observations.columns) == list(OBSERVATION)
        assert (len(found.observations), found.distributions, found.notes) == (0, [], ())


class TestChanges:
    """Communes that are not what they were."""

    def one(
        self, territory: str, value: float | Status, indicator: str = "births", period: str = "2020"
    ) -> Row:
        if isinstance(value, Status):
            return (f"fr:commune:{territory}", indicator, period, None, value)
        return (f"fr:commune:{territory}", indicator, period, value, Status.VALUE)

    def test_a_new_code_takes_all(self) -> None:
        rows = [self.one("49069", 150.0), self.one("49069", 21_510.0, "median_income")]
        found = load(rows, 2021)
        for indicator, value in (("births", 150), ("median_income", 21_510)):
            today = pick(found, "fr:commune:49126", indicator, "2020")
            then = pick(found, "fr:commune:49069", indicator, "2020")
            assert (today["value"], today["origin"]) == (value, Origin.PUBLISHED)
            assert then["value"] == value

    def test_a_merger_is_summed_and_the_former_are_kept(self) -> None:
        # Saint-Gervais-en-Belin joined Laigné-en-Belin on the 1st of January 2025.
        rows = [
            self.one("72287", 20.0),
            self.one("72155", 30.0),
            self.one("72287", 24_000.0, "median_income"),
            self.one("72155", 25_000.0, "median_income"),
        ]
        found = load(rows, 2021)
        today = pick(found, "fr:commune:72155", "births", "2020")
        assert (today["value"], today["origin"]) == (50, Origin.MERGED)
        assert (today["members"], today["members_known"]) == (2, 2)
        assert pick(found, "fr:commune:72287", "births", "2020")["value"] == 20
        assert pick(found, "fr:commune:72155@2021-01-01", "births", "2020")["value"] == 30
        # Of two medians there is none.
        assert pick(found, "fr:commune:72155", "median_income", "2020")["status"] == LACKING
        kept = pick(found, "fr:commune:72155@2021-01-01", "median_income", "2020")
        assert kept["value"] == 25_000
        assert next(n for n in found.notes if n.code == "merged").params["count"] == 1
        # The sums above count each once.
        assert pick(found, "fr:departement:72", "births", "2020")["value"] == 50

    @pytest.mark.parametrize(
        ("first", "second", "value", "status"),
        [
            (SECRET, 30.0, None, SECRET),
            (SECRET, SECRET, None, SECRET),
            (LACKING, LACKING, None, LACKING),
            (LACKING, 30.0, 30, Status.VALUE),
        ],
    )
    def test_a_merger_with_a_missing_part(
        self, first: float | Status, second: float | Status, value: float | None, status: Status
    ) -> None:
        found = load([self.one("72287", first), self.one("72155", second)], 2021)
        today = pick(found, "fr:commune:72155", "births", "2020")
        assert today["status"] == status
        assert (None if pd.isna(today["value"]) else today["value"]) == value
        # A commune that is only partly known is not known.
        above = pick(found, "fr:departement:72", "births", "2020")
        assert above["members_known"] == 0

    def test_a_file_that_lacks_a_part_gives_a_floor(self) -> None:
        today = pick(load([self.one("72155", 30.0)], 2021), "fr:commune:72155", "births", "2020")
        assert (today["value"], today["members"], today["members_known"]) == (30, 2, 1)
        assert 0 < today["population_share"] < 1

    def test_a_split_is_shared_by_population_and_says_so(self) -> None:
        rows = [self.one("85084", 100.0), self.one("85084", 21_000.0, "median_income")]
        found = load(rows, 2021)
        people = {
            code: REFERENCE.territories[f"fr:commune:{code}"].population or 0
            for code in ("85084", "85165", "85212")
        }
        for code, population in people.items():
            part = pick(found, f"fr:commune:{code}", "births", "2020")
            expected = 100 * population / sum(people.values())
            assert (part["value"], part["origin"]) == (pytest.approx(expected), Origin.ESTIMATED)
            assert pick(found, f"fr:commune:{code}", "median_income", "2020")["status"] == LACKING
        assert pick(found, "fr:commune:85084@2021-01-01", "births", "2020")["value"] == 100
        assert pick(found, "fr:departement:85", "births", "2020")["value"] == pytest.approx(100)
        secret = load([self.one("85084", SECRET)], 2021)
        assert pick(secret, "fr:commune:85165", "births", "2020")["status"] == SECRET

    def test_a_change_that_the_file_already_made_is_not_made_again(self) -> None:
        rows = [self.one("85084", 70.0), self.one("85165", 10.0), self.one("85212", 20.0)]
        found = load(rows, 2021)
        for code, value in (("85084", 70), ("85165", 10), ("85212", 20)):
            part = pick(found, f"fr:commune:{code}", "births", "2020")
            assert (part["value"], part["origin"]) == (value, Origin.PUBLISHED)
        both = load([self.one("49069", 150.0), self.one("49126", 151.0)], 2021)
        assert pick(both, "fr:commune:49126", "births", "2020")["value"] == 151
        assert pick(both, "fr:departement:49", "births", "2020")["value"] == 151

    def test_the_same_code_in_a_later_year_is_what_it_is(self) -> None:
        found = load([self.one("72155", 30.0), self.one("85084", 70.0)], 2025)
        for code, value in (("72155", 30), ("85084", 70)):
            part = pick(found, f"fr:commune:{code}", "births", "2020")
            assert (part["value"], part["origin"]) == (value, Origin.PUBLISHED)
        assert not found.notes

    def test_without_a_year_former_codes_are_carried(self) -> None:
        found = load([self.one("72287", 20.0), self.one("72155", 30.0)], None)
        today = pick(found, "fr:commune:72155", "births", "2020")
        assert (today["value"], today["origin"]) == (50, Origin.MERGED)

    def test_what_never_was_is_said(self) -> None:
        found = load([self.one("44999", 1.0), self.one("44109", 2.0)], 2021)
        assert next(n for n in found.notes if n.code == "unknown").params["territories"] == (
            "fr:commune:44999",
        )
        assert "fr:commune:44999" not in set(found.observations["territory"])
        assert pick(found, "fr:departement:44", "births", "2020")["value"] == 2

    def test_an_epci_that_is_no_more_is_kept_as_published(self) -> None:
        rows: list[Row] = [("fr:epci:200067221", "median_income", "2016", 20_000.0, Status.VALUE)]
        found = load(rows, 2019)
        assert REFERENCE.get("fr:epci:200067221") is None
        assert pick(found, "fr:epci:200067221", "median_income", "2016")["value"] == 20_000
        assert found.notes[0].code == "not_current"


cells_of_communes = st.lists(
    st.none() | st.sampled_from([SECRET, LACKING, NONE]) | st.integers(0, 1000).map(float),
    min_size=SIZE,
    max_size=SIZE,
)


@settings(max_examples=40, deadline=None)
@given(cells_of_communes, st.randoms(use_true_random=False))
def test_properties_of_a_sum(cells: list[float | Status | None], shuffler: random.Random) -> None:
    rows: list[Row] = [
        (id, "births", "2020", None, cell)
        if isinstance(cell, Status)
        else (id, "births", "2020", cell, Status.VALUE)
        for id, cell in zip(COMMUNES, cells, strict=True)
        if cell is not None
    ]
    if not rows:
        return
    found = load(rows)
    whole = pick(found, EPCI, "births", "2020")
    values = [cell for cell in cells if cell is not None and not isinstance(cell, Status)]
    # A status is an integer, and would be found among the values.
    statuses = [cell for cell in cells if isinstance(cell, Status)]
    secrets = statuses.count(SECRET)
    assert whole["members"] == SIZE
    assert whole["members_known"] == len(values) + statuses.count(NONE)
    if whole["status"] == Status.VALUE:
        assert whole["value"] == sum(values)
        assert secrets != 1
    else:
        assert secrets == 1 or not values
    # No order of the lines changes a figure, nor the type of the columns.
    shuffler.shuffle(rows)
    again = frame(rows)
    again = again.astype({"territory": "category", "indicator": "category"})
    other = with_levels(again, INDICATORS, REFERENCE, cog_year=2026)
    key = ["territory", "indicator", "period"]
    pd.testing.assert_frame_equal(
        found.observations.astype(dict.fromkeys(key, "str")),
        other.observations.astype(dict.fromkeys(key, "str")),
    )
    # An arrondissement, the département: the same communes here, the same sum.
    above = pick(found, "fr:departement:44", "births", "2020")
    assert above["members"] == len(REFERENCE.members("fr:departement:44"))
    if above["status"] == Status.VALUE:
        assert above["value"] == sum(values)


def test_parts_make_the_whole(levelled: Levelled) -> None:
    table: Any = levelled.observations
    table = table[(table["indicator"] == "population") & (table["period"] == "2018")]
    value = dict(zip(table["territory"], table["value"], strict=True))
    for level in ("departement", "arrondissement"):
        parts = [territory.id for territory in REFERENCE.members("fr:region:52", level)]
        assert sum(value[id] for id in parts) == pytest.approx(value["fr:region:52"], abs=1e-6)


def test_the_answer_is_that_of_the_contract(levelled: Levelled) -> None:
    table: Any = levelled.observations
    assert list(table.columns) == list(OBSERVATION)
    assert not table.duplicated(["territory", "indicator", "period"]).any()
    assert list(table["value"].isna()) == list(table["status"] != Status.VALUE)
    assert set(table["origin"]) == set(Origin)
    assert all(tuple(found) == DISTRIBUTION for found in levelled.distributions)


class TestCustom:
    """A territory that an agent draws."""

    @pytest.fixture(scope="class")
    def communes(self, levelled: Levelled) -> Any:
        found: Any = levelled.observations
        return found[found["territory"].astype(str).str.startswith("fr:commune:")]

    def test_it_is_what_the_reference_would_give(self, levelled: Levelled, communes: Any) -> None:
        for id in (EPCI, "fr:epci:243500741", "fr:epci:247200090", "fr:epci:247200686"):
            members = [territory.id for territory in REFERENCE.members(id)]
            ours = aggregate_members(communes, INDICATORS, REFERENCE, members, "custom:mine")
            assert set(ours["territory"]) == {"custom:mine"}
            theirs: Any = levelled.observations
            theirs = theirs[theirs["territory"] == id]
            assert len(ours) == len(theirs) == 29
            key = ["indicator", "period"]
            pair = ours.merge(theirs, on=key, suffixes=("", "_theirs"))
            for name in ("status", "members", "members_known"):
                assert list(pair[name]) == list(pair[f"{name}_theirs"])
            assert all(
                a == pytest.approx(b, nan_ok=True)
                for name in ("value", "population_share")
                for a, b in zip(pair[name], pair[f"{name}_theirs"], strict=True)
            )

    def test_what_is_not_added_is_not_there(self, communes: Any) -> None:
        found = aggregate_members(communes, INDICATORS, REFERENCE, COMMUNES, "custom:mine")
        assert "median_income" not in set(found["indicator"])

    def test_nothing_known(self, communes: Any) -> None:
        found = aggregate_members(
            communes, INDICATORS, REFERENCE, ["fr:commune:97411"], "custom:far"
        )
        assert len(found) == 0


def test_the_reference_of_a_process_is_not_changed(
    reference: Reference, indicators: Mapping[str, Indicator]
) -> None:
    assert reference is REFERENCE
    assert indicators is INDICATORS
