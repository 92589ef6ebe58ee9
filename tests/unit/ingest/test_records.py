"""Grants, plans, risks, programmes, zonings, posts: read from small files."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ckanext.territoires.figures.frame import RECORD
from ckanext.territoires.figures.status import Origin
from ckanext.territoires.ingest.ingest import Ingested
from ckanext.territoires.territory.reference import Reference

from .conftest import DATA, FILES, Read

PAYS_DE_LA_LOIRE = "dotations-2019-pays-de-la-loire.csv"
RECORDS = [name for name, profile in FILES.items()
           if not profile.startswith(("insee", "filosofi", "bpe"))]  # fmt: skip


def source(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def totals(found: Ingested, indicator: str) -> dict[tuple[str, str], float]:
    frame = found.observations
    rows = frame[frame.indicator == indicator]
    keys = zip(rows.territory.astype(str), rows.period.astype(str), strict=True)
    return dict(zip(keys, rows.value, strict=True))


@pytest.mark.parametrize("name", RECORDS)
def test_records_have_all_the_keys_and_places_of_today(
    name: str, read: Read, reference: Reference
) -> None:
    found = read(name)
    assert found.state == "read"
    assert found.records
    for record in found.records:
        assert tuple(record) == RECORD or record.keys() == set(RECORD)
        assert set(record["places"]) <= set(record["lineage"]) <= reference.territories.keys()
        assert record["date"] is None or isinstance(record["date"], date)
        assert record["granted"] is None or isinstance(record["granted"], Decimal)
        assert record["kind"] == found.profile.kind if found.profile else False


class TestGrants:
    def test_totals_by_departement_scheme_and_year_are_those_of_the_file(self, read: Read) -> None:
        found = read(PAYS_DE_LA_LOIRE)
        rows = source(PAYS_DE_LA_LOIRE)
        assert len(found.records) == len(rows) == 951
        expected: dict[tuple[str, str], float] = defaultdict(float)
        for row in rows:
            expected[f"fr:departement:{row['id_dep']}", row["dotation"]] += float(
                row["montant_sub"]
            )
        got: dict[tuple[str, str], float] = defaultdict(float)
        for record in found.records:
            (departement,) = [id for id in record["lineage"] if ":departement:" in id]
            got[departement, record["scheme"]] += float(record["granted"])
            assert record["year"] == 2019
        assert got == pytest.approx(expected)
        assert sum(got.values()) == pytest.approx(99_649_427.23)
        sums = totals(found, "grants_granted")
        assert sums["fr:region:52", "2019"] == pytest.approx(99_649_427.23)
        # The grants of one région tell nothing of the nation's.
        assert not {"country:fr", "country-subset:fr:metro"} & {id for id, _year in sums}
        assert totals(found, "grants_count")["fr:region:52", "2019"] == 951

    def test_a_grant_to_an_epci_is_never_that_of_its_communes(self, read: Read) -> None:
        found = read(PAYS_DE_LA_LOIRE)
        epci = "fr:epci:200067635"
        own = [r for r in found.records if r["places"] == [epci]]
        assert own
        assert all(":commune:" not in id for r in own for id in r["lineage"])
        within = [r for r in found.records if epci in r["lineage"]]
        assert len(within) > len(own)
        assert totals(found, "grants_granted")[epci, "2019"] == pytest.approx(
            sum(float(r["granted"]) for r in within)
        )

    def test_a_grant_over_two_departements_counts_in_that_of_its_line(self, read: Read) -> None:
        found = read("dotations-2018-header.csv")
        redon = [r for r in found.records if r["places"] == ["fr:epci:243500741"]]
        lineages = [[id for id in r["lineage"] if ":departement:" in id] for r in redon]
        assert lineages == [["fr:departement:35"], ["fr:departement:44"]]
        assert [":".join(r["lineage"]).count("region") for r in redon] == [1, 1]
        sums = totals(found, "grants_granted")
        assert sums["fr:epci:243500741", "2018"] == 150_000
        assert sums["fr:departement:35", "2018"] == 100_000
        assert all(
            not id.startswith("fr:arrondissement:") or id.startswith("fr:arrondissement:35")
            for id in redon[0]["lineage"]
        )

    def test_former_communes_and_epci_go_to_those_of_today(self, read: Read) -> None:
        found = read(PAYS_DE_LA_LOIRE)
        rows = {row["id_projet"]: row for row in source(PAYS_DE_LA_LOIRE)}
        places = {
            rows[r["attributes"]["project_id"]]["id_terr"]: r["places"] for r in found.records
        }
        assert places["49069"] == ["fr:commune:49126"]
        assert all(place for place in places.values())
        assert next(a for a in found.report.assumptions if a.code == "codes_passed")

    def test_a_commune_that_was_split_shares_its_grants(self, read: Read) -> None:
        header = b"id_dep,id_terr,nom_terr,pop19,dotation,echelon,categorie,montant_sub\n"
        line = b"85,85084,Essarts en Bocage,8951,DSIL,commune,7,100000\n"
        found = read("split.csv", header + line)
        (record,) = found.records
        parts = ["fr:commune:85084", "fr:commune:85165", "fr:commune:85212"]
        assert sorted(record["places"]) == parts
        assert sorted(record["shares"]) == parts
        frame = found.observations
        communes = frame[
            frame.territory.astype(str).str.startswith("fr:commune")
            & (frame.indicator == "grants_granted")
        ]
        assert communes.value.sum() == pytest.approx(100_000, abs=0.02)
        assert set(communes.origin) == {Origin.ESTIMATED}
        sums = totals(found, "grants_granted")
        assert sums["fr:departement:85", "2019"] == 100_000
        assert totals(found, "grants_count")["fr:commune:85165", "2019"] == 1

    def test_a_line_without_amount_makes_a_floor(self, read: Read) -> None:
        header = b"id_dep,id_terr,nom_terr,pop19,dotation,echelon,categorie,montant_sub\n"
        known = b"85,85191,La Roche-sur-Yon,54766,DETR,commune,7,100000\n"
        found = read("floor.csv", header + 2 * known + known.replace(b"100000", b""))
        frame = found.observations
        rows = frame[frame.territory.astype(str) == "fr:departement:85"].set_index("indicator")
        granted, count = rows.loc["grants_granted"], rows.loc["grants_count"]
        assert (granted.value, granted.members, granted.members_known) == (200_000, 3, 2)
        assert count.value == 3
        assert count.isna().members

    def test_an_epci_without_successor_counts_in_its_departement_only(self, read: Read) -> None:
        found = read("dotations-2019-elsewhere.csv")
        gone = [p.line for p in found.report.problems if p.code == "only_departement"]
        assert gone
        records = [r for r in found.records if r["line"] in gone]
        assert {tuple(r["places"]) for r in records} == {("fr:departement:77",)}
        assert all(r["granted"] for r in records)

    def test_the_collectivity_of_corsica(self, read: Read) -> None:
        found = read("dotations-2019-elsewhere.csv")
        corsica = [r for r in found.records if r["beneficiary"] == "Corse"]
        assert [r["places"] for r in corsica] == [["fr:region:94"]]

    def test_amounts_are_read_and_kept_apart(self, read: Read) -> None:
        found = read("dotations-2018-header.csv")
        first, second, third = found.records[:3]
        assert (first["cost"], first["granted"]) == (Decimal("120000.50"), Decimal("36000.15"))
        assert (second["cost"], second["granted"]) == (
            Decimal("12345678.90"),
            Decimal("1234567.00"),
        )
        assert third["granted"] is None
        assert first["asked"] is None
        assert first["paid"] is None
        assert first["title"] == "Extension de l'école\npublique"
        assert first["latitude"] == pytest.approx(47.55)
        # The line of the second record counts the break inside the first.
        assert [r["line"] for r in found.records] == [2, 4, 5, 6, 7]
        assert second["places"] == ["fr:commune:01001"]
        assert first["beneficiary_territory"] == "fr:commune:44001"
        assert ("fr:commune:49126", "2018") not in totals(found, "grants_granted")
        assert totals(found, "grants_count")["fr:commune:49126", "2018"] == 1

    def test_the_fonds_vert_is_where_the_project_is(self, read: Read) -> None:
        found = read("fonds-vert-header.csv")
        first, second, third = found.records
        assert first["beneficiary_id"].startswith("214401093")
        assert first["granted"] == Decimal("120000.00")
        assert third["granted"] == Decimal("1234567.00")
        assert second["places"] == ["fr:departement:44"]
        assert second["beneficiary_territory"] == "fr:epci:200067635"
        assert "summary" not in second["attributes"]
        assert (first["year"], first["scheme"]) == (2023, "Fonds vert")
        assert "fr:epci:200067635" not in second["lineage"]

    def test_scdl_has_no_place_but_that_of_its_beneficiary(self, read: Read) -> None:
        found = read("scdl-subventions-header.csv")
        first, second, third = found.records
        assert first["places"] == ["fr:commune:44109"]
        assert second["places"] == third["places"] == []
        assert third["date"] == date(2021, 5, 2)
        assert third["attributes"]["period_end"] == "2022-05-01"
        assert found.report.counts["without_place"] == 2
        assert found.report.counts["wrong_siret"] == 1
        assert sum(r["granted"] for r in found.records) == 54_000


class TestOtherRecords:
    def test_posts(self, read: Read) -> None:
        fonjep = read("fonjep-2022-extract.json")
        assert {r["kind"] for r in fonjep.records} == {"post"}
        assert all(r["places"][0].startswith("fr:departement:") for r in fonjep.records)
        assert fonjep.records[0]["attributes"]["urban_contract"].startswith("CV")
        relais = read("adultes-relais-header.json")
        assert [r["beneficiary_id"] for r in relais.records][1].startswith("0")
        assert relais.records[0]["beneficiary_territory"] == "fr:commune:44109"

    def test_plans(self, read: Read) -> None:
        found = read("docurba-header.csv")
        first, second, third, fourth, fifth = found.records
        assert (first["state"], first["date"]) == ("39", date(2019, 12, 18))
        assert first["attributes"]["in_force_since"] == "2020-01-15"
        assert second["attributes"]["prescribed_on"] == "2023-02-10"
        assert third["state"] == "99"
        assert third["date"] is None
        assert fourth["places"] == ["fr:commune:01001"]
        assert fifth["state"] is None
        codes = {(p.code, p.line) for p in found.report.problems}
        assert codes == {("not_in_list", 6), ("not_a_date", 6)}
        assert found.cog_year == 2024

    @pytest.mark.parametrize("name", ["former", "newer"])
    def test_risks_in_both_headers(self, read: Read, name: str) -> None:
        found = read(f"gaspar-catnat-{name}-header.csv")
        record = found.records[0]
        assert record["title"] == "Inondations et/ou Coulées de Boue"
        assert record["scheme"] == "Catastrophe naturelle"
        assert record["date"] is not None
        assert record["attributes"]["begins"] <= record["attributes"]["ends"]

    def test_day_numbers_of_spreadsheets_are_dates(self, read: Read) -> None:
        found = read("gaspar-catnat-former-header.csv")
        assert found.records[1]["attributes"]["modified_on"] == "2021-01-01"
        assert found.records[1]["date"] == date(2011, 3, 29)
        assert found.records[1]["places"] == ["fr:commune:49126"]

    def test_programmes_are_read_in_the_text(self, read: Read) -> None:
        pvd = read("pvd-extract.geojson")
        wrapped = next(r for r in pvd.records if "(Ville)" in str(r["title"]) or
                       r["places"] == ["fr:commune:58062"])  # fmt: skip
        assert wrapped["places"] == ["fr:commune:58062"]
        assert all(-180 <= r["longitude"] <= 180 for r in pvd.records)
        acv = read("acv-extract.geojson")
        assert max(len(r["places"]) for r in acv.records) == 2
        services = read("france-services-extract.geojson")
        assert services.profile is not None
        assert {r["scheme"] for r in services.records} == {"France services"}

    def test_communes_that_are_not_classed_are_read_and_left_out(self, read: Read) -> None:
        found = read("zrr-2017-extract.csv")
        rows = source("zrr-2017-extract.csv")
        left = [row for row in rows if row["ZRR_SIMP"].startswith("NC")]
        assert left
        assert found.report.rows_read == len(rows)
        assert found.report.rows_kept == len(rows) - len(left)
        assert found.report.rows_refused == 0
        assert next(
            a.params["count"] for a in found.report.assumptions if a.code == "rows_left_out"
        ) == len(left)
        assert {r["state"] for r in found.records} == {"C", "P"}

    def test_a_zone_named_c_is_no_secret(self, read: Read) -> None:
        found = read("abc-header.csv")
        states: dict[str, Any] = {r["places"][0]: r["state"] for r in found.records}
        assert states == {
            "fr:commune:75056": "Abis",
            "fr:commune:44109": "A",
            "fr:commune:44001": "C",
            "fr:commune:01001": "B1",
        }
        assert next(a.params for a in found.report.assumptions if a.code == "header_row") == {
            "line": 3
        }
