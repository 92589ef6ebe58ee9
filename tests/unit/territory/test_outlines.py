from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from ckanext.territoires.territory.identifier import InvalidTerritoryId
from ckanext.territoires.territory.reference import Reference


def drawn(reference: Reference, id: str) -> BaseGeometry:
    outline = reference.outline(id)
    assert outline is not None
    return shape(outline)


@pytest.mark.parametrize("level", ["epci", "arrondissement", "departement"])
def test_neighbours_share_their_borders(reference: Reference, level: str) -> None:
    ids = [member.id for member in reference.members("fr:region:52", level)]
    outlines = np.array([drawn(reference, id) for id in ids])
    assert shapely.coverage_is_valid(outlines)


def test_communes_do_not_overlap(reference: Reference) -> None:
    outlines = [drawn(reference, c.id) for c in reference.members("fr:departement:49")]
    whole = shapely.union_all(outlines)
    assert sum(outline.area for outline in outlines) == pytest.approx(whole.area, rel=1e-5)
    assert all(outline.is_valid for outline in outlines)


def test_a_departement_is_its_communes(reference: Reference) -> None:
    communes = reference.members("fr:departement:85")
    whole = shapely.union_all([drawn(reference, commune.id) for commune in communes])
    departement = drawn(reference, "fr:departement:85")
    assert whole.symmetric_difference(departement).area < 0.01 * whole.area


def test_a_new_commune_fills_the_hole_between_its_neighbours(reference: Reference) -> None:
    oree = drawn(reference, "fr:commune:49126")
    square_kilometres = oree.area * 111.2**2 * np.cos(np.radians(47.3))
    # 158 square kilometres on the ground.
    assert square_kilometres == pytest.approx(158, rel=0.02)
    nantes = drawn(reference, "fr:commune:44109")
    assert not oree.intersects(nantes)


def test_box_and_centre(reference: Reference) -> None:
    for id in ("fr:commune:44109", "fr:epci:244400404", "fr:departement:44", "country:fr"):
        outline = drawn(reference, id)
        assert reference.outlines.bbox(id) == pytest.approx(outline.bounds)
        centre = reference.outlines.centre(id)
        assert centre is not None
        assert outline.contains(shapely.Point(centre))


def test_a_collection_leaves_out_what_has_no_outline(reference: Reference) -> None:
    ids = ["fr:commune:44109", "fr:commune:98818"]
    collection = reference.outlines.geojson(ids, {"fr:commune:44109": {"name": "Nantes"}})
    assert [feature["id"] for feature in collection["features"]] == ["fr:commune:44109"]
    assert collection["features"][0]["properties"]["name"] == "Nantes"


def test_what_has_none(reference: Reference) -> None:
    assert reference.outline("fr:commune:98818") is None
    assert reference.outlines.bbox("custom:pays-de-retz") is None
    with pytest.raises(InvalidTerritoryId):
        reference.outline("Nantes")


def test_metropolitan_communes_have_one(reference: Reference) -> None:
    missing = [
        commune.code
        for region in ("52", "53", "28")
        for commune in reference.members(f"fr:region:{region}")
        if reference.outline(commune.id) is None
    ]
    assert missing == []
