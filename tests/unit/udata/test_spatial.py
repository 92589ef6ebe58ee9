"""Zones of data.gouv.fr and the territories they become."""

from __future__ import annotations

import pytest

from ckanext.territoires.territory.reference import Reference
from ckanext.territoires.udata.remarks import Reason
from ckanext.territoires.udata.spatial import map_coverage, map_zone
from ckanext.territoires.udata.vocabulary import vocabulary


@pytest.mark.parametrize(
    ("zone", "territories"),
    [
        ("country:fr", ["country:fr"]),
        ("country-subset:fr:metro", ["country-subset:fr:metro"]),
        ("fr:commune:44109@1943-01-01", ["fr:commune:44109"]),
        ("fr:commune:44109", ["fr:commune:44109"]),
        ("fr:epci:244400404@2015-01-01", ["fr:epci:244400404"]),
        ("fr:departement:44@1957-03-09", ["fr:departement:44"]),
        ("fr:region:52@1970-01-09", ["fr:region:52"]),
        ("fr:region:11@1970-01-09", ["fr:region:11"]),
    ],
)
def test_a_zone_of_today_is_kept_without_a_remark(
    zone: str, territories: list[str], reference: Reference
) -> None:
    assert map_zone(zone, reference) == (tuple(territories), ())


@pytest.mark.parametrize(
    ("zone", "territories", "reason"),
    [
        ("fr:commune:49069@1943-01-01", ["fr:commune:49126"], Reason.FORMER_TERRITORY),
        (
            "fr:region:26@1970-01-09",
            [f"fr:departement:{code}" for code in ("21", "58", "71", "89")],
            Reason.FORMER_TERRITORY,
        ),
        ("country-group:world", ["country:fr"], Reason.CLOSEST_TERRITORY),
        (
            "country-subset:fr:dromcom",
            [f"fr:region:{code}" for code in ("01", "02", "03", "04", "06")],
            Reason.CLOSEST_TERRITORY,
        ),
        ("fr:epci:200000001@2015-01-01", [], Reason.TERRITORY_GONE),
        ("fr:commune:99999", [], Reason.UNKNOWN_TERRITORY),
        ("fr:departement:99x", [], Reason.UNKNOWN_TERRITORY),
        ("country:ve", [], Reason.ELSEWHERE),
        ("country-group:asean", [], Reason.ELSEWHERE),
        ("fr:canton:4401", [], Reason.LEVEL_NOT_KEPT),
        ("fr:iris:441090101", [], Reason.LEVEL_NOT_KEPT),
        ("nonsense", [], Reason.LEVEL_NOT_KEPT),
    ],
)
def test_another_zone_says_what_became_of_it(
    zone: str, territories: list[str], reason: Reason, reference: Reference
) -> None:
    coverage = map_zone(zone, reference)
    assert list(coverage.territories) == territories
    (remark,) = coverage.remarks
    assert (remark.value, remark.reason, remark.taken) == (zone, reason, " ".join(territories))


def test_every_declared_zone_leads_to_territories_of_today(reference: Reference) -> None:
    for name, zone in vocabulary().zones.items():
        assert zone.territories, name
        assert all(reference.get(territory) for territory in zone.territories), name


def test_no_zone_takes_the_territory_of_the_organization_and_says_so(reference: Reference) -> None:
    for spatial in (None, {}, {"zones": []}, {"zones": None, "granularity": "other"}):
        coverage = map_coverage(spatial, "fr:epci:244400404", reference)
        assert coverage.territories == ("fr:epci:244400404",)
        assert [remark.reason for remark in coverage.remarks] == [Reason.TERRITORY_OF_ORGANIZATION]


def test_foreign_zones_never_become_the_territory_of_the_organization(reference: Reference) -> None:
    coverage = map_coverage({"zones": ["country:ve"]}, "country:fr", reference)
    assert coverage.territories == ()
    assert coverage.elsewhere


def test_zones_that_are_gone_leave_the_territory_of_the_organization(reference: Reference) -> None:
    spatial = {"zones": ["fr:epci:249100999@2016-01-01", "country:ve"]}
    coverage = map_coverage(spatial, "fr:departement:91", reference)
    assert coverage.territories == ("fr:departement:91",)
    assert not coverage.elsewhere


def test_nothing_known_gives_nothing_and_says_so(reference: Reference) -> None:
    coverage = map_coverage(None, None, reference)
    assert coverage.territories == ()
    assert [remark.reason for remark in coverage.remarks] == [Reason.NO_TERRITORY]


def test_zones_that_meet_are_kept_once(reference: Reference) -> None:
    spatial = {"zones": ["fr:commune:49069@1943-01-01", "fr:commune:49126@2016-01-01"]}
    assert map_coverage(spatial, None, reference).territories == ("fr:commune:49126",)


def test_a_hand_drawn_outline_is_reported(reference: Reference) -> None:
    spatial = {"zones": None, "geom": {"type": "MultiPolygon", "coordinates": []}}
    coverage = map_coverage(spatial, None, reference)
    assert coverage.remarks[0].reason is Reason.OUTLINE_NOT_KEPT
