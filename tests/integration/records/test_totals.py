"""Totals are those of the file; groups add up to them."""

from __future__ import annotations

import pytest

from ckanext.territoires.bridge import records, releases
from ckanext.territoires.territory.reference import load_reference
from tests.helpers.record_world import DEPARTEMENTS, MAYENNE, NANTES, REGION, World, published


class TestTotalsOfTheFile:
    """The grants of 2019 are in five files: their totals are those of the regional one."""

    @pytest.mark.parametrize("role", ["anonymous", "agent", "member", "sysadmin"])
    def test_of_the_region(self, world: World, role: str) -> None:
        found = world.search(role, territory=REGION, kind="grant", year="2019")
        grants = published()
        assert found["count"] == len(grants) == 951
        assert found["totals"]["granted"]["total"] == pytest.approx(grants["amount"].sum())
        assert round(found["totals"]["granted"]["total"] / 1e6, 1) == 99.6
        # “l’Escale” for one scheme, “l'Escale” for the other.
        titles = grants["description"].str.replace("’", "'").str.split().str.join(" ")
        projects = grants.assign(title=titles.str.lower()).drop_duplicates(
            ["id_terr", "title", "cost"]
        )
        assert len(projects) < len(grants)
        assert found["totals"]["cost"]["total"] == pytest.approx(projects["cost"].sum())
        assert found["totals"]["granted"]["missing"] == 0

    @pytest.mark.parametrize("code", DEPARTEMENTS)
    def test_of_each_departement_by_scheme_and_year(self, world: World, code: str) -> None:
        found = world.search(
            "sysadmin",
            territory=f"fr:departement:{code}",
            kind="grant",
            year_to="2019",
            group_by="scheme,year",
            limit=0,
        )
        grants = published()
        expected = grants[grants["id_dep"] == code].groupby("dotation")["amount"]
        assert {g["scheme"]: (g["year"], g["count"]) for g in found["groups"]} == {
            scheme: (2019, count) for scheme, count in expected.count().items()
        }
        for each in found["groups"]:
            total = expected.sum()[each["scheme"]]
            assert each["granted"]["total"] == pytest.approx(total, abs=0.005)

    def test_of_each_intercommunality(self, world: World) -> None:
        known, grants = load_reference(), published()
        for epci in known.members(REGION, "epci")[:20]:
            communes = {member.id for member in known.members(epci.id)}
            today = grants["id_terr"].map(
                lambda code: known.resolve(code, 2019).territories[0][0]  # noqa: B023
            )
            inside = grants[today.isin(communes | {epci.id})]
            found = world.search(territory=epci.id, kind="grant", limit=0)
            assert found["count"] == len(inside)
            assert found["totals"]["granted"]["total"] == (
                pytest.approx(inside["amount"].sum()) if len(inside) else None
            )

    def test_a_project_of_two_schemes_has_one_cost(self, world: World) -> None:
        ask = {"territory": "fr:commune:53001", "kind": "grant", "year": 2019, "q": "robin"}
        found = world.search(group_by="scheme", **ask)
        assert found["totals"]["granted"]["total"] == pytest.approx(40_000 + 49_438.02)
        assert found["totals"]["cost"]["total"] == 376_500
        assert [g["cost"]["total"] for g in found["groups"]] == [376_500, 376_500]

    def test_a_copy_is_named_and_the_widest_file_is_kept(self, world: World) -> None:
        found = world.search("agent", territory=MAYENNE, kind="grant", scheme="DETR", limit=1000)
        assert {r["dataset"]["name"] for r in found["records"]} == {"regional"}
        assert {d["name"] for r in found["records"] for d in r["also_in"]} == {"detr-2019-53"}
        assert {s["name"] for s in found["sources"]} == {"regional"}

    def test_lines_that_a_file_has_twice_stay_two(self, world: World) -> None:
        found = world.search(territory=NANTES, kind="post", scheme="FONJEP")
        assert found["count"] == 3
        granted = found["totals"]["granted"]
        assert granted == {"total": 14328.0, "known": 2, "missing": 1, "floor": True}

    def test_an_amount_that_no_line_has_is_not_a_zero(self, world: World) -> None:
        found = world.search(territory=REGION, kind="grant", year=2019, limit=0)
        assert found["totals"]["paid"] == {
            "total": None, "known": 0, "missing": 951, "floor": False,
        }  # fmt: skip


class TestGroups:
    @pytest.mark.parametrize("name", records.GROUPS)
    def test_groups_add_up_to_the_totals(self, world: World, name: str) -> None:
        found = world.search(territory=REGION, kind="grant", year=2019, group_by=name, limit=0)
        assert sum(g["count"] for g in found["groups"]) == found["count"]
        assert sum(g["granted"]["total"] or 0 for g in found["groups"]) == pytest.approx(
            found["totals"]["granted"]["total"]
        )

    def test_levels(self, world: World) -> None:
        found = world.search(territory=REGION, kind="grant", year=2019, group_by="level", limit=0)
        assert {g["level"]: g["count"] for g in found["groups"]} == {
            "commune": 820, "epci": 104, "departement": 27,
        }  # fmt: skip

    def test_choices(self, world: World) -> None:
        files = releases.visible(None, shape="records")
        wanted = records.Wanted(NANTES, kinds=("post",))
        found = records.choices(wanted, files, ("year", "scheme"))
        assert found == {"year": ((2022, 3),), "scheme": (("FONJEP", 3),)}
