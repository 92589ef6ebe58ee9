"""The portrait of a territory: its figures, who sees them, its pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import ckan.model as model
import pytest
from ckan.plugins import toolkit as tk
from ckan.tests import factories
from ckan.tests.helpers import CKANTestApp

from ckanext.territoires.bridge import releases
from ckanext.territoires.bridge.reference import reference
from ckanext.territoires.figures.indicator import load_indicators
from ckanext.territoires.figures.levels import with_levels
from ckanext.territoires.model import CustomTerritory, Release
from tests.helpers import comparateur
from tests.helpers.people import People, call_as, of_each_role
from tests.helpers.queries import counted_queries

NANTES, METROPOLE = "fr:commune:44109", "fr:epci:244400404"
LOIRE_ATLANTIQUE, PAYS_DE_LA_LOIRE = "fr:departement:44", "fr:region:52"
PORTRAIT = "/territoire/commune/44109/nantes/portrait"


def show(user: str | None = None, id: str = NANTES, **data: Any) -> dict[str, Any]:
    """The portrait that a person sees (None: an anonymous visitor)."""
    releases.forget()
    return call_as(user, "territoires_portrait_show", id=id, **data)


def refused(**data: Any) -> dict[str, Any]:
    with pytest.raises(tk.ValidationError) as error:
        show(**data)
    return error.value.error_dict


def row(portrait: dict[str, Any], indicator: str) -> dict[str, Any]:
    return next(
        r for theme in portrait["themes"] for r in theme["rows"] if r["indicator"] == indicator
    )


def has(portrait: dict[str, Any], indicator: str) -> bool:
    return any(r["indicator"] == indicator for t in portrait["themes"] for r in t["rows"])


@pytest.fixture(scope="module")
def site(loaded_extract: dict[str, Any]) -> dict[str, Any]:
    """The extract of the comparateur, and a territory that its author keeps to herself."""
    author = factories.User(name="autrice")
    model.Session.add(
        CustomTerritory(
            slug="deux-rives",
            name="Deux rives",
            communes=[NANTES, "fr:commune:44162"],
            visibility="private",
            author_id=author["id"],
        )
    )
    model.Session.commit()
    return loaded_extract


@pytest.mark.usefixtures("site")
class TestFigures:
    def test_the_figures_of_a_commune_and_of_what_contains_it(self, site: dict[str, Any]) -> None:
        portrait = show()
        assert [(c["role"], c["id"]) for c in portrait["comparators"]] == [
            ("epci", METROPOLE),
            ("departement", LOIRE_ATLANTIQUE),
            ("region", PAYS_DE_LA_LOIRE),
            ("metropole", "country-subset:fr:metro"),
            ("country", "country:fr"),
        ]
        population = row(portrait, "population")
        assert population["figure"]["value"] == 314138
        assert population["figure"]["sources"] == [site["release"]]
        file = comparateur.file_rows()["P18_POP"]
        departement = population["comparisons"][1]
        assert departement["value"] == file[file.index.str.startswith("44")].sum()
        assert departement["coverage"]["known"] == departement["coverage"]["members"]
        # The extract is that of a région: nothing is said of the nation.
        assert population["comparisons"][4]["status"] == "not_available"
        assert population["change"]["since"] == "2013"

    def test_a_rank_is_that_of_the_file(self) -> None:
        rank = row(show(), "median_income")["rank"]
        incomes = comparateur.file_rows()["MED19"].dropna()
        ours: Any = incomes[incomes.index.str.startswith("44")]
        assert rank["position"] == (ours > ours["44109"]).sum() + 1
        assert rank["of"] == len(ours)
        assert rank["median"] == float(ours.median())
        assert rank["group"] in (
            "communes de la Loire-Atlantique",
            "communes of Loire-Atlantique",
        )

    def test_a_ratio_is_computed_again_and_ranked(self) -> None:
        rate = row(show(id=LOIRE_ATLANTIQUE), "vacant_homes_share")
        rows = comparateur.file_rows()
        ours = rows[rows.index.str.startswith("44")]
        assert rate["figure"]["value"] == pytest.approx(
            100 * ours["P18_LOGVAC"].sum() / ours["P18_LOG"].sum()
        )
        assert rate["rank"]["of"] == 5

    def test_an_epci_over_two_regions_is_ranked_where_most_of_it_lives(self) -> None:
        portrait = show(id="fr:epci:243500741")
        assert [c["id"] for c in portrait["comparators"] if c["role"] == "region"] == [
            "fr:region:53"
        ]
        # Its communes of Brittany are not in the extract: its sums are floors, and unranked.
        population = row(portrait, "population")
        assert population["figure"]["floor"]
        assert (
            "communes sur" in population["figure"]["reason"]
            or "communes of" in (population["figure"]["reason"])
        )
        assert population["rank"] is None

    def test_a_median_is_not_made_for_a_departement(self) -> None:
        figure = row(show(id=LOIRE_ATLANTIQUE), "median_income")["figure"]
        assert (figure["value"], figure["status"]) == (None, "not_available")
        assert figure["reason"]

    def test_a_former_commune_is_todays_or_itself_as_published(self) -> None:
        former = "fr:commune:49069"
        today = show(id=former)
        assert today["territory"]["id"] == "fr:commune:49126"
        assert row(today, "population")["figure"]["origin"] in ("published", "merged")
        asked = show(id=former, as_published=True)
        assert asked["territory"]["id"] == former
        file = comparateur.file_rows()["P18_POP"]
        if former[-5:] in file.index:
            assert row(asked, "population")["figure"]["value"] == file["49069"]

    def test_peers_are_of_its_level_and_region(self) -> None:
        peers = [c for c in show(peers=True)["comparators"] if c["role"] == "peer"]
        assert len(peers) == 5
        for peer in peers:
            assert peer["level"] == "commune"
            assert PAYS_DE_LA_LOIRE in reference().lineage(peer["id"])

    def test_chosen_territories_come_after_those_above(self) -> None:
        portrait = show(compare=["fr:commune:49007", "fr:commune:72181"])
        assert [c["name"] for c in portrait["comparators"] if c["role"] == "chosen"] == [
            "Angers",
            "Le Mans",
        ]
        assert row(portrait, "population")["comparisons"][5]["value"] > 100_000

    def test_one_file_alone(self, site: dict[str, Any]) -> None:
        assert has(show(resource_id=site["resource"]["id"]), "population")
        assert show(resource_id="another")["themes"] == []

    def test_themes_may_be_chosen(self) -> None:
        assert [t["name"] for t in show(themes=["income"])["themes"]] == ["income"]

    def test_a_custom_territory_is_the_sum_of_its_communes(self) -> None:
        portrait = show("autrice", id="custom:deux-rives")
        file = comparateur.file_rows()["P18_POP"]
        population = row(portrait, "population")["figure"]
        assert population["value"] == file["44109"] + file["44162"]
        assert population["origin"] == "computed"
        assert population["coverage"]["members"] == 2
        income = row(portrait, "median_income")["figure"]
        assert (income["value"], income["status"]) == (None, "not_available")


@pytest.mark.usefixtures("site")
class TestErrors:
    def test_they_name_the_field(self) -> None:
        assert "fr:commune:99999" in refused(id="fr:commune:99999")["id"][0]
        six = [f"fr:commune:4400{n}" for n in range(1, 7)]
        assert "5" in refused(compare=six)["compare"][0]
        assert "nowhere" in refused(compare=["nowhere"])["compare"][0]
        assert "population" in refused(themes=["weather"])["themes"][0]

    def test_a_custom_territory_of_another_is_unknown(self) -> None:
        assert "id" in refused(id="custom:deux-rives")
        assert "compare" in refused(compare=["custom:deux-rives"])


@pytest.fixture(scope="module")
def people(site: dict[str, Any]) -> Iterator[People]:
    """A file that only a service may see: a population of Nantes that is not the public one."""
    people = of_each_role("member")
    dataset = factories.Dataset(
        owner_org=people.service["id"], access_level="service", access_reason="internal"
    )
    resource = factories.Resource(package_id=dataset["id"], url="http://example.test/s.csv")
    rows = comparateur.file_rows().copy()
    # Later COG year: this file wins for whoever may see it.
    rows["P18_POP"] += 1
    rows["POVERTY"] = 7.0
    columns = {"P18_POP": ("population", "2018"), "POVERTY": ("poverty_rate_tenants", "2018")}
    found = with_levels(
        comparateur.as_observations(rows, columns),
        load_indicators(),
        reference(),
        cog_year=2022,
    )
    comparateur.publish(dataset["id"], resource["id"], found, cog_year=2022)
    yield people
    model.Session.rollback()
    model.Session.delete(Release.of_resource(resource["id"]))
    model.Session.commit()
    releases.forget()


class TestWhoSees:
    @pytest.mark.parametrize(
        ("who", "value"),
        [
            ("anonymous", 314138),
            ("agent", 314138),
            ("other_member", 314138),
            ("member", 314139),
            ("sysadmin", 314139),
        ],
    )
    def test_the_figures_of_a_restricted_file(self, people: People, who: str, value: int) -> None:
        portrait = show(people.names[who])
        assert row(portrait, "population")["figure"]["value"] == value
        assert has(portrait, "poverty_rate_tenants") == (value == 314139)
        assert len(portrait["sources"]) == (2 if value == 314139 else 1)

    @pytest.mark.parametrize(("who", "seen"), [("anonymous", False), ("member", True)])
    def test_pages(self, app: CKANTestApp, people: People, who: str, seen: bool) -> None:
        headers = people.headers(who)
        for path in (PORTRAIT, f"{PORTRAIT}/comparer"):
            body = app.get(path, headers=headers, status=200).text
            assert ("314\u202f139" in body) == seen
        path = "/territoire/epci/244400404/nantes-metropole/portrait/membres"
        body = app.get(path, headers=headers, status=200).text
        assert ("314\u202f139" in body) == seen


@pytest.mark.usefixtures("site")
class TestPages:
    def test_the_portrait(self, app: CKANTestApp) -> None:
        body = app.get(PORTRAIT, status=200).text
        assert "Nantes compte 314\u202f138 habitants en 2018" in body
        assert "Comparateur 2021" in body
        assert 'id="income"' in body

    def test_another_slug_leads_to_its_own(self, app: CKANTestApp) -> None:
        answer = app.get(
            "/territoire/commune/44109/autre/portrait?peers=1", follow_redirects=False, status=301
        )
        assert answer.headers["location"].endswith(f"{PORTRAIT}?peers=1")

    def test_names_are_understood_and_the_rest_is_told(self, app: CKANTestApp) -> None:
        body = app.get(f"{PORTRAIT}?compare=Angers%0AXyzzy", status=200).text
        assert "Xyzzy" in body
        assert '<th scope="col" class="territoires-values__number">Angers' in body

    def test_side_by_side_as_csv(self, app: CKANTestApp) -> None:
        answer = app.get(f"{PORTRAIT}/comparer?format=csv&compare=49007", status=200)
        lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
        assert "Angers" in lines[0]
        population = next(line for line in lines if line[1] in ("Population",))
        assert population[lines[0].index("Nantes")] == "314138"

    def test_the_members_sort(self, app: CKANTestApp) -> None:
        path = "/territoire/epci/244400404/nantes-metropole/portrait/membres"
        answer = app.get(f"{path}?format=csv&sort=-population&indicator=population", status=200)
        lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
        assert lines[1][:2] == ["Nantes", "314138"]
        values = [int(line[1]) for line in lines[1:]]
        assert values == sorted(values, reverse=True)
        assert len(values) == 24
        app.get("/territoire/commune/44109/nantes/portrait/membres", status=404)

    def test_a_territory_without_figures_says_who_may_publish(self, app: CKANTestApp) -> None:
        body = app.get("/territoire/commune/2A004/ajaccio/portrait", status=200).text
        assert "territoires-values__not_available" in body or "territoires-empty" in body


@pytest.mark.usefixtures("site")
def test_the_number_of_queries_does_not_depend_on_the_territory() -> None:
    counted: list[tuple[str, int]] = []
    ids = [NANTES, "fr:commune:44184", METROPOLE, "fr:arrondissement:442", LOIRE_ATLANTIQUE]
    ids += [PAYS_DE_LA_LOIRE, "country-subset:fr:metro", "country:fr", "fr:epci:243500741"]
    show()
    for id in ids:
        with counted_queries() as statements:
            show(id=id)
        counted.append((id, len(statements)))
    assert max(n for _, n in counted) <= 7, counted
    assert len({n for _, n in counted}) <= 2, counted
