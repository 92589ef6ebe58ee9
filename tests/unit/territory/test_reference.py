from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from ckanext.territoires.territory import tables
from ckanext.territoires.territory.description import describe
from ckanext.territoires.territory.reference import Reference, load_reference

from .conftest import extract


class TestToday:
    def test_communes_of_the_region_are_those_of_the_source(self, reference: Reference) -> None:
        rows = extract("communes-pdl-2026")
        members = reference.members("fr:region:52")
        assert {m.code for m in members} == {row["code"] for row in rows}
        for row in rows:
            commune = reference.get(f"fr:commune:{row['code']}")
            assert commune is not None
            assert commune.name == row["nom"]
            assert commune.population == int(row["population"])
            expected = [
                *([f"fr:epci:{row['epci']}"] if row["epci"] else []),
                f"fr:arrondissement:{row['arrondissement']}",
                f"fr:departement:{row['departement']}",
                "fr:region:52",
                "country-subset:fr:metro",
                "country:fr",
            ]
            assert list(commune.parents) == expected

    def test_members_of_epci_cross_the_borders_of_the_region(self, reference: Reference) -> None:
        members: dict[str, set[str]] = defaultdict(set)
        for row in extract("epci-pdl-2026"):
            members[row["epci"]].add(row["commune"])
        for epci, communes in members.items():
            found = reference.members(f"fr:epci:{epci}")
            assert {commune.code for commune in found} == communes
            assert reference.get(f"fr:epci:{epci}") in reference.members("fr:region:52", "epci")

    def test_counts_of_the_nation(self, reference: Reference) -> None:
        counts = {
            level: len(reference.members("country:fr", level))
            for level in ("commune", "epci", "arrondissement", "departement", "region")
        }
        assert counts == {
            "commune": 34_969,
            "epci": 1_255,
            "arrondissement": 333,
            "departement": 109,
            "region": 26,
        }

    def test_an_epci_over_three_departements(self, reference: Reference) -> None:
        assert reference.lineage("fr:epci:243500741") == (
            "fr:arrondissement:352",
            "fr:arrondissement:445",
            "fr:arrondissement:563",
            "fr:departement:35",
            "fr:departement:44",
            "fr:departement:56",
            "fr:region:53",
            "fr:region:52",
            "country-subset:fr:metro",
            "country:fr",
        )

    def test_populations_add_up(self, reference: Reference) -> None:
        for level in ("departement", "arrondissement"):
            for territory in reference.members("fr:region:52", level):
                communes = reference.members(territory.id)
                assert territory.population == sum(c.population or 0 for c in communes)

    def test_overseas(self, reference: Reference) -> None:
        assert "country-subset:fr:dromcom" in reference.lineage("fr:commune:97411")
        assert "country-subset:fr:metro" not in reference.lineage("fr:commune:98818")
        metro = reference.members("country-subset:fr:metro", "departement")
        assert len(metro) == 96

    def test_a_departement_and_its_seat(self, reference: Reference) -> None:
        sarthe = reference.get("fr:departement:72")
        assert sarthe is not None
        assert (sarthe.name, sarthe.article, sarthe.seat) == ("Sarthe", "la ", "fr:commune:72181")

    def test_members_are_in_the_order_of_a_dictionary(self, reference: Reference) -> None:
        names = [commune.name for commune in reference.members("fr:departement:49")]
        assert names.index("Écouflant") == names.index("Durtal") + 1

    def test_epci_that_meet_an_arrondissement(self, reference: Reference) -> None:
        found = {epci.code for epci in reference.members("fr:arrondissement:442", "epci")}
        rows = extract("communes-pdl-2026")
        assert found == {row["epci"] for row in rows if row["arrondissement"] == "442"}

    def test_what_is_unknown(self, reference: Reference) -> None:
        assert reference.get("fr:commune:49069") is None
        assert reference.lineage("fr:commune:49069") == ()
        assert reference.members("fr:commune:44109") == ()


class TestDescription:
    def test_a_commune(self, reference: Reference) -> None:
        nantes = reference.get("fr:commune:44109")
        assert nantes is not None
        assert describe(reference, nantes).places == (("Loire-Atlantique", "44"),)

    def test_a_former_commune_says_what_it_became(self, reference: Reference) -> None:
        match = reference.search("champtoceaux")[0]
        assert describe(reference, match).former == (
            "Champtoceaux",
            "delegated",
            "d'Orée d'Anjou",
        )


class TestFolder:
    def test_is_read_once(self) -> None:
        assert load_reference() is load_reference()

    def test_another_country(self, tmp_path: Path) -> None:
        row = dict.fromkeys(tables.COLUMNS["territories"], "")
        commune = {"level": "commune", "code": "1", "name": "Bruxelles", "liaison": "0"}
        tables.write(tmp_path, "territories", [row | commune | {"kind": "commune"}])
        for table in ("places", "moves", "past"):
            tables.write(tmp_path, table, [])
        (tmp_path / tables.PROVENANCE).write_text('{"country": "be", "year": "2025"}')
        found = load_reference(tmp_path)
        assert found.year == 2025
        assert found.lineage("be:commune:1") == ("country:be",)
        assert found.search("bruxelles")[0].territory.id == "be:commune:1"

    def test_a_folder_without_tables(self, tmp_path: Path) -> None:
        with pytest.raises(tables.InvalidReference):
            Reference(tmp_path)
        (tmp_path / tables.PROVENANCE).write_text('{"country": "be", "year": 2025}')
        with pytest.raises(tables.InvalidReference):
            Reference(tmp_path)

    def test_a_table_with_another_header(self, tmp_path: Path) -> None:
        tables.write(tmp_path, "moves", [])
        (tmp_path / "moves.csv.gz").rename(tmp_path / "past.csv.gz")
        with pytest.raises(tables.InvalidReference):
            list(tables.read(tmp_path, "past"))

    def test_the_version_changes_with_the_content(self, tmp_path: Path) -> None:
        tables.write(tmp_path, "moves", [])
        before = tables.digest(tmp_path)
        tables.write(tmp_path, "moves", [dict.fromkeys(tables.COLUMNS["moves"], "x")])
        assert tables.digest(tmp_path) != before

    def test_no_packaged_file_is_heavy(self) -> None:
        files = [path for path in tables.PACKAGED.rglob("*") if path.is_file()]
        assert max(path.stat().st_size for path in files) < 2_000_000
        assert sum(path.stat().st_size for path in files) < 12_000_000

    def test_packaged_tables_are_those_of_their_provenance(self, reference: Reference) -> None:
        for table, noted in reference.provenance["tables"].items():
            assert len(list(tables.read(tables.PACKAGED, table))) == noted["rows"]
