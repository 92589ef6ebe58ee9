"""The traps of files of figures, each on lines of the file that shows it."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from ckanext.territoires.figures.status import Origin, Status
from ckanext.territoires.ingest.ingest import Ingested

from .conftest import DATA, Read

COMPARATEUR = "comparateur-2021-extract.csv"


def values(found: Ingested, indicator: str, period: str | None = None) -> dict[str, float]:
    frame = found.observations
    wanted = (frame.indicator == indicator) & (frame.status == Status.VALUE)
    if period:
        wanted &= frame.period == period
    territories = frame.loc[wanted, "territory"].astype(str).tolist()
    return dict(zip(territories, frame.loc[wanted, "value"].tolist(), strict=True))


def status(found: Ingested, territory: str, indicator: str) -> Status:
    frame = found.observations
    rows = frame[(frame.indicator == indicator) & (frame.territory == territory)]
    (only,) = rows.status.tolist()
    return Status(only)


def source(name: str, separator: str = ";") -> dict[str, dict[str, str]]:
    text = (DATA / name).read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text), delimiter=separator)
    return {row["CODGEO"]: row for row in rows}


def assumed(found: Ingested, code: str) -> dict[str, object]:
    return dict(next(a.params for a in found.report.assumptions if a.code == code))


class TestComparateur:
    def test_each_value_is_that_of_the_file(self, read: Read) -> None:
        found = read(COMPARATEUR)
        rows = source(COMPARATEUR)
        for column, indicator, period in (
            ("P18_POP", "population", "2018"),
            ("P13_POP", "population", "2013"),
            ("NAIS1318", "births_intercensal", "2013/2018"),
            ("SUPERF", "area", "2018"),
            ("NAISD20", "births", "2020"),
            ("MED19", "median_income", "2019"),
            ("ETTEFP1018", "establishments_10_plus", "2018"),
        ):
            expected = {
                f"fr:commune:{code}": float(row[column])
                for code, row in rows.items()
                if row[column]
            }
            districts = {id for id in expected if id[11:15] in ("7510", "1320", "6938")}
            got = values(found, indicator, period)
            assert got == {id: v for id, v in expected.items() if id not in districts}, column
        assert set(found.observations.origin) == {Origin.PUBLISHED}

    def test_the_vintage_and_the_geography_come_from_the_names(self, read: Read) -> None:
        found = read(COMPARATEUR)
        assert found.vintage == ("RP 2018 · Filosofi 2019 · état civil 2020 · établissements 2018")
        assert found.cog_year == 2021
        assert found.coverage.granularity == "commune"

    def test_an_empty_income_is_secret_but_where_the_source_does_not_go(self, read: Read) -> None:
        found = read(COMPARATEUR)
        secret = [code for code, row in source(COMPARATEUR).items() if not row["MED19"]]
        inland = [code for code in secret if not code.startswith(("971", "973", "976"))]
        assert inland
        assert {status(found, f"fr:commune:{c}", "median_income") for c in inland} == {
            Status.SECRET
        }
        assert status(found, "fr:commune:97608", "median_income") is Status.NOT_AVAILABLE
        assert status(found, "fr:commune:97608", "households") is Status.NOT_AVAILABLE

    def test_a_zero_is_a_zero(self, read: Read) -> None:
        zeros = [id for id, value in values(read(COMPARATEUR), "establishments_industry").items()
                 if value == 0]  # fmt: skip
        assert "fr:commune:01002" in zeros

    def test_corsica_overseas_and_leading_zeros(self, read: Read) -> None:
        population = values(read(COMPARATEUR), "population", "2018")
        assert {"fr:commune:01001", "fr:commune:2A004", "fr:commune:2B033", "fr:commune:97411"} <= (
            population.keys()
        )

    def test_a_city_is_not_counted_with_its_arrondissements(self, read: Read) -> None:
        found = read(COMPARATEUR)
        population = values(found, "population", "2018")
        assert "fr:commune:75056" in population
        assert "fr:commune:75101" not in population
        assert assumed(found, "districts_left_out") == {"count": 5}
        assert found.report.rows_read - found.report.rows_kept == 5
        assert found.report.rows_refused == 0

    def test_arrondissements_alone_are_kept(self, read: Read) -> None:
        lines = (DATA / COMPARATEUR).read_bytes().split(b"\r\n")
        alone = [line for line in lines if not line.startswith((b"75056", b"13055", b"69123"))]
        population = values(read("alone.csv", b"\r\n".join(alone)), "population", "2018")
        assert "fr:commune:75101" in population

    def test_former_communes_keep_the_code_of_the_file(self, read: Read) -> None:
        found = read(COMPARATEUR)
        population = values(found, "population", "2018")
        for code in ("49069", "72287", "72298", "85307", "85021", "85233", "85037", "85053"):
            assert f"fr:commune:{code}" in population
        assert assumed(found, "codes_passed")["year"] == 2026

    def test_lost_zeros_come_back_and_are_said(self, read: Read) -> None:
        data = (DATA / COMPARATEUR).read_bytes().replace(b"\n01", b"\n1")
        found = read("lost.csv", data)
        assert values(found, "population") == values(read(COMPARATEUR), "population")
        assert assumed(found, "codes_mended")["count"] == 3

    def test_a_broken_sum_is_said_and_kept(self, read: Read) -> None:
        data = (DATA / COMPARATEUR).read_bytes()
        line = next(line for line in data.split(b"\r\n") if line.startswith(b"44109"))
        cells = line.split(b";")
        cells[11] = b"99999"
        found = read("broken.csv", data.replace(line, b";".join(cells)))
        (problem,) = found.report.problems
        assert (problem.code, problem.column, problem.blocking) == ("sum_broken", "P18_LOG", False)
        assert found.state == "read"

    @pytest.mark.parametrize("bad", ["-5", "abc", "1..2"])
    def test_a_wrong_cell_is_left_out_with_its_line(self, read: Read, bad: str) -> None:
        data = (
            (DATA / COMPARATEUR).read_bytes().replace(b"\n01002;253;", f"\n01002;{bad};".encode())
        )
        found = read("wrong.csv", data)
        (problem,) = found.report.problems
        assert (problem.line, problem.column) == (3, "P18_POP")
        assert problem.code == ("too_small" if bad == "-5" else "not_a_number")
        assert "fr:commune:01002" not in values(found, "population", "2018")
        assert "fr:commune:01002" in values(found, "population", "2013")

    def test_a_commune_twice_is_kept_once(self, read: Read) -> None:
        data = (DATA / COMPARATEUR).read_bytes()
        found = read("twice.csv", data + data.split(b"\r\n")[1] + b"\r\n")
        (problem,) = found.report.problems
        assert problem.code == "territory_twice"
        assert (problem.column, problem.value) == ("CODGEO", data.split(b"\r\n")[1].decode()[:5])
        assert problem.params["first"] == 2
        frame = found.observations
        assert not frame.duplicated(["territory", "indicator", "period"]).any()

    def test_a_code_that_never_was_is_refused_with_its_line(self, read: Read) -> None:
        data = (DATA / COMPARATEUR).read_bytes().replace(b"\n01002;", b"\n00000;")
        found = read("wrong.csv", data)
        assert [(p.code, p.line, p.value) for p in found.report.problems] == [
            ("unknown_territory", 3, "00000")
        ]
        assert found.report.rows_refused == 1

    def test_the_resource_may_say_its_geography(self, read: Read) -> None:
        found = read(COMPARATEUR, cog_year=2022)
        assert found.cog_year == 2022
        assert assumed(found, "cog_year_of_resource") == {"year": 2022}

    def test_the_newer_header(self, read: Read) -> None:
        found = read("comparateur-newer-header.csv")
        assert values(found, "population", "2022")["fr:commune:44109"] == 325_070.5
        assert values(found, "poverty_rate", "2023") == {"fr:commune:44109": 17.0}
        assert status(found, "fr:commune:53013", "median_income") is Status.SECRET
        assert status(found, "fr:commune:44001", "poverty_rate") is Status.SECRET
        assert status(found, "fr:commune:97608", "median_income") is Status.NOT_AVAILABLE
        assert found.cog_year == 2025

    def test_other_encodings_and_separators_change_nothing(self, read: Read) -> None:
        text = (DATA / COMPARATEUR).read_text(encoding="utf-8")
        expected = read(COMPARATEUR).observations
        tabs = read("tabs.txt", text.replace(";", "\t").encode("utf-16"))
        commas = read("commas.csv", text.replace(".", ",").encode("utf-8-sig"))
        titled = read("titled.csv", ("Comparateur" + ";" * 32 + "\r\n" + text).encode("cp1252"))
        for found in (tabs, commas, titled):
            pd.testing.assert_frame_equal(found.observations, expected)


class TestFilosofi:
    def test_values_of_a_level_are_those_published_for_it(self, read: Read) -> None:
        found = read("filosofi-epci-2016-extract.csv")
        rows = source("filosofi-epci-2016-extract.csv", ",")
        assert values(found, "median_income")["fr:epci:244400404"] == pytest.approx(
            float(rows["244400404"]["MED16"])
        )
        assert found.coverage.granularity == "epci"
        assert found.report.counts["unknown_territory"] == found.report.rows_refused == 2

    def test_ages_and_tenures(self, read: Read) -> None:
        found = read("filosofi-communes-2016-extract.csv")
        row = source("filosofi-communes-2016-extract.csv", ",")["44003"]
        nantes = "fr:commune:44003"
        assert values(found, "poverty_rate_30_39")[nantes] == float(row["TP60AGE216"])
        assert values(found, "poverty_rate_tenants")[nantes] == float(row["TP60TOL216"])
        assert values(found, "first_decile")[nantes] == float(row["D116"])
        assert status(found, "fr:commune:44001", "poverty_rate_under_30") is Status.SECRET
        assert found.coverage.territories == ("fr:region:52",)

    def test_departements(self, read: Read) -> None:
        found = read("filosofi-departements-header.csv")
        assert values(found, "median_income")["fr:departement:01"] == 25_000
        assert status(found, "fr:departement:971", "median_income") is Status.NOT_AVAILABLE


class TestEquipments:
    def test_lines_of_a_commune_are_added(self, read: Read) -> None:
        found = read("bpe-2018-extract.csv")
        rows = list(csv.DictReader((DATA / "bpe-2018-extract.csv").open(encoding="utf-8")))
        ancenis = [r for r in rows if r["DEPCOM"] == "44003" and r["TYPEQU"] == "D201"]
        assert len(ancenis) > 1
        assert values(found, "equipments_doctors")["fr:commune:44003"] == sum(
            float(row["NB_EQUIP"]) for row in ancenis
        )

    def test_types_of_one_indicator_are_added(self, read: Read) -> None:
        found = read("bpe-2018-extract.csv")
        rows = list(csv.DictReader((DATA / "bpe-2018-extract.csv").open(encoding="utf-8")))
        total = sum(float(r["NB_EQUIP"]) for r in rows if r["TYPEQU"] in ("A206", "A207", "A208"))
        assert sum(values(found, "equipments_post_offices").values()) == total

    def test_a_commune_without_a_line_has_none_within_the_departements(self, read: Read) -> None:
        found = read("bpe-2018-extract.csv")
        doctors = values(found, "equipments_doctors")
        assert doctors["fr:commune:44005"] == 0
        assert {id[11:13] for id in doctors} == {"44", "53"}
        assert assumed(found, "absent_is_zero")["departements"] == 2

    def test_the_geography_is_that_of_the_data_when_the_codes_do_not_tell(self, read: Read) -> None:
        """A commune that was split in 2024 had the same code before."""
        data = "DEPCOM;AN;TYPEQU;NB_EQUIP\n85090;{};B203;4\n"
        assert read("bpe.csv", data.format(2018).encode()).cog_year == 2021
        assert read("bpe.csv", data.format(2024).encode()).cog_year == 2025

    def test_what_the_file_does_not_list_is_not_zero(self, read: Read) -> None:
        data = b"DEPCOM;AN;TYPEQU;NB_EQUIP\n44001;2018;D201;2\n44003;2018.0;D201;s\n"
        found = read("bpe.csv", data)
        assert set(found.observations.indicator) == {"equipments_doctors"}
        assert status(found, "fr:commune:44003", "equipments_doctors") is Status.SECRET
        assert set(found.observations.period) == {"2018"}
