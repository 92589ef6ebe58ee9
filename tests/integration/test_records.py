"""The State's action in a territory: what is found, counted, summed, and shown to whom."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from ckan import model, plugins
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp
from sqlalchemy import event

from ckanext.territoires.bridge import records, releases
from ckanext.territoires.model import CustomTerritory
from ckanext.territoires.portrait.numbers import format_number
from ckanext.territoires.territory.reference import load_reference
from tests.helpers.grants import FILES, load, read_grants, record

REGION, NANTES = "fr:region:52", "fr:commune:44109"
LOIRE_ATLANTIQUE, MAYENNE, SARTHE = "fr:departement:44", "fr:departement:53", "fr:departement:72"
DEPARTEMENTS = ("44", "49", "53", "72", "85")
# A commune of Nantes Métropole, and one of Redon Agglomération.
REZE, REDON_AGGLO = "fr:commune:44143", "fr:epci:243500741"
METROPOLE = "fr:epci:244400404"
ROLES = ("anonymous", "agent", "other_member", "member", "sysadmin")
# The files of the demonstration that repeat a part of the regional one, and who may see them.
COPIES = {
    "detr-2019-53.csv": "agents",
    "detr-2019-72.csv": "service",
    "dotations-2019-85.csv": "public",
    "dsid-2019.csv": "agents",
}


@dataclass
class World:
    """People, the grants of 2019 in several files, and a file of each other kind."""

    app: CKANTestApp
    users: dict[str, str]
    tokens: dict[str, str]
    service: dict[str, Any]
    datasets: dict[str, dict[str, Any]] = field(default_factory=dict)

    def search(self, role: str = "anonymous", **data: Any) -> dict[str, Any]:
        context: Any = {"user": self.users[role], "ignore_auth": False}
        return tk.get_action("territoires_record_search")(context, data)

    def publish(
        self, name: str, level: str, rows: list[dict[str, Any]], **about: Any
    ) -> dict[str, Any]:
        dataset = factories.Dataset(
            name=name,
            title=f"Zeta {name}",
            owner_org=self.service["id"],
            access_level=level,
            access_reason="internal",
        )
        resource = factories.Resource(package_id=dataset["id"], url=f"http://example.test/{name}")
        load(resource, rows, **about)
        self.datasets[name] = dataset
        return dataset

    def get(self, role: str, path: str, **params: Any) -> Any:
        headers = {"Authorization": self.tokens[role]} if role in self.tokens else {}
        return self.app.get(path, query_string=params, headers=headers)


def other_kinds() -> list[dict[str, Any]]:
    """Return records of each kind that is not a grant, about Nantes and what it belongs to."""
    return [
        record(kind="plan", places=[NANTES], date="2010-01-15", scheme="PLU", state="opposable",
               title="PLU de Nantes", attributes={"end": "2019-04-23"}),
        record(kind="plan", places=[METROPOLE], date="2019-04-23", scheme="PLUi",
               state="opposable", title="PLUi de Nantes Métropole"),
        *(
            record(kind="plan", places=[REZE], date="2013-01-01", year=year, state=state)
            for year, state in ((2020, "39"), (2022, "33"), (2024, "39"))
        ),
        record(kind="risk", places=[NANTES], date="2010-03-01", year=2010, scheme="catnat",
               title="Inondations"),
        record(kind="risk", places=[NANTES], date="2018-08-10", year=2018, scheme="catnat",
               title="Inondations"),
        record(kind="programme", places=[NANTES], scheme="France services",
               title="France services de Nantes"),
        record(kind="programme", places=[LOIRE_ATLANTIQUE], scheme="CRTE", title="CRTE 44"),
        record(kind="zoning", places=["fr:commune:44036"], scheme="ZRR", state="ZRR"),
        record(kind="post", places=[NANTES], beneficiary="Association d'à côté", year=2022,
               scheme="FONJEP", granted=7164),
        record(kind="post", places=[NANTES], beneficiary="Association d'à côté", year=2022,
               scheme="FONJEP", granted=7164),
        record(kind="post", places=[NANTES], beneficiary="Cœur de ville", year=2022,
               scheme="FONJEP"),
    ]  # fmt: skip


def build(app: CKANTestApp) -> World:
    people = {role: factories.User(name=role.replace("_", "-")) for role in ROLES[1:-1]}
    people["sysadmin"] = factories.Sysadmin(name="sysadmin")
    tokens: dict[str, str] = {
        role: factories.APIToken(user=user["name"])["token"] for role, user in people.items()
    }
    service = factories.Organization(
        name="prefecture",
        title="Préfecture",
        users=[{"name": people["member"]["name"], "capacity": "editor"}],
    )
    factories.Organization(
        name="dreal", users=[{"name": people["other_member"]["name"], "capacity": "admin"}]
    )
    names = {"anonymous": "", **{role: user["name"] for role, user in people.items()}}
    world = World(app, names, tokens, service)
    whole = read_grants("dotations-2019-pays-de-la-loire.csv")
    world.publish("regional", "public", whole, vintage="2019", cog_year=2019)
    for name, level in COPIES.items():
        world.publish(name.removesuffix(".csv"), level, read_grants(name), vintage="2019")
    world.publish("others", "public", other_kinds(), profile="others")
    world.publish("secret", "service", private_grants(), vintage="2020")
    return world


def private_grants() -> list[dict[str, Any]]:
    """Return grants that only their service may see, one of them without its amount."""
    about = {"places": [NANTES], "year": 2020, "scheme": "DSIL", "theme": "Zeta secret"}
    return [
        record(line=2, title="École zêta", beneficiary="Nantes", granted=1000, cost=5000, **about),
        record(line=3, title="Gymnase zêta", beneficiary="Nantes", asked=700, **about),
    ]


@pytest.fixture(scope="module")
def world(
    _site: CKANTestApp, reset_db: Callable[[], None], reset_index: Callable[[], None]
) -> World:
    if not plugins.plugin_loaded("territoires"):
        plugins.load_all()
    reset_db()
    reset_index()
    return build(_site)


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def heard(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = model.Session.get_bind()
    event.listen(engine, "before_cursor_execute", heard)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", heard)


def published() -> Any:
    """Return the regional file of grants, read without our code."""
    return pd.read_csv(FILES / "dotations-2019-pays-de-la-loire.csv", dtype=str).assign(
        amount=lambda grants: pd.to_numeric(grants["montant_sub"]),
        cost=lambda grants: pd.to_numeric(grants["cout_total"]),
    )


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


class TestFilters:
    def test_words_without_accents_or_case(self, world: World) -> None:
        found = world.search("member", territory=NANTES, q="ECOLE zeta")
        assert [r["title"] for r in found["records"]] == ["École zêta"]

    @pytest.mark.parametrize("text", ["a cote", "D'À CÔTÉ", "association d’a"])
    def test_beneficiary(self, world: World, text: str) -> None:
        assert world.search(territory=NANTES, kind="post", beneficiary=text)["count"] == 2

    def test_ligature(self, world: World) -> None:
        assert world.search(territory=NANTES, kind="post", beneficiary="coeur")["count"] == 1

    @pytest.mark.parametrize("text", ["%", "_", "\\", "'; DROP TABLE territoires_record; --"])
    def test_signs_of_patterns_are_letters(self, world: World, text: str) -> None:
        assert world.search(territory=NANTES, kind="post", beneficiary=text)["count"] == 0

    def test_theme_with_commas(self, world: World) -> None:
        theme = "3 - Environnement, transition énergétique et écologie"
        found = world.search(territory=REGION, kind="grant", theme=theme, limit=0)
        assert found["count"] == int((published()["categorie"] == theme).sum())

    def test_amounts_and_years(self, world: World) -> None:
        found = world.search(
            territory=REGION, granted_min="500000", granted_max="1 000 000,00", year_from=2019,
            limit=0,
        )  # fmt: skip
        assert found["count"] == int(published()["amount"].between(500_000, 1_000_000).sum())

    def test_dataset_and_profile(self, world: World) -> None:
        found = world.search(territory=REGION, dataset="dotations-2019-85", limit=0)
        assert found["count"] == len(read_grants("dotations-2019-85.csv"))
        assert world.search(territory=REGION, profile="others", kind="grant")["count"] == 0

    @pytest.mark.parametrize(
        ("day", "plans"),
        [
            ("2009-12-31", []),
            ("2015-06-01", ["PLU de Nantes"]),
            ("2019-04-23", []),
            ("2024-01-01", []),
        ],
    )
    def test_as_of_a_day(self, world: World, day: str, plans: list[str]) -> None:
        found = world.search(territory=NANTES, kind="plan", as_of=day)
        assert [r["title"] for r in found["records"]] == plans

    @pytest.mark.parametrize(
        ("day", "editions"),
        [
            ("2012-01-01", []),
            ("2014-01-01", [2020]),
            ("2023-06-01", [2022]),
            ("2026-01-01", [2024]),
        ],
    )
    def test_as_of_a_day_the_edition_that_knew_it(
        self, world: World, day: str, editions: list[int]
    ) -> None:
        found = world.search(territory=REZE, kind="plan", as_of=day)
        assert [r["year"] for r in found["records"]] == editions

    def test_as_of_a_day_above(self, world: World) -> None:
        ask = {"territory": NANTES, "kind": "plan", "scope": "groupings"}
        assert world.search(as_of="2019-04-22", **ask)["count"] == 0
        assert world.search(as_of="2019-04-23", **ask)["count"] == 1


class TestOrderAndPages:
    def test_pages_hold_each_record_once(self, world: World) -> None:
        ids = [
            each["id"]
            for offset in range(0, 1000, 100)
            for each in world.search(
                territory=REGION, kind="grant", year=2019, order_by="scheme", limit=100,
                offset=offset,
            )["records"]
        ]  # fmt: skip
        assert len(ids) == len(set(ids)) == 951

    def test_order(self, world: World) -> None:
        found = world.search(territory=REGION, kind="grant", order_by="-granted", limit=3)
        largest = published()["amount"].nlargest(3).tolist()
        assert [each["granted"] for each in found["records"]] == largest

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("order_by", "granted; DROP TABLE territoires_record"),
            ("order_by", "key"),
            ("group_by", "attributes"),
            ("group_by", "-year"),
            ("kind", "nothing"),
            ("scope", "around"),
            ("year", "two"),
            ("year_from", "19"),
            ("as_of", "31/12/2020"),
            ("granted_min", "nan"),
            ("limit", 1001),
            ("limit", -1),
            ("territory", "fr:commune:99999"),
            ("benefciary", "a mistake"),
        ],
    )
    def test_an_error_names_the_field(self, world: World, name: str, value: Any) -> None:
        with pytest.raises(tk.ValidationError) as refused:
            world.search(**({"territory": NANTES} | {name: value}))
        assert list(refused.value.error_dict) == [name]


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
        with counted() as statements:
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
    with counted() as statements:
        world.search(territory=territory, group_by="scheme", limit=100)
    assert len([s for s in statements if s.lstrip().startswith(("SELECT", "WITH"))]) == 6


PAGES = {
    NANTES: "/en/territoire/commune/44109/nantes/action",
    REGION: "/en/territoire/region/52/pays-de-la-loire/action",
    MAYENNE: "/en/territoire/departement/53/mayenne/action",
}
NOWHERE = "/en/territoire/commune/44001/abbaretz/action"


def text_of(page: Any) -> str:
    """Return the text of a page, its spaces made one."""
    soup = BeautifulSoup(page.body, "html.parser")
    return " ".join(soup.get_text(" ").split())


class TestPage:
    def test_totals_are_those_of_the_file(self, world: World) -> None:
        text = text_of(world.get("anonymous", PAGES[REGION], year=2019))
        assert "951" in text
        total = format_number(published()["amount"].sum(), 2, "€", "en")
        assert total in text

    def test_sections_and_words(self, world: World) -> None:
        text = text_of(world.get("anonymous", PAGES[NANTES], as_of="2018-12-31"))
        assert "PLU de Nantes" in text
        assert "PLUi de Nantes Métropole" not in text
        assert "France services de Nantes" in text
        assert "A place where anyone is helped" in text
        assert "CRTE 44" in text
        today = text_of(world.get("anonymous", PAGES[NANTES]))
        assert "PLU de Nantes" not in today
        assert "PLUi de Nantes Métropole" in today
        assert "at least €14,328" in today

    def test_what_is_of_the_groupings_is_apart(self, world: World) -> None:
        page = BeautifulSoup(world.get("anonymous", PAGES[NANTES]).body, "html.parser")
        above = page.find("section", {"aria-labelledby": "above"})
        assert above is not None
        assert "Nantes Métropole" in above.get_text()
        grants = page.find("section", {"aria-labelledby": "grants"})
        assert grants is not None
        count = world.search(territory=NANTES, kind="grant", limit=0)["count"]
        assert grants.find_all("dd")[0].get_text(strip=True) == str(count)

    def test_an_empty_part_says_who_could_publish(self, world: World) -> None:
        text = text_of(world.get("anonymous", NOWHERE))
        assert "the DREAL or the DDT(M), from the decrees in force" in text
        assert "Publish a file" in text

    def test_in_french(self, world: World) -> None:
        text = text_of(world.get("anonymous", PAGES[REGION].replace("/en", "/fr", 1), year=2019))
        total = format_number(published()["amount"].sum(), 2, "€", "fr")
        assert " ".join(total.split()) in text

    def test_filters_sort_and_pages(self, world: World) -> None:
        page = world.get("anonymous", PAGES[REGION], scheme="DSID", order_by="-granted", page="2")
        soup = BeautifulSoup(page.body, "html.parser")
        rows = soup.select(".territoires-records tbody tr")
        assert len(rows) == 2
        assert soup.select_one("th[aria-sort=descending]") is not None
        following = world.get("anonymous", PAGES[REGION], scheme="DSID", page="99")
        assert following.status_code == 200

    @pytest.mark.parametrize(
        "query", [{"year": "x"}, {"order_by": "key"}, {"as_of": "today"}, {"page": "0"}]
    )
    def test_a_parameter_that_cannot_be_read(self, world: World, query: dict[str, str]) -> None:
        page: Any = world.app.get(PAGES[NANTES], query_string=query, status=400)
        assert next(iter(query)) in page.body

    def test_text_of_a_file_is_never_markup(self, world: World) -> None:
        world.publish(
            "markup",
            "public",
            [record(places=["fr:commune:44020"], year=2021, scheme="<b>x</b>",
                    title="<script>alert(1)</script>", beneficiary='"><img src=x>', granted=1)],
        )  # fmt: skip
        body = world.get("anonymous", "/territoire/commune/44020/bouguenais/action").body
        assert "<script>alert(1)" not in body
        assert "<img src=x>" not in body
        assert "<b>x</b>" not in body

    def test_another_slug_leads_to_the_page(self, world: World) -> None:
        answer = world.app.get(
            "/en/territoire/commune/44109/x/action?year=2019", follow_redirects=False
        )
        assert answer.status_code == 301
        assert answer.headers["Location"].endswith(PAGES[NANTES] + "?year=2019")

    @pytest.mark.parametrize("role", ROLES)
    def test_who_sees_private_grants(self, world: World, role: str) -> None:
        sees = role in ("member", "sysadmin")
        for path in (PAGES[NANTES], PAGES[NANTES].removesuffix("/action")):
            body = world.get(role, path).body
            assert ("Zeta secret" in body) == sees, path
        for extension in ("csv", "xlsx"):
            answer = world.get(role, f"{PAGES[NANTES]}/export.{extension}")
            lines = read_file(answer, extension)
            assert lines["Theme"].eq("Zeta secret").sum() == (2 if sees else 0)
        points = json.loads(world.get(role, f"{PAGES[NANTES]}/points.geojson", year=2020).body)
        assert len(points["features"]) == (1 if sees else 0)

    def test_queries_are_bounded(self, world: World) -> None:
        counts = set()
        for path in (*PAGES.values(), "/territoire/country/fr/france/action"):
            world.get("anonymous", path)
            with counted() as statements:
                world.get("anonymous", path)
            counts.add(len([s for s in statements if "territoires_re" in s]))
        assert max(counts) <= 12


def read_file(answer: Any, extension: str) -> Any:
    if extension == "csv":
        return pd.read_csv(io.BytesIO(answer.data), sep=";", encoding="utf-8-sig")
    return pd.read_excel(io.BytesIO(answer.data), engine="openpyxl")


class TestFiles:
    @pytest.mark.parametrize("extension", ["csv", "xlsx"])
    def test_hold_what_the_page_counts(self, world: World, extension: str) -> None:
        asked = {"scheme": "DETR", "order_by": "-granted"}
        answer = world.get("anonymous", f"{PAGES[MAYENNE]}/export.{extension}", **asked)
        lines = read_file(answer, extension)
        found = world.search(territory=MAYENNE, kind="grant", limit=1000, **asked)
        assert len(lines) == found["count"]
        assert lines["Amount granted, in euros"].tolist() == [
            each["granted"] for each in found["records"]
        ]
        assert lines["Title"].tolist() == [each["title"] for each in found["records"]]
        assert "attachment" in answer.headers["Content-Disposition"]

    def test_of_more_lines_than_one_answer(self, world: World) -> None:
        world.publish(
            "many",
            "public",
            [record(line=n, places=["fr:commune:44026"], title=f"n{n}", granted=n)
             for n in range(2, 2302)],
        )  # fmt: skip
        answer = world.get("anonymous", "/en/territoire/commune/44026/carquefou/action/export.csv")
        lines = read_file(answer, "csv")
        many = lines["Title"][lines["Title"].str.match(r"n\d")]
        assert many.nunique() == len(many) == 2300

    def test_of_another_part(self, world: World) -> None:
        answer = world.get("anonymous", f"{PAGES[NANTES]}/export.csv", kind="plan",
                           as_of="2015-01-01")  # fmt: skip
        assert read_file(answer, "csv")["Title"].tolist() == ["PLU de Nantes"]

    def test_no_formula(self, world: World) -> None:
        world.publish(
            "formulas",
            "public",
            [record(places=["fr:commune:44035"], title="=HYPERLINK(1)", granted=1)],
        )
        path = "/en/territoire/commune/44035/la-chapelle-sur-erdre/action/export"
        assert "'=HYPERLINK(1)" in world.get("anonymous", f"{path}.csv").body
        lines = read_file(world.get("anonymous", f"{path}.xlsx"), "xlsx")
        assert "=HYPERLINK(1)" in lines["Title"].tolist()

    def test_of_another_form(self, world: World) -> None:
        world.app.get(f"{PAGES[NANTES]}/export.pdf", status=404)

    def test_points(self, world: World) -> None:
        points = json.loads(world.get("anonymous", f"{PAGES[MAYENNE]}/points.geojson").body)
        total = world.search(territory=MAYENNE, kind="grant", limit=0)["totals"]["granted"]
        weights = sum(f["properties"]["weight"] for f in points["features"])
        assert weights == pytest.approx(total["total"])
        world.app.get("/territoire/country/fr/france/action/points.geojson", status=400)
