"""Which profile reads which file, and what is proposed when none does."""

from __future__ import annotations

import csv
import io

import pytest

from ckanext.territoires.ingest.ingest import ingest
from ckanext.territoires.ingest.names import fold_name, name_pattern
from ckanext.territoires.ingest.profile import Profiles
from ckanext.territoires.ingest.profile_yaml import parse_profile
from ckanext.territoires.ingest.proposal import IGNORED, mapping_from, meanings, propose
from ckanext.territoires.ingest.reading import read as read_bytes
from ckanext.territoires.ingest.recognition import choose
from ckanext.territoires.territory.reference import Reference

from .conftest import DATA, FILES, Read

HEADER = (
    "N°;Code INSEE;Bénéficiaire;Objet de la demande;Coût HT;Subvention demandée;"
    "Montant attribué;Date de notification;Enveloppe\n"
)
UNKNOWN = (
    HEADER
    + """\
1;44109;Nantes;École;1 000,00;500;300,50 €;12/03/2021;DETR
2;1001;L'Abergement;Route;12 345 678,90;2000;1 000 €;13/04/2021;DSIL
3;49069;Orée d'Anjou;Mairie;10 000;2000;999,50 €;13/04/2022;DSIL
"""
)


@pytest.mark.parametrize(("name", "profile"), FILES.items())
def test_each_file_is_recognised_without_a_tie(name: str, profile: str, profiles: Profiles) -> None:
    grids = read_bytes((DATA / name).read_bytes(), name).grids
    found = choose(grids, profiles).recognition
    assert found.profile is profiles[profile]
    others = Profiles({key: value for key, value in profiles.items() if key != profile})
    second = choose(grids, others).recognition
    assert second.profile is None or second.score < found.score


def test_columns_without_the_required_ones_are_not_recognised(profiles: Profiles) -> None:
    data = b"CODGEO;SUPERF;P18_LOG\n44109;65;1\n44001;61;2\n"
    found = choose(read_bytes(data, "f").grids, profiles).recognition
    assert found.profile is None


def test_the_best_sheet_and_row_are_chosen(profiles: Profiles) -> None:
    """Labels of columns stand above their codes in the workbooks of INSEE."""
    data = (DATA / "comparateur-2021-extract.csv").read_text(encoding="utf-8").splitlines()
    labels = ";".join(f"Libellé {number}" for number in range(data[0].count(";") + 1))
    text = "\n".join(["Comparateur;" + ";" * 31, labels, *data])
    found = choose(read_bytes(text.encode(), "f").grids, profiles)
    assert found.recognition.profile is profiles["insee-comparateur"]
    assert found.row == 2


def test_names_are_compared_without_case_accents_or_spaces() -> None:
    assert fold_name(" Code INSEE ") == fold_name("code_insee") == "code_insee"
    assert name_pattern("P{yy}_POP").match("p18_pop") == "2018"
    assert name_pattern("P{yy}_POP").match("p99_pop") == "1999"
    assert name_pattern("NAIS{yy1}{yy2}").match("nais1318") == "2013/2018"
    assert name_pattern("NAIS{yy1}{yy2}").match("naisd20") is None
    assert name_pattern("{yyyy} total").match("2021_total") == "2021"
    with pytest.raises(ValueError, match="year"):
        name_pattern("{year}")


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_mapping_is_proposed_and_reads_the_file(
    profiles: Profiles, read: Read, reference: Reference
) -> None:
    first = read("unknown.csv", UNKNOWN.encode())
    assert first.state == "unknown"
    assert first.report.counts["unknown_layout"] == 1
    assert first.table.header[1] == "Code INSEE"
    found = propose(first.table.header, first.table.rows, profiles)
    meant = {column.column: column.meaning for column in found.columns}
    assert meant == {
        "N°": "attribute",
        "Code INSEE": "territory:commune",
        "Bénéficiaire": "field:beneficiary",
        "Objet de la demande": "field:title",
        "Coût HT": "field:cost",
        "Subvention demandée": "field:asked",
        "Montant attribué": "field:granted",
        "Date de notification": "field:date",
        "Enveloppe": "attribute",
    }
    assert set(meant.values()) <= {meaning.id for meaning in meanings()}
    second = read("unknown.csv", UNKNOWN.encode(), mapping=found.draft)
    assert second.state == "read"
    assert [float(r["granted"]) for r in second.records] == [300.5, 1000.0, 999.5]
    assert [r["places"] for r in second.records] == [
        ["fr:commune:44109"],
        ["fr:commune:01001"],
        ["fr:commune:49126"],
    ]
    assert second.records[1]["cost"] != second.records[1]["granted"]


def test_figures_are_proposed_from_their_names(profiles: Profiles) -> None:
    found = propose(
        ["code", "P20_POP", "pop 2020"], [["44109", "320000", "1"], ["1001", "771", "2"]], profiles
    )
    assert found.shape == "observations"
    columns = {column.column: (column.meaning, column.period) for column in found.columns}
    assert columns["P20_POP"] == ("indicator:population", "2020")
    assert columns["code"] == ("territory:commune", None)
    assert columns["pop 2020"][0] in ("attribute", IGNORED)


def test_values_tell_what_names_do_not(profiles: Profiles) -> None:
    header = ["x1", "x2", "x3", "x4"]
    cells = [["44109", "244400404", "2021-01-02", "Nantes (44109)"],
             ["2A004", "200067635", "2022-01-02", "Ajaccio (2A004)"]]  # fmt: skip
    found = propose(header, cells, profiles)
    assert [column.meaning for column in found.columns] == [
        "territory:commune",
        "territory:epci",
        "field:date",
        "territory:listed",
    ]
    assert {column.why for column in found.columns} == {"values"}


def test_a_mapping_for_figures_asks_for_their_period() -> None:
    choices = {"code": ("territory:commune", None), "habitants": ("indicator:population", None)}
    mapping = mapping_from(choices, shape="observations", period="2021")
    profile = parse_profile(mapping, "mapping")
    assert profile.period == "2021"
    assert profile.indicators == {"population"}


def test_a_file_without_a_header_is_refused_and_not_mapped(read: Read) -> None:
    found = read("people.csv", b"44109;318808;12,5\n44162;46000;13\n")
    assert found.state == "refused"
    assert [(p.code, p.line) for p in found.report.problems] == [("no_header", 1)]


def test_a_mapping_says_the_geography_of_its_codes(read: Read) -> None:
    # Sainte-Luce-sur-Loire, and a commune that was split on 1 January 2024.
    data = b"code;gens\n44172;15000\n85165;900\n"
    choices = {"code": ("territory:commune", None), "gens": ("indicator:population", None)}
    mapping = mapping_from(choices, shape="observations", period="2018", cog_year=2021)
    found = read("people.csv", data, mapping=mapping, cog_year=2024)
    assert found.cog_year == 2021
    told = [one for one in found.report.assumptions if one.code.startswith("cog_year")]
    assert [(one.code, one.params["year"]) for one in told] == [("cog_year_of_mapping", 2021)]
    unsaid = mapping_from(choices, shape="observations", period="2018")
    assert "cog_year" not in unsaid
    assert read("people.csv", data, mapping=unsaid, cog_year=2024).cog_year == 2024


def test_a_wrong_mapping_is_refused_with_its_key(read: Read) -> None:
    found = read("unknown.csv", UNKNOWN.encode(), mapping={"name": "m", "shape": "records"})
    assert found.state == "refused"
    problem = found.report.problems[0]
    assert problem.code == "wrong_mapping"
    assert problem.params["key"]


def test_a_mapping_whose_columns_are_gone_is_refused(read: Read, profiles: Profiles) -> None:
    draft = propose(rows(UNKNOWN)[0], rows(UNKNOWN)[1:], profiles).draft
    renamed = UNKNOWN.replace("Montant attribué", "Montant retenu")
    found = read("unknown.csv", renamed.encode(), mapping=draft)
    assert found.state == "refused"
    missing = {p.column for p in found.report.problems if p.code == "missing_column"}
    assert missing == {"Montant attribué"}


def test_progress_is_told(profiles: Profiles, reference: Reference) -> None:
    told: list[tuple[str, float]] = []
    path = DATA / "zrr-2017-extract.csv"
    ingest(
        path,
        path.name,
        profiles=profiles,
        reference=reference,
        progress=lambda step, part: told.append((step, part)),
    )
    steps = [step for step, _ in told]
    assert steps == ["reading", "recognising", "typing", "locating", "done"]
    assert [part for _, part in told] == sorted(part for _, part in told)
