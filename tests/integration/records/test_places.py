"""Where a record counts, and where it is listed only."""

from __future__ import annotations

import pytest
from ckan import model
from ckan.plugins import toolkit as tk

from ckanext.territoires.model import CustomTerritory
from tests.helpers.grants import record
from tests.helpers.record_world import LOIRE_ATLANTIQUE, METROPOLE, NANTES, REZE, World


class TestPlaces:
    def test_a_grant_to_an_intercommunality_is_not_of_its_communes(self, world: World) -> None:
        of_epci = world.search(territory=METROPOLE, scope="exact", kind="grant", limit=100)
        assert of_epci["count"] > 0
        within = world.search(territory=REZE, kind="grant", limit=100)
        places = {place["id"] for each in within["records"] for place in each["places"]}
        assert places <= {REZE}

    def test_it_is_listed_for_them_apart(self, world: World) -> None:
        found = world.search(territory=REZE, scope="groupings", kind="grant", limit=1000)
        places = {place["id"] for each in found["records"] for place in each["places"]}
        assert METROPOLE in places
        assert LOIRE_ATLANTIQUE in places
        assert not any(":commune:" in place for place in places)

    def test_scopes_never_overlap(self, world: World) -> None:
        inside = world.search(territory=METROPOLE, limit=1000)["records"]
        above = world.search(territory=METROPOLE, scope="groupings", limit=1000)["records"]
        assert inside
        assert above
        assert not {r["id"] for r in inside} & {r["id"] for r in above}

    def test_seat_and_place_are_two(self, world: World) -> None:
        world.publish(
            "seats",
            "public",
            [record(places=[REZE], beneficiary="SDIS", beneficiary_territory=NANTES,
                    scheme="Seats", granted=10)],
        )  # fmt: skip
        ask = {"kind": "grant", "scheme": "Seats", "limit": 0}
        assert world.search(territory=REZE, **ask)["count"] == 1
        assert world.search(territory=NANTES, **ask)["count"] == 0
        assert world.search(territory=NANTES, by="beneficiary", **ask)["count"] == 1
        assert world.search(territory=METROPOLE, by="beneficiary", **ask)["count"] == 1
        assert world.search(territory=REZE, by="beneficiary", **ask)["count"] == 0

    def test_a_custom_territory(self, world: World) -> None:
        author = model.User.get(world.users["agent"])
        assert author is not None
        model.Session.add(
            CustomTerritory(
                slug="deux", name="Deux", communes=[NANTES, REZE], author_id=author.id,
                visibility="private",
            )
        )  # fmt: skip
        model.Session.commit()
        ask = {"territory": "custom:deux", "kind": "grant", "year": 2019, "limit": 0}
        apart = [
            world.search(territory=one, kind="grant", year=2019, limit=0)["count"]
            for one in (NANTES, REZE)
        ]
        assert world.search("agent", **ask)["count"] == sum(apart)
        above = world.search("agent", **(ask | {"scope": "groupings"}))
        assert above["count"] > 0
        with pytest.raises(tk.ObjectNotFound):
            world.search("anonymous", **ask)
