from __future__ import annotations

import pytest

from ckanext.territoires.territory.reference import Reference

from .conftest import extract

# Where INSEE's changes say more than the table of passage: real splits after a merger, and a
# delegated commune that went to the commune restored beside the one it had joined.
SAID_OTHERWISE = {"27443", "78122", "78471", "97355", "60455"}


def ids(reference: Reference, code: str, **options: int | str) -> list[str]:
    found = reference.resolve(code, **options).territories  # type: ignore[arg-type]
    return [id.split(":")[2] for id, _share in found]


def test_every_code_since_1943_leads_where_the_table_of_passage_says(
    reference: Reference,
) -> None:
    for row in extract("passage-2025"):
        code = row["DEPCOM_HIST"]
        if code not in SAID_OTHERWISE:
            assert ids(reference, code, level="commune") == [row["DEPCOM"]]


@pytest.mark.parametrize(
    ("code", "status", "today"),
    [
        ("49069", "delegated", ["49126"]),
        ("85271", "delegated", ["85292"]),
        ("85041", "delegated", ["85292"]),
        ("49321", "delegated", ["49160"]),
        ("72287", "merged", ["72155"]),
        ("72298", "delegated", ["72382"]),
        ("85021", "delegated", ["85076"]),
        ("85233", "delegated", ["85223"]),
        ("85307", "delegated", ["85001"]),
        ("85037", "delegated", ["85289"]),
        ("85053", "delegated", ["85289"]),
        ("85165", "current", ["85165"]),
        ("85212", "current", ["85212"]),
        ("75101", "district", ["75056"]),
        ("20004", "recoded", ["2A004"]),
        ("1001", "current", ["01001"]),
        (" 44109 ", "current", ["44109"]),
        ("214401093", "current", ["44109"]),
        ("244400404", "current", ["244400404"]),
        ("fr:commune:49069@1943-01-01", "delegated", ["49126"]),
        ("99999", "unknown", []),
        ("x", "unknown", []),
        ("fr:commune", "unknown", []),
    ],
)
def test_without_a_year(reference: Reference, code: str, status: str, today: list[str]) -> None:
    assert reference.resolve(code).status == status
    assert ids(reference, code) == today


def test_delegated_communes_resolve_to_theirs(reference: Reference) -> None:
    current = {row["code"] for row in extract("communes-pdl-2026")}
    for row in extract("places-pdl-2026"):
        if row["code"] not in current:
            assert ids(reference, row["code"]) == [row["commune"]]


def test_a_split_is_shared_by_population(reference: Reference) -> None:
    resolution = reference.resolve("85084", year=2021)
    populations = {
        row["code"]: int(row["population"])
        for row in extract("communes-pdl-2026")
        if row["code"] in ("85084", "85165", "85212")
    }
    total = sum(populations.values())
    assert resolution.status == "split"
    assert resolution.date == "2024-01-01"
    assert dict(resolution.territories) == pytest.approx(
        {f"fr:commune:{code}": count / total for code, count in populations.items()}
    )


def test_a_commune_that_is_restored_takes_back_only_itself(reference: Reference) -> None:
    assert ids(reference, "85165", year=2015) == ["85165"]
    assert ids(reference, "85165", year=2021) == ["85165"]
    assert reference.resolve("85165", year=2021).status == "restored"
    assert ids(reference, "85084", year=2010) == ["85084"]


def test_shares_sum_to_one(reference: Reference) -> None:
    for year in range(2021, 2027):
        communes = reference.in_year(year).communes.values()
        for code in [c.code for c in communes if c.departement in ("49", "85")]:
            territories = reference.resolve(code, year=year, level="commune").territories
            assert sum(share for _, share in territories) == pytest.approx(1)


def test_bare_numbers_are_of_the_likeliest_level(reference: Reference) -> None:
    assert reference.resolve("44").level == "departement"
    assert reference.resolve("442").level == "arrondissement"
    assert reference.resolve("52", level="region").territories == (("fr:region:52", 1.0),)
    assert reference.resolve("1").territories == (("fr:departement:01", 1.0),)


def test_regions_and_departements_of_before(reference: Reference) -> None:
    assert ids(reference, "25", level="region") == ["28"]
    assert sorted(ids(reference, "20", level="departement")) == ["2A", "2B"]


def test_an_epci_that_is_gone_goes_where_its_communes_are(reference: Reference) -> None:
    gone = [s for s in reference.history.past if s.level == "epci"]
    today = {epci.code for epci in reference.members("country:fr", "epci")}
    for state in gone:
        if state.code not in today:
            resolution = reference.resolve(state.code)
            assert resolution.status in ("merged", "split")
            assert {id.split(":")[2] for id, _ in resolution.territories} <= today
            assert sum(share for _, share in resolution.territories) == pytest.approx(1)


class TestYears:
    @pytest.mark.parametrize("year", [2021, 2023, 2024, 2026])
    def test_the_communes_of_a_year_are_those_of_its_source(
        self, reference: Reference, year: int
    ) -> None:
        state = reference.in_year(year)
        rows = {row["code"]: row for row in extract(f"communes-pdl-{year}")}
        departements = {"44", "49", "53", "72", "85"}
        found = {c: s for c, s in state.communes.items() if s.departement in departements}
        assert found.keys() == rows.keys()
        for code, row in rows.items():
            commune = found[code]
            assert commune.name == row["nom"]
            assert commune.epci == row["epci"]
            assert commune.arrondissement == row["arrondissement"]

    def test_a_year_that_is_not_at_hand(self, reference: Reference) -> None:
        with pytest.raises(ValueError, match="2019"):
            reference.in_year(2019)


class TestDiff:
    def test_what_changed_is_what_the_sources_show(self, reference: Reference) -> None:
        diff = reference.diff(2023, 2024)
        old = {row["code"]: row for row in extract("communes-pdl-2023")}
        new = {row["code"]: row for row in extract("communes-pdl-2024")}
        mine = {
            (change.kind, change.id.split(":")[2])
            for change in diff.changes
            if ":commune:" in change.id and change.id.split(":")[2] in old.keys() | new.keys()
        }
        expected = {("gone", c) for c in old.keys() - new.keys()}
        expected |= {("created", c) for c in new.keys() - old.keys()}
        for code in old.keys() & new.keys():
            for kind, column in (
                ("renamed", "nom"),
                ("epci", "epci"),
                ("arrondissement", "arrondissement"),
            ):
                if old[code][column] != new[code][column]:
                    expected.add((kind, code))
        assert mine == expected

    def test_what_is_touched(self, reference: Reference) -> None:
        touched = reference.diff(2023, 2024).touched
        assert {"fr:commune:49321", "fr:commune:49160", "fr:commune:85165"} <= touched
        assert "fr:commune:44109" not in touched

    def test_nothing_between_a_year_and_itself(self, reference: Reference) -> None:
        diff = reference.diff(2024, 2024)
        assert diff.changes == ()
        assert diff.lines == ("COG 2024 to 2024: no change",)

    def test_the_report_says_where_a_commune_went(self, reference: Reference) -> None:
        lines = reference.diff(2024, 2025).lines
        assert any(
            line.startswith("gone fr:commune:72287") and line.endswith("fr:commune:72155")
            for line in lines
        )
