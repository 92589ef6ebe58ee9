"""Who sees which records, in how many queries."""

from __future__ import annotations

import pytest
from ckan import model

from ckanext.territoires.bridge import records, releases
from tests.helpers.queries import counted_queries
from tests.helpers.record_world import (
    METROPOLE,
    NANTES,
    REDON_AGGLO,
    REGION,
    ROLES,
    SARTHE,
    World,
    published,
)


class TestWhoSeesWhat:
    """A file that a person may not see adds nothing, to no count, no total, no name."""

    @pytest.mark.parametrize("role", ROLES)
    def test_private_grants(self, world: World, role: str) -> None:
        found = world.search(role, territory=NANTES, year=2020, group_by="year,dataset,theme")
        if role in ("member", "sysadmin"):
            assert found["count"] == len(found["records"]) == 2
            assert found["totals"]["granted"]["total"] == 1000
            assert found["totals"]["granted"]["floor"] is True
            assert found["totals"]["asked"]["total"] == 700
            return
        assert found["count"] == 0
        assert found["records"] == found["groups"] == found["sources"] == []
        assert found["totals"]["granted"]["total"] is None

    @pytest.mark.parametrize("role", ROLES)
    def test_copies(self, world: World, role: str) -> None:
        found = world.search(role, territory=SARTHE, kind="grant", scheme="DETR", limit=1000)
        named = {d["name"] for r in found["records"] for d in r["also_in"]}
        assert named == ({"detr-2019-72"} if role in ("member", "sysadmin") else set())

    @pytest.mark.parametrize("role", ROLES)
    def test_filter_on_a_private_dataset(self, world: World, role: str) -> None:
        found = world.search(role, territory=REGION, dataset="secret")
        assert found["count"] == (2 if role in ("member", "sysadmin") else 0)

    @pytest.mark.parametrize("role", ROLES)
    def test_summary(self, world: World, role: str) -> None:
        user = model.User.get(world.users[role]) if world.users[role] else None
        files = releases.visible(user, shape="records")
        found = records.summary([NANTES], files)[NANTES]
        years = {grant.year for grant in found.grants}
        assert (2020 in years) == (role in ("member", "sysadmin"))


class TestSummary:
    def test_grants_programmes_and_zonings(self, world: World) -> None:
        files = releases.visible(None, shape="records")
        with counted_queries() as statements:
            found = records.summary([REGION, NANTES, "fr:commune:44036"], files)
        assert len(statements) == 1
        assert [label.scheme for label in found[NANTES].programmes] == ["France services"]
        assert found[NANTES].programmes[0].titles == ("France services de Nantes",)
        assert [label.scheme for label in found["fr:commune:44036"].zonings] == ["ZRR"]
        grants = published().groupby("dotation")["amount"].sum()
        assert {
            grant.scheme: grant.granted for grant in found[REGION].grants if grant.year == 2019
        } == pytest.approx(grants.to_dict())

    def test_nothing(self, world: World) -> None:
        assert records.summary([NANTES], []) == {NANTES: records.Summary()}


@pytest.mark.parametrize("territory", [NANTES, METROPOLE, REGION, REDON_AGGLO, "country:fr"])
def test_queries_do_not_grow_with_the_territory(world: World, territory: str) -> None:
    model.Session.expunge_all()
    with counted_queries() as statements:
        world.search(territory=territory, group_by="scheme", limit=100)
    assert len([s for s in statements if s.lstrip().startswith(("SELECT", "WITH"))]) == 5
