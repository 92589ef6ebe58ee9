"""Sums against a computation that shares nothing with ours: Insee's table, merged and grouped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from ckanext.territoires.figures.indicator import Indicator
from ckanext.territoires.figures.levels import Levelled, with_levels
from ckanext.territoires.figures.status import Origin, Status
from ckanext.territoires.territory.reference import Reference
from tests.helpers.figures import DATA, VARIABLES, frame, indicator_of, long, pick, table

ADDITIVE = [
    name
    for name in VARIABLES.values()
    if name not in ("taxed_households_share", "median_income", "poverty_rate")
]


def members(level: str) -> Any:
    """Communes of 2026 and what they belong to, cut from the sources without our code."""
    folder = DATA / "territory"
    if level == "epci":
        found = pd.read_csv(folder / "epci-pdl-2026.csv", dtype=str)
        return found.rename(columns={"epci": "group"})[["group", "commune"]]
    communes = pd.read_csv(folder / "communes-pdl-2026.csv", dtype=str)
    return communes.rename(columns={level: "group", "code": "commune"})[["group", "commune"]]


def today(wide: Any) -> Any:
    """The communes of a table with the codes of 2025 (none of these changed in 2026)."""
    moved = pd.read_csv(DATA / "territory" / "passage-2025.csv", dtype=str)
    found = wide.merge(moved, how="left", left_on="CODGEO", right_on="DEPCOM_HIST")
    found["commune"] = found["DEPCOM"].fillna(found["CODGEO"])
    return found.drop(columns=["DEPCOM", "DEPCOM_HIST", "CODGEO"])


@pytest.mark.parametrize(
    ("level", "count"), [("epci", 71), ("departement", 5), ("arrondissement", 16)]
)
def test_sums_are_those_of_another_computation(
    level: str, count: int, comparateur: Any, levelled: Levelled
) -> None:
    values = today(comparateur).merge(members(level), on="commune")
    expected = values.drop(columns="commune").groupby("group").sum(min_count=1)
    assert len(expected) == count

    found: Any = levelled.observations
    found: Any = found[found["territory"].isin([f"fr:{level}:{code}" for code in expected.index])]
    assert (found["origin"] == Origin.COMPUTED).all()
    secret = found[found["status"] == Status.SECRET]
    assert set(secret["indicator"]) <= {"fiscal_households"}

    table_of_values = found.pivot(
        index="territory", columns=["indicator", "period"], values="value"
    )
    compared = 0
    for column in expected.columns:
        indicator, period = indicator_of(column)
        if indicator not in ADDITIVE:
            assert (indicator, period) not in table_of_values.columns
            continue
        ours = table_of_values[indicator, period].rename(lambda id: id.split(":")[2])
        pair = pd.concat([expected[column], ours], axis=1, keys=["theirs", "ours"]).dropna()
        assert max(abs(pair["theirs"] - pair["ours"])) < 1e-6
        compared += len(pair)
    # Nothing is left out but what is secret.
    assert compared == count * 29 - len(secret)


@pytest.mark.parametrize("level", ["epci", "departement", "arrondissement"])
def test_coverage_and_secrecy_are_those_of_another_computation(
    level: str, comparateur: Any, levelled: Levelled
) -> None:
    values = today(comparateur)[["commune", "NBMENFISC19"]]
    # Two communes were re-created in 2024: they are members that the table does not have.
    parts = pd.DataFrame({"commune": ["85165", "85212"], "NBMENFISC19": [1.0, 1.0]})
    values = pd.concat([values, parts]).merge(members(level), on="commune")
    one = values.groupby(["group", "commune"])["NBMENFISC19"].agg(total="size", known="count")
    one["secret"] = one["total"] - one["known"]
    one["whole"] = one["secret"] == 0
    # A merged commune with one secret part is secret; with several, it is a floor or unknown.
    one["hidden"] = (one["secret"] == 1) | ((one["secret"] > 0) & (one["known"] == 0))
    expected = one.groupby("group").agg(
        members=("whole", "size"), known=("whole", "sum"), hidden=("hidden", "sum")
    )

    statuses = set()
    for group, row in expected.iterrows():
        found = pick(levelled, f"fr:{level}:{group}", "fiscal_households", "2019")
        assert (found["members"], found["members_known"]) == (row["members"], row["known"])
        assert (found["status"] == Status.SECRET) == (row["hidden"] == 1)
        assert (found["population_share"] == 1) == (row["known"] == row["members"])
        statuses.add((Status(found["status"]), row["known"] == row["members"]))
    if level == "epci":
        assert statuses == {
            (Status.VALUE, True),
            (Status.VALUE, False),
            (Status.SECRET, False),
        }


def test_a_single_secret_member_hides_the_sum(levelled: Levelled) -> None:
    # The CC du Pays Sabolien: 17 communes, of which one is secret.
    found = pick(levelled, "fr:epci:247200090", "fiscal_households", "2019")
    assert (found["status"], found["members"], found["members_known"]) == (Status.SECRET, 17, 16)
    assert pd.isna(found["value"])
    assert pick(levelled, "fr:epci:247200090", "households", "2018")["status"] == Status.VALUE


def test_an_epci_over_two_regions_has_all_its_communes(levelled: Levelled) -> None:
    redon = pick(levelled, "fr:epci:243500741", "population", "2018")
    assert (redon["value"], redon["members"]) == (66_478, 31)


def test_paris_is_counted_once(levelled: Levelled, comparateur: Any) -> None:
    published = comparateur.set_index("CODGEO")["P18_POP"]
    assert pick(levelled, "fr:departement:75", "population", "2018")["value"] == published["75056"]
    assert pick(levelled, "fr:commune:69123", "population", "2018")["value"] == published["69123"]
    assert "fr:commune:75101" not in set(levelled.observations["territory"])
    note = next(note for note in levelled.notes if note.code == "districts")
    assert note.params["count"] == 45


def test_paris_is_the_sum_of_its_arrondissements_when_it_is_not_given(
    comparateur: Any, indicators: Mapping[str, Indicator], reference: Reference
) -> None:
    districts = comparateur[comparateur["CODGEO"].str.startswith("751")]
    found = with_levels(long(districts), indicators, reference, cog_year=2021)
    paris = pick(found, "fr:commune:75056", "births", "2020")
    whole = comparateur.set_index("CODGEO")["NAISD20"]["75056"]
    assert (paris["value"], paris["origin"]) == (whole, Origin.COMPUTED)
    assert (paris["members"], paris["members_known"]) == (20, 20)
    assert pick(found, "fr:commune:75056", "median_income", "2019")["status"] == (
        Status.NOT_AVAILABLE
    )

    some = with_levels(long(districts.head(3)), indicators, reference, cog_year=2021)
    floor = pick(some, "fr:commune:75056", "births", "2020")
    assert (floor["members"], floor["members_known"]) == (20, 3)
    assert 0 < floor["value"] < whole


def test_medians_are_never_made_from_members(levelled: Levelled) -> None:
    found: Any = levelled.observations
    medians = found[found["indicator"] == "median_income"]
    assert set(medians["territory"].map(lambda id: id.split(":")[1])) == {"commune"}


class TestFilosofi:
    """Incomes of 2016: our sums beside what Insee publishes for the EPCI."""

    #: Where they differ, and why: the extract has the communes of the région only; the EPCI had
    #: other communes; several communes are secret.
    BORDER = {"243500741", "244400610", "246100663", "200072700", "200072676"}
    MOVED = {"200067346", "200071546", "200071868", "200072684", "244400552", "247200132"}
    #: Of which before the first COG at hand: it cannot be known.
    BEFORE = {"200067346", "200071546"}
    SECRET = {"247200090", "247200686"}

    @pytest.fixture(scope="class")
    def communes(self) -> Any:
        return long(self.columns(table("filosofi_communes")))

    @pytest.fixture(scope="class")
    def epci(self) -> Any:
        return long(self.columns(table("filosofi_epci")), "epci")

    def columns(self, wide: Any) -> Any:
        return wide[["CODGEO", "NBMENFISC16", "MED16"]]

    def test_sums_equal_what_insee_publishes(
        self,
        communes: Any,
        epci: Any,
        indicators: Mapping[str, Indicator],
        reference: Reference,
    ) -> None:
        summed = with_levels(communes, indicators, reference, cog_year=2020)
        published = epci[epci["indicator"] == "fiscal_households"].set_index("territory")["value"]
        equal, apart = set(), set()
        for id, value in published.items():
            ours = pick(summed, str(id), "fiscal_households", "2016")
            code = str(id).split(":")[2]
            if ours["status"] == Status.VALUE and round(ours["value"]) == round(value):
                assert ours["members"] == ours["members_known"]
                equal.add(code)
            else:
                apart.add(code)
                if code in self.SECRET:
                    assert ours["status"] == Status.SECRET
                elif code in self.BORDER:
                    assert ours["members_known"] < ours["members"]
                    assert ours["value"] < value
        assert len(equal) == 58
        assert apart == self.BORDER | self.MOVED | self.SECRET

    def test_what_insee_publishes_wins(
        self,
        communes: Any,
        epci: Any,
        indicators: Mapping[str, Indicator],
        reference: Reference,
    ) -> None:
        both = with_levels(pd.concat([communes, epci]), indicators, reference, cog_year=2020)
        published = epci.set_index(["territory", "indicator"])["value"]
        for (id, indicator), value in published.items():
            if id.split(":")[2] in self.MOVED - self.BEFORE:
                continue
            ours = pick(both, id, indicator, "2016")
            assert (ours["value"], ours["origin"]) == (value, Origin.PUBLISHED)
            assert pd.isna(ours["members"])

    def test_a_count_of_other_communes_is_kept_apart(
        self,
        communes: Any,
        epci: Any,
        indicators: Mapping[str, Indicator],
        reference: Reference,
    ) -> None:
        # A commune joined Le Mans Métropole after 2021.
        both = with_levels(pd.concat([communes, epci]), indicators, reference, cog_year=2020)
        today = pick(both, "fr:epci:247200132", "fiscal_households", "2016")
        then = pick(both, "fr:epci:247200132@2020-01-01", "fiscal_households", "2016")
        assert (today["value"], today["origin"]) == (91_798, Origin.COMPUTED)
        assert (then["value"], then["origin"]) == (91_490, Origin.PUBLISHED)
        median = pick(both, "fr:epci:247200132", "median_income", "2016")
        assert median["origin"] == Origin.PUBLISHED
        note = next(note for note in both.notes if note.code == "perimeter")
        assert "fr:epci:247200132" in note.params["territories"]


def test_a_file_of_a_region_gives_no_france(levelled: Levelled) -> None:
    ids = set(levelled.observations["territory"])
    assert "fr:region:52" in ids
    assert not ids & {"fr:region:53", "fr:region:24", "country-subset:fr:metro", "country:fr"}


def test_half_of_a_region_is_enough(
    indicators: Mapping[str, Indicator], reference: Reference
) -> None:
    communes = [territory.id for territory in reference.members("fr:region:52")]
    for count, there in ((len(communes) // 2, True), (len(communes) // 2 - 1, False)):
        rows = frame((id, "births", "2020", 1, Status.VALUE) for id in communes[:count])
        found = with_levels(rows, indicators, reference, cog_year=2026)
        assert ("fr:region:52" in set(found.observations["territory"])) == there
    assert len(communes) % 2 == 0
